import type { KubeObject } from '../../src/api/meta.ts';
import { apiVersionOf, type ResourceType, resources } from '../../src/api/resources.ts';
import type { CanaryStrategy, Rollout, TrafficRouting } from '../../src/api/v1alpha1/rollout.ts';
import { trafficAnnotations } from '../../src/sandbox/traffic/annotations.ts';
import { crds, vendorCrds } from './settings.ts';

/** A shop behind each router, as a user would write it: the route at rest, everything to stable. */
export interface Shop {
  readonly routing: TrafficRouting;
  /** Beside the Rollout and its Services. */
  readonly objects: readonly KubeObject[];
  /** What of the strategy is not as for the others. */
  readonly canary?: CanaryStrategy;
  /** The router can lead requests by header. */
  readonly byHeader?: boolean;
  readonly byMirror?: boolean;
  readonly experiments?: boolean;
  /** Services that take turns in place of the named pair. */
  readonly pingPong?: boolean;
  /** Both pairs are given. */
  readonly hasBothPairs?: boolean;
}

export const namespace = 'default';
const host = 'shop.example.com';
/** One request in ten comes from a tester, where the router can tell. */
const annotations = { [trafficAnnotations.requestsWithHeader]: 'x-tester: yes = 0.1' };
export const tester = [{ headerName: 'x-tester', headerValue: { exact: 'yes' } }];
export const pair = { stable: 'shop-stable', canary: 'shop-canary' };
const turns = { stable: 'shop-pong', canary: 'shop-ping' };

export function own(type: ResourceType, spec: unknown, name = 'shop'): KubeObject {
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: { name, namespace, annotations },
    spec,
  };
}

/** What stands in `default` here, in a namespace of its own, also where a host names it. */
export function inNamespace<T>(value: T, namespace: string): T {
  return JSON.parse(JSON.stringify(value).replace(/\bdefault\b/g, namespace)) as T;
}

/** What lets routes of the Gateway API in from another namespace; no router reads it. */
export const referenceGrants: ResourceType = {
  group: 'gateway.networking.k8s.io',
  version: 'v1beta1',
  kind: 'ReferenceGrant',
  plural: 'referencegrants',
  namespaced: true,
};

/** The type of an object as these tests write it. */
export function typeOf({ apiVersion, kind }: KubeObject): ResourceType {
  const found = [...Object.values(resources), referenceGrants].find(
    (type) => type.kind === kind && apiVersionOf(type) === apiVersion,
  );
  if (found === undefined) throw new Error(`no type of ${apiVersion} ${kind}`);
  return found;
}

