import type { KubeObject } from '../../../src/api/meta.ts';
import { type ResourceType, resources } from '../../../src/api/resources.ts';
import type { TrafficRouting } from '../../../src/api/v1alpha1/rollout.ts';

/** Routers for which the peer has no example with its sources: a shop over each of them. */

const stops = [20, 60] as const;

function shop(namespace: string, trafficRouting: TrafficRouting, route: KubeObject): readonly KubeObject[] {
  const service = (name: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: 'shop' }, ports: [{ port: 80 }] },
  });
  return [
    service('stable'),
    service('canary'),
    { ...route, metadata: { name: 'shop', namespace } },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'shop' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'shop' } },
        template: {
          metadata: { labels: { app: 'shop' } },
          spec: { containers: [{ name: 'main', image: 'registry.example.com/app:first' }] },
        },
        strategy: {
          canary: {
            stableService: 'stable',
            canaryService: 'canary',
            trafficRouting,
            steps: stops.flatMap((setWeight) => [{ setWeight }, { pause: {} }]),
          },
        },
      },
    } as KubeObject,
  ];
}

/** The weights of a list of backends. */
export const weightsIn = (list: unknown) =>
  ((list ?? []) as { weight?: number }[]).map(({ weight }) => weight);
const services = [
  { name: 'stable', port: 80 },
  { name: 'canary', port: 80 },
];

function gatewayRoute(type: ResourceType, version: string, setting: string) {
  const namespace = `gateway-${type.kind.toLowerCase()}`;
  const backendRefs = services.map((service, index) => ({ ...service, weight: 100 - 100 * index }));
  const hostnames = type.kind === 'TLSRoute' ? { hostnames: ['shop.example.com'] } : {};
  const route = {
    apiVersion: `${type.group}/${version}`,
    kind: type.kind,
    metadata: { name: 'shop' },
    spec: { ...hostnames, rules: [{ backendRefs }] },
  };
  const plugins = { 'argoproj-labs/gatewayAPI': { [setting]: 'shop', namespace } };
  return {
    title: `Gateway API: ${type.kind} ${version}`,
    namespace,
    objects: () => shop(namespace, { plugins }, route),
    type,
    name: 'shop',
    shows: (object: KubeObject | undefined) =>
      weightsIn((object as { spec?: { rules: { backendRefs: unknown }[] } })?.spec?.rules[0]?.backendRefs),
    rest: [100, 0],
    stops: stops.map((weight) => [100 - weight, weight]),
  };
}

const traefik = {
  title: 'Traefik',
  namespace: 'traefik',
  objects: () =>
    shop(
      'traefik',
      { traefik: { weightedTraefikServiceName: 'shop' } },
      {
        apiVersion: 'traefik.io/v1alpha1',
        kind: 'TraefikService',
        metadata: { name: 'shop' },
        spec: { weighted: { services } },
      },
    ),
  type: resources.traefikServices,
  name: 'shop',
  shows: (object: KubeObject | undefined) =>
    weightsIn((object as { spec?: { weighted: { services: unknown } } })?.spec?.weighted.services),
  rest: [100, 0],
  stops: stops.map((weight) => [100 - weight, weight]),
};

const nginx = {
  title: 'NGINX',
  namespace: 'nginx',
  objects: () =>
    shop(
      'nginx',
      { nginx: { stableIngress: 'shop' } },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'shop' },
        spec: {
          rules: [
            {
              host: 'shop.example.com',
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'Prefix',
                    backend: { service: { name: 'stable', port: { number: 80 } } },
                  },
                ],
              },
            },
          ],
        },
      },
    ),
  type: resources.ingresses,
  name: 'shop-shop-canary',
  shows: (object: KubeObject | undefined) =>
    object?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight'],
  rest: '0',
  stops: stops.map(String),
};

export const routesWithoutExample = [
  gatewayRoute(resources.httpRoutes, 'v1', 'httpRoute'),
  gatewayRoute(resources.grpcRoutes, 'v1', 'grpcRoute'),
  gatewayRoute(resources.tcpRoutes, 'v1', 'tcpRoute'),
  gatewayRoute(resources.tlsRoutes, 'v1', 'tlsRoute'),
  traefik,
  nginx,
];
