import type { KubeObject } from '../api/meta.ts';

/** What the caches keep of an object: all but who wrote which field. That is a third of its bytes, and nobody looks. */
export function keptObject<T extends KubeObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