export function service(name: string): KubeObject {
  const spec = { selector: { app: 'shop' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec } as KubeObject;
}

export function ingress(className: string, backend: string, port: object, name = 'shop'): KubeObject {
  const path = { path: '/', pathType: 'Prefix', backend: { service: { name: backend, port } } };
  return own(
    resources.ingresses,
    { ingressClassName: className, rules: [{ host, http: { paths: [path] } }] },
    name,
  );
}

function virtualService(services: typeof pair): KubeObject {
  const route = [
    { destination: { host: services.stable }, weight: 100 },
    { destination: { host: services.canary }, weight: 0 },
  ];
  return own(resources.virtualServices, { hosts: [host], http: [{ name: 'primary', route }] });
}

function connectionVirtualService(protocol: 'tls' | 'tcp', match: object): KubeObject {
  const route = [
    { destination: { host: pair.stable }, weight: 100 },
    { destination: { host: pair.canary }, weight: 0 },
  ];
  return own(resources.virtualServices, { hosts: [host], [protocol]: [{ match: [match], route }] });
}

function gatewayRoute(type: ResourceType, services: typeof pair): KubeObject {
  const backendRefs = [
    { name: services.stable, port: 80, weight: 100 },
    { name: services.canary, port: 80, weight: 0 },
  ];
  const hostnames = type === resources.tcpRoutes ? {} : { hostnames: [host] };
  return own(type, { parentRefs: [{ name: 'public' }], ...hostnames, rules: [{ backendRefs }] });
}

function virtualNode(service: string): KubeObject {
  const podSelector = { matchLabels: { app: 'shop' } };
  const serviceDiscovery = { dns: { hostname: `${service}.${namespace}.svc.cluster.local` } };
  return own(resources.appMeshVirtualNodes, { podSelector, serviceDiscovery }, service);
}

const plugin = (settings: object) => ({ plugins: { 'argoproj-labs/gatewayAPI': settings } });
const useAnnotation = { name: 'use-annotation' };
const istio = { istio: { virtualService: { name: 'shop', routes: ['primary'] } } };

export const shops = {
  Istio: {
    routing: istio,
    objects: [virtualService(pair)],
    byHeader: true,
    byMirror: true,
    experiments: true,
  },
  'Istio with subsets': {
    routing: {
      istio: {
        ...istio.istio,
        destinationRule: { name: 'shop', stableSubsetName: 'now', canarySubsetName: 'next' },
      },
    },
    objects: [
      own(resources.virtualServices, {
        hosts: ['shop'],
        http: [
          {
            name: 'primary',
            route: [
              { destination: { host: 'shop', subset: 'now' }, weight: 100 },
              { destination: { host: 'shop', subset: 'next' }, weight: 0 },
            ],
          },
        ],
      }),
      own(resources.destinationRules, { host: 'shop', subsets: [{ name: 'now' }, { name: 'next' }] }),
      service('shop'),
    ],
    canary: { stableService: '', canaryService: '' },
    byHeader: true,
    byMirror: true,
  },
  'Istio with ping-pong': {
    routing: istio,
    objects: [virtualService(turns)],
    byHeader: true,
    pingPong: true,
  },
  ALB: {
    routing: { alb: { ingress: 'shop', servicePort: 80 } },
    objects: [ingress('alb', pair.stable, useAnnotation)],
    byHeader: true,
    experiments: true,
  },
  'ALB with ping-pong': {
    routing: { alb: { ingress: 'shop', servicePort: 80, rootService: 'shop-root' } },
    objects: [ingress('alb', 'shop-root', useAnnotation)],
    byHeader: true,
    pingPong: true,
  },
  NGINX: {
    routing: { nginx: { stableIngress: 'shop' } },
    objects: [ingress('nginx', pair.stable, { number: 80 })],
  },
  'Gateway API': {
    routing: plugin({ httpRoute: 'shop' }),
    objects: [gatewayRoute(resources.httpRoutes, pair)],
    byHeader: true,
    byMirror: true,
    experiments: true,
  },
  'Gateway API with ping-pong': {
    routing: plugin({ httpRoute: 'shop' }),
    objects: [gatewayRoute(resources.httpRoutes, turns)],
    byHeader: true,
    pingPong: true,
  },
  'Gateway API over GRPC': {
    routing: plugin({ grpcRoute: 'shop' }),
    objects: [gatewayRoute(resources.grpcRoutes, pair)],
    byHeader: true,
  },
  'Gateway API over TCP': {
    routing: plugin({ tcpRoute: 'shop' }),
    objects: [gatewayRoute(resources.tcpRoutes, pair)],
  },
  'Gateway API over TLS': {
    routing: plugin({ tlsRoute: 'shop' }),
    objects: [gatewayRoute(resources.tlsRoutes, pair)],
  },
  'Istio over TLS': {
    routing: { istio: { virtualService: { name: 'shop', tlsRoutes: [{ port: 443, sniHosts: [host] }] } } },
    objects: [connectionVirtualService('tls', { port: 443, sniHosts: [host] })],
  },
  'Istio over TCP': {
    routing: { istio: { virtualService: { name: 'shop', tcpRoutes: [{ port: 3306 }] } } },
    objects: [connectionVirtualService('tcp', { port: 3306 })],
  },
  'Istio, with both pairs of Services': {
    routing: istio,
    objects: [virtualService(pair)],
    hasBothPairs: true,
  },
  'ALB, with both pairs of Services': {
    routing: { alb: { ingress: 'shop', servicePort: 80, rootService: 'shop-root' } },
    objects: [ingress('alb', 'shop-root', useAnnotation)],
    hasBothPairs: true,
  },
  'ALB and Istio, each with a pair of its own': {
    routing: { ...istio, alb: { ingress: 'shop', servicePort: 80, rootService: 'shop-root' } },
    objects: [virtualService(pair), ingress('alb', 'shop-root', useAnnotation)],
    hasBothPairs: true,
  },
  'Istio, NGINX and the Gateway API at once': {
    routing: { ...istio, nginx: { stableIngress: 'shop' }, ...plugin({ httpRoute: 'shop' }) },
    objects: [
      virtualService(pair),
      ingress('nginx', pair.stable, { number: 80 }),
      gatewayRoute(resources.httpRoutes, pair),
    ],
  },
  Traefik: {
    routing: { traefik: { weightedTraefikServiceName: 'shop' } },
    objects: [
      own(resources.traefikServices, {
        weighted: {
          services: [
            { name: pair.stable, port: 80, weight: 100 },
            { name: pair.canary, port: 80, weight: 0 },
          ],
        },
      }),
    ],
  },
  APISIX: {
    routing: { apisix: { route: { name: 'shop' } } },
    objects: [
      own(resources.apisixRoutes, {
        http: [
          {
            name: 'shop',
            match: { hosts: [host], paths: ['/*'] },
            backends: [
              { serviceName: pair.stable, servicePort: 80, weight: 100 },
              { serviceName: pair.canary, servicePort: 80, weight: 0 },
            ],
          },
        ],
      }),
    ],
    byHeader: true,
  },
  Ambassador: {
    routing: { ambassador: { mappings: ['shop'] } },
    objects: [
      own(resources.ambassadorMappings, { hostname: host, prefix: '/', service: `${pair.stable}:80` }),
    ],
  },
  'App Mesh': {
    routing: {
      appMesh: {
        virtualService: { name: 'shop' },
        virtualNodeGroup: {
          canaryVirtualNodeRef: { name: pair.canary },
          stableVirtualNodeRef: { name: pair.stable },
        },
      },
    },
    objects: [
      own(resources.appMeshVirtualServices, {
        awsName: host,
        provider: { virtualRouter: { virtualRouterRef: { name: 'shop' } } },
      }),
      own(resources.appMeshVirtualRouters, {
        routes: [
          {
            name: 'primary',
            httpRoute: {
              match: { prefix: '/' },
              action: {
                weightedTargets: [
                  { virtualNodeRef: { name: pair.stable }, weight: 100 },
                  { virtualNodeRef: { name: pair.canary }, weight: 0 },
                ],
              },
            },
          },
        ],
      }),
      virtualNode(pair.stable),
      virtualNode(pair.canary),
    ],
  },
  SMI: {
    routing: { smi: { rootService: 'shop' } },
    objects: [service('shop')],
    experiments: true,
  },
} satisfies Record<string, Shop>;
export type ShopName = keyof typeof shops;
export const shopNames = Object.keys(shops) as ShopName[];

/** The Services that the Rollout points at its revisions. */
export function servicesOf({ pingPong, canary, hasBothPairs }: Shop): readonly KubeObject[] {
  if (canary?.stableService === '') return [];
  if (hasBothPairs === true) return [...Object.values(pair), ...Object.values(turns)].map(service);
  return Object.values(pingPong === true ? turns : pair).map(service);
}

/** Names of routes that steps may set. */
const managed = ['testers', 'shop-testers', 'copy'];

export function shopRollout(shop: Shop, more: CanaryStrategy & { image?: string } = {}): Rollout {
  const { image = 'shop:v1', ...canary } = more;
  const named = { stableService: pair.stable, canaryService: pair.canary };
  const inTurns = { pingPong: { pingService: turns.canary, pongService: turns.stable } };
  const parts =
    shop.hasBothPairs === true ? { ...named, ...inTurns } : shop.pingPong === true ? inTurns : named;
  const labels = { app: 'shop' };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace },
    spec: {
      replicas: 4,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'shop', image, ports: [{ containerPort: 8080 }] }] },
      },
      strategy: {
        canary: {
          ...parts,
          ...shop.canary,
          trafficRouting: { ...shop.routing, managedRoutes: managed.map((name) => ({ name })) },
          ...canary,
        },
      },
    },
  };
}

/** A kind whose definition the embedded cluster does not have: any object is one of it. */
export function permissive({ group, version, kind, plural, namespaced }: ResourceType): KubeObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, annotations: { 'api-approved.kubernetes.io': 'unapproved' } },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  } as KubeObject;
}

/** Our definitions, those of the embedded cluster, the vendors' that we wrote down, and one for each other kind of route. */
export function everyDefinition(): readonly KubeObject[] {
  const strict = [...crds(), ...vendorCrds()];
  const known = new Set(strict.map(({ metadata }) => metadata.name));
  const more = [resources.trafficSplits, resources.traefikServices, resources.apisixRoutes];
  return [...strict, ...more.map(permissive).filter(({ metadata }) => !known.has(metadata.name))];
}
