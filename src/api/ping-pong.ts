import type { CanaryStrategy } from './v1alpha1/rollout.ts';

export type PingPong = NonNullable<CanaryStrategy['pingPong']>;

/** The plugin that is built in here prefers the pair that takes turns, as ALB does. */
const preferring = 'argoproj-labs/gatewayAPI';

/**
 * The Services that take turns; undefined when the named pair, `stableService` and `canaryService`, plays the two parts. With
 * both given, Istio alone divides between the named pair, ALB and the Gateway API between ping and pong; there is one answer
 * for all routers of a Rollout. Source: argo-rollouts 9f8d111d, GetStableAndCanaryServices and who calls it.
 */
export function pingPongOf({
  pingPong,
  stableService = '',
  canaryService = '',
  trafficRouting,
}: CanaryStrategy = {}): PingPong | undefined {
  const isNamed = stableService !== '' || canaryService !== '';
  const isPreferred =
    trafficRouting?.alb !== undefined || trafficRouting?.plugins?.[preferring] !== undefined;
  return isNamed && !isPreferred ? undefined : pingPong;
}
