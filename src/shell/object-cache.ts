import { controllerOf, type KubeObject, keyOf, type ObjectKey, objectKey } from '../api/meta.ts';
import { compareVersions } from '../api/resource-version.ts';

/** What happened to one object, as far as this cache could see: changes in quick succession may appear as one. */
export interface Change<T extends KubeObject = KubeObject> {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: T;
  readonly previous?: T;
}

/** Names under which an object can be found. */
export type Indexer = (object: KubeObject) => readonly string[];

/**
 * The last known state of the objects of one type. What it hands out is shared: treat it as frozen.
 * Versions of a live server only grow, so a copy with a smaller version than the one here is old news and is dropped.
 */
export interface KnownObjects<T extends KubeObject = KubeObject> {
  get(namespace: string | undefined, name: string): T | undefined;
  list(namespace?: string): readonly T[];
  byIndex(index: string, value: string): readonly T[];
  readonly size: number;
  /** The server's answer to a write of ours, so that no decision sees an older copy than it wrote. */
  noteWrite(object: T): void;
  /** The server has accepted our deletion of the object with this `uid`. */
  noteDelete(namespace: string | undefined, name: string, uid: string | undefined): void;
}

/** The same, with what feeds it. */
export interface ObjectCache<T extends KubeObject = KubeObject> extends KnownObjects<T> {
  /** One event of the watch. */
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
  /**
   * A whole list. Writes of ours that are newer than the list stay, unless the server's history has gone back:
   * then the list is all there is.
   */
  replace(objects: readonly T[], resourceVersion: string, wentBack: boolean): void;
}

/** More objects of one type than this that we have deleted and not yet seen gone: the oldest are forgotten. */
const deletionsRemembered = 1000;

/** Index over the uid of the controlling owner; in every cache. */
export const ownerIndex = 'owner';
/** Index over the namespace of what nobody controls; in every cache. */
export const orphanIndex = 'orphan';

export function objectCache<T extends KubeObject>(
  onChange: (change: Change<T>) => void,
  indexers: Readonly<Record<string, Indexer>> = {},
): ObjectCache<T> {
  const objects = new Map<ObjectKey, T>();
  const allIndexers: Record<string, Indexer> = {
    namespace: ({ metadata }) => [metadata.namespace ?? ''],
    [ownerIndex]: (object) => ownerOf(object),
    [orphanIndex]: (object) => (controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : []),
    ...indexers,
  };
  const indexes = new Map(
    Object.keys(allIndexers).map((name) => [name, new Map<string, Map<ObjectKey, T>>()]),
  );
  /** uid → version at deletion, when known. */
  const deleted = new Set<string>();

  const index = (key: ObjectKey, object: T, add: boolean) => {
    for (const [name, indexer] of Object.entries(allIndexers)) {
      const values = indexes.get(name) as Map<string, Map<ObjectKey, T>>;
      for (const value of indexer(object)) {
        const bucket = values.get(value) ?? new Map<ObjectKey, T>();
        if (add) values.set(value, bucket.set(key, object));
        else if (bucket.delete(key) && bucket.size === 0) values.delete(value);
      }
    }
  };

  const put = (object: T) => {
    const key = keyOf(object);
    const previous = objects.get(key);
    if (previous !== undefined) index(key, previous, false);
    objects.set(key, object);
    index(key, object, true);
    onChange(previous === undefined ? { type: 'added', object } : { type: 'modified', object, previous });
  };

  const drop = (key: ObjectKey, last?: T) => {
    const previous = objects.get(key);
    if (previous === undefined) return;
    index(key, previous, false);
    objects.delete(key);
    onChange({ type: 'deleted', object: last ?? previous, previous });
  };

  const isNews = (object: T): boolean => {
    const uid = object.metadata.uid;
    // a deleted object may live on, waiting for its finalizers; then it says so itself
    if (uid !== undefined && deleted.has(uid) && object.metadata.deletionTimestamp === undefined)
      return false;
    const known = objects.get(keyOf(object));
    return known === undefined || compareVersions(versionOf(object), versionOf(known)) > 0;
  };

  const rememberDeletion = (uid: string) => {
    deleted.add(uid);
    const oldest = deleted.values().next().value;
    if (deleted.size > deletionsRemembered && oldest !== undefined) deleted.delete(oldest);
  };

  return {
    get: (namespace, name) => objects.get(objectKey(namespace, name)),
    list: (namespace) =>
      namespace === undefined
        ? [...objects.values()]
        : [...(indexes.get('namespace')?.get(namespace)?.values() ?? [])],
    byIndex: (name, value) => [...(indexes.get(name)?.get(value)?.values() ?? [])],
    get size() {
      return objects.size;
    },
    noteWrite: (object) => {
      if (isNews(object)) put(object);
    },
    noteDelete: (namespace, name, uid) => {
      const key = objectKey(namespace, name);
      const known = objects.get(key);
      if (known === undefined || (uid !== undefined && known.metadata.uid !== uid)) return;
      if (known.metadata.uid !== undefined) rememberDeletion(known.metadata.uid);
      drop(key);
    },
    apply: (type, object) => {
      if (type !== 'DELETED') {
        if (isNews(object)) put(object);
        return;
      }
      if (object.metadata.uid !== undefined) deleted.delete(object.metadata.uid);
      const known = objects.get(keyOf(object));
      const isSameLife = known === undefined || known.metadata.uid === object.metadata.uid;
      if (isSameLife) drop(keyOf(object), object);
    },
    replace: (items, resourceVersion, wentBack) => {
      if (wentBack) deleted.clear();
      const listed = new Set(items.map(keyOf));
      for (const [key, known] of [...objects]) {
        const isNewerThanList = compareVersions(versionOf(known), resourceVersion) > 0;
        if (!listed.has(key) && (wentBack || !isNewerThanList)) drop(key);
      }
      for (const item of items) {
        const known = objects.get(keyOf(item));
        if (wentBack ? known === undefined || versionOf(known) !== versionOf(item) : isNews(item)) put(item);
      }
    },
  };
}

function versionOf(object: KubeObject): string {
  return object.metadata.resourceVersion ?? '';
}

function ownerOf(object: KubeObject): readonly string[] {
  const uid = controllerOf(object)?.uid;
  return uid === undefined ? [] : [uid];
}
