import type {
  IstioDestination,
  IstioHttpRoute,
  IstioWeightedRoute,
  VirtualService,
} from '../../api/routes.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { servicesOf } from '../services.ts';
import type { IstioRouting, RouteSelection } from './references.ts';

export type Protocol = 'http' | 'tls' | 'tcp';
export const protocols: readonly Protocol[] = ['http', 'tls', 'tcp'];

/** A route of any protocol; only HTTP routes have names. */
export interface IstioRoute extends IstioHttpRoute {
  match?: { port?: number; sniHosts?: string[] }[];
}

export interface EditedRoutes {
  readonly routes: readonly IstioRoute[];
  /** What is wrong with the selection, in the peer's words. */
  readonly problems: readonly string[];
}

/** Names of the routes that Sluice adds and removes itself. */
export function managedRouteNames(rollout: Rollout): readonly string[] {
  const canary = rollout.spec.strategy?.canary;
  return [
    ...(canary?.trafficRouting?.managedRoutes ?? []).map(({ name }) => name),
    ...(canary?.steps ?? []).flatMap(
      ({ setHeaderRoute, setMirrorRoute }) => setHeaderRoute?.name ?? setMirrorRoute?.name ?? [],
    ),
  ];
}

export function routesOf(
  virtualService: VirtualService,
  protocol: Protocol,
): readonly IstioRoute[] | undefined {
  const routes = virtualService.spec[protocol];
  return Array.isArray(routes) ? (routes as IstioRoute[]) : undefined;
}

/** The routes whose weights follow the release. Which they are: `reference/traffic.md` §5.1. */
export function findEditedRoutes(
  rollout: Rollout,
  selection: RouteSelection,
  virtualService: VirtualService,
): EditedRoutes {
  const present = protocols.filter((protocol) => routesOf(virtualService, protocol) !== undefined);
  if (present.length === 0) {
    return {
      routes: [],
      problems: ['Unable to get any of the HTTP, TCP or TLS routes for the Istio VirtualService'],
    };
  }
  const managed = managedRouteNames(rollout);
  const found = present.map((protocol) => {
    const routes = routesOf(virtualService, protocol) ?? [];
    switch (protocol) {
      case 'http':
        return editedHttpRoutes(
          routes.filter(({ name }) => name === undefined || !managed.includes(name)),
          selection.routes ?? [],
        );
      case 'tls':
        return editedTlsRoutes(routes, selection.tlsRoutes ?? []);
      case 'tcp':
        return editedTcpRoutes(routes, selection.tcpRoutes ?? []);
    }
  });
  return {
    routes: found.flatMap(({ routes }) => routes),
    problems: found.flatMap(({ problems }) => problems),
  };
}

function editedHttpRoutes(routes: readonly IstioRoute[], names: readonly string[]): EditedRoutes {
  if (names.length > 0) {
    const missing = names.filter((name) => !routes.some((route) => route.name === name));
    return {
      routes: routes.filter(({ name }) => name !== undefined && names.includes(name)),
      problems: missing.map((name) => `HTTP Route '${name}' is not found in the defined Virtual Service.`),
    };
  }
  if (routes.length === 1) return { routes, problems: [] };
  return { routes: [], problems: [oneRouteOnly('http', 'routes')] };
}

function editedTlsRoutes(
  routes: readonly IstioRoute[],
  wanted: NonNullable<RouteSelection['tlsRoutes']>,
): EditedRoutes {
  if (wanted.length === 0) return onlyRoute(routes, 'tls', 'tlsRoutes');
  const chosen = routes.filter((route) =>
    wanted.some(
      ({ port, sniHosts }) => singlePort(route) === (port ?? 0) && sameSet(sniHostsOf(route), sniHosts ?? []),
    ),
  );
  return chosen.length > 0
    ? { routes: chosen, problems: [] }
    : { routes: [], problems: ['No matching TLS routes found in the defined Virtual Service.'] };
}

function editedTcpRoutes(
  routes: readonly IstioRoute[],
  wanted: NonNullable<RouteSelection['tcpRoutes']>,
): EditedRoutes {
  if (wanted.length === 0) return onlyRoute(routes, 'tcp', 'tcpRoutes');
  const chosen = routes.filter((route) => wanted.some(({ port }) => singlePort(route) === (port ?? 0)));
  return chosen.length > 0
    ? { routes: chosen, problems: [] }
    : { routes: [], problems: ['No matching TCP routes found in the defined Virtual Service.'] };
}

function onlyRoute(routes: readonly IstioRoute[], protocol: Protocol, field: string): EditedRoutes {
  return routes.length === 1
    ? { routes, problems: [] }
    : { routes: [], problems: [oneRouteOnly(protocol, field)] };
}

function oneRouteOnly(protocol: Protocol, field: string): string {
  return `spec.${protocol}[] should be set in VirtualService and it must have exactly one route when omitting spec.strategy.canary.trafficRouting.istio.virtualService.${field}`;
}

/** The one port that all match entries name; 0 when they name none, undefined when they differ. */
function singlePort(route: IstioRoute): number | undefined {
  const ports = new Set((route.match ?? []).map(({ port }) => port ?? 0));
  return ports.size > 1 ? undefined : ([...ports][0] ?? 0);
}

function sniHostsOf(route: IstioRoute): string[] {
  return (route.match ?? []).flatMap(({ sniHosts }) => sniHosts ?? []);
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  const [left, right] = [new Set(one), new Set(other)];
  return left.size === right.size && [...left].every((item) => right.has(item));
}

export type Role = 'canary' | 'stable' | 'untouched' | { readonly additional: string } | 'foreign';

/** Whom a destination stands for. Hosts are compared by their first label: `svc`, `svc.ns` and the full name are equal. */
export function roleOf(
  rollout: Rollout,
  { destinationRule }: IstioRouting,
  destination: IstioDestination,
  additional: readonly string[],
): Role {
  const host = destination.host.split('.')[0] ?? '';
  const { stable, canary } = servicesOf(rollout);
  if (destinationRule !== undefined && destination.subset !== undefined) {
    if (destination.subset === destinationRule.canarySubsetName) return 'canary';
    if (destination.subset === destinationRule.stableSubsetName) return 'stable';
    if (destinationRule.additionalSubsetNames?.includes(destination.subset)) return 'untouched';
  }
  if (host !== '' && host === canary) return 'canary';
  if (host !== '' && host === stable) return 'stable';
  if (additional.includes(host)) return { additional: host };
  return 'foreign';
}

export function weightOfCanary(
  rollout: Rollout,
  routing: IstioRouting,
  route: IstioRoute,
): number | undefined {
  const found = (route.route ?? []).find(
    ({ destination }: IstioWeightedRoute) => roleOf(rollout, routing, destination, []) === 'canary',
  );
  return found === undefined ? undefined : (found.weight ?? 0);
}
