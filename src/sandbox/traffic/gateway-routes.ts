import type { KubeObject } from '../../api/meta.ts';
import { type KnownObjects, type TrafficResource, trafficResources } from './objects.ts';
import { fitsPattern, hostsOverlap, pathFitting } from './patterns.ts';
import { requestClasses } from './request-classes.ts';
import {
  byWeight,
  type Destination,
  type EntryKind,
  mergedDestinations,
  type RequestClass,
  type Route,
  serviceKey,
} from './route.ts';

/** The slices of the Gateway API that the data plane reads. Source: gateway.networking.k8s.io/v1, bundle 1.4. */
export interface GatewayRoute extends KubeObject {
  spec: {
    hostnames?: string[];
    parentRefs?: ParentRef[];
    rules?: Rule[];
  };
}

interface ParentRef {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly sectionName?: string;
}

interface Rule {
  readonly matches?: readonly Match[];
  readonly filters?: readonly Filter[];
  readonly backendRefs?: readonly BackendRef[];
}

interface BackendRef {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly weight?: number;
}

interface Match {
  readonly path?: { readonly type?: string; readonly value?: string };
  readonly headers?: readonly HeaderMatch[];
  readonly queryParams?: readonly unknown[];
  /** A text in an HTTPRoute; service and method in a GRPCRoute. */
  readonly method?: string | { readonly type?: string; readonly service?: string; readonly method?: string };
}

interface HeaderMatch {
  readonly type?: string;
  readonly name: string;
  readonly value: string;
}

interface Filter {
  readonly type: string;
  readonly requestMirror?: {
    readonly backendRef: BackendRef;
    readonly percent?: number;
    readonly fraction?: { readonly numerator: number; readonly denominator?: number };
  };
}

interface Gateway extends KubeObject {
  spec: { listeners?: { name: string; hostname?: string }[] };
}

interface ReferenceGrant extends KubeObject {
  spec: {
    from?: { group: string; kind: string; namespace: string }[];
    to?: { group: string; kind: string; name?: string }[];
  };
}

/**
 * An HTTPRoute, a GRPCRoute, a TCPRoute or a TLSRoute as gateways carry it out; of the last two connections count. A route whose Gateways are there and listen for none of its host names lets
 * nothing in; one whose Gateways are not there counts as attached, since they often belong to somebody else's manifests.
 */
export function gatewayRoute(
  route: GatewayRoute,
  objects: KnownObjects,
  requestsPerSecond: (destinations: readonly Destination[]) => number,
): Route | undefined {
  const namespace = route.metadata.namespace ?? '';
  const hosts = attachedHosts(route, objects);
  if (hosts.length === 0) return undefined;
  const candidates = inOrderOfPrecedence(route.spec.rules ?? []);
  const destinations: Destination[] = [];
  const mirrors: Destination[] = [];
  for (const request of requestClasses(route.metadata.annotations ?? {}, pathsOf(candidates))) {
    const rule = candidates.find(({ match }) => accepts(match, request))?.rule;
    if (rule === undefined) continue;
    const backends = (rule.backendRefs ?? []).filter(({ weight }) => weight !== 0);
    for (const [backend, share] of byWeight(backends, ({ weight }) => weight ?? 1)) {
      destinations.push(destinationOf(route, backend, share * request.share, objects));
    }
    for (const [backend, share] of mirrorsOf(rule)) {
      mirrors.push(destinationOf(route, backend, share * request.share, objects));
    }
  }
  const merged = mergedDestinations(destinations);
  return {
    kind: kindOf[route.kind] ?? 'gateway',
    namespace,
    name: route.metadata.name,
    hosts,
    requestsPerSecond: requestsPerSecond(merged),
    destinations: merged,
    mirrors: mergedDestinations(mirrors),
    named: (route.spec.rules ?? []).flatMap((rule) =>
      [...(rule.backendRefs ?? []), ...mirrorsOf(rule).map(([backend]) => backend)].map((backend) =>
        serviceKey(destinationOf(route, backend, 0, objects)),
      ),
    ),
  };
}

const kindOf: Readonly<Record<string, EntryKind>> = { GRPCRoute: 'grpc', TCPRoute: 'tcp', TLSRoute: 'tls' };

/** The names that callers use: of the route, as far as a listener takes them, and of the Services that it stands in for. */
function attachedHosts({ spec, metadata }: GatewayRoute, objects: KnownObjects): string[] {
  const own = spec.hostnames ?? [];
  const hosts = (spec.parentRefs ?? []).flatMap((parent) => {
    const namespace = parent.namespace ?? metadata.namespace ?? '';
    if (parent.kind === 'Service') {
      return [parent.name, `${parent.name}.${namespace}`, `${parent.name}.${namespace}.svc.cluster.local`];
    }
    const gateway = objects.get<Gateway>(trafficResources.gateways, namespace, parent.name);
    if (gateway === undefined) return own.length === 0 ? ['*'] : own;
    return (gateway.spec.listeners ?? [])
      .filter(({ name }) => parent.sectionName === undefined || parent.sectionName === name)
      .flatMap(({ hostname = '*' }) =>
        own.length === 0 ? [hostname] : own.filter((host) => hostsOverlap(hostname, host)),
      );
  });
  return [...new Set(hosts)];
}

