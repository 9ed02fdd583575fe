import type { KubeObject } from '../../api/meta.ts';
import { type KnownObjects, trafficResources } from './objects.ts';
import { byWeight, type Destination, mergedDestinations, type Route } from './route.ts';

/** SMI's TrafficSplit: whoever calls `service` reaches one of the backends. Weights are numbers, or quantities in v1alpha1. */
export interface TrafficSplit extends KubeObject {
  spec: { service: string; backends?: { service: string; weight?: number | string }[] };
}

/** Puts the backends of a TrafficSplit in the place of its Service, wherever a route leads there. */
export function withSplits(route: Route, objects: KnownObjects): Route {
  const splits = objects.list<TrafficSplit>(trafficResources.trafficSplits);
  if (splits.length === 0) return route;
  return {
    ...route,
    destinations: mergedDestinations(route.destinations.flatMap((one) => expanded(one, splits))),
  };
}

/** The Services of a split, its root among them, by `namespace/name`. */
export function servicesOfSplit({ spec, metadata }: TrafficSplit): string[] {
  const [root = ''] = spec.service.split('.');
  return [root, ...(spec.backends ?? []).map(({ service }) => service)].map(
    (service) => `${metadata.namespace}/${service}`,
  );
}

/** Services that are reached through a split only, by namespace and name. The root itself is called directly. */
export function splitBackends(objects: KnownObjects): string[] {
  return objects
    .list<TrafficSplit>(trafficResources.trafficSplits)
    .flatMap(({ spec, metadata }) =>
      (spec.backends ?? [])
        .filter(({ service }) => service !== spec.service.split('.')[0])
        .map(({ service }) => `${metadata.namespace}/${service}`),
    );
}

function expanded(destination: Destination, splits: readonly TrafficSplit[]): Destination[] {
  const split = splits.find(
    ({ spec, metadata }) =>
      spec.service.split('.')[0] === destination.service && metadata.namespace === destination.namespace,
  );
  if (split === undefined) return [destination];
  return byWeight(split.spec.backends ?? [], ({ weight }) => Number(weight ?? 0)).map(([backend, share]) => ({
    ...destination,
    service: backend.service,
    share: share * destination.share,
  }));
}
