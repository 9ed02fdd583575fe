import type { IstioDestination } from '../../api/routes.ts';
import type { HeaderRoute, MirrorRoute } from '../../api/split.ts';
import type { Receivers } from './destinations.ts';
import type { IstioRoute } from './routes.ts';

/** What is needed to name the canary in a route of our own. */
export interface CanaryTarget {
  readonly receivers: Receivers;
  /** The route that is weighed, after its weights were set; undefined when no HTTP route is. */
  readonly template: IstioRoute | undefined;
  readonly subsetHost: string | undefined;
}

/** Requests with one of these headers go to the canary. Each header is a match of its own: one is enough. */
export function renderHeaderRoute({ name, match }: HeaderRoute, canary: CanaryTarget): IstioRoute {
  return {
    name,
    match: match.map(({ headerName, headerValue }) => ({
      headers: { [headerName]: { ...headerValue } },
    })) as IstioRoute['match'],
    route: [{ weight: 100, destination: canaryDestination(canary) }],
  };
}

/** Requests that match are answered as without the route, and copied to the canary. */
export function renderMirrorRoute(
  { name, match, percentage }: MirrorRoute,
  canary: CanaryTarget,
): IstioRoute {
  return {
    name,
    match: match.map(({ method, path, headers }) => ({
      ...(method && { method: { ...method } }),
      ...(path && { uri: { ...path } }),
      ...(headers && { headers: { ...headers } }),
    })) as IstioRoute['match'],
    route: (canary.template?.route ?? []).map(({ weight, ...destination }) => ({
      ...destination,
      ...(weight !== undefined && weight !== 0 && { weight }),
    })),
    mirror: canaryDestination(canary),
    mirrorPercentage: { value: percentage },
  };
}

function canaryDestination({ receivers, template, subsetHost }: CanaryTarget): IstioDestination {
  const { services, subsets } = receivers;
  const port = template?.route?.[0]?.destination.port?.number;
  return {
    host: (subsets === undefined ? services.canary : subsetHost) ?? '',
    ...(port !== undefined && { port: { number: port } }),
    ...(subsets !== undefined && { subset: subsets.canarySubsetName }),
  };
}
