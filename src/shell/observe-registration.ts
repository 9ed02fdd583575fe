import { podTemplateHashLabel } from '../api/labels.ts';
import type { KubeObject } from '../api/meta.ts';
import { type ResourceType, resources } from '../api/resources.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { EndpointSlice, ReplicaSet, Service, TargetGroupBinding } from '../api/workloads.ts';
import type { ObservedRegistration } from '../core/rollout/observed.ts';
import { registrationNeed } from '../core/rollout/registration.ts';
import { isApiError, type ListOptions } from '../ports/cluster.ts';
import type { TargetRegistration } from '../ports/target-registration.ts';
import type { Caches } from './caches.ts';
import { ownerIndex } from './object-cache.ts';

interface RegistrationOptions {
  readonly caches: Caches;
  readonly registration?: TargetRegistration;
  readonly signal: AbortSignal;
  readonly heard?: () => void;
}

const notAsked: ObservedRegistration = { verified: false, podTemplateHash: undefined, news: [] };

/**
 * Does the load balancer know the pods that the Rollout waits for? Endpoints are many and change all the time, so they are in
 * no cache: they are read while somebody waits. Undefined when AWS is not asked at all.
 */
export async function observeRegistration(
  rollout: Rollout,
  { caches, registration, signal, heard = () => {} }: RegistrationOptions,
): Promise<ObservedRegistration | undefined> {
  if (registration === undefined) return undefined;
  const { namespace, uid = '' } = rollout.metadata;
  const replicaSets = caches.of<ReplicaSet>(resources.replicaSets).cache.byIndex(ownerIndex, uid);
  const need = registrationNeed(rollout, replicaSets);
  if (need === undefined) return notAsked;
  const { podTemplateHash } = need;
  const service = caches.get<Service>({ type: resources.services, namespace, name: need.service });
  const isMeant = ({ metadata }: ReplicaSet) => metadata.labels?.[podTemplateHashLabel] === podTemplateHash;
  const replicaSet = replicaSets.find(isMeant);
  if (service?.spec.selector?.[podTemplateHashLabel] !== podTemplateHash || replicaSet === undefined) {
    return notAsked;
  }
  const found = <T extends KubeObject>(type: ResourceType, options: ListOptions) =>
    listed<T>(caches, type, { ...options, ...(namespace !== undefined && { namespace }), signal });
  const bindings = await found<TargetGroupBinding>(resources.targetGroupBindings, {});
  const isBound = bindings.some(({ spec }) => spec.serviceRef.name === need.service);
  const labelSelector = `kubernetes.io/service-name=${need.service}`;
  const slices = isBound ? await found<EndpointSlice>(resources.endpointSlices, { labelSelector }) : [];
  return {
    podTemplateHash,
    ...registration.ask({ rollout, service, replicaSet, bindings, slices }, heard),
  };
}

/** A cluster that does not serve the type has none of it. */
async function listed<T extends KubeObject>(
  caches: Caches,
  type: ResourceType,
  options: ListOptions,
): Promise<readonly T[]> {
  try {
    return (await caches.cluster.list(type, options)).items as unknown as readonly T[];
  } catch (error) {
    if (isApiError(error, 404)) return [];
    throw error;
  }
}
