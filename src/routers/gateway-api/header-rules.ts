import type { GatewayRule } from '../../api/routes.ts';
import type { HeaderRoute, StringMatch } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { literalPattern } from '../../kernel/literal-pattern.ts';
import { sameJson } from '../../kernel/same-json.ts';
import type { RoleServices } from '../services.ts';
import { isDivided, serviceOf } from './backends.ts';
import type { Protocol } from './settings.ts';

/**
 * The rules that lead requests with these headers to the canary: one for each rule that divides the traffic, with its
 * matches narrowed by the headers (all of them must match). They are named `NAME`, `NAME-1`, `NAME-2`.
 */
export function headerRules(
  route: HeaderRoute,
  rules: readonly GatewayRule[],
  { protocol, services }: { readonly protocol: Protocol; readonly services: RoleServices },
): readonly GatewayRule[] {
  const headers = route.match.map(({ headerName, headerValue }) => headerMatch(headerName, headerValue));
  return rules
    .filter((rule) => isDivided(rule, services))
    .map((rule, index) => {
      const canary = (rule.backendRefs ?? []).find((backend) => serviceOf(backend) === services.canary);
      const matches =
        rule.matches === undefined || rule.matches.length === 0 ? [anything(protocol)] : rule.matches;
      return {
        name: index === 0 ? route.name : `${route.name}-${index}`,
        matches: matches.map((match) => ({ ...match, headers: [...(match.headers ?? []), ...headers] })),
        ...(rule['filters'] !== undefined && { filters: rule['filters'] }),
        backendRefs: [
          {
            group: '',
            kind: 'Service',
            name: services.canary ?? '',
            ...(canary?.namespace !== undefined && { namespace: canary.namespace }),
            ...(canary?.port !== undefined && { port: canary.port }),
            weight: 1,
          },
        ],
      };
    });
}

/** What a rule without matches matches, as the API server writes it: else the rule would differ from what is stored. */
function anything(protocol: Protocol): NonNullable<GatewayRule['matches']>[number] {
  return protocol === 'HTTP' ? { path: { type: 'PathPrefix', value: '/' } } : {};
}

/** The API knows exact values and regular expressions; a prefix is one of these. */
function headerMatch(name: string, value: StringMatch): unknown {
  if (value.exact !== undefined && value.exact !== '') return { type: 'Exact', name, value: value.exact };
  const regex =
    value.regex !== undefined && value.regex !== '' ? value.regex : `${literalPattern(value.prefix ?? '')}.*`;
  return { type: 'RegularExpression', name, value: regex };
}

/**
 * Is this rule one that steps made? Told by its name. Where the API server is too old to keep names of rules, by what
 * stands in it: only the canary, under the headers of one of the Rollout's own steps.
 */
export function isManagedRule(rollout: Rollout, rule: GatewayRule, services: RoleServices): boolean {
  const { trafficRouting, steps = [] } = rollout.spec.strategy?.canary ?? {};
  const names = (trafficRouting?.managedRoutes ?? []).map(({ name }) => name);
  if (rule.name !== undefined) {
    return names.some((name) => rule.name === name || numbered(rule.name as string, name));
  }
  const backends = rule.backendRefs ?? [];
  if (backends.length !== 1 || backends.map(serviceOf)[0] !== services.canary) return false;
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

/** `testers-2` is one of `testers`. */
function numbered(ruleName: string, routeName: string): boolean {
  return ruleName.startsWith(`${routeName}-`) && /^\d+$/.test(ruleName.slice(routeName.length + 1));
}
