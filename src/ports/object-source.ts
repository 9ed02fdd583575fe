import type { KubeObject } from '../api/meta.ts';
import type { ObjectRef, ResourceType } from '../api/resources.ts';

/** Looks objects up: in the caches of a cluster, or among the objects of files. */
export interface ObjectSource {
  get<T extends KubeObject = KubeObject>(ref: ObjectRef): T | undefined;
  /** Every object of a type in one namespace. */
  list(type: ResourceType, namespace: string | undefined): readonly KubeObject[];
}
