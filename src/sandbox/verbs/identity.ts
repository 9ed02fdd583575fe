import type { KubeObject } from '../../api/meta.ts';
import type { Resource } from '../resource.ts';
import { badRequest, conflict, invalid, invalidValue, type StatusError } from '../status.ts';

/** An object goes to the place that the URL names, and has to say so. */
export function refuseOtherName(name: unknown, expected: string | undefined): void {
  if (expected !== undefined && name !== expected) throw otherName(name, expected);
}

export function otherName(name: unknown, expected: string): StatusError {
  return badRequest(
    name === undefined || name === ''
      ? `the name of the object (${expected} based on URL) was undeterminable: name must be provided`
      : `the name of the object (${name}) does not match the name on the URL (${expected})`,
  );
}

/** Refuses a write that knows another object, or an older one. */
export function refuseStale(resource: Resource, object: KubeObject, live: KubeObject): void {
  const { resourceVersion, name } = object.metadata;
  refuseOtherUid(resource, object, live);
  if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') return;
  if (resourceVersion !== live.metadata.resourceVersion) throw conflict(resource, name);
}

export function refuseOtherUid(resource: Resource, object: KubeObject, live: KubeObject): void {
  const { uid } = object.metadata;
  if (uid === undefined || uid === '' || uid === live.metadata.uid) return;
  throw otherUid(resource, object, live.metadata.uid ?? '');
}

/** When an object goes is not for its writers to say. */
export function refuseOtherEnd(resource: Resource, { metadata }: KubeObject, live: KubeObject): void {
  const { deletionTimestamp: given, name } = metadata;
  if (given === undefined || given === live.metadata.deletionTimestamp) return;
  const fault = invalidValue('metadata.deletionTimestamp', given, 'field is immutable');
  throw invalid(resource, name, resource.builtin ? [fault, fault] : [fault]);
}

/** The write is meant for another object of that name. */
export function otherUid(resource: Resource, object: KubeObject, actual: string): StatusError {
  const { name, uid } = object.metadata;
  return conflict(
    resource,
    name,
    `StorageError: invalid object, Code: 4, Key: ${storageKey(resource, object)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${actual}`,
  );
}

const storageFolders: Readonly<Record<string, string>> = {
  services: 'services/specs',
  endpoints: 'services/endpoints',
  nodes: 'minions',
  'ingresses.networking.k8s.io': 'ingress',
};

/** Where a real server would keep the object, which its conflicts tell. */
function storageKey(resource: Resource, { metadata }: KubeObject): string {
  const root = resource.builtin
    ? (storageFolders[resource.storage] ?? resource.plural)
    : `${resource.group}/${resource.plural}`;
  return `/registry/${root}/${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}
