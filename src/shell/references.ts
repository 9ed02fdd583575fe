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
  const byKey = new Map<ObjectKey, ReadonlySet<string>>();
  const byObject = new Map<string, Set<ObjectKey>>();

  const forget = (key: ObjectKey) => {
    for (const id of byKey.get(key) ?? []) {
      const keys = byObject.get(id);
      keys?.delete(key);
      if (keys?.size === 0) byObject.delete(id);
    }
    byKey.delete(key);
  };

  return {
    forget,
    set: (key, refs) => {
      forget(key);
      const ids = new Set(
        [...refs].map(({ type, namespace, name }) => idOf(type, objectKey(namespace, name ?? anyName))),
      );
      byKey.set(key, ids);
      for (const id of ids) {
        const keys = byObject.get(id) ?? new Set();
        byObject.set(id, keys.add(key));
      }
    },
    lookingAt: (type, object) => {
      const { namespace } = splitKey(object);
      const searching = byObject.get(idOf(type, objectKey(namespace, anyName))) ?? [];
      return [...(byObject.get(idOf(type, object)) ?? []), ...searching];
    },
  };
}

/** No object has this name. */
const anyName = '*';

function idOf({ group, plural }: ResourceType, key: ObjectKey): string {
  return `${group}/${plural}/${key}`;
}
