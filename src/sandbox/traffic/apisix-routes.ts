import type { ApisixRoute, ApisixRule } from '../../api/routes.ts';
import { type KnownObjects, trafficResources } from './objects.ts';
import { containsPattern, hostsOverlap } from './patterns.ts';
import { requestClasses } from './request-classes.ts';
import {
  byWeight,
  type Destination,
  mergedDestinations,
  type RequestClass,
  type Route,
  serviceKey,
} from './route.ts';

/** Source: apisix.apache.org/v2, as the ingress controller reads it. */
interface Match {
  readonly hosts?: readonly string[];
  /** Exact, or with `*` at the end a prefix. */
  readonly paths?: readonly string[];
  readonly methods?: readonly string[];
  readonly exprs?: readonly Expression[];
}

interface Expression {
  readonly subject?: { readonly scope?: string; readonly name?: string };
  readonly op?: string;
  readonly value?: string;
  readonly set?: readonly string[];
}

/** Of a backend that names none. Source: apisix-ingress-controller, translator. */
const defaultWeight = 100;

interface Candidate {
  readonly namespace: string;
  readonly rule: ApisixRule;
  readonly match: Match;
  readonly path: string;
}

/**
 * The HTTP rules of an ApisixRoute as APISIX carries them out, together with those of all other ApisixRoutes: the longer path wins,
 * for the same path the higher priority. One whose rules all have conditions lets nothing in by itself. `spec.stream` is not read.
 */
export function apisixRoute(
  route: ApisixRoute,
  objects: KnownObjects,
  requestsPerSecond: (destinations: readonly Destination[]) => number,
): Route | undefined {
  const { metadata } = route;
  const plain = candidatesOf(route).filter(({ match }) => (match.exprs ?? []).length === 0);
  const places = plain.flatMap(({ match, path }) => hostsOf(match).map((host) => ({ host, path })));
  if (places.length === 0) return undefined;
  const candidates = objects.list<ApisixRoute>(trafficResources.apisixRoutes).flatMap(candidatesOf);
  candidates.sort((one, other) => precedence(other) - precedence(one) || priority(other) - priority(one));
  const destinations = places.flatMap(({ host, path }) =>
    requestClasses(metadata.annotations ?? {}, [path.replace(/\*$/, '')]).flatMap((request) => {
      const found = candidates.find((candidate) => accepts(candidate, host, request));
      return found === undefined ? [] : backendsOf(found, request.share / places.length);
    }),
  );
  const merged = mergedDestinations(destinations);
  return {
    kind: 'apisix',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    hosts: [...new Set(places.map(({ host }) => host))],
    requestsPerSecond: requestsPerSecond(merged),
    destinations: merged,
    mirrors: [],
    named: candidatesOf(route).flatMap((candidate) => backendsOf(candidate, 0).map(serviceKey)),
  };
}

/** One for each path of each rule. */
function candidatesOf({ metadata, spec }: ApisixRoute): Candidate[] {
  return (spec.http ?? []).flatMap((rule) => {
    const match = (rule.match ?? {}) as Match;
    const namespace = metadata.namespace ?? '';
    return (match.paths ?? ['/*']).map((path) => ({ namespace, rule, match, path }));
  });
}

function hostsOf({ hosts = [] }: Match): readonly string[] {
  return hosts.length === 0 ? ['*'] : hosts;
}

function precedence({ path }: Candidate): number {
  return path.endsWith('*') ? path.length - 1 : Number.MAX_SAFE_INTEGER;
}

function priority({ rule }: Candidate): number {
  return rule.priority ?? 0;
}

function accepts({ match, path }: Candidate, host: string, request: RequestClass): boolean {
  const { methods = [], exprs = [] } = match;
  const fitsPath = path.endsWith('*') ? request.path.startsWith(path.slice(0, -1)) : request.path === path;
  return (
    fitsPath &&
    hostsOf(match).some((own) => hostsOverlap(own, host)) &&
    (methods.length === 0 || methods.includes('GET')) &&
    exprs.every((expression) => holds(expression, request))
  );
}

/** Simulated requests have headers and a path; what asks for a query, a cookie or a variable finds none. */
function holds({ subject, op = '', value = '', set = [] }: Expression, request: RequestClass): boolean {
  const found =
    subject?.scope === 'Path' ? request.path : request.headers[headerOf(subject)?.toLowerCase() ?? ''];
  if (op.includes('Not'))
    return !holds({ subject: subject ?? {}, op: op.replace('Not', ''), value, set }, request);
  if (found === undefined) return false;
  const operations: Readonly<Record<string, () => boolean>> = {
    Equal: () => found === value,
    GreaterThan: () => Number(found) > Number(value),
    GreaterThanEqual: () => Number(found) >= Number(value),
    LessThan: () => Number(found) < Number(value),
    LessThanEqual: () => Number(found) <= Number(value),
    In: () => set.includes(found),
    RegexMatch: () => containsPattern(value, found),
    RegexMatchCaseInsensitive: () => containsPattern(`(?i)${value}`, found),
  };
  return operations[op]?.() ?? false;
}

function headerOf(subject: Expression['subject']): string | undefined {
  return subject?.scope === 'Header' ? subject.name : undefined;
}

function backendsOf({ namespace, rule }: Candidate, share: number): Destination[] {
  return byWeight(rule.backends ?? [], ({ weight }) => weight ?? defaultWeight).map(([backend, portion]) => ({
    namespace,
    service: backend.serviceName ?? '',
    share: share * portion,
  }));
}
