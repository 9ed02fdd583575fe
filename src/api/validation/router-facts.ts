import type { ProviderKind } from '../measurement.ts';
import type { RouterCapability } from '../split.ts';
import type { CanaryStep } from '../v1alpha1/rollout.ts';

/** What validation knows of one configured router. */
export interface RouterFacts {
  readonly kind: string;
  readonly supported: boolean;
  readonly capabilities: ReadonlySet<RouterCapability>;
  readonly problems: readonly { readonly path: string; readonly value: string; readonly detail: string }[];
}

/** What this process can drive, ask and carry out. */
export interface Supported {
  readonly routers: readonly string[];
  readonly providers: readonly ProviderKind[];
  /** Kinds of steps. */
  readonly steps: readonly (keyof CanaryStep)[];
}

/** The part of the context that a strategy is judged with. */
export interface StrategyContext {
  readonly routers: readonly RouterFacts[];
  readonly supported?: Supported;
}
