import type { GatewayRule } from '../../api/routes.ts';
import type { HeaderRoute } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { sameJson } from '../../kernel/same-json.ts';
import { isDivided, type OwnServices, serviceOf } from './backends.ts';
import { headerMatch } from './header-match.ts';
import { copiesToOwn, isMirrorOfStep } from './mirror-rules.ts';
import type { Protocol } from './settings.ts';

/**
 * The rules that lead requests with these headers to the canary: one for each rule that divides the traffic, with its
 * matches narrowed by the headers (all of them must match), and the same in everything else. They are named `NAME`,
 * `NAME-1`, `NAME-2`.
 */
export function headerRules(
  route: HeaderRoute,
  rules: readonly GatewayRule[],
  { protocol, services }: { readonly protocol: Protocol; readonly services: OwnServices },
): readonly GatewayRule[] {
  const headers = route.match.map(({ headerName, headerValue }) => headerMatch(headerName, headerValue));
  return rules
    .filter((rule) => isDivided(rule, services))
    .map(({ name: _, matches: own = [], backendRefs = [], ...rule }, index) => {
      const canary = backendRefs.find((backend) => serviceOf(backend, services) === services.canary);
      const matches = own.length === 0 ? [anything(protocol)] : own;
      return {
        name: index === 0 ? route.name : `${route.name}-${index}`,
        matches: matches.map((match) => ({ ...match, headers: [...(match.headers ?? []), ...headers] })),
        ...rule,
        backendRefs: [{ group: '', kind: 'Service', name: services.canary ?? '', ...canary, weight: 1 }],
      };
    });
}

/** What a rule without matches matches, as the API server writes it: else the rule would differ from what is stored. */
function anything(protocol: Protocol): NonNullable<GatewayRule['matches']>[number] {
  return protocol === 'HTTP' ? { path: { type: 'PathPrefix', value: '/' } } : {};
}

/**
 * Is this rule one that steps made? Told by its name. Where the API server is too old to keep names of rules, by what
 * stands in it: only the canary, under the headers of one of the Rollout's own steps, or a copy to it.
 */
export function isManagedRule(rollout: Rollout, rule: GatewayRule, services: OwnServices): boolean {
  const { steps = [] } = rollout.spec.strategy?.canary ?? {};
  if (rule.name !== undefined) return hasManagedName(rollout, rule) && isOfSteps(rule, services);
  if (!isToOne(rule, services)) return isMirrorOfStep(rollout, rule, services);
  return steps.some(({ setHeaderRoute }) => {
    const headers = (setHeaderRoute?.match ?? []).map(({ headerName, headerValue }) =>
      headerMatch(headerName, headerValue ?? {}),
    );
    return (
      headers.length > 0 &&
      (rule.matches ?? []).every((match) => sameJson((match.headers ?? []).slice(-headers.length), headers))
    );
  });
}

/** A rule of the user's, or of another Rollout that shares the route: names of rules are unique. */
export function isTakenName(rollout: Rollout, rule: GatewayRule, services: OwnServices): boolean {
  return rule.name !== undefined && hasManagedName(rollout, rule) && !isOfSteps(rule, services);
}

function isOfSteps(rule: GatewayRule, services: OwnServices): boolean {
  return isToOne(rule, services) || copiesToOwn(rule, services);
}

function hasManagedName(rollout: Rollout, { name: found = '' }: GatewayRule): boolean {
  const { managedRoutes = [] } = rollout.spec.strategy?.canary?.trafficRouting ?? {};
  return managedRoutes.some(({ name }) => found === name || numbered(found, name));
}

/** To the canary alone. Of a pair that takes turns, the last release's canary may be stable now. */
function isToOne({ backendRefs = [] }: GatewayRule, services: OwnServices): boolean {
  const [only = ''] = backendRefs.map((backend) => serviceOf(backend, services));
  return backendRefs.length === 1 && only !== '' && [services.canary, services.stable].includes(only);
}

/** `testers-2` is one of `testers`. */
function numbered(ruleName: string, routeName: string): boolean {
  return ruleName.startsWith(`${routeName}-`) && /^\d+$/.test(ruleName.slice(routeName.length + 1));
}
