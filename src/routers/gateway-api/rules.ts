import type { GatewayRoute, GatewayRule } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { sameJson } from '../../kernel/same-json.ts';
import { isExperimentService } from '../services.ts';
import { isDivided, type OwnServices, serviceOf } from './backends.ts';
import { headerRules, isManagedRule } from './header-rules.ts';
import { mirrorRule } from './mirror-rules.ts';
import type { NamedRoute } from './settings.ts';

/** The rules with the weights, and the routes by header, of a split; the very same list when it shows it already. */
export function renderRules(
  rollout: Rollout,
  { spec: { rules = [] } }: GatewayRoute,
  named: NamedRoute,
  { split, services }: { readonly split: Split; readonly services: OwnServices },
): readonly GatewayRule[] {
  const own = rules
    .filter((rule) => !isManagedRule(rollout, rule, services))
    .map((rule) => (isDivided(rule, services) ? weighted(rollout, rule, split, services) : rule));
  const { protocol } = named;
  const routes = named.takesHeaderRoutes
    ? split.headerRoutes.flatMap((route) => headerRules(route, own, { protocol, services }))
    : [];
  const mirrors = named.takesHeaderRoutes ? split.mirrorRoutes : [];
  const divided = own.filter((rule) => isDivided(rule, services));
  const withCopies = own.flatMap((rule) => {
    const index = divided.indexOf(rule);
    const copies =
      index === -1 ? [] : mirrors.map((route) => mirrorRule(route, rule, index, { protocol, services }));
    return [...copies.filter((copy) => copy !== undefined), rule];
  });
  const wanted = inPlace(rules, withCopies, routes) ?? [...withCopies, ...routes];
  return sameJson(wanted, rules) ? rules : wanted;
}

/**
 * Routes by header stay where they stand as long as there are as many, each in its turn: a Rollout that shares the route has
 * some of its own, and two would take the last place from each other for ever.
 */
function inPlace(
  rules: readonly GatewayRule[],
  others: readonly GatewayRule[],
  routes: readonly GatewayRule[],
): readonly GatewayRule[] | undefined {
  const places = rules.flatMap((rule, index) =>
    routes.some(({ name }) => name === rule.name) ? [index] : [],
  );
  const isWhole =
    places.length === routes.length && rules.length === others.length + routes.length && routes.length > 0;
  if (!isWhole) return undefined;
  const [rest, own] = [[...others], [...routes]];
  return rules.map((_, index) => (places.includes(index) ? own : rest).shift() as GatewayRule);
}

/** Only weights change, and the backends of experiments come and go; everything else in the rule is the user's. */
function weighted(rollout: Rollout, rule: GatewayRule, split: Split, services: OwnServices): GatewayRule {
  const { backendRefs = [] } = rule;
  const additional = new Map(split.additional.map(({ service, weight }) => [service, weight]));
  const kept = backendRefs.flatMap((backend) => {
    const service = serviceOf(backend, services);
    if (service === undefined) return [backend];
    if (service === services.canary) return [{ ...backend, weight: split.canary.weight }];
    if (service === services.stable) return [{ ...backend, weight: split.stable.weight }];
    const share = additional.get(service);
    if (share !== undefined) return [{ ...backend, weight: share }];
    return isExperimentService(rollout, service) ? [] : [backend];
  });
  const there = new Set(kept.map((backend) => serviceOf(backend, services)));
  const stable = backendRefs.find((backend) => serviceOf(backend, services) === services.stable);
  const added = split.additional
    .filter(({ service }) => !there.has(service))
    .map(({ service, weight, port = stable?.port }) => ({
      name: service,
      ...(stable?.namespace !== undefined && { namespace: stable.namespace }),
      ...(port !== undefined && { port }),
      weight,
    }));
  return { ...rule, backendRefs: [...kept, ...added] };
}
