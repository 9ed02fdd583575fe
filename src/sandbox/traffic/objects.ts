import { type KubeObject, keyOf, type ObjectKey, objectKey } from '../../api/meta.ts';
import type { Pod } from '../../api/workloads.ts';

/** One committed write, as the data plane hears of it. The store of the API server says it in these words. */
export interface ObjectChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** `pods`, `replicasets.apps` */
  readonly resource: string;
  readonly object: KubeObject;
  readonly previous?: KubeObject | undefined;
}

/** What the data plane needs of an API server: to hear of each write when it happens. */
export interface ChangeFeed {
  table(resource: string): { list(): readonly KubeObject[] };
  onChange(listener: (change: ObjectChange) => void): () => void;
}

export const trafficResources = {
  services: 'services',
  pods: 'pods',
  nodes: 'nodes',
  endpointSlices: 'endpointslices.discovery.k8s.io',
  replicaSets: 'replicasets.apps',
  virtualServices: 'virtualservices.networking.istio.io',
  destinationRules: 'destinationrules.networking.istio.io',
  ingresses: 'ingresses.networking.k8s.io',
  trafficSplits: 'trafficsplits.split.smi-spec.io',
  gateways: 'gateways.gateway.networking.k8s.io',
  httpRoutes: 'httproutes.gateway.networking.k8s.io',
  grpcRoutes: 'grpcroutes.gateway.networking.k8s.io',
  tcpRoutes: 'tcproutes.gateway.networking.k8s.io',
  tlsRoutes: 'tlsroutes.gateway.networking.k8s.io',
  referenceGrants: 'referencegrants.gateway.networking.k8s.io',
  traefikServices: 'traefikservices.traefik.io',
  apisixRoutes: 'apisixroutes.apisix.apache.org',
  ambassadorMappings: 'mappings.getambassador.io',
  appMeshVirtualServices: 'virtualservices.appmesh.k8s.aws',
  appMeshVirtualRouters: 'virtualrouters.appmesh.k8s.aws',
  appMeshVirtualNodes: 'virtualnodes.appmesh.k8s.aws',
} as const;
export type TrafficResource = (typeof trafficResources)[keyof typeof trafficResources];

/** Objects that a proxy or a load balancer must be told of: they may take effect late. */
export const routeResources: ReadonlySet<string> = new Set([
  trafficResources.virtualServices,
  trafficResources.destinationRules,
  trafficResources.ingresses,
  trafficResources.trafficSplits,
  trafficResources.gateways,
  trafficResources.httpRoutes,
  trafficResources.grpcRoutes,
  trafficResources.tcpRoutes,
  trafficResources.tlsRoutes,
  trafficResources.referenceGrants,
  trafficResources.traefikServices,
  trafficResources.apisixRoutes,
  trafficResources.ambassadorMappings,
  trafficResources.appMeshVirtualServices,
  trafficResources.appMeshVirtualRouters,
  trafficResources.appMeshVirtualNodes,
]);

/**
 * Whether a write can change where requests go or how they are answered. Most writes cannot: they report a status. The
 * store shares what a write leaves alone, so a part that is the same is found by identity.
 */
export function matters({ type, resource, object, previous }: ObjectChange): boolean {
  if (type !== 'MODIFIED' || previous === undefined) return true;
  const [before, after] = [previous.metadata, object.metadata];
  if (before.labels !== after.labels || before.annotations !== after.annotations) return true;
  if (before.ownerReferences !== after.ownerReferences) return true;
  if (resource === trafficResources.replicaSets) return false;
  if (resource !== trafficResources.pods) return membersDiffer(previous, object);
  const [old, fresh] = [(previous as Pod).status, (object as Pod).status];
  return old?.startTime !== fresh?.startTime || old?.podIP !== fresh?.podIP;
}

function membersDiffer(previous: KubeObject, object: KubeObject): boolean {
  const [before, after] = [previous, object] as unknown as Record<string, unknown>[];
  return Object.keys({ ...before, ...after }).some(
    (name) => name !== 'metadata' && name !== 'status' && before?.[name] !== after?.[name],
  );
}

/** The objects as the data plane knows them, which may be later than the API server has them. */
export interface KnownObjects {
  get<T extends KubeObject>(
    resource: TrafficResource,
    namespace: string | undefined,
    name: string,
  ): T | undefined;
  list<T extends KubeObject>(resource: TrafficResource): readonly T[];
}

export interface ObjectBook extends KnownObjects {
  put(resource: string, object: KubeObject): void;
  remove(resource: string, object: KubeObject): void;
}

export function createObjectBook(): ObjectBook {
  const tables = new Map<string, Map<ObjectKey, KubeObject>>();
  const tableOf = (resource: string) => {
    const table = tables.get(resource) ?? new Map<ObjectKey, KubeObject>();
    tables.set(resource, table);
    return table;
  };
  return {
    get: <T extends KubeObject>(resource: TrafficResource, namespace: string | undefined, name: string) =>
      tableOf(resource).get(objectKey(namespace, name)) as T | undefined,
    list: <T extends KubeObject>(resource: TrafficResource) => [...tableOf(resource).values()] as T[],
    put: (resource, object) => void tableOf(resource).set(keyOf(object), object),
    remove: (resource, object) => void tableOf(resource).delete(keyOf(object)),
  };
}
