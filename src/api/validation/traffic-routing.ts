import { namedRouters } from '../split.ts';
import type { CanaryStrategy, TrafficRouting } from '../v1alpha1/rollout.ts';
import { type FieldError, invalid, unsupported } from './field-error.ts';
import type { StrategyContext } from './router-facts.ts';

export function validateTrafficRouting(
  canary: CanaryStrategy,
  routing: TrafficRouting,
  path: string,
  context: StrategyContext | undefined,
): FieldError[] {
  return [
    ...validatePingPong(canary, routing, path),
    ...validateServices(canary, routing, path),
    ...(canary.dynamicStableScale === true && canary.scaleDownDelaySeconds !== undefined
      ? [
          invalid(
            `${path}.dynamicStableScale`,
            true,
            'Canary dynamicStableScale cannot be used with scaleDownDelaySeconds',
          ),
        ]
      : []),
    ...(routing.maxTrafficWeight !== undefined && routing.nginx === undefined && routing.plugins === undefined
      ? [
          invalid(
            `${path}.trafficRouting.maxTrafficWeight`,
            routing.maxTrafficWeight,
            'Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins',
          ),
        ]
      : []),
    ...unsupportedRouters(routing, path, context),
  ];
}

/** A router without an implementation is refused by name, never ignored. */
function unsupportedRouters(
  routing: TrafficRouting,
  path: string,
  context: StrategyContext | undefined,
): FieldError[] {
  if (context === undefined) return [];
  const { routers, supported } = context;
  const others = supported === undefined ? '' : `; it drives ${supported.routers.join(', ')}`;
  return namedRouters(routing)
    .filter((kind) => !routers.some((router) => router.kind === kind && router.supported))
    .map((kind) =>
      unsupported(
        `${path}.trafficRouting.${kind}`,
        kind,
        `this version of Sluice does not drive this router${others}`,
      ),
    );
}

function validatePingPong({ pingPong }: CanaryStrategy, routing: TrafficRouting, path: string): FieldError[] {
  if (pingPong === undefined) return [];
  const at = `${path}.pingPong`;
  if (routing.alb === undefined && routing.istio === undefined && routing.plugins === undefined) {
    return [
      invalid(
        `${path}.trafficRouting`,
        'pingPong',
        'Ping-pong feature works with the ALB, Istio, and plugin-based traffic routers only',
      ),
    ];
  }
  if (pingPong.pingService === '') {
    return [
      invalid(
        `${at}.pingService`,
        '',
        'Ping service and Pong service must to be set to use Ping-Pong feature',
      ),
    ];
  }
  if (pingPong.pongService === '') {
    return [
      invalid(
        `${at}.pongService`,
        '',
        'Ping service and Pong service must to be set to use Ping-Pong feature',
      ),
    ];
  }
  if (pingPong.pingService === pingPong.pongService) {
    return [
      invalid(
        `${at}.pingService`,
        pingPong.pingService,
        'This rollout uses the same service for the ping and pong services, but two different services are required.',
      ),
    ];
  }
  return routing.alb !== undefined && (routing.alb.rootService ?? '') === ''
    ? [
        invalid(
          `${path}.trafficRouting.alb.rootService`,
          '',
          'Root service field is required for the configuration with ALB and ping-pong feature enabled',
        ),
      ]
    : [];
}

function validateServices(canary: CanaryStrategy, routing: TrafficRouting, path: string): FieldError[] {
  const needsNames =
    (routing.alb !== undefined && canary.pingPong === undefined) ||
    (routing.istio !== undefined &&
      routing.istio.destinationRule === undefined &&
      canary.pingPong === undefined) ||
    [routing.smi, routing.apisix, routing.ambassador, routing.nginx, routing.appMesh, routing.traefik].some(
      (router) => router !== undefined,
    );
  if (!needsNames) return [];
  return (['stableService', 'canaryService'] as const)
    .filter((name) => (canary[name] ?? '') === '')
    .map((name) =>
      invalid(
        `${path}.${name}`,
        canary[name] ?? '',
        'Canary service and Stable service must to be set to use Traffic Routing',
      ),
    );
}
