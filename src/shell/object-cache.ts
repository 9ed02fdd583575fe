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
  const indexes = new Map<string, Index<T>>();
  /** uid → version at deletion, when known. */
  const deleted = new Set<string>();

  /** Made when it is first asked for: of most types nobody asks for the owner, say. */
  const indexOf = (name: string): Index<T> => {
    const known = indexes.get(name);
    if (known !== undefined) return known;
    const made = indexBy<T>(allIndexers[name] ?? (() => []));
    for (const [key, object] of objects) made.put(key, object);
    indexes.set(name, made);
    return made;
  };

  const put = (object: T) => {
    const key = keyOf(object);
    const previous = objects.get(key);
    objects.set(key, object);
    for (const index of indexes.values()) index.put(key, object, previous);
    onChange(previous === undefined ? { type: 'added', object } : { type: 'modified', object, previous });
  };

  const drop = (key: ObjectKey, last?: T) => {
    const previous = objects.get(key);
    if (previous === undefined) return;
    for (const index of indexes.values()) index.drop(key, previous);
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
      namespace === undefined ? [...objects.values()] : indexOf('namespace').under(namespace),
    byIndex: (name, value) => indexOf(name).under(value),
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

interface Index<T extends KubeObject> {
  put(key: ObjectKey, object: T, previous?: T): void;
  drop(key: ObjectKey, object: T): void;
  under(value: string): T[];
}

/** Under most values there is one object: an owner's only ReplicaSet. That needs no map. */
function indexBy<T extends KubeObject>(indexer: Indexer): Index<T> {
  const found = new Map<string, T | Map<ObjectKey, T>>();

  const add = (value: string, key: ObjectKey, object: T) => {
    const others = found.get(value);
    if (others instanceof Map) others.set(key, object);
    else if (others === undefined || keyOf(others) === key) found.set(value, object);
    else {
      found.set(
        value,
        new Map([
          [keyOf(others), others],
          [key, object],
        ]),
      );
    }
  };

  const remove = (value: string, key: ObjectKey) => {
    const others = found.get(value);
    const isLast = others instanceof Map ? others.delete(key) && others.size === 0 : others !== undefined;
    if (isLast) found.delete(value);
  };

  return {
    put(key, object, previous) {
      const values = indexer(object);
      for (const value of previous === undefined ? [] : indexer(previous)) {
        if (!values.includes(value)) remove(value, key);
      }
      for (const value of values) add(value, key, object);
    },
    drop(key, object) {
      for (const value of indexer(object)) remove(value, key);
    },
    under(value) {
      const objects = found.get(value);
      if (objects === undefined) return [];
      return objects instanceof Map ? [...objects.values()] : [objects];
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
