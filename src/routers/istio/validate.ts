import { managedByAnnotation } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ObjectRef } from '../../api/resources.ts';
import type { DestinationRule, VirtualService } from '../../api/routes.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { RouteProblem } from '../../ports/traffic-router.ts';
import { destinationProblems, receiversOf } from './destinations.ts';
import { destinationRuleRef, istioOf, type RouteSelection, virtualServiceRefs } from './references.ts';
import { findEditedRoutes, protocolWordOf } from './routes.ts';

const base = 'spec.strategy.canary.trafficRouting.istio';

export function validateIstio(
  rollout: Rollout,
  current: readonly (KubeObject | undefined)[],
): readonly RouteProblem[] {
  const routing = istioOf(rollout);
  if ((routing.virtualService === undefined) === ((routing.virtualServices ?? []).length === 0)) {
    const detail = 'either VirtualService or VirtualServices must be configured';
    return [{ path: base, value: 'istio', detail }];
  }
  const rules = destinationRuleRef(rollout).length;
  const refs = virtualServiceRefs(rollout);
  const subsetHost = rules === 0 ? undefined : (current[0] as DestinationRule | undefined)?.spec.host;
  return [
    ...(rules === 0 ? [] : destinationRuleProblems(rollout, current[0] as DestinationRule | undefined)),
    ...refs.flatMap(({ ref, selection }, index) => {
      const path =
        routing.virtualService === undefined
          ? `${base}.virtualServices[${index}].name`
          : `${base}.virtualService.name`;
      const object = current[rules + index] as VirtualService | undefined;
      const isRepeated = refs.slice(0, index).some((other) => isSameName(other.ref, ref));
      if (isRepeated) {
        const detail = 'the VirtualService is named more than once; list all its routes in one entry';
        return [{ path, value: ref.name, detail }];
      }
      const details =
        object === undefined
          ? [`virtualservices.networking.istio.io "${ref.name}" not found`]
          : virtualServiceProblems(rollout, selection, object, subsetHost);
      return details.map((detail) => ({ path, value: ref.name, detail }));
    }),
  ];
}

function isSameName(one: ObjectRef, other: ObjectRef): boolean {
  return one.name === other.name && one.namespace === other.namespace;
}

function virtualServiceProblems(
  rollout: Rollout,
  selection: RouteSelection,
  object: VirtualService,
  subsetHost: string | undefined,
): readonly string[] {
  const receivers = receiversOf(rollout, undefined, subsetHost);
  const { routes, problems } = findEditedRoutes(rollout, selection, object, receivers);
  if (problems.length > 0) return problems;
  return routes.flatMap((route) =>
    destinationProblems(receivers, route).map(
      (detail) =>
        `Istio VirtualService has invalid ${protocolWordOf(object, route)} routes. Error: ${detail}`,
    ),
  );
}

/**
 * A route to a subset that does not exist answers every request with an error (invariant I2), and of two Rollouts each would
 * put its mark on the rule in place of the other's, for ever.
 */
function destinationRuleProblems(rollout: Rollout, object: DestinationRule | undefined): RouteProblem[] {
  const names = istioOf(rollout).destinationRule;
  if (names === undefined) return [];
  const path = `${base}.destinationRule`;
  if (object === undefined) {
    const detail = `destinationrules.networking.istio.io "${names.name}" not found`;
    return [{ path: `${path}.name`, value: names.name, detail }];
  }
  const owner = object.metadata.annotations?.[managedByAnnotation];
  if (owner !== undefined && owner !== rollout.metadata.name) {
    const detail = `DestinationRule "${names.name}" is managed by another Rollout, ${owner}`;
    return [{ path: `${path}.name`, value: names.name, detail }];
  }
  return (['canarySubsetName', 'stableSubsetName'] as const).flatMap((field) => {
    const value = names[field];
    if (object.spec.subsets?.some(({ name }) => name === value)) return [];
    const detail = `DestinationRule subset '${value}' not found in DestinationRule '${names.name}'`;
    return [{ path: `${path}.${field}`, value, detail }];
  });
}
