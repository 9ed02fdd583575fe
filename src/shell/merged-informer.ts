import type { KubeObject } from '../api/meta.ts';
import type { ResourceType } from '../api/resources.ts';
import type { Informer } from './informer.ts';

/** Several informers of one type, one for each of some namespaces, as if they were one. */
export function mergedInformer<T extends KubeObject>(
  type: ResourceType,
  parts: ReadonlyMap<string, Informer<T>>,
): Informer<T> {
  const all = [...parts.values()];
  const partOf = (namespace: string | undefined) => parts.get(namespace ?? '')?.cache;
  return {
    type,
    cache: {
      get: (namespace, name) => partOf(namespace)?.get(namespace, name),
      list: (namespace) =>
        namespace === undefined
          ? all.flatMap(({ cache }) => cache.list())
          : (partOf(namespace)?.list(namespace) ?? []),
      byIndex: (index, value) => all.flatMap(({ cache }) => cache.byIndex(index, value)),
      get size() {
        return all.reduce((sum, { cache }) => sum + cache.size, 0);
      },
      noteWrite: (object) => partOf(object.metadata.namespace)?.noteWrite(object),
      noteDelete: (namespace, name, uid) => partOf(namespace)?.noteDelete(namespace, name, uid),
    },
    synced: Promise.all(all.map(({ synced }) => synced)).then(() => {}),
    isReady: () => all.every((part) => part.isReady()),
    ready: async () => void (await Promise.all(all.map((part) => part.ready()))),
    onChange: (handler) => {
      for (const part of all) part.onChange(handler);
    },
  };
}
