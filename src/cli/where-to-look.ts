import { nearest } from '../api/nearest.ts';
import { type ResourceType, resources } from '../api/resources.ts';
import type { Facts } from '../kernel/log.ts';
import { type Cluster, isApiError } from '../ports/cluster.ts';
import { isKindWord } from './kind-words.ts';
import { notServed } from './not-served.ts';
import type { OpenCluster, Session } from './verb.ts';

/**
 * A line on what was probably meant by a name that is not there: one that is spelled nearly so, or the same in another namespace.
 * What we may not read is left out; this never fails.
 */
export async function whereToLook(
  { name, kind }: Facts,
  { cluster, namespace }: OpenCluster,
  { globals, signal }: Pick<Session, 'globals' | 'signal'>,
): Promise<string> {
  const type = Object.values<ResourceType>(resources).find((one) => one.kind === kind);
  if (type === undefined) return '';
  if (isKindWord(String(name), type)) {
    return `"${name}" is taken for a name: this command knows the kind, and is given names alone.\n`;
  }
  const names = await namesIn(cluster, type, { namespace, signal });
  if (names === 'unknown kind') return `${notServed}\n`;
  const meant = nearest(String(name), names);
  if (meant !== undefined) return `Did you mean "${meant}"?\n`;
  if (globals.namespace !== undefined) {
    const isMissing = names.length === 0 && (await isMissingNamespace(cluster, namespace, signal));
    return isMissing ? `There is no namespace "${namespace}".\n` : '';
  }
  const elsewhere = await namespacesWith(cluster, type, String(name), signal);
  return elsewhere.length === 0
    ? `It is looked for in namespace "${namespace}"; -n NAME looks elsewhere.\n`
    : `It is looked for in namespace "${namespace}"; there is one with -n ${elsewhere.slice(0, 3).join(', -n ')}.\n`;
}

async function namesIn(
  cluster: Cluster,
  type: ResourceType,
  scope: { readonly namespace: string; readonly signal: AbortSignal },
): Promise<readonly string[] | 'unknown kind'> {
  try {
    return (await cluster.list(type, scope)).items.map(({ metadata }) => metadata.name);
  } catch (error) {
    return isApiError(error, 404) ? 'unknown kind' : [];
  }
}

async function isMissingNamespace(cluster: Cluster, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (
      (await cluster.get({ type: resources.namespaces, namespace: undefined, name }, signal)) === undefined
    );
  } catch {
    return false;
  }
}

async function namespacesWith(
  cluster: Cluster,
  type: ResourceType,
  name: string,
  signal: AbortSignal,
): Promise<string[]> {
  try {
    const { items } = await cluster.list(type, { fieldSelector: `metadata.name=${name}`, signal });
    return items
      .filter(({ metadata }) => metadata.name === name)
      .flatMap(({ metadata }) => metadata.namespace ?? []);
  } catch {
    return [];
  }
}
