import { controllerOf } from '../../api/meta.ts';
import { quantityAmount } from '../../api/quantity.ts';
import type { ContainerStatus, Pod } from '../../api/workloads.ts';
import type { Labels } from './labels.ts';
import {
  conditionStatuses,
  family,
  labelLabels,
  numberOf,
  oneOf,
  ownerLabels,
  type StateFamily,
  sample,
  secondsOf,
} from './state-family.ts';
import type { Sample } from './state-history.ts';

const ofPods = (samplesOf: (pod: Pod, labels: Labels) => readonly Sample[]) =>
  family<Pod>('pods', (pod) => samplesOf(pod, labelsOf(pod)));

function labelsOf({ metadata }: Pod): Labels {
  return { namespace: metadata.namespace ?? '', pod: metadata.name, uid: metadata.uid ?? '' };
}

const ofContainers = (read: (status: ContainerStatus) => number | undefined) =>
  ofPods(({ status }, labels) =>
    (status?.containerStatuses ?? []).flatMap((one) =>
      numberOf({ ...labels, container: one.name }, read(one)),
    ),
  );

/** A reason is a series of its own, and there only while it holds. */
const ofReasons = (reasonOf: (status: ContainerStatus) => string | undefined) =>
  ofPods(({ status }, labels) =>
    (status?.containerStatuses ?? []).flatMap((one) => {
      const reason = reasonOf(one);
      return reason === undefined ? [] : [sample({ ...labels, container: one.name, reason }, 1)];
    }),
  );

type LastState = { readonly lastState?: { readonly terminated?: { readonly reason?: string } } };

const ofCondition = (name: string) =>
  ofPods(({ status }, labels) => {
    const found = status?.conditions?.find(({ type }) => type === name);
    return found === undefined
      ? []
      : oneOf(labels, 'condition', conditionStatuses, found.status.toLowerCase());
  });

const units = { cpu: 'core', memory: 'byte', 'ephemeral-storage': 'byte' } as const;

const ofResources = (member: 'requests' | 'limits') =>
  ofPods(({ spec }, labels) =>
    (spec?.containers ?? []).flatMap(({ name, ...container }) => {
      const { resources } = container as {
        resources?: Partial<Record<typeof member, Record<string, string>>>;
      };
      return Object.entries(resources?.[member] ?? {}).flatMap(([resource, amount]) =>
        numberOf(
          {
            ...labels,
            container: name,
            node: nodeOf(spec),
            resource: resource.replace(/[^a-zA-Z0-9_]/g, '_'),
            unit: units[resource as keyof typeof units] ?? 'integer',
          },
          quantityAmount(amount),
        ),
      );
    }),
  );

const nodeOf = (spec: Pod['spec']): string => String(spec?.['nodeName'] ?? '');

const phases = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'] as const;

/** Metrics of pods, with the names and labels of kube-state-metrics (docs/metrics/workload/pod-metrics.md there). */
export const podStateFamilies: Readonly<Record<string, StateFamily>> = {
  kube_pod_info: ofPods((pod, labels) => [
    sample(
      {
        ...labels,
        node: nodeOf(pod.spec),
        pod_ip: pod.status?.podIP,
        created_by_kind: controllerOf(pod)?.kind ?? '<none>',
        created_by_name: controllerOf(pod)?.name ?? '<none>',
        host_network: String(pod.spec?.['hostNetwork'] === true),
      },
      1,
    ),
  ]),
  kube_pod_owner: ofPods((pod, labels) => [sample({ ...labels, ...ownerLabels(pod) }, 1)]),
  kube_pod_labels: ofPods((pod, labels) => [sample({ ...labels, ...labelLabels(pod) }, 1)]),
  kube_pod_created: ofPods((pod, labels) => numberOf(labels, secondsOf(pod.metadata.creationTimestamp))),
  kube_pod_start_time: ofPods((pod, labels) => numberOf(labels, secondsOf(pod.status?.startTime))),
  kube_pod_deletion_timestamp: ofPods((pod, labels) =>
    numberOf(labels, secondsOf(pod.metadata.deletionTimestamp)),
  ),
  kube_pod_status_phase: ofPods((pod, labels) => oneOf(labels, 'phase', phases, pod.status?.phase)),
  kube_pod_status_ready: ofCondition('Ready'),
  kube_pod_status_scheduled: ofCondition('PodScheduled'),
  kube_pod_status_container_ready_time: ofPods(({ status }, labels) => {
    const ready = status?.conditions?.find(
      ({ type, status: holds }) => type === 'ContainersReady' && holds === 'True',
    );
    return numberOf(labels, secondsOf(ready?.lastTransitionTime));
  }),
  kube_pod_container_info: ofPods(({ status }, labels) =>
    (status?.containerStatuses ?? []).map(({ name, image }) =>
      sample({ ...labels, container: name, image, image_spec: image }, 1),
    ),
  ),
  kube_pod_container_status_ready: ofContainers(({ ready }) => Number(ready)),
  kube_pod_container_status_restarts_total: ofContainers(({ restartCount }) => restartCount),
  kube_pod_container_status_running: ofContainers(({ state }) => Number(state?.running !== undefined)),
  kube_pod_container_status_waiting: ofContainers(({ state }) => Number(state?.waiting !== undefined)),
  kube_pod_container_status_terminated: ofContainers(({ state }) => Number(state?.terminated !== undefined)),
  kube_pod_container_status_waiting_reason: ofReasons(({ state }) => state?.waiting?.reason),
  kube_pod_container_status_terminated_reason: ofReasons(({ state }) => state?.terminated?.reason),
  kube_pod_container_status_last_terminated_reason: ofReasons(
    (status) => (status as LastState).lastState?.terminated?.reason,
  ),
  kube_pod_container_resource_requests: ofResources('requests'),
  kube_pod_container_resource_limits: ofResources('limits'),
};
