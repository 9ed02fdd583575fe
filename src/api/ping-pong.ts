import type { CanaryStrategy } from './v1alpha1/rollout.ts';

export type PingPong = NonNullable<CanaryStrategy['pingPong']>;

/** The plugin that is built in here prefers the pair that takes turns, as ALB does. */
const preferring = 'argoproj-labs/gatewayAPI';

/**
 * The Services that take turns; undefined when the named pair, `stableService` and `canaryService`, plays the two parts of all
 * routers. With both given, ALB and the Gateway API divide between ping and pong, every other router between the named pair.
 * Source: argo-rollouts 9f8d111d, GetStableAndCanaryServices and who calls it.
 */
export function pingPongOf(canary: CanaryStrategy = {}): PingPong | undefined {
  const { pingPong, stableService = '', canaryService = '', trafficRouting } = canary;
  const isNamed = stableService !== '' || canaryService !== '';
  const isPreferred =
    trafficRouting?.alb !== undefined || trafficRouting?.plugins?.[preferring] !== undefined;
  return isNamed && !isPreferred ? undefined : pingPong;
}

/** The named pair. It swaps selectors at each promotion, also beside Services that take turns. */
export interface NamedPair {
  readonly stable: string;
  readonly canary: string;
}

/** Undefined unless both are given. */
export function namedPairOf({
  stableService = '',
  canaryService = '',
}: CanaryStrategy = {}): NamedPair | undefined {
  return stableService === '' || canaryService === ''
    ? undefined
    : { stable: stableService, canary: canaryService };
}
