import type { IstioWeightedRoute, VirtualService } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { SluiceError } from '../../kernel/errors.ts';
import { renderHeaderRoute, renderMirrorRoute } from './managed-routes.ts';
import { istioOf, type RouteSelection } from './references.ts';
import {
  findEditedRoutes,
  type IstioRoute,
  managedRouteNames,
  protocols,
  roleOf,
  routesOf,
} from './routes.ts';

/** The same VirtualService for this split; the very same object when nothing differs. */
export function renderVirtualService(
  rollout: Rollout,
  selection: RouteSelection,
  current: VirtualService,
  split: Split,
): VirtualService {
  const { routes, problems } = findEditedRoutes(rollout, selection, current);
  if (problems.length > 0) {
    throw new SluiceError('ISTIO_ROUTE_INVALID', `VirtualService ${current.metadata.name}: ${problems[0]}`, {
      virtualService: current.metadata.name,
    });
  }
  const edited = new Set<IstioRoute>(routes);
  const spec = { ...current.spec };
  for (const protocol of protocols) {
    const present = routesOf(current, protocol);
    if (present === undefined) continue;
    const weighted = present.map((route) =>
      edited.has(route) ? withWeights(rollout, route, split, current) : route,
    );
    spec[protocol] = protocol === 'http' ? withManagedRoutes(rollout, weighted, split) : weighted;
  }
  return JSON.stringify(spec) === JSON.stringify(current.spec) ? current : { ...current, spec };
}

function withWeights(rollout: Rollout, route: IstioRoute, split: Split, owner: VirtualService): IstioRoute {
  const routing = istioOf(rollout);
  const additional = split.additional.map(({ service }) => service);
  const destinations = route.route ?? [];
  const roles = destinations.map(({ destination }) => roleOf(rollout, routing, destination, additional));
  const untouched = destinations.reduce(
    (sum, { weight = 0 }, index) => (roles[index] === 'untouched' ? sum + weight : sum),
    0,
  );
  const weights = destinations.flatMap((destination, index): IstioWeightedRoute[] => {
    const role = roles[index];
    if (role === 'canary') return [weightTo(destination, split.canary.weight)];
    if (role === 'stable') return [weightTo(destination, Math.max(0, split.stable.weight - untouched))];
    if (role === 'untouched') return [destination];
    if (role === 'foreign' || role === undefined) return foreign(destination, rollout, owner);
    return [
      weightTo(destination, split.additional.find(({ service }) => service === role.additional)?.weight ?? 0),
    ];
  });
  const present = new Set(roles.flatMap((role) => (typeof role === 'object' ? [role.additional] : [])));
  const missing = split.additional
    .filter(({ service }) => !present.has(service))
    .toSorted((one, other) => (one.service < other.service ? -1 : 1))
    .map(({ service, weight }) => ({ weight, destination: { host: service } }));
  return { ...route, route: [...weights, ...missing] };
}

/** An absent weight reads as 0 and is left absent then, so that nothing is written that says nothing. */
function weightTo(destination: IstioWeightedRoute, weight: number): IstioWeightedRoute {
  return (destination.weight ?? 0) === weight ? destination : { ...destination, weight };
}

/**
 * A destination of somebody else: without weight it may stay; with weight it would take traffic that the split does not
 * know of (I2). What an ended experiment of ours left behind is known by its name and goes.
 */
function foreign(
  destination: IstioWeightedRoute,
  rollout: Rollout,
  owner: VirtualService,
): IstioWeightedRoute[] {
  if ((destination.weight ?? 0) === 0) return [destination];
  const { host } = destination.destination;
  if (host.startsWith(`${rollout.metadata.name}-`)) return [];
  throw new SluiceError(
    'ISTIO_ROUTE_INVALID',
    `VirtualService ${owner.metadata.name}: the managed route sends ${destination.weight} to ${host}, which is neither the stable nor the canary destination`,
    { virtualService: owner.metadata.name, host },
  );
}

/** Managed routes first, in the order of `managedRoutes`; then all others as they are. */
function withManagedRoutes(rollout: Rollout, routes: readonly IstioRoute[], split: Split): IstioRoute[] {
  const managed = managedRouteNames(rollout);
  const others = routes.filter(({ name }) => name === undefined || !managed.includes(name));
  const template = others.find(({ route }) => (route ?? []).length > 0);
  const wanted = [
    ...split.mirrorRoutes.map((route) => renderMirrorRoute(rollout, route, template, split)),
    ...split.headerRoutes.map((route) => renderHeaderRoute(rollout, route, template, split)),
  ];
  const place = (route: IstioRoute) => {
    const index = managed.indexOf(route.name ?? '');
    return index === -1 ? managed.length : index;
  };
  return [...wanted.toSorted((one, other) => place(one) - place(other)), ...others];
}
