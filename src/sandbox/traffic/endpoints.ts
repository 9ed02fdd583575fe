import { podTemplateHashLabel } from '../../api/labels.ts';
import { controllerOf, keyOf, type ObjectKey, objectKey } from '../../api/meta.ts';
import type { EndpointSlice, Pod, ReplicaSet } from '../../api/workloads.ts';
import { type KnownObjects, trafficResources } from './objects.ts';

/** One address behind a Service. Without a pod the address leads nowhere: the slice is older than the pod's end. */
export interface Endpoint {
  readonly name: string;
  readonly pod: Pod | undefined;
}

/** The ready endpoints of every Service, by namespace and name. */
export interface EndpointIndex {
  get(service: string): readonly Endpoint[] | undefined;
  /** Puts a slice in its place, or takes it away. Answers with the Services whose endpoints may be others now. */
  put(slice: EndpointSlice, isGone: boolean): readonly string[];
  /** A pod has changed, come or gone: the Services that it stands behind. */
  refreshPod(pod: ObjectKey): readonly string[];
  servicesWith(isMeant: (endpoint: Endpoint) => boolean): readonly string[];
}

export function createEndpointIndex(objects: KnownObjects): EndpointIndex {
  const slices = new Map<string, Map<ObjectKey, EndpointSlice>>();
  const endpoints = new Map<string, readonly Endpoint[]>();
  const servicesOfPod = new Map<ObjectKey, Set<string>>();
  const refresh = (service: string) => {
    const namespace = service.slice(0, service.indexOf('/'));
    const keyOfEndpoint = ({ name }: Endpoint) => objectKey(namespace, name);
    for (const one of endpoints.get(service) ?? []) servicesOfPod.get(keyOfEndpoint(one))?.delete(service);
    const found = readyEndpoints(slices.get(service)?.values() ?? [], namespace, objects);
    endpoints.set(service, found);
    for (const one of found) {
      const known = servicesOfPod.get(keyOfEndpoint(one)) ?? new Set<string>();
      servicesOfPod.set(keyOfEndpoint(one), known.add(service));
    }
  };
  return {
    get: (service) => endpoints.get(service),
    put(slice, isGone) {
      const name = slice.metadata.labels?.['kubernetes.io/service-name'];
      if (name === undefined) return [];
      const service = `${slice.metadata.namespace ?? ''}/${name}`;
      const known = slices.get(service) ?? new Map<ObjectKey, EndpointSlice>();
      slices.set(service, known);
      if (isGone) known.delete(keyOf(slice));
      else known.set(keyOf(slice), slice);
      refresh(service);
      return [service];
    },
    refreshPod(pod) {
      const found = [...(servicesOfPod.get(pod) ?? [])];
      for (const service of found) refresh(service);
      return found;
    },
    servicesWith: (isMeant) =>
      [...endpoints].flatMap(([service, all]) => (all.some(isMeant) ? [service] : [])),
  };
}

function readyEndpoints(
  slices: Iterable<EndpointSlice>,
  namespace: string,
  objects: KnownObjects,
): readonly Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    for (const { conditions, targetRef, addresses } of slice.endpoints ?? []) {
      if (conditions?.ready === false) continue;
      const name = targetRef?.name ?? addresses[0] ?? '';
      found.set(name, { name, pod: objects.get<Pod>(trafficResources.pods, namespace, name) });
    }
  }
  return [...found.values()];
}

/** The revision that a pod belongs to: the label of a Rollout's pods, or of a Deployment's; empty without either. */
export function revisionOf(labels: Readonly<Record<string, string>> = {}): string {
  return labels[podTemplateHashLabel] ?? labels['pod-template-hash'] ?? '';
}

/** What dashboards call the workload: the owner of the pod's ReplicaSet, or the nearest owner there is. */
export function workloadOf(pod: Pod, objects: KnownObjects): string {
  const owner = controllerOf(pod);
  if (owner === undefined) return pod.metadata.name;
  const replicaSet = objects.get<ReplicaSet>(
    trafficResources.replicaSets,
    pod.metadata.namespace ?? '',
    owner.name,
  );
  return (replicaSet === undefined ? undefined : controllerOf(replicaSet)?.name) ?? owner.name;
}
