import type { ResourceType } from '../../api/resources.ts';
import type { GlobalFlags, Host } from '../verb.ts';

/** A person waits with a finger on the Tab key; what is not answered by then is not offered. */
const patience = '3s';

/** Names of the objects of a type, sorted. Empty when the server cannot be asked: a half-typed line is no place for an error. */
export async function namesOf(type: ResourceType, globals: GlobalFlags, host: Host): Promise<string[]> {
  try {
    const { cluster, namespace, close } = await host.connect({ requestTimeout: patience, ...globals });
    try {
      const scope = type.namespaced ? { namespace: globals.namespace ?? namespace } : {};
      const { items } = await cluster.list(type, { ...scope, signal: host.signal });
      return items.map(({ metadata }) => metadata.name).sort();
    } finally {
      await close?.();
    }
  } catch {
    return [];
  }
}
