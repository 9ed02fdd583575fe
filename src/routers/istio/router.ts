import type { KubeObject } from '../../api/meta.ts';
import type { DestinationRule, VirtualService } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { Receiver, TrafficRouter } from '../../ports/traffic-router.ts';
import { required } from '../required.ts';
import { assertAdditionalHaveServices } from '../services.ts';
import { releaseDestinationRule, renderDestinationRule } from './destination-rule.ts';
import { receiversOf, roleOf, serviceNameOf } from './destinations.ts';
import { destinationRuleRef, istioOf, virtualServiceRefs } from './references.ts';
import { findEditedRoutes, type IstioRoute, protocols, routesOf } from './routes.ts';
import { validateIstio } from './validate.ts';
import { renderVirtualService } from './virtual-service.ts';

/**
 * Istio: weights live in the routes of VirtualServices, one destination for each Service; with a DestinationRule, one for
 * each subset. Managed routes by header, and mirrors, are routes of our own in front of them. The DestinationRule is
 * written first: an endpoint points to its pods before weight moves to it (invariant I6).
 */
export const istio: TrafficRouter = {
  kind: 'istio',
  capabilities: new Set([
    'weight',
    'headerRoute',
    'headerRoutePattern',
    'mirrorRoute',
    'additionalDestinations',
    'pingPong',
  ]),
  objects: (rollout) => [
    ...destinationRuleRef(rollout),
    ...virtualServiceRefs(rollout).map(({ ref }) => ref),
  ],
  validate: validateIstio,
  render,
  release: (rolloutName, current) =>
    current.map((object) =>
      isDestinationRule(object) ? releaseDestinationRule(rolloutName, object) : object,
    ),
  describeChange: (object, split, rollout) =>
    isDestinationRule(object)
      ? { reason: 'UpdatedDestinationRule', message: subsetMessage(object, split, rollout) }
      : {
          reason: 'Updated VirtualService',
          message: `VirtualService \`${object.metadata.name}\` set to desiredWeight '${split.canary.weight}'`,
        },
  readWeight,
  readReceivers: (_, current) =>
    current
      .filter((object) => object !== undefined && !isDestinationRule(object))
      .flatMap((object) => protocols.flatMap((protocol) => routesOf(object as VirtualService, protocol)))
      .flatMap(receiversIn),
};

function render(
  rollout: Rollout,
  current: readonly (KubeObject | undefined)[],
  split: Split,
): readonly KubeObject[] {
  assertAdditionalHaveServices(split);
  const rules = destinationRuleRef(rollout).map((ref, index) => {
    return required<DestinationRule>(current[index], ref);
  });
  const subsetHost = rules[0]?.spec.host;
  return [
    ...rules.map((rule) => renderDestinationRule(rollout, rule, split)),
    ...virtualServiceRefs(rollout).map(({ ref, selection }, index) => {
      const object = required<VirtualService>(current[rules.length + index], ref);
      return renderVirtualService(object, { rollout, selection, split, subsetHost });
    }),
  ];
}

/** The most that any of the routes gives the canary: they agree, unless a write failed between two VirtualServices. */
function readWeight(rollout: Rollout, current: readonly KubeObject[], split?: Split): number | undefined {
  const rules = destinationRuleRef(rollout).map((_, index) => current[index] as DestinationRule | undefined);
  const receivers = receiversOf(rollout, split, rules[0]?.spec.host);
  const objects = current.slice(rules.length) as VirtualService[];
  const weights = virtualServiceRefs(rollout).flatMap(({ selection }, index) => {
    const object = objects[index];
    if (object === undefined) return [];
    return findEditedRoutes(rollout, selection, object, receivers).routes.flatMap(({ route = [] }) =>
      route
        .filter(({ destination }) => roleOf(receivers, destination).is === 'canary')
        .map(({ weight = 0 }) => weight),
    );
  });
  return weights.length === 0 ? undefined : Math.max(...weights);
}

/** The only destination of a route gets everything, whether it says so or not. */
function receiversIn({ route = [] }: IstioRoute): Receiver[] {
  return route.map(({ destination, weight = route.length === 1 ? 100 : 0 }) => ({
    service: serviceNameOf(destination),
    weight,
  }));
}

function subsetMessage({ metadata }: DestinationRule, { canary, stable }: Split, rollout: Rollout): string {
  const { canarySubsetName, stableSubsetName } = istioOf(rollout).destinationRule ?? {};
  return `DestinationRule ${metadata.name} subset updated (${canarySubsetName}: ${canary.podTemplateHash}, ${stableSubsetName}: ${stable.podTemplateHash})`;
}

function isDestinationRule(object: KubeObject): object is DestinationRule {
  return object.kind === 'DestinationRule';
}
