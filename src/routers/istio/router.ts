import type { KubeObject } from '../../api/meta.ts';
import type { DestinationRule, VirtualService } from '../../api/routes.ts';
import type { TrafficRouter } from '../../ports/traffic-router.ts';
import { releaseDestinationRule, renderDestinationRule } from './destination-rule.ts';
import { destinationRuleRef, istioOf, virtualServiceRefs } from './references.ts';
import { findEditedRoutes, weightOfCanary } from './routes.ts';
import { validateIstio } from './validate.ts';
import { renderVirtualService } from './virtual-service.ts';

/**
 * Istio: weights live in the routes of VirtualServices, one destination for each Service; with a DestinationRule, one for
 * each subset. Managed routes by header, and mirrors, are routes of our own in front of them.
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
  render: (rollout, current, split) => {
    const wanted = virtualServiceRefs(rollout);
    const rules = destinationRuleRef(rollout).length;
    return current.map((object, index) =>
      index < rules
        ? renderDestinationRule(rollout, object as DestinationRule, split)
        : renderVirtualService(
            rollout,
            wanted[index - rules]?.selection ?? {},
            object as VirtualService,
            split,
          ),
    );
  },
  release: (_, current) =>
    current.map((object) => (isDestinationRule(object) ? releaseDestinationRule(object) : object)),
  describeChange: (object, split) =>
    isDestinationRule(object)
      ? {
          reason: 'UpdatedDestinationRule',
          message: `DestinationRule ${object.metadata.name} subset updated (canary: ${split.canary.podTemplateHash}, stable: ${split.stable.podTemplateHash})`,
        }
      : {
          reason: 'Updated VirtualService',
          message: `VirtualService \`${object.metadata.name}\` set to desiredWeight '${split.canary.weight}'`,
        },
  readWeight(rollout, current) {
    const wanted = virtualServiceRefs(rollout);
    const rules = destinationRuleRef(rollout).length;
    const weights = current.slice(rules).flatMap((object, index) => {
      const { routes } = findEditedRoutes(rollout, wanted[index]?.selection ?? {}, object as VirtualService);
      return routes.map((route) => weightOfCanary(rollout, istioOf(rollout), route));
    });
    const known = weights.filter((weight) => weight !== undefined);
    return known.length === 0 ? undefined : Math.max(...known);
  },
};

function isDestinationRule(object: KubeObject): object is DestinationRule {
  return object.kind === 'DestinationRule';
}
