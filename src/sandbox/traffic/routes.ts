import type { Ingress, VirtualService } from '../../api/routes.ts';
import type { Service } from '../../api/workloads.ts';
import { parseAmount, trafficAnnotations } from './annotations.ts';
import { type GatewayRoute, gatewayRoute, gatewayRouteResources } from './gateway-routes.ts';
import { ingressRoute } from './ingress-routes.ts';
import { istioRoute } from './istio-routes.ts';
import { type KnownObjects, trafficResources } from './objects.ts';
import type { Destination, Route } from './route.ts';
import { splitBackends, withSplits } from './smi-splits.ts';

/**
 * Everything that lets requests in: VirtualServices, HTTPRoutes and GRPCRoutes, Ingresses, and the Services with a selector that no route leads to,
 * since somebody calls them directly.
 */
export function allRoutes(objects: KnownObjects, defaultRequestsPerSecond: number): Route[] {
  const loadOf = (own: string | undefined) => (destinations: readonly Destination[]) =>
    parseAmount(own) ??
    destinations.map((destination) => serviceLoad(destination, objects)).find((load) => load !== undefined) ??
    defaultRequestsPerSecond;
  const routed = [
    ...objects
      .list<VirtualService>(trafficResources.virtualServices)
      .map((object) => istioRoute(object, objects, loadOf(loadAnnotation(object))))
      .filter((route) => route !== undefined),
    ...gatewayRouteResources
      .flatMap((resource) => objects.list<GatewayRoute>(resource))
      .map((object) => gatewayRoute(object, objects, loadOf(loadAnnotation(object))))
      .filter((route) => route !== undefined),
    ...objects
      .list<Ingress>(trafficResources.ingresses)
      .map((object) => ingressRoute(object, objects, loadOf(loadAnnotation(object))))
      .filter((route) => route !== undefined),
  ];
  const behindRoutes = new Set([
    ...routed
      .flatMap(({ destinations, mirrors }) => [...destinations, ...mirrors])
      .map(({ namespace, service }) => `${namespace}/${service}`),
    ...splitBackends(objects),
  ]);
  const direct = objects
    .list<Service>(trafficResources.services)
    .filter(({ metadata, spec }) => {
      const hasSelector = Object.keys(spec.selector ?? {}).length > 0;
      return hasSelector && !behindRoutes.has(`${metadata.namespace}/${metadata.name}`);
    })
    .map((service) => serviceRoute(service, loadOf(loadAnnotation(service))([])));
  return [...routed, ...direct].map((route) => withSplits(route, objects));
}

function loadAnnotation({
  metadata,
}: {
  metadata: { annotations?: Record<string, string> };
}): string | undefined {
  return metadata.annotations?.[trafficAnnotations.requestsPerSecond];
}

function serviceLoad({ namespace, service }: Destination, objects: KnownObjects): number | undefined {
  const found = objects.get<Service>(trafficResources.services, namespace, service);
  return found === undefined ? undefined : parseAmount(loadAnnotation(found));
}

function serviceRoute({ metadata }: Service, requestsPerSecond: number): Route {
  const namespace = metadata.namespace ?? '';
  const { name } = metadata;
  return {
    kind: 'service',
    namespace,
    name,
    hosts: [name, `${name}.${namespace}`, `${name}.${namespace}.svc.cluster.local`],
    requestsPerSecond,
    destinations: [{ namespace, service: name, share: 1 }],
    mirrors: [],
  };
}

/** A route's part in the plane: used to find it by any of its names. */
export function answersTo(route: Route, namespace: string, host: string): boolean {
  if (route.namespace !== namespace) return false;
  return route.hosts.includes(host) || route.name === host;
}
