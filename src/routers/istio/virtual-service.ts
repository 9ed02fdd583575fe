import type { IstioWeightedRoute, VirtualService } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { SluiceError } from '../../kernel/errors.ts';
import { sameJson } from '../../kernel/same-json.ts';
import { destinationProblems, type Receivers, receiversOf, roleOf } from './destinations.ts';
import { renderHeaderRoute, renderMirrorRoute } from './managed-routes.ts';
import type { RouteSelection } from './references.ts';
import {
  findEditedRoutes,
  type IstioRoute,
  isOurs,
  managedRouteNames,
  protocols,
  routesOf,
} from './routes.ts';

export interface VirtualServiceChange {
  readonly rollout: Rollout;
  /** Which routes of it the Rollout wants weighed. */
  readonly selection: RouteSelection;
  readonly split: Split;
  /** The host that the subsets belong to, from the DestinationRule; undefined without one. */
  readonly subsetHost: string | undefined;
}

/** The same VirtualService for this split; the very same object when nothing differs. */
export function renderVirtualService(current: VirtualService, change: VirtualServiceChange): VirtualService {
  const { rollout, selection, split, subsetHost } = change;
  const receivers = receiversOf(rollout, split, subsetHost);
  const { routes, problems } = findEditedRoutes(rollout, selection, current, receivers);
  refuse(current, [...problems, ...routes.flatMap((route) => destinationProblems(receivers, route))]);
  const spec = { ...current.spec };
  for (const protocol of protocols) {
    const present = routesOf(current, protocol);
    if (present.length === 0) continue;
    const weighted = present.map((route) =>
      routes.includes(route) ? withWeights(route, split, receivers) : route,
    );
    const edited = weighted.filter((_, index) => routes.includes(present[index] as IstioRoute));
    spec[protocol] = protocol === 'http' ? withManagedRoutes(weighted, edited, change) : weighted;
  }
  if (routesOf(current, 'http').length === 0 && split.headerRoutes.length + split.mirrorRoutes.length > 0) {
    refuse(current, ['header and mirror routes need HTTP routes: spec.http not found']);
  }
  return sameJson(spec, current.spec) ? current : { ...current, spec };
}

function refuse({ metadata }: VirtualService, [problem]: readonly string[]): void {
  if (problem === undefined) return;
  throw new SluiceError('ISTIO_ROUTE_INVALID', `VirtualService ${metadata.name}: ${problem}`, {
    virtualService: metadata.name,
  });
}

/** What the user's own destinations take is taken from stable. Weights of one route are relative to each other. */
function withWeights(route: IstioRoute, split: Split, receivers: Receivers): IstioRoute {
  const destinations = route.route ?? [];
  const kept = destinations.reduce((sum, { destination, weight = 0 }) => {
    return roleOf(receivers, destination).is === 'kept' ? sum + weight : sum;
  }, 0);
  const weighted = destinations.flatMap((destination): IstioWeightedRoute[] => {
    const role = roleOf(receivers, destination.destination);
    switch (role.is) {
      case 'canary':
        return [weightTo(destination, split.canary.weight)];
      case 'stable':
        return [weightTo(destination, Math.max(0, split.stable.weight - kept))];
      case 'additional':
        return [weightTo(destination, role.wanted.weight)];
      case 'leftover':
        return [];
      case 'kept':
        return [destination];
    }
  });
  return { ...route, route: [...weighted, ...missingAdditional(destinations, split, receivers)] };
}

/** An absent weight reads as 0 and is left absent then, so that nothing is written that says nothing. */
function weightTo(destination: IstioWeightedRoute, weight: number): IstioWeightedRoute {
  return (destination.weight ?? 0) === weight ? destination : { ...destination, weight };
}

function missingAdditional(
  present: readonly IstioWeightedRoute[],
  { additional }: Split,
  receivers: Receivers,
): IstioWeightedRoute[] {
  const roles = present.map(({ destination }) => roleOf(receivers, destination));
  return additional
    .filter((wanted) => !roles.some((role) => role.is === 'additional' && role.wanted === wanted))
    .toSorted((one, other) => (one.service < other.service ? -1 : 1))
    .map(({ service, weight }) => ({ weight, destination: { host: service } }));
}

/**
 * Exactly the managed routes that the split wants, in the order of `managedRoutes`, then all others as they are. One of the
 * same name that leads to somebody else is of another Rollout that shares the VirtualService. As long as they stand in front
 * of the routes that are weighed they stay where they are: two Rollouts would take the first place from each other for ever.
 * @param edited the routes that are weighed. Mirrors answer as the first of them does, and it knows the port.
 */
function withManagedRoutes(
  routes: readonly IstioRoute[],
  edited: readonly IstioRoute[],
  { rollout, selection, split, subsetHost }: VirtualServiceChange,
): IstioRoute[] {
  const managed = managedRouteNames(rollout, selection);
  const receivers = receiversOf(rollout, split, subsetHost);
  const others = routes.filter(
    (route) => route.name === undefined || !managed.includes(route.name) || !isOurs(receivers, route),
  );
  const canary = { receivers, template: edited[0], subsetHost };
  const wanted = [
    ...split.mirrorRoutes.map((route) => renderMirrorRoute(route, canary)),
    ...split.headerRoutes.map((route) => renderHeaderRoute(route, canary)),
  ];
  const place = ({ name }: IstioRoute) => {
    const index = managed.indexOf(name ?? '');
    return index === -1 ? managed.length : index;
  };
  const ordered = wanted.toSorted((one, other) => place(one) - place(other));
  const isInPlace = isManagedAhead(routes, ordered, others, edited);
  if (!isInPlace) return [...ordered, ...others];
  let next = 0;
  return routes.map((route) => (others.includes(route) ? route : (ordered[next++] as IstioRoute)));
}

/** Are all managed routes there already, in their order, each in front of every route that is weighed? */
function isManagedAhead(
  routes: readonly IstioRoute[],
  ordered: readonly IstioRoute[],
  others: readonly IstioRoute[],
  edited: readonly IstioRoute[],
): boolean {
  const found = routes.filter((route) => !others.includes(route));
  const isWhole =
    found.length === ordered.length && found.every(({ name }, index) => name === ordered[index]?.name);
  const firstEdited = routes.findIndex((route) => edited.includes(route));
  return isWhole && found.every((route) => routes.indexOf(route) < firstEdited);
}
