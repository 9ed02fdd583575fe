import type { DestinationRule, IstioDestination, IstioHttpRoute, VirtualService } from '../../api/routes.ts';
import type { StringMatch } from '../../api/split.ts';
import { connectionRoutes, connectionShares } from './istio-connections.ts';
import { type KnownObjects, trafficResources } from './objects.ts';
import { holds, pathFitting } from './patterns.ts';
import { requestClasses } from './request-classes.ts';
import {
  byWeight,
  type Destination,
  mergedDestinations,
  type RequestClass,
  type Route,
  serviceKey,
} from './route.ts';

/**
 * A VirtualService as the proxies carry it out. Without HTTP routes the connections count that its TLS and TCP routes take. One without
 * hosts lets nothing in: others delegate to it.
 */
export function istioRoute(
  virtualService: VirtualService,
  objects: KnownObjects,
  requestsPerSecond: (destinations: readonly Destination[]) => number,
): Route | undefined {
  const { spec, metadata } = virtualService;
  const namespace = metadata.namespace ?? '';
  const hosts = (spec.hosts ?? []).flatMap((host) => [host, fullHost(host, namespace)]);
  if (hosts.length === 0) return undefined;
  const rules = delegated(spec.http ?? [], namespace, objects);
  const byConnection = spec.http === undefined;
  const destinations: Destination[] = [];
  const mirrors: Destination[] = [];
  for (const request of requestClasses(metadata.annotations ?? {}, pathsOf(rules))) {
    const found = rules.find(({ matches }) => matches.every((match) => accepts(match, request, hosts)));
    if (found === undefined) continue;
    const { rule, namespace: from } = found;
    for (const [{ destination }, share] of byWeight(rule.route ?? [], ({ weight }) => weight ?? 0)) {
      destinations.push(resolve(destination, share * request.share, from, objects));
    }
    for (const [destination, share] of mirrorsOf(rule)) {
      mirrors.push(resolve(destination, share * request.share, from, objects));
    }
  }
  for (const [{ route = [] }, part] of byConnection ? connectionShares(spec) : []) {
    for (const [{ destination }, share] of byWeight(route, ({ weight }) => weight ?? 0)) {
      destinations.push(resolve(destination, share * part, namespace, objects));
    }
  }
  const merged = mergedDestinations(destinations);
  return {
    kind: byConnection ? 'meshConnections' : 'mesh',
    namespace,
    name: metadata.name,
    hosts,
    requestsPerSecond: requestsPerSecond(merged),
    destinations: merged,
    mirrors: mergedDestinations(mirrors),
    named: [
      ...rules.flatMap(({ rule, namespace: from }) =>
        [
          ...(rule.route ?? []).map(({ destination }) => destination),
          ...mirrorsOf(rule).map(([one]) => one),
        ].map(({ host }) => serviceKey(serviceOfHost(host, from))),
      ),
      ...(byConnection ? connectionRoutes(spec) : []).flatMap(({ route = [] }) =>
        route.map(({ destination }) => serviceKey(serviceOfHost(destination.host, namespace))),
      ),
    ],
  };
}

/** One rule, with all the lists of matches of which each must accept a request: its own, and those of who delegates to it. */
interface Rule {
  readonly rule: IstioHttpRoute;
  readonly matches: readonly (readonly HttpMatch[])[];
  /** Of the VirtualService that has the rule: short host names are meant there. */
  readonly namespace: string;
}

/** The rules with those that they delegate to in their place. Istio delegates one step deep. */
function delegated(rules: readonly IstioHttpRoute[], namespace: string, objects: KnownObjects): Rule[] {
  return rules.flatMap((rule): Rule[] => {
    const matches = [matchesOf(rule)];
    const delegate = rule['delegate'] as { name?: string; namespace?: string } | undefined;
    if (delegate?.name === undefined) return [{ rule, matches, namespace }];
    const target = delegate.namespace ?? namespace;
    const other = objects.get<VirtualService>(trafficResources.virtualServices, target, delegate.name);
    return (other?.spec.http ?? []).map((inner) => ({
      rule: inner,
      matches: [...matches, matchesOf(inner)],
      namespace: target,
    }));
  });
}

function matchesOf({ match }: IstioHttpRoute): readonly HttpMatch[] {
  return (match ?? []) as HttpMatch[];
}