interface Candidate {
  readonly match: Match;
  readonly rule: Rule;
}

/** Exact paths first, then the longer prefix, then a method, more headers, more query parameters; otherwise as written. */
function inOrderOfPrecedence(rules: readonly Rule[]): Candidate[] {
  const all = rules.flatMap((rule) =>
    (rule.matches === undefined || rule.matches.length === 0 ? [{}] : rule.matches).map((match) => ({
      match,
      rule,
    })),
  );
  return all.sort((one, other) => {
    const [mine, theirs] = [precedenceOf(one.match), precedenceOf(other.match)];
    const index = mine.findIndex((value, position) => value !== theirs[position]);
    return index === -1 ? 0 : (theirs[index] as number) - (mine[index] as number);
  });
}

function precedenceOf({ path, method, headers = [], queryParams = [] }: Match): number[] {
  const isExact = path?.type === 'Exact' || (typeof method === 'object' && method.method !== undefined);
  const length = typeof method === 'object' ? (method.service ?? '').length : (path?.value ?? '/').length;
  return [isExact ? 1 : 0, length, method === undefined ? 0 : 1, headers.length, queryParams.length];
}

/** A path for each match that plain requests can reach. */
function pathsOf(candidates: readonly Candidate[]): string[] {
  const plain = candidates.filter(({ match }) => (match.headers ?? []).length === 0);
  return [...new Set(plain.map(({ match }) => pathFor(match)))];
}

function pathFor({ path, method }: Match): string {
  if (typeof method === 'object') return `/${method.service ?? 'service'}/${method.method ?? 'method'}`;
  const value = path?.value ?? '/';
  return path?.type === 'RegularExpression' ? pathFitting(value) : value;
}

function accepts({ path, method, headers = [], queryParams = [] }: Match, request: RequestClass): boolean {
  return (
    queryParams.length === 0 &&
    (typeof method === 'object' ? acceptsCall(method, request) : method === undefined || method === 'GET') &&
    acceptsPath(path, request.path) &&
    headers.every(({ type, name, value }) => {
      const found = request.headers[name.toLowerCase()];
      if (found === undefined) return false;
      return type === 'RegularExpression' ? fitsPattern(value, found) : found === value;
    })
  );
}

function acceptsCall(
  { type, service, method }: Exclude<Match['method'], string | undefined>,
  { path }: RequestClass,
): boolean {
  const [, foundService = '', foundMethod = ''] = path.split('/');
  const fits = (wanted: string | undefined, found: string) =>
    wanted === undefined || (type === 'RegularExpression' ? fitsPattern(wanted, found) : wanted === found);
  return fits(service, foundService) && fits(method, foundMethod);
}

/** A prefix counts whole parts of the path: `/shop` takes `/shop/cart` and not `/shopping`. */
function acceptsPath(path: Match['path'], asked: string): boolean {
  const value = path?.value ?? '/';
  if (path?.type === 'Exact') return asked === value;
  if (path?.type === 'RegularExpression') return fitsPattern(value, asked);
  const prefix = value.replace(/\/$/, '');
  return asked === prefix || asked.startsWith(`${prefix}/`);
}

function mirrorsOf({ filters = [] }: Rule): (readonly [BackendRef, number])[] {
  return filters.flatMap(({ type, requestMirror }) => {
    if (type !== 'RequestMirror' || requestMirror === undefined) return [];
    const { backendRef, percent, fraction } = requestMirror;
    const share =
      fraction === undefined ? (percent ?? 100) / 100 : fraction.numerator / (fraction.denominator ?? 100);
    return [[backendRef, share] as const];
  });
}

/** Nobody is behind a backend that is no Service, and behind one elsewhere that no ReferenceGrant opens. */
function destinationOf(
  route: GatewayRoute,
  { group = '', kind = 'Service', namespace, name }: BackendRef,
  share: number,
  objects: KnownObjects,
): Destination {
  const own = route.metadata.namespace ?? '';
  const target = { namespace: namespace ?? own, service: name, share };
  if (group !== '' || kind !== 'Service') return { ...target, refused: `${kind} is no Service` };
  if (target.namespace === own || isGranted(route, target, objects)) return target;
  return { ...target, refused: `no ReferenceGrant in ${target.namespace}` };
}

function isGranted(
  { kind, metadata }: GatewayRoute,
  target: { readonly namespace: string; readonly service: string },
  objects: KnownObjects,
): boolean {
  return objects
    .list<ReferenceGrant>(trafficResources.referenceGrants)
    .filter((grant) => grant.metadata.namespace === target.namespace)
    .some(
      ({ spec }) =>
        (spec.from ?? []).some((from) => from.kind === kind && from.namespace === metadata.namespace) &&
        (spec.to ?? []).some(
          (to) => to.kind === 'Service' && (to.name === undefined || to.name === target.service),
        ),
    );
}

export const gatewayRouteResources: readonly TrafficResource[] = [
  trafficResources.httpRoutes,
  trafficResources.grpcRoutes,
  trafficResources.tcpRoutes,
  trafficResources.tlsRoutes,
];
