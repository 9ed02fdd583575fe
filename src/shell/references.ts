import type { ObjectKey } from '../api/meta.ts';
import { objectKey, splitKey } from '../api/meta.ts';
import type { ObjectRef, ResourceType } from '../api/resources.ts';

/** Who looked at what: so that a change of an object, its creation too, wakes all whose decision depends on it. */
export interface References {
  /** `key` looked at these, whether they exist or not; replaces what it looked at before. */
  set(key: ObjectKey, refs: Iterable<Looked>): void;
  forget(key: ObjectKey): void;
  lookingAt(type: ResourceType, object: ObjectKey): Iterable<ObjectKey>;
}

/** One object, or with no name every object of the type in the namespace: it may be one that is searched for. */
export type Looked = Pick<ObjectRef, 'type' | 'namespace'> & { readonly name?: string };

export function references(): References {
  const byKey = new Map<ObjectKey, readonly string[]>();
  /** Hardly any object is looked at by two: a set for each would be most of what is kept here. */
  const byObject = new Map<string, ObjectKey | Set<ObjectKey>>();

  const remember = (id: string, key: ObjectKey) => {
    const keys = byObject.get(id);
    if (keys === undefined) byObject.set(id, key);
    else if (typeof keys !== 'string') keys.add(key);
    else if (keys !== key) byObject.set(id, new Set([keys, key]));
  };

  const forgetOne = (id: string, key: ObjectKey) => {
    const keys = byObject.get(id);
    if (keys === key) byObject.delete(id);
    else if (keys instanceof Set && keys.delete(key) && keys.size === 0) byObject.delete(id);
  };

  const keysOf = (id: string): Iterable<ObjectKey> => {
    const keys = byObject.get(id) ?? [];
    return typeof keys === 'string' ? [keys] : keys;
  };

  return {
    forget: (key) => {
      for (const id of byKey.get(key) ?? []) forgetOne(id, key);
      byKey.delete(key);
    },
    set: (key, refs) => {
      const ids = new Set(
        [...refs].map(({ type, namespace, name }) => idOf(type, objectKey(namespace, name ?? anyName))),
      );
      const before = byKey.get(key) ?? [];
      if (before.length === ids.size && before.every((id) => ids.has(id))) return;
      for (const id of before) if (!ids.has(id)) forgetOne(id, key);
      for (const id of ids) remember(id, key);
      byKey.set(key, [...ids]);
    },
    lookingAt: (type, object) => {
      const { namespace } = splitKey(object);
      return [...keysOf(idOf(type, object)), ...keysOf(idOf(type, objectKey(namespace, anyName)))];
    },
  };
}

/** No object has this name. */
const anyName = '*';

function idOf({ group, plural }: ResourceType, key: ObjectKey): string {
  return `${group}/${plural}/${key}`;
}
