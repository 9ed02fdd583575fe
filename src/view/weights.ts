import { podTemplateHashLabel } from '../api/labels.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { ReplicaSet } from '../api/workloads.ts';

/** The router's maximum: what 100 % is written as. Default 100. */
export function maxWeight(rollout: Rollout): number {
  return rollout.spec.strategy?.canary?.trafficRouting?.maxTrafficWeight ?? 100;
}

/** The weight that the steps ask for now: that of the last setWeight reached; 0 after an abort, the maximum past the last step. */
export function viewSetWeight(rollout: Rollout): number {
  if (rollout.status?.abort === true) return 0;
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  const index = rollout.status?.currentStepIndex;
  if (steps.length === 0 || index === undefined || index >= steps.length) return maxWeight(rollout);
  return steps.slice(0, index + 1).findLast((step) => step.setWeight !== undefined)?.setWeight ?? 0;
}

/** The share that the canary has now: what the router was given, or without a router its share of the available pods. */
export function viewActualWeight(rollout: Rollout, replicaSets: readonly ReplicaSet[]): number {
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  const index = rollout.status?.currentStepIndex;
  if (steps.length === 0 || index === undefined || index >= steps.length) return maxWeight(rollout);
  const available = sumAvailable(replicaSets);
  if (available === 0) return 0;
  if (rollout.spec.strategy?.canary?.trafficRouting !== undefined) {
    return rollout.status?.canary?.weights?.canary.weight ?? viewSetWeight(rollout);
  }
  const current = rollout.status?.currentPodHash;
  const canary = sumAvailable(
    replicaSets.filter(({ metadata }) => metadata.labels?.[podTemplateHashLabel] === current),
  );
  return Math.floor((canary * maxWeight(rollout)) / available);
}

function sumAvailable(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0);
}
