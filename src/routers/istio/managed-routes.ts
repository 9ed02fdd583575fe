import type { IstioDestination } from '../../api/routes.ts';
import type { HeaderRoute, MirrorRoute, Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { istioOf } from './references.ts';
import type { IstioRoute } from './routes.ts';

/** Requests with one of these headers go to the canary. Each header is a match of its own: one is enough. */
export function renderHeaderRoute(
  rollout: Rollout,
  { name, match }: HeaderRoute,
  template: IstioRoute | undefined,
  split: Split,
): IstioRoute {
  return {
    name,
    match: match.map(({ headerName, headerValue }) => ({
      headers: { [headerName]: { ...headerValue } },
    })) as IstioRoute['match'],
    route: [{ weight: 100, destination: canaryDestination(rollout, template, split) }],
  };
}

/** Requests that match are answered as without the route, and copied to the canary. */
export function renderMirrorRoute(
  rollout: Rollout,
  { name, match, percentage }: MirrorRoute,
  template: IstioRoute | undefined,
  split: Split,
): IstioRoute {
  return {
    name,
    match: match.map(({ method, path, headers }) => ({
      ...(method && { method: { ...method } }),
      ...(path && { uri: { ...path } }),
      ...(headers && { headers: { ...headers } }),
    })) as IstioRoute['match'],
    route: (template?.route ?? []).map(({ destination, weight }) => ({
      destination,
      ...(weight !== undefined && weight !== 0 && { weight }),
    })),
    mirror: canaryDestination(rollout, template, split),
    mirrorPercentage: { value: percentage },
  };
}

function canaryDestination(
  rollout: Rollout,
  template: IstioRoute | undefined,
  split: Split,
): IstioDestination {
  const { destinationRule } = istioOf(rollout);
  const first = template?.route?.[0]?.destination;
  const host =
    split.canary.service === '' || destinationRule !== undefined
      ? (first?.host ?? split.canary.service)
      : split.canary.service;
  return {
    host,
    ...(first?.port?.number !== undefined && { port: { number: first.port.number } }),
    ...(destinationRule && { subset: destinationRule.canarySubsetName }),
  };
}
