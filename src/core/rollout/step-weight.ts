import type { CanaryStep } from '../../api/v1alpha1/rollout.ts';

/** The last `setWeight` at or before the step; all of it after the last step, nothing before the first one. */
export function weightAt(steps: readonly CanaryStep[], index: number, totalWeight: number): number {
  return index >= steps.length ? totalWeight : weightBefore(steps, index + 1);
}

/** The last `setWeight` strictly before the step. */
export function weightBefore(steps: readonly CanaryStep[], index: number): number {
  return steps.slice(0, index).reduce((weight, { setWeight }) => setWeight ?? weight, 0);
}
