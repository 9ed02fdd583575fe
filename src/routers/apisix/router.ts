import type { KubeObject } from '../../api/meta.ts';
import type { ApisixRoute, ApisixRule } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { sameJson } from '../../kernel/same-json.ts';
import type { RouteProblem, TrafficRouter } from '../../ports/traffic-router.ts';
import { assertOwned, isOwnedBy } from '../owned.ts';
import { required } from '../required.ts';
import { servicesOf } from '../services.ts';
import { headerRoute } from './header-route.ts';
import { apisixOf, baseRef, isEdited, managedRefs } from './references.ts';

const base = 'spec.strategy.canary.trafficRouting.apisix.route';

/**
 * Apache APISIX: weights live in the backends of the user's ApisixRoute. A route by header is an ApisixRoute of our own,
 * with a higher priority, that exists as long as a step asks for it.
 */
export const apisix: TrafficRouter = {
  kind: 'apisix',
  capabilities: new Set(['weight', 'headerRoute', 'headerRoutePattern']),
  objects: (rollout) => [baseRef(rollout), ...managedRefs(rollout)],
  validate,
  render(rollout, [current, ...managed], split) {
    const route = required<ApisixRoute>(current, baseRef(rollout));
    return [
      weighted(rollout, route, split),
      ...managedRefs(rollout).map(({ name }, index) => {
        const wanted = split.headerRoutes.find((each) => each.name === name);
        const own = managed[index] as ApisixRoute | undefined;
        if (wanted === undefined) return own === undefined || isOwnedBy(rollout, own) ? undefined : own;
        assertOwned(rollout, own, taken(name));
        return headerRoute(rollout, route, wanted, own, servicesOf(rollout));
      }),
    ];
  },
  describeChange: ({ metadata }, { canary }, rollout) =>
    metadata.name === apisixOf(rollout).name
      ? {
          reason: 'UpdatedApisixRoute',
          message: `ApisixRoute \`${metadata.name}\` set to desiredWeight '${canary.weight}'`,
        }
      : { reason: 'UpdatedApisixRoute', message: `Updating managed ApisixRoute \`${metadata.name}\`` },
  readWeight(rollout, [current]) {
    const route = current as ApisixRoute | undefined;
    const { canary } = servicesOf(rollout);
    const weights = editedRules(rollout, route).flatMap(({ backends = [] }) =>
      backends.filter(({ serviceName }) => serviceName === canary).map(({ weight }) => weight),
    );
    const known = weights.filter((weight) => weight !== undefined);
    return known.length === 0 ? undefined : Math.max(...known);
  },
};

function editedRules(rollout: Rollout, route: ApisixRoute | undefined): readonly ApisixRule[] {
  return route === undefined ? [] : (route.spec.http ?? []).filter((rule) => isEdited(rollout, route, rule));
}

function validate(
  rollout: Rollout,
  [current, ...managed]: readonly (KubeObject | undefined)[],
): readonly RouteProblem[] {
  const { name, type } = baseRef(rollout);
  const problem = (detail: string, field = 'name', value = name) => [
    { path: `${base}.${field}`, value, detail },
  ];
  if (name === '') return problem('the name of an ApisixRoute is required');
  if (current === undefined) return problem(`${type.plural}.${type.group} "${name}" not found`);
  const route = current as ApisixRoute;
  if (route.spec.http === undefined) return problem('spec.http was not found in Apisix Route manifest');
  const { rules = [] } = apisixOf(rollout);
  const lost = rules.find((rule) => !route.spec.http?.some((each) => each.name === rule));
  if (lost !== undefined) return problem(`Apisix http route rule ${lost} not found`, 'rules', lost);
  const edited = editedRules(rollout, route);
  if (edited.length === 0) return problem(`Apisix http route rule ${name} not found`);
  return [
    ...edited.flatMap((rule) => ruleProblems(rollout, rule).flatMap((detail) => problem(detail))),
    ...managed.flatMap((own, index) => {
      const managedName = managedRefs(rollout)[index]?.name ?? '';
      if (own === undefined || isOwnedBy(rollout, own)) return [];
      const path = 'spec.strategy.canary.trafficRouting.managedRoutes';
      return [{ path, value: managedName, detail: taken(managedName) }];
    }),
  ];
}

function ruleProblems(rollout: Rollout, { name, backends }: ApisixRule): readonly string[] {
  if (backends === undefined) return ['Apisix http route backends not found'];
  if (backends.some(({ serviceName }) => serviceName === undefined)) {
    return ['serviceName field was not found in backend'];
  }
  const { stable, canary } = servicesOf(rollout);
  return [canary, stable].flatMap((service) => {
    const count = backends.filter(({ serviceName }) => serviceName === service).length;
    if (count === 0) return [`apisix route ${service} backend was not found in rule ${name}`];
    return count === 1
      ? []
      : [
          `apisix route ${service} backend stands ${count} times in rule ${name}; its weight would count twice`,
        ];
  });
}

function weighted(rollout: Rollout, route: ApisixRoute, split: Split): ApisixRoute {
  const { stable, canary } = servicesOf(rollout);
  const http = (route.spec.http ?? []).map((rule) => {
    if (!isEdited(rollout, route, rule)) return rule;
    const backends = (rule.backends ?? []).map((backend) => {
      if (backend.serviceName === canary) return { ...backend, weight: split.canary.weight };
      return backend.serviceName === stable
        ? { ...backend, weight: split.total - split.canary.weight }
        : backend;
    });
    return { ...rule, backends };
  });
  return sameJson(http, route.spec.http) ? route : { ...route, spec: { ...route.spec, http } };
}

function taken(name: string): string {
  return `duplicate ApisixRoute [${name}] already exists`;
}
