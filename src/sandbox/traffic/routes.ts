import type { KubeObject } from '../../api/meta.ts';
import type {
  AmbassadorMapping,
  ApisixRoute,
  AppMeshVirtualService,
  Ingress,
  TraefikService,
  VirtualService,
} from '../../api/routes.ts';
import type { Service } from '../../api/workloads.ts';
import { ambassadorRoute } from './ambassador-mappings.ts';
import { parseAmount, trafficAnnotations } from './annotations.ts';
import { apisixRoute } from './apisix-routes.ts';
import { appMeshRoute } from './app-mesh-routes.ts';
import { type GatewayRoute, gatewayRoute } from './gateway-routes.ts';
import { ingressRoute } from './ingress-routes.ts';
import { istioRoute } from './istio-routes.ts';
import { type KnownObjects, type TrafficResource, trafficResources } from './objects.ts';
import { type Destination, type Route, serviceKey } from './route.ts';
import { splitBackends, withSplits } from './smi-splits.ts';
import { traefikRoute } from './traefik-services.ts';

/** What a route depends on beside its own object. */
export interface RouteContext {
  readonly objects: KnownObjects;
  readonly defaultRequestsPerSecond: number;
  /** Does a route lead to this Service, by `namespace/name`? */
  isBehind(service: string): boolean;
}

/** A route, with every Service that decides where its requests go. */
export interface FoundRoute {
  readonly route: Route;
  readonly leadsTo: readonly string[];
}

/**
 * What one object lets in: a route object of any router, or a Service with a selector that no route leads to, since somebody calls it
 * directly. Undefined when it lets nothing in.
 */
export function routeOf(
  resource: TrafficResource,
  object: KubeObject,
  context: RouteContext,
): FoundRoute | undefined {
  const route = readRoute(resource, object, context);
  if (route === undefined) return undefined;
  const split = withSplits(route, context.objects);
  const reached = [...split.destinations, ...split.mirrors].map(serviceKey);
  return { route: split, leadsTo: [...route.named, ...route.destinations.map(serviceKey), ...reached] };
}

function readRoute(resource: TrafficResource, object: KubeObject, context: RouteContext): Route | undefined {
  const { objects } = context;
  const loadOf = (destinations: readonly Destination[]) => requestsPerSecond(object, destinations, context);
  switch (resource) {
    case trafficResources.virtualServices:
      return istioRoute(object as VirtualService, objects, loadOf);
    case trafficResources.httpRoutes:
    case trafficResources.grpcRoutes:
    case trafficResources.tcpRoutes:
    case trafficResources.tlsRoutes:
      return gatewayRoute(object as GatewayRoute, objects, loadOf);
    case trafficResources.ingresses:
      return ingressRoute(object as Ingress, objects, loadOf);
    case trafficResources.traefikServices:
      return traefikRoute(object as TraefikService, objects, loadOf);
    case trafficResources.apisixRoutes:
      return apisixRoute(object as ApisixRoute, objects, loadOf);
    case trafficResources.ambassadorMappings:
      return ambassadorRoute(object as AmbassadorMapping, objects, loadOf);
    case trafficResources.appMeshVirtualServices:
      return appMeshRoute(object as AppMeshVirtualService, objects, loadOf);
    case trafficResources.services:
      return isCalledDirectly(object as Service, context)
        ? serviceRoute(object as Service, loadOf([]))
        : undefined;
    default:
      return undefined;
  }
}

function isCalledDirectly({ metadata, spec }: Service, { objects, isBehind }: RouteContext): boolean {
  const key = `${metadata.namespace}/${metadata.name}`;
  const hasSelector = Object.keys(spec.selector ?? {}).length > 0;
  return hasSelector && !isBehind(key) && !splitBackends(objects).includes(key);
}

function requestsPerSecond(
  object: KubeObject,
  destinations: readonly Destination[],
  { objects, defaultRequestsPerSecond }: RouteContext,
): number {
  return (
    parseAmount(loadAnnotation(object)) ??
    destinations.map((destination) => serviceLoad(destination, objects)).find((load) => load !== undefined) ??
    defaultRequestsPerSecond
  );
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
    named: [],
  };
}

/** A route's part in the plane: used to find it by any of its names. */
export function answersTo(route: Route, namespace: string, host: string): boolean {
  if (route.namespace !== namespace) return false;
  return route.hosts.includes(host) || route.name === host;
}