/** `svc`, `svc.ns` and `svc.ns.svc.cluster.local` are one Service; a name without dots is in the object's namespace. */
export function serviceOfHost(host: string, namespace: string): { namespace: string; service: string } {
  const [service = host, second] = host.split('.');
  return { namespace: second ?? namespace, service };
}

function fullHost(host: string, namespace: string): string {
  return host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`;
}

/** A path for each rule that plain requests can reach: what its first `uri` match asks for. */
function pathsOf(rules: readonly Rule[]): string[] {
  const paths = rules.flatMap(({ matches }) => {
    const asked = matches
      .filter((list) => list.length > 0)
      .map((list) => list.find(({ headers }) => headers === undefined));
    if (asked.includes(undefined)) return [];
    const uris = asked.map((match) => match?.uri).filter((uri) => uri !== undefined);
    return [
      uris.map(pathFor).reduce((longest, path) => (path.length > longest.length ? path : longest), '/'),
    ];
  });
  return [...new Set(paths)];
}

function pathFor({ exact, prefix, regex }: StringMatch): string {
  return exact ?? prefix ?? (regex === undefined ? '/' : pathFitting(regex));
}

interface HttpMatch {
  readonly uri?: StringMatch;
  readonly ignoreUriCase?: boolean;
  readonly method?: StringMatch;
  readonly authority?: StringMatch;
  readonly scheme?: StringMatch;
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly withoutHeaders?: Readonly<Record<string, StringMatch>>;
  readonly queryParams?: unknown;
  readonly sourceLabels?: unknown;
  readonly sourceNamespace?: unknown;
}

/**
 * Entries of `match` are alternatives; the parts of one entry must all hold. Requests come from outside: without labels and namespace
 * of a source, without query.
 */
function accepts(list: readonly HttpMatch[], request: RequestClass, hosts: readonly string[]): boolean {
  if (list.length === 0) return true;
  const hasHeader = ([name, wanted]: [string, StringMatch]) => {
    const value = request.headers[name.toLowerCase()];
    return value !== undefined && holds(wanted, value);
  };
  return list.some(
    (match) =>
      match.queryParams === undefined &&
      match.sourceLabels === undefined &&
      match.sourceNamespace === undefined &&
      holdsForPath(match, request.path) &&
      holds(match.method, 'GET') &&
      holds(match.scheme, 'http') &&
      hosts.some((host) => holds(match.authority, host)) &&
      Object.entries(match.headers ?? {}).every(hasHeader) &&
      !Object.entries(match.withoutHeaders ?? {}).some(hasHeader),
  );
}

function holdsForPath({ uri, ignoreUriCase }: HttpMatch, path: string): boolean {
  if (ignoreUriCase !== true || uri === undefined || uri.regex !== undefined) return holds(uri, path);
  const lower = Object.fromEntries(
    Object.entries(uri).map(([how, text]) => [how, String(text).toLowerCase()]),
  );
  return holds(lower, path.toLowerCase());
}

function mirrorsOf(rule: IstioHttpRoute): (readonly [IstioDestination, number])[] {
  const percentOf = (percentage: unknown) => (percentage as { value?: number } | undefined)?.value ?? 100;
  const single = rule['mirror'] as IstioDestination | undefined;
  const several = (rule['mirrors'] ?? []) as { destination: IstioDestination; percentage?: unknown }[];
  return [
    ...(single === undefined ? [] : [[single, percentOf(rule['mirrorPercentage']) / 100] as const]),
    ...several.map(({ destination, percentage }) => [destination, percentOf(percentage) / 100] as const),
  ];
}

function resolve(
  { host, subset }: IstioDestination,
  share: number,
  namespace: string,
  objects: KnownObjects,
): Destination {
  const target = serviceOfHost(host, namespace);
  if (subset === undefined) return { ...target, share };
  const rules = objects
    .list<DestinationRule>(trafficResources.destinationRules)
    .filter(({ spec, metadata }) => {
      const named = serviceOfHost(spec.host, metadata.namespace ?? '');
      return named.service === target.service && named.namespace === target.namespace;
    });
  const found = rules.flatMap(({ spec }) => spec.subsets ?? []).find(({ name }) => name === subset);
  return found === undefined
    ? { ...target, share, refused: `no subset ${subset}` }
    : { ...target, share, subset: found.labels ?? {} };
}
