import { controllerOf, type KubeObject } from '../api/meta.ts';

/** Those that this object controls. */
export function ownedBy<T extends KubeObject>(owner: KubeObject, objects: readonly T[]): T[] {
  return objects.filter((object) => controllerOf(object)?.uid === owner.metadata.uid);
}

/** In the order in which they were created. */
export function oldestFirst<T extends KubeObject>(objects: readonly T[]): T[] {
  return [...objects].sort(
    (left, right) =>
      (left.metadata.creationTimestamp ?? '').localeCompare(right.metadata.creationTimestamp ?? '') ||
      left.metadata.name.localeCompare(right.metadata.name),
  );
}
