import { controllerOf, type KubeObject, keyOf } from '../../api/meta.ts';
import type { DestinationRule, Ingress, VirtualService } from '../../api/routes.ts';
import type { EndpointSlice } from '../../api/workloads.ts';
import { createEndpointIndex, type EndpointIndex } from './endpoints.ts';
import { gatewayRouteResources } from './gateway-routes.ts';
import { isNginxCanary } from './ingress-routes.ts';
import { serviceOfHost } from './istio-routes.ts';
import { type ObjectBook, type ObjectChange, type TrafficResource, trafficResources } from './objects.ts';
import { type Route, serviceKey } from './route.ts';
import { routeOf } from './routes.ts';
import { servicesOfSplit, type TrafficSplit } from './smi-splits.ts';

/** The routes of all entries and the endpoints of all Services, of which a change recomputes only what it can touch. */
export interface RouteTable {
  /** Hears of a change that is in the book already. */
  hear(change: ObjectChange): void;
  /** Brings everything up to date. The keys of the routes whose requests may go elsewhere now, also of those that are gone. */
  refresh(): ReadonlySet<string>;
  readonly routes: ReadonlyMap<string, Route>;
  readonly endpoints: EndpointIndex;
  /** The routes that lead to a Service, by `namespace/name`. */
  usersOf(service: string): Iterable<string>;
}

const { services, pods, nodes, endpointSlices, replicaSets, virtualServices, destinationRules } =
  trafficResources;
const { ingresses, trafficSplits, gateways, referenceGrants } = trafficResources;
const { traefikServices, apisixRoutes, ambassadorMappings } = trafficResources;
const { appMeshVirtualServices, appMeshVirtualRouters, appMeshVirtualNodes } = trafficResources;

/** The objects that let requests in. */
const entryResources: readonly TrafficResource[] = [
  virtualServices,
  ...gatewayRouteResources,
  ingresses,
  traefikServices,
  apisixRoutes,
  ambassadorMappings,
  appMeshVirtualServices,
  services,
];

