import { controllerOf, type KubeObject, type ObjectKey, objectKey } from '../../api/meta.ts';
import type { Pod } from '../../api/workloads.ts';
import type { Change, Store } from '../store.ts';

/** Finds pods by owner and by label without looking at all of them. */
export interface PodIndex {
  ownedBy(uid: string): readonly Pod[];
  /** Pods that nobody controls. */
  orphans(namespace: string): readonly Pod[];
  withLabels(namespace: string, labels: Readonly<Record<string, string>>): readonly Pod[];
  hear(change: Change): void;
}

export function createPodIndex(store: Store): PodIndex {
  const table = store.table('pods');
  const byOwner = new Map<string, Set<ObjectKey>>();
  const byLabel = new Map<string, Set<ObjectKey>>();
  const resolve = (keys: ReadonlySet<ObjectKey> | undefined): Pod[] => {
    const pods = [...(keys ?? [])].sort().map((key) => {
      const slash = key.indexOf('/');
      return table.get(key.slice(0, slash), key.slice(slash + 1)) as Pod | undefined;
    });
    return pods.filter((pod) => pod !== undefined);
  };
  const forget = (pod: KubeObject) => {
    drop(byOwner, ownerKey(pod), keyOfPod(pod));
    for (const label of labelKeys(pod)) drop(byLabel, label, keyOfPod(pod));
  };
  const learn = (pod: KubeObject) => {
    put(byOwner, ownerKey(pod), keyOfPod(pod));
    for (const label of labelKeys(pod)) put(byLabel, label, keyOfPod(pod));
  };
  for (const pod of table.list()) learn(pod);
  return {
    ownedBy: (uid) => resolve(byOwner.get(uid)),
    orphans: (namespace) => resolve(byOwner.get(orphanKey(namespace))),
    withLabels(namespace, labels) {
      const sets = Object.entries(labels).map(([name, value]) =>
        byLabel.get(labelKey(namespace, name, value)),
      );
      const smallest = sets.reduce(
        (one, other) => ((other?.size ?? 0) < (one?.size ?? 0) ? other : one),
        sets[0],
      );
      const matching = [...(smallest ?? [])].filter((key) => sets.every((set) => set?.has(key)));
      return resolve(new Set(matching));
    },
    hear({ resource, type, object, previous }) {
      if (resource !== 'pods') return;
      if (previous !== undefined) forget(previous);
      if (type !== 'DELETED') learn(object);
    },
  };
}

function keyOfPod({ metadata }: KubeObject): ObjectKey {
  return objectKey(metadata.namespace, metadata.name);
}

function orphanKey(namespace: string | undefined): string {
  return `orphans of ${namespace}`;
}

function ownerKey(pod: KubeObject): string {
  return controllerOf(pod)?.uid ?? orphanKey(pod.metadata.namespace);
}

function labelKey(namespace: string | undefined, name: string, value: string): string {
  return `${namespace}/${name}=${value}`;
}

function labelKeys({ metadata }: KubeObject): string[] {
  return Object.entries(metadata.labels ?? {}).map(([name, value]) =>
    labelKey(metadata.namespace, name, value),
  );
}

function put(index: Map<string, Set<ObjectKey>>, at: string, key: ObjectKey): void {
  const keys = index.get(at);
  if (keys === undefined) index.set(at, new Set([key]));
  else keys.add(key);
}

function drop(index: Map<string, Set<ObjectKey>>, at: string, key: ObjectKey): void {
  const keys = index.get(at);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(at);
}
