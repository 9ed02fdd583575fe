import type { ObjectMeta, OwnerReference } from './meta.ts';
import { apiVersionOf, type ResourceType, resources } from './resources.ts';

/** The reference by which an object says that this one controls it: they go together. */
export function controlledBy(
  { metadata }: { readonly metadata: ObjectMeta },
  type: ResourceType = resources.rollouts,
): OwnerReference {
  const { name, uid = '' } = metadata;
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}
