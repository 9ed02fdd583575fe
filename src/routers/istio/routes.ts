import type { IstioHttpRoute, VirtualService } from '../../api/routes.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { type Receivers, roleOf } from './destinations.ts';
import type { RouteSelection } from './references.ts';

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

/** The fields of a selection, by protocol. */
const listOf = { http: 'routes', tls: 'tlsRoutes', tcp: 'tcpRoutes' } as const;
const wordOf = { http: 'HTTP', tls: 'TLS', tcp: 'TCP' } as const;

/**
 * Names of the routes that Sluice adds and removes itself, in order of precedence. A route that the Rollout lists as one
 * to weigh is the user's, whatever else it is named as.
 */
export function managedRouteNames(rollout: Rollout, { routes = [] }: RouteSelection): readonly string[] {
  const canary = rollout.spec.strategy?.canary;
  const names = [
    ...(canary?.trafficRouting?.managedRoutes ?? []).map(({ name }) => name),
    ...(canary?.steps ?? []).flatMap(
      ({ setHeaderRoute, setMirrorRoute }) => setHeaderRoute?.name ?? setMirrorRoute?.name ?? [],
    ),
  ];
  return names.filter((name) => !routes.includes(name));
}

/** The routes of one protocol; none is the same as an empty list. */
export function routesOf(virtualService: VirtualService, protocol: Protocol): readonly IstioRoute[] {
  const routes = virtualService.spec[protocol];
  return Array.isArray(routes) ? (routes as IstioRoute[]) : [];
}

/**
 * The routes whose weights follow the release, of each protocol that the VirtualService has. Which they are:
 * `reference/traffic.md` §5.1. A protocol that the Rollout lists no routes of, and that sends nothing to its Services, is
 * somebody else's; the peer would refuse the whole VirtualService for it.
 */
export function findEditedRoutes(
  rollout: Rollout,
  selection: RouteSelection,
  virtualService: VirtualService,
  receivers: Receivers,
): EditedRoutes {
  const present = protocols.filter((protocol) => routesOf(virtualService, protocol).length > 0);
  const concerned =
    present.length < 2
      ? present
      : present.filter(
          (protocol) =>
            (selection[listOf[protocol]] ?? []).length > 0 ||
            routesOf(virtualService, protocol).some((route) => isOurs(receivers, route)),
        );
  if (concerned.length === 0) {
    return {
      routes: [],
      problems: ['Unable to get any of the HTTP, TCP or TLS routes for the Istio VirtualService'],
    };
  }
  const managed = managedRouteNames(rollout, selection);
  const found = concerned.map((protocol) => {
    const edited = editedRoutes[protocol](routesOf(virtualService, protocol), selection, managed);
    const start = `Istio VirtualService has invalid ${wordOf[protocol]} routes. Error: `;
    return { ...edited, problems: edited.problems.map((problem) => start + problem) };
  });
  return {
    routes: found.flatMap(({ routes }) => routes),
    problems: found.flatMap(({ problems }) => problems),
  };
}

/** The word in the peer's messages for the protocol that a route stands under. */
export function protocolWordOf(virtualService: VirtualService, route: IstioRoute): string {
  const protocol = protocols.find((candidate) => routesOf(virtualService, candidate).includes(route));
  return wordOf[protocol ?? 'http'];
}

/** Does the route send anything to the Rollout's own Services or subsets? */
export function isOurs(receivers: Receivers, { route = [] }: IstioRoute): boolean {
  return route.some(({ destination }) => ['canary', 'stable'].includes(roleOf(receivers, destination).is));
}

type Choose = (
  routes: readonly IstioRoute[],
  selection: RouteSelection,
  managed: readonly string[],
) => EditedRoutes;

const editedRoutes: Readonly<Record<Protocol, Choose>> = {
  http: (all, { routes: names = [] }, managed) => {
    const routes = all.filter(({ name }) => name === undefined || !managed.includes(name));
    if (names.length === 0) return onlyRoute(routes, 'http');
    const missing = names.filter((name) => !routes.some((route) => route.name === name));
    return {
      routes: routes.filter(({ name }) => name !== undefined && names.includes(name)),
      problems: missing.map((name) => `HTTP Route '${name}' is not found in the defined Virtual Service.`),
    };
  },
  tls: (routes, { tlsRoutes = [] }) => {
    if (tlsRoutes.length === 0) return onlyRoute(routes, 'tls');
    return chosenRoutes(routes, 'tls', tlsRoutes, (route, { port = 0, sniHosts = [] }) => {
      return singlePort(route) === port && sameSet(sniHostsOf(route), sniHosts);
    });
  },
  tcp: (routes, { tcpRoutes = [] }) => {
    if (tcpRoutes.length === 0) return onlyRoute(routes, 'tcp');
    return chosenRoutes(routes, 'tcp', tcpRoutes, (route, { port = 0 }) => singlePort(route) === port);
  },
};

/** Every wanted entry must find a route; one entry may find several. */
function chosenRoutes<Wanted>(
  routes: readonly IstioRoute[],
  protocol: Protocol,
  wanted: readonly Wanted[],
  fits: (route: IstioRoute, entry: Wanted) => boolean,
): EditedRoutes {
  const isComplete = wanted.every((entry) => routes.some((route) => fits(route, entry)));
  const problem = `No matching ${wordOf[protocol]} routes found in the defined Virtual Service.`;
  return {
    routes: routes.filter((route) => wanted.some((entry) => fits(route, entry))),
    problems: isComplete ? [] : [problem],
  };
}

function onlyRoute(routes: readonly IstioRoute[], protocol: Protocol): EditedRoutes {
  if (routes.length === 1) return { routes, problems: [] };
  const problem = `spec.${protocol}[] should be set in VirtualService and it must have exactly one route when omitting spec.strategy.canary.trafficRouting.istio.virtualService.${listOf[protocol]}`;
  return { routes: [], problems: [problem] };
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
