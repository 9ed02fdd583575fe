import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { allRevisions, type Situation } from './situation.ts';

export interface PodCounts {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
}

/** Pods as the ReplicaSets report them. A blue-green counts as ready what serves production. */
export function podCounts(seen: Situation): PodCounts {
  const all = allRevisions(seen);
  const active = activeRevision(seen);
  const serving = active === undefined ? all : [active];
  return {
    replicas: sum(all.map(({ pods }) => pods)),
    updatedReplicas: seen.canary.pods,
    readyReplicas: sum(serving.map(({ ready }) => ready)),
    availableReplicas: sum(serving.map(({ available }) => available)),
  };
}

/** Blue-green: what the active Service selects. */
export function activeRevision(seen: Situation) {
  if (seen.blueGreen === undefined) return undefined;
  const selected = seen.observed.services[seen.blueGreen.activeService]?.spec.selector;
  const hash = selected?.['rollouts-pod-template-hash'];
  return hash === undefined ? undefined : allRevisions(seen).find((revision) => revision.hash === hash);
}

/** Has anything moved since the last status? Pods came or old ones went, a Service turned, a step was done. */
export function hasProgressed(seen: Situation, next: RolloutStatus): boolean {
  const { status } = seen;
  const now = podCounts(seen);
  const old = (counts: { replicas?: number; updatedReplicas?: number }) =>
    (counts.replicas ?? 0) - (counts.updatedReplicas ?? 0);
  return (
    now.updatedReplicas !== (status.updatedReplicas ?? 0) ||
    old(now) < old(status) ||
    now.readyReplicas > (status.readyReplicas ?? 0) ||
    now.availableReplicas > (status.availableReplicas ?? 0) ||
    next.stableRS !== status.stableRS ||
    next.currentStepIndex !== status.currentStepIndex ||
    next.currentStepHash !== status.currentStepHash ||
    next.blueGreen?.activeSelector !== status.blueGreen?.activeSelector ||
    next.blueGreen?.previewSelector !== status.blueGreen?.previewSelector
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
