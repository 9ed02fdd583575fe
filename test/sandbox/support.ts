import type { KubeObject } from '../../src/api/meta.ts';
import { instant } from '../../src/kernel/instant.ts';
import { random } from '../../src/kernel/random.ts';
import { type Counting, expectedCounts } from '../../src/sandbox/series/counts.ts';
import { createPrometheusHandler } from '../../src/sandbox/series/http.ts';
import { createSeriesStore } from '../../src/sandbox/series/store.ts';
import { trafficMetrics } from '../../src/sandbox/series/traffic-metrics.ts';
import { createStore } from '../../src/sandbox/store.ts';
import { createTraffic } from '../../src/sandbox/traffic/data-plane.ts';
import { trafficResources } from '../../src/sandbox/traffic/objects.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';

/** Noon, on a multiple of every scrape interval in use. */
export const noon = instant(Date.UTC(2026, 0, 5, 12, 0, 0));

const resourceOfKind: Readonly<Record<string, string>> = {
  Service: trafficResources.services,
  Pod: trafficResources.pods,
  EndpointSlice: trafficResources.endpointSlices,
  ReplicaSet: trafficResources.replicaSets,
  VirtualService: trafficResources.virtualServices,
  DestinationRule: trafficResources.destinationRules,
  Ingress: trafficResources.ingresses,
  TrafficSplit: trafficResources.trafficSplits,
  Gateway: trafficResources.gateways,
  HTTPRoute: trafficResources.httpRoutes,
  GRPCRoute: trafficResources.grpcRoutes,
  TCPRoute: trafficResources.tcpRoutes,
  TLSRoute: trafficResources.tlsRoutes,
  ReferenceGrant: trafficResources.referenceGrants,
  TraefikService: trafficResources.traefikServices,
  ApisixRoute: trafficResources.apisixRoutes,
  Mapping: trafficResources.ambassadorMappings,
  VirtualRouter: trafficResources.appMeshVirtualRouters,
  VirtualNode: trafficResources.appMeshVirtualNodes,
};

/** Istio's and App Mesh's VirtualServices share a kind. */
function resourceOf({ kind, apiVersion }: KubeObject): string {
  const isAppMesh = kind === 'VirtualService' && apiVersion.startsWith('appmesh.k8s.aws/');
  return isAppMesh ? trafficResources.appMeshVirtualServices : (resourceOfKind[kind] ?? kind);
}

/** A data plane over a bare object store, with its metrics. */
export function trafficStage(options: { counting?: Counting } = {}) {
  const clock = virtualClock(noon);
  const store = createStore();
  const put = (...objects: KubeObject[]) => {
    for (const object of objects) store.put(resourceOf(object), object);
  };
  const remove = (kind: string, name: string) => store.remove(resourceOfKind[kind] ?? kind, 'shop', name);
  const traffic = createTraffic({ clock, feed: store, random: random(1) });
  const series = createSeriesStore(clock);
  series.addSource(trafficMetrics(traffic, options.counting ?? expectedCounts, () => clock.now()));
  const prometheus = createPrometheusHandler(series, () => clock.now());
  /** The value of a query with one answer, or those of several by one label. */
  const query = (text: string): number | undefined => {
    const { body } = prometheus.handle({
      method: 'POST',
      url: '/api/v1/query',
      body: `query=${encodeURIComponent(text)}`,
    });
    const { data, error } = body as { data?: { result: { value: [number, string] }[] }; error?: string };
    if (data === undefined) throw new Error(error);
    return data.result[0] === undefined ? undefined : Number(data.result[0].value[1]);
  };
  return { clock, store, put, remove, traffic, series, prometheus, query };
}

export function object(
  kind: string,
  name: string,
  rest: Record<string, unknown>,
  metadata: Record<string, unknown> = {},
): KubeObject {
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'shop', uid: `${kind}-${name}`, ...metadata },
    ...rest,
  };
}

export type Annotations = Record<string, string>;

/** The shares of a host's requests by revision, to six digits. */
export function shares(
  { traffic }: Pick<ReturnType<typeof trafficStage>, 'traffic'>,
  host: { namespace: string; host: string } = { namespace: 'shop', host: 'shop.example.com' },
): Record<string, number> {
  return Object.fromEntries(
    traffic
      .effectiveSplit(host)
      .map(({ podTemplateHash, share }) => [podTemplateHash, Number(share.toFixed(6))]),
  );
}

/** Annotations of the sandbox, by their short names. */
export function sandbox(annotations: Record<string, string | number>): Annotations {
  return Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [`sandbox.sluice.dev/${name}`, String(value)]),
  );
}

export function service(name: string, annotations: Annotations = {}): KubeObject {
  return object('Service', name, { spec: { selector: { app: 'shop' } } }, { annotations });
}

/** A Service with its ready pods, all of one revision. */
export function backend(
  serviceName: string,
  hash: string,
  count: number,
  annotations: Annotations = {},
): KubeObject[] {
  const pods = Array.from({ length: count }, (_, index) => pod(`${hash}-${index}`, hash, annotations));
  return [
    service(serviceName),
    ...pods,
    slice(
      serviceName,
      pods.map(({ metadata }) => metadata.name),
    ),
  ];
}

export function pod(name: string, hash: string, annotations: Annotations = {}): KubeObject {
  return object(
    'Pod',
    name,
    {
      spec: { containers: [] },
      status: { phase: 'Running', startTime: '2026-01-05T12:00:00Z', podIP: '10.0.0.1' },
    },
    { labels: { app: 'shop', 'rollouts-pod-template-hash': hash }, annotations },
  );
}

export function slice(serviceName: string, podNames: readonly string[]): KubeObject {
  const endpoints = podNames.map((name) => ({
    addresses: ['10.0.0.1'],
    conditions: { ready: true },
    targetRef: { kind: 'Pod', name },
  }));
  return object(
    'EndpointSlice',
    `${serviceName}-abc`,
    { endpoints },
    { labels: { 'kubernetes.io/service-name': serviceName } },
  );
}

export function virtualService(http: readonly unknown[], annotations: Annotations = {}): KubeObject {
  return object('VirtualService', 'shop', { spec: { hosts: ['shop.example.com'], http } }, { annotations });
}

export function destinationRule(host: string, subsets: Record<string, string>): KubeObject {
  const list = Object.entries(subsets).map(([name, hash]) => ({
    name,
    labels: { 'rollouts-pod-template-hash': hash },
  }));
  return object('DestinationRule', host, { spec: { host, subsets: list } });
}

export function ingress(
  name: string,
  backendName: string,
  portName: string | undefined,
  annotations: Annotations,
): KubeObject {
  const backendService = {
    name: backendName,
    port: portName === undefined ? { number: 80 } : { name: portName },
  };
  const paths = [{ path: '/', pathType: 'Prefix', backend: { service: backendService } }];
  return object(
    'Ingress',
    name,
    { spec: { rules: [{ host: 'shop.example.com', http: { paths } }] } },
    { annotations },
  );
}

export function to(host: string, weight?: number, subset?: string) {
  return {
    destination: subset === undefined ? { host } : { host, subset },
    ...(weight === undefined ? {} : { weight }),
  };
}
