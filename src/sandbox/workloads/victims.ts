import type { Pod } from '../../api/workloads.ts';
import { conditionOf, isReady } from './pods.ts';

/** The `count` pods that a scale-down ends: first those that are least of a loss. */
export function victims(pods: readonly Pod[], count: number): Pod[] {
  if (count <= 0) return [];
  return [...pods].sort(byLoss).slice(0, count);
}

/** Smaller is less of a loss; compared in this order. Source: Kubernetes' `ActivePodsWithRanks`. */
const losses: readonly ((pod: Pod) => number | string)[] = [
  (pod) => (pod.spec?.['nodeName'] === undefined ? 0 : 1), // not even scheduled
  (pod) => ({ Pending: 0, Unknown: 1, Running: 2 })[String(pod.status?.phase)] ?? 0,
  (pod) => (isReady(pod) ? 1 : 0),
  (pod) => Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0),
  (pod) => newestFirst(isReady(pod) ? conditionOf(pod, 'Ready')?.lastTransitionTime : undefined),
  (pod) => -Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount)),
  (pod) => newestFirst(pod.metadata.creationTimestamp),
  (pod) => pod.metadata.name, // so that the choice is the same in every run
];

function byLoss(one: Pod, other: Pod): number {
  for (const loss of losses) {
    const [first, second] = [loss(one), loss(other)];
    if (first !== second) return first < second ? -1 : 1;
  }
  return 0;
}

function newestFirst(time: string | undefined): number {
  return time === undefined ? 0 : -Date.parse(time);
}
