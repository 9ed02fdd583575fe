import type { Destination, Split } from '../../api/split.ts';
import type { Rollout, TrafficRouting } from '../../api/v1alpha1/rollout.ts';
import { SluiceError } from '../../kernel/errors.ts';
import { servicesOf } from '../services.ts';

export type AlbRouting = NonNullable<TrafficRouting['alb']>;

export function albOf(rollout: Rollout): AlbRouting {
  return rollout.spec.strategy?.canary?.trafficRouting?.alb ?? { servicePort: 0 };
}

/** `alb.ingress.kubernetes.io` unless the Rollout names another prefix. */
export function prefixOf(rollout: Rollout): string {
  return albOf(rollout).annotationPrefix ?? 'alb.ingress.kubernetes.io';
}

/** The annotation that carries the weights: the action of the root Service, or of the stable one. */
export function annotationKey(rollout: Rollout): string {
  const service = albOf(rollout).rootService ?? servicesOf(rollout, 'pingPong').stable ?? '';
  return `${prefixOf(rollout)}/actions.${service}`;
}

/** The action's value, in the peer's order of members, so that taking over a release writes nothing. */
export function forwardAction(rollout: Rollout, split: Split): string {
  const { canary = '', stable = '' } = servicesOf(rollout, 'pingPong');
  return action(rollout, [
    { ...split.canary, service: canary },
    ...split.additional,
    { ...split.stable, service: stable },
  ]);
}

/** All requests to the canary: the action of a header route. */
export function canaryAction(rollout: Rollout, split: Split): string {
  const { canary = '' } = servicesOf(rollout, 'pingPong');
  return action(rollout, [{ ...split.canary, service: canary, weight: 100 }]);
}

const longestStickinessSeconds = 604_800; // seven days, the load balancer's limit

function action(rollout: Rollout, destinations: readonly Destination[]): string {
  const { servicePort, stickinessConfig } = albOf(rollout);
  const TargetGroups = destinations.map(({ service, weight }) => ({
    ServiceName: service,
    ServicePort: String(servicePort),
    Weight: weight,
  }));
  if (stickinessConfig?.enabled !== true) return goJson({ Type: 'forward', ForwardConfig: { TargetGroups } });
  const { durationSeconds } = stickinessConfig;
  if (durationSeconds < 1 || durationSeconds > longestStickinessSeconds) {
    throw new SluiceError(
      'SPEC_INVALID',
      "TargetGroupStickinessConfig's duration must be between 1 and 604800 seconds (7 days)!",
      { found: durationSeconds },
    );
  }
  const TargetGroupStickinessConfig = { Enabled: true, DurationSeconds: durationSeconds };
  return goJson({ Type: 'forward', ForwardConfig: { TargetGroups, TargetGroupStickinessConfig } });
}

/** JSON as Go writes it: `<`, `>` and `&` are escaped. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The weight that an action gives to a Service; undefined when it is no weighted forward. */
export function forwardedWeight(annotation: string | undefined, service: string): number | undefined {
  if (annotation === undefined) return undefined;
  try {
    const { ForwardConfig } = JSON.parse(annotation) as {
      ForwardConfig?: { TargetGroups?: { ServiceName?: string; Weight?: number }[] };
    };
    return ForwardConfig?.TargetGroups?.find(({ ServiceName }) => ServiceName === service)?.Weight;
  } catch {
    return undefined; // not JSON: somebody else's action, which the next write replaces
  }
}
