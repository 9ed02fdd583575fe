import type {
  DestinationRule,
  IstioDestination,
  IstioHttpRoute,
  IstioWeightedRoute,
  VirtualService,
} from '../../api/routes.ts';
import type { StringMatch } from '../../api/split.ts';
import { type KnownObjects, trafficResources } from './objects.ts';
import { requestClasses } from './request-classes.ts';
import { byWeight, type Destination, mergedDestinations, type RequestClass, type Route } from './route.ts';

/** A VirtualService as the proxies carry it out. Without HTTP routes its TCP or TLS routes count, matched by nothing. */
export function istioRoute(
  virtualService: VirtualService,
  objects: KnownObjects,
  requestsPerSecond: (destinations: readonly Destination[]) => number,
): Route {
  const { spec, metadata } = virtualService;
  const namespace = metadata.namespace ?? '';
  const rules = spec.http ?? withoutMatches(spec['tcp']) ?? withoutMatches(spec['tls']) ?? [];
  const destinations: Destination[] = [];
  const mirrors: Destination[] = [];
  for (const kind of requestClasses(metadata.annotations ?? {}, pathsOf(rules))) {
    const rule = rules.find((candidate) => accepts(candidate, kind));
    if (rule === undefined) continue;
    for (const [{ destination }, share] of byWeight(rule.route ?? [], ({ weight }) => weight ?? 0)) {
      destinations.push(resolve(destination, share * kind.share, namespace, objects));
    }
    for (const [destination, share] of mirrorsOf(rule)) {
      mirrors.push(resolve(destination, share * kind.share, namespace, objects));
    }
  }
  const merged = mergedDestinations(destinations);
  return {
    kind: 'mesh',
    namespace,
    name: metadata.name,
    hosts: (spec.hosts ?? []).flatMap((host) => [host, fullHost(host, namespace)]),
    requestsPerSecond: requestsPerSecond(merged),
    destinations: merged,
    mirrors: mergedDestinations(mirrors),
  };
}

/** `svc`, `svc.ns` and `svc.ns.svc.cluster.local` are one Service; a name without dots is in the object's namespace. */
export function serviceOfHost(host: string, namespace: string): { namespace: string; service: string } {
  const [service = host, second] = host.split('.');
  return { namespace: second ?? namespace, service };
}

function fullHost(host: string, namespace: string): string {
  return host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`;
}

function withoutMatches(rules: unknown): IstioHttpRoute[] | undefined {
  if (!Array.isArray(rules)) return undefined;
  return rules.map(({ route }: { route?: IstioWeightedRoute[] }) => (route === undefined ? {} : { route }));
}

/** A path for each rule that plain requests can reach: what its first `uri` match asks for. */
function pathsOf(rules: readonly IstioHttpRoute[]): string[] {
  const paths = rules.flatMap(({ match }) => {
    const plain = (match as HttpMatch[] | undefined)?.find(({ headers }) => headers === undefined);
    if (match !== undefined && match.length > 0 && plain === undefined) return [];
    return [plain?.uri?.exact ?? plain?.uri?.prefix ?? '/'];
  });
  return [...new Set(paths)];
}

interface HttpMatch {
  readonly uri?: StringMatch;
  readonly method?: StringMatch;
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly queryParams?: unknown;
}

/** Entries of `match` are alternatives; the parts of one entry must all hold. */
function accepts({ match }: IstioHttpRoute, request: RequestClass): boolean {
  if (match === undefined || match.length === 0) return true;
  return (match as HttpMatch[]).some(
    ({ uri, method, headers, queryParams }) =>
      queryParams === undefined &&
      holds(uri, request.path) &&
      holds(method, 'GET') &&
      Object.entries(headers ?? {}).every(([name, wanted]) => {
        const value = request.headers[name.toLowerCase()];
        return value !== undefined && holds(wanted, value);
      }),
  );
}

function holds(match: StringMatch | undefined, value: string): boolean {
  if (match === undefined) return true;
  if (match.exact !== undefined) return value === match.exact;
  if (match.prefix !== undefined) return value.startsWith(match.prefix);
  if (match.regex !== undefined) return new RegExp(`^(?:${match.regex})$`).test(value);
  return true; // `{}` asks only for the header to be there
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
    ? { ...target, share, undefinedSubset: subset }
    : { ...target, share, subset: found.labels ?? {} };
}
