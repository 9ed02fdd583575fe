import type { KubeObject } from '../../api/meta.ts';
import type { VirtualService } from '../../api/routes.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { RouteProblem } from '../../ports/traffic-router.ts';
import { servicesOf } from '../services.ts';
import { destinationRuleRef, istioOf, type RouteSelection, virtualServiceRefs } from './references.ts';
import { findEditedRoutes, type IstioRoute, roleOf } from './routes.ts';

const base = 'spec.strategy.canary.trafficRouting.istio';

export function validateIstio(
  rollout: Rollout,
  current: readonly (KubeObject | undefined)[],
): readonly RouteProblem[] {
  const routing = istioOf(rollout);
  if ((routing.virtualService === undefined) === ((routing.virtualServices ?? []).length === 0)) {
    return [
      { path: base, value: 'istio', detail: 'either VirtualService or VirtualServices must be configured' },
    ];
  }
  const rules = destinationRuleRef(rollout);
  const missingRules = rules.flatMap((ref, index) =>
    current[index] === undefined
      ? [notFound(`${base}.destinationRule.name`, ref.name, 'destinationrules')]
      : [],
  );
  return [
    ...missingRules,
    ...virtualServiceRefs(rollout).flatMap(({ ref, selection }, index) => {
      const path =
        routing.virtualService === undefined
          ? `${base}.virtualServices[${index}].name`
          : `${base}.virtualService.name`;
      const object = current[rules.length + index];
      if (object === undefined) return [notFound(path, ref.name, 'virtualservices')];
      return problemsOf(rollout, selection, object as VirtualService).map((detail) => ({
        path,
        value: ref.name,
        detail,
      }));
    }),
  ];
}

function notFound(path: string, name: string, plural: string): RouteProblem {
  return { path, value: name, detail: `${plural}.networking.istio.io "${name}" not found` };
}

function problemsOf(rollout: Rollout, selection: RouteSelection, object: VirtualService): string[] {
  const { routes, problems } = findEditedRoutes(rollout, selection, object);
  return [...problems, ...routes.flatMap((route) => missingDestinations(rollout, route))];
}

function missingDestinations(rollout: Rollout, route: IstioRoute): string[] {
  const routing = istioOf(rollout);
  const roles = (route.route ?? []).map(({ destination }) => roleOf(rollout, routing, destination, []));
  const { stable, canary } = servicesOf(rollout);
  const names = routing.destinationRule;
  return (['canary', 'stable'] as const).flatMap((role) => {
    if (roles.includes(role)) return [];
    const word = role === 'canary' ? 'Canary' : 'Stable';
    if (names !== undefined) {
      const subset = role === 'canary' ? names.canarySubsetName : names.stableSubsetName;
      return [`${word} DestinationRule subset '${subset}' not found in route`];
    }
    return [`${word} Service '${role === 'canary' ? canary : stable}' not found in route`];
  });
}
