import { podTemplateHashLabel } from '../../api/labels.ts';
import { controllerOf, type KubeObject } from '../../api/meta.ts';
import type { Pod, ReplicaSet } from '../../api/workloads.ts';
import { type KnownObjects, trafficResources } from './objects.ts';

/** The slice of an EndpointSlice that a proxy reads. */
export interface EndpointSlice extends KubeObject {
  endpoints?: {
    addresses: string[];
    conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean };
    targetRef?: { kind: string; name: string };
  }[];
}

/** One address behind a Service. Without a pod the address leads nowhere: the slice is older than the pod's end. */
export interface Endpoint {
  readonly name: string;
  readonly pod: Pod | undefined;
}

/** The ready endpoints of every Service, by namespace and name. */
export type EndpointIndex = ReadonlyMap<string, readonly Endpoint[]>;

export function endpointIndex(objects: KnownObjects): EndpointIndex {
  const index = new Map<string, Map<string, Endpoint>>();
  for (const slice of objects.list<EndpointSlice>(trafficResources.endpointSlices)) {
    const namespace = slice.metadata.namespace ?? '';
    const service = slice.metadata.labels?.['kubernetes.io/service-name'];
    if (service === undefined) continue;
    const key = `${namespace}/${service}`;
    const endpoints = index.get(key) ?? new Map<string, Endpoint>();
    index.set(key, endpoints);
    for (const { conditions, targetRef, addresses } of slice.endpoints ?? []) {
      if (conditions?.ready === false) continue;
      const name = targetRef?.name ?? addresses[0] ?? '';
      endpoints.set(name, { name, pod: objects.get<Pod>(trafficResources.pods, namespace, name) });
    }
  }
  return new Map([...index].map(([key, endpoints]) => [key, [...endpoints.values()]]));
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
