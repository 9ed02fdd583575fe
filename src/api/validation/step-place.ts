import type { CanaryStrategy, Rollout } from '../v1alpha1/rollout.ts';
import type { RouterFacts } from './router-facts.ts';

/** What a step is judged with beside itself. */
export interface StepPlace {
  readonly rollout: Rollout;
  readonly canary: CanaryStrategy;
  /** `spec.strategy` */
  readonly path: string;
  /** `spec.strategy.steps[0]` */
  readonly at: string;
  readonly index: number;
  readonly routers: readonly RouterFacts[] | undefined;
}
