import type { CanaryStep } from '../../../api/v1alpha1/rollout.ts';
import type { Outcome } from '../../plan.ts';
import type { Memory } from '../memory.ts';
import type { Sizes } from '../replicas.ts';
import type { Situation } from '../situation.ts';
import type { Traffic } from '../weights.ts';

export type StepKind =
  | 'setWeight'
  | 'pause'
  | 'analysis'
  | 'experiment'
  | 'setCanaryScale'
  | 'setHeaderRoute'
  | 'setMirrorRoute'
  | 'plugin';

/** What a step may look at when it is asked whether it is done. */
export interface StepView {
  readonly seen: Situation;
  /** Stands at this step. */
  readonly memory: Memory;
  readonly traffic: Traffic;
  /** The sizes that this step asks for now. */
  readonly sizes: Sizes;
}

export type StepHandler<K extends StepKind> = (step: NonNullable<CanaryStep[K]>, view: StepView) => Outcome;