export function createRouteTable(book: ObjectBook, defaultRequestsPerSecond: number): RouteTable {
  const routes = new Map<string, Route>();
  const endpoints = createEndpointIndex(book);
  const users = new Map<string, Set<string>>();
  const leadsTo = new Map<string, ReadonlySet<string>>();
  let stale = new Map<string, readonly [TrafficResource, KubeObject]>();
  const moved = new Set<string>();

  const touch = (resource: TrafficResource, object: KubeObject) =>
    void stale.set(`${resource}/${keyOf(object)}`, [resource, object]);
  const touchAll = (resource: TrafficResource, isMeant: (object: KubeObject) => boolean = () => true) => {
    for (const object of book.list(resource)) if (isMeant(object)) touch(resource, object);
  };
  /** For kinds of which one object decides where the requests of another go. */
  const touchWithAll = (resource: TrafficResource) => (object: KubeObject) => {
    touch(resource, object);
    touchAll(resource);
  };
  const touchKey = (key: string) => {
    const at = key.indexOf('/');
    const resource = key.slice(0, at) as TrafficResource;
    const [namespace = '', name = ''] = key.slice(at + 1).split('/');
    touch(resource, { apiVersion: '', kind: '', metadata: { namespace, name } });
  };
  const touchUsers = (service: string) => {
    for (const key of users.get(service) ?? []) touchKey(key);
  };
  const touchServices = (names: Iterable<string>) => {
    for (const service of names) {
      touchUsers(service);
      touchKey(`${services}/${service}`);
    }
  };

  const hearOf: Readonly<Record<TrafficResource, (object: KubeObject, isGone: boolean) => void>> = {
    [services]: (object) => touchServices([keyOf(object)]),
    [virtualServices]: (object) => {
      touch(virtualServices, object);
      // Those without hosts are parts of others.
      const { hosts = [] } = (object as VirtualService).spec;
      if (hosts.length === 0) touchAll(virtualServices);
    },
    [destinationRules]: (object) => {
      const { spec, metadata } = object as DestinationRule;
      const { namespace, service } = serviceOfHost(spec.host, metadata.namespace ?? '');
      touchUsers(serviceKey({ namespace, service }));
    },
    [ingresses]: (object) => {
      touch(ingresses, object);
      const { namespace } = object.metadata;
      if (isNginxCanary(object as Ingress)) {
        touchAll(ingresses, (other) => other.metadata.namespace === namespace);
      }
    },
    [trafficSplits]: (object) => touchServices(servicesOfSplit(object as TrafficSplit)),
    [trafficResources.httpRoutes]: (object) => touch(trafficResources.httpRoutes, object),
    [trafficResources.grpcRoutes]: (object) => touch(trafficResources.grpcRoutes, object),
    [trafficResources.tcpRoutes]: (object) => touch(trafficResources.tcpRoutes, object),
    [trafficResources.tlsRoutes]: (object) => touch(trafficResources.tlsRoutes, object),
    [traefikServices]: touchWithAll(traefikServices),
    [apisixRoutes]: touchWithAll(apisixRoutes),
    [ambassadorMappings]: touchWithAll(ambassadorMappings),
    [appMeshVirtualServices]: (object) => touch(appMeshVirtualServices, object),
    [appMeshVirtualRouters]: () => touchAll(appMeshVirtualServices),
    [appMeshVirtualNodes]: () => touchAll(appMeshVirtualServices),
    [gateways]: () => gatewayRouteResources.forEach((resource) => touchAll(resource)),
    [referenceGrants]: () => gatewayRouteResources.forEach((resource) => touchAll(resource)),
    [endpointSlices]: (object, isGone) => moveAll(endpoints.put(object as EndpointSlice, isGone)),
    [pods]: (object) => moveAll(endpoints.refreshPod(keyOf(object))),
    [nodes]: (object) =>
      moveAll(endpoints.servicesWith(({ pod }) => pod?.spec?.['nodeName'] === object.metadata.name)),
    [replicaSets]: (object) =>
      moveAll(
        endpoints.servicesWith(
          ({ pod }) =>
            pod?.metadata.namespace === object.metadata.namespace &&
            pod !== undefined &&
            controllerOf(pod)?.name === object.metadata.name,
        ),
      ),
  };
  const moveAll = (found: Iterable<string>) => {
    for (const service of found) moved.add(service);
  };

  /** Of one entry. Services that a route leads to, or leads to no more, are entries themselves, or cease to be. */
  const recompute = (key: string, resource: TrafficResource, { metadata }: KubeObject) => {
    const object = book.get(resource, metadata.namespace ?? '', metadata.name);
    const isBehind = (service: string) =>
      [...(users.get(service) ?? [])].some((user) => !user.startsWith(`${services}/`));
    const route = object && routeOf(resource, object, { objects: book, defaultRequestsPerSecond, isBehind });
    const before = leadsTo.get(key) ?? new Set();
    const after = new Set([...(route?.leadsTo ?? [])]);
    for (const service of before) if (!after.has(service)) users.get(service)?.delete(key);
    for (const service of after) addTo(users, service, key);
    leadsTo.set(key, after);
    if (route === undefined) routes.delete(key);
    else routes.set(key, route.route);
    if (resource === services) return;
    for (const service of new Set([...before, ...after])) {
      if (before.has(service) !== after.has(service)) touchKey(`${services}/${service}`);
    }
  };

  for (const resource of entryResources) touchAll(resource);
  for (const slice of book.list<EndpointSlice>(endpointSlices)) endpoints.put(slice, false);

  return {
    routes,
    endpoints,
    usersOf: (service) => users.get(service) ?? [],
    hear({ type, resource, object, previous }) {
      const hearOne = hearOf[resource as TrafficResource];
      if (previous !== undefined) hearOne(previous, true);
      hearOne(object, type === 'DELETED');
    },
    refresh() {
      const changed = new Set<string>();
      while (stale.size > 0) {
        const round = stale;
        stale = new Map();
        for (const [key, [resource, object]] of round) {
          recompute(key, resource, object);
          changed.add(key);
        }
      }
      for (const service of moved) for (const key of users.get(service) ?? []) changed.add(key);
      moved.clear();
      return changed;
    },
  };
}

function addTo(index: Map<string, Set<string>>, key: string, value: string): void {
  const found = index.get(key);
  if (found === undefined) index.set(key, new Set([value]));
  else found.add(value);
}
