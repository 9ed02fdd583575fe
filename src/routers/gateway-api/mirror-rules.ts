import type { GatewayRule } from '../../api/routes.ts';
import type { MirrorRoute, StringMatch } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { isDivided, type OwnServices, serviceOf } from './backends.ts';
import { headerMatch } from './header-match.ts';
import { narrowedPath, type PathMatch, type RouteMatch } from './path-match.ts';
import type { Protocol } from './settings.ts';

type MirrorMatch = MirrorRoute['match'][number];

/**
 * The rules that copy requests to the canary: what a dividing rule takes, narrowed by what the step asks for, and answered as
 * that rule answers. Named `NAME`, `NAME-1`, `NAME-2` by the place of the dividing rule among its kind; none where nothing
 * can match both. They go in front of it: of two equal matches the API takes the first.
 */
export function mirrorRule(
  route: MirrorRoute,
  rule: GatewayRule,
  index: number,
  { protocol, services }: { readonly protocol: Protocol; readonly services: OwnServices },
): GatewayRule | undefined {
  const own = rule.matches === undefined || rule.matches.length === 0 ? [{}] : rule.matches;
  const matches = own.flatMap((match) =>
    route.match.flatMap((asked) => narrowed(match as RouteMatch, asked, protocol) ?? []),
  );
  if (matches.length === 0) return undefined;
  const filters = Array.isArray(rule['filters']) ? rule['filters'] : [];
  const { name: _, ...answer } = rule;
  return {
    name: index === 0 ? route.name : `${route.name}-${index}`,
    ...answer,
    matches: matches as GatewayRule['matches'],
    filters: [...filters, mirrorFilter(route, rule, services)],
  } as GatewayRule;
}

/** `percent` only where it says something: the API has it since 1.3, and older servers drop it without a word. */
function mirrorFilter({ percentage }: MirrorRoute, rule: GatewayRule, services: OwnServices): unknown {
  const canary = (rule.backendRefs ?? []).find((backend) => serviceOf(backend, services) === services.canary);
  const backendRef = {
    group: '',
    kind: 'Service',
    name: services.canary ?? '',
    ...(canary?.namespace !== undefined && { namespace: canary.namespace }),
    ...(canary?.port !== undefined && { port: canary.port }),
  };
  const requestMirror = { backendRef, ...(percentage < 100 && { percent: percentage }) };
  return { type: 'RequestMirror', requestMirror };
}

/** What both ask for; undefined when no request fits both. */
function narrowed(match: RouteMatch, asked: MirrorMatch, protocol: Protocol): RouteMatch | undefined {
  const headers = Object.entries(asked.headers ?? {}).map(([name, value]) => headerMatch(name, value));
  const all = [...(match.headers ?? []), ...headers];
  const more = all.length > 0 ? { headers: all } : {};
  if (protocol === 'GRPC') return { ...match, ...more };
  const path = narrowedPath(match.path, asked.path);
  const method = asked.method?.exact ?? match.method;
  if (path === undefined || (match.method !== undefined && match.method !== method)) return undefined;
  return { ...match, path, ...more, ...(method !== undefined && { method }) };
}

interface Filter {
  readonly type?: string;
  readonly requestMirror?: { readonly backendRef?: { readonly name?: string }; readonly percent?: number };
}

/** Does the rule copy requests to the canary? Of a pair that takes turns, the last release's canary may be stable now. */
export function copiesToOwn(rule: GatewayRule, services: OwnServices): boolean {
  const last = (Array.isArray(rule['filters']) ? (rule['filters'] as Filter[]) : []).at(-1);
  const name = last?.type === 'RequestMirror' ? last.requestMirror?.backendRef?.name : undefined;
  return name !== undefined && [services.canary, services.stable].includes(name) && isDivided(rule, services);
}

/** A rule without a name, as servers before 1.4 store it: ours when a step asks for a mirror of this percentage. */
export function isMirrorOfStep(rollout: Rollout, rule: GatewayRule, services: OwnServices): boolean {
  if (!copiesToOwn(rule, services)) return false;
  const { percent = 100 } = (rule['filters'] as Filter[]).at(-1)?.requestMirror ?? {};
  const { steps = [] } = rollout.spec.strategy?.canary ?? {};
  return steps.some(({ setMirrorRoute }) => setMirrorRoute && (setMirrorRoute.percentage ?? 100) === percent);
}

/** The mirrors' percentages by rule: what `percent` says, or all. */
export function percentages({ rules = [] }: { readonly rules?: readonly GatewayRule[] }): readonly number[] {
  return rules.flatMap((rule) =>
    (Array.isArray(rule['filters']) ? (rule['filters'] as Filter[]) : []).flatMap(({ requestMirror }) =>
      requestMirror === undefined ? [] : [requestMirror.percent ?? 100],
    ),
  );
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];

/** What of a step this API cannot say, with the path below the step's `match`. */
export function mirrorProblems(
  { match = [] }: { readonly match?: readonly MirrorMatch[] },
  rules: readonly GatewayRule[],
  { protocol, services }: { readonly protocol: Protocol; readonly services: OwnServices },
): readonly { readonly at: string; readonly value: StringMatch; readonly detail: string }[] {
  const own = rules.filter((rule) => isDivided(rule, services)).flatMap(({ matches = [] }) => matches);
  return match.flatMap(({ method, path }, index) => {
    const at = `match[${index}]`;
    if (protocol === 'GRPC') {
      return (['method', 'path'] as const).flatMap((field) => {
        const value = { method, path }[field];
        const detail = 'a GRPCRoute is narrowed by headers only';
        return value === undefined ? [] : [{ at: `${at}.${field}`, value, detail }];
      });
    }
    const unknown =
      method === undefined || methods.includes(method.exact ?? '')
        ? []
        : [{ at: `${at}.method`, value: method, detail: `must be exactly one of ${methods.join(', ')}` }];
    const isMixed = own.some((each) => isPattern((each as RouteMatch).path, path));
    const detail = 'a regular expression cannot be combined with the path that the rule has already';
    return [
      ...unknown,
      ...(isMixed && path !== undefined ? [{ at: `${at}.path`, value: path, detail }] : []),
    ];
  });
}

/** Two paths of which one is a pattern: what fits both is no path that the API can say. */
function isPattern(own: PathMatch | undefined, asked: StringMatch | undefined): boolean {
  if (asked === undefined || own === undefined || (own.type !== 'RegularExpression' && own.value === '/'))
    return false;
  return own.type === 'RegularExpression' || (asked.regex ?? '') !== '';
}
