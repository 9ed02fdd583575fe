import type { CanaryStep } from '../../../api/v1alpha1/rollout.ts';
import type { StepKind } from './step.ts';

/** In this order when somebody wrote several kinds into one step and validation let it pass. */
const kinds = [
  'pause',
  'setCanaryScale',
  'setWeight',
  'experiment',
  'analysis',
  'setHeaderRoute',
  'setMirrorRoute',
  'plugin',
] as const satisfies readonly StepKind[];

export function kindOf(step: CanaryStep | undefined): StepKind | undefined {
  return step === undefined ? undefined : kinds.find((kind) => step[kind] !== undefined);
}
