import type { KubeObject } from '../../src/api/meta.ts';
import type {
  AmbassadorMapping,
  ApisixRoute,
  AppMeshVirtualNode,
  AppMeshVirtualRouter,
  AppMeshVirtualService,
  DestinationRule,
  GatewayRoute,
  GatewayRule,
  Ingress,
  TraefikService,
  VirtualService,
} from '../../src/api/routes.ts';
import type { HeaderRoute, MirrorRoute, Split } from '../../src/api/split.ts';
import type { CanaryStrategy, Rollout, TrafficRouting } from '../../src/api/v1alpha1/rollout.ts';
import type { TrafficRouter } from '../../src/ports/traffic-router.ts';
import { routers } from '../../src/routers/registry.ts';

/** Builders for the router tests: a shop in namespace `web`, at revision `old`, that releases `new`. */

export const gateway = 'plugins/argoproj-labs/gatewayAPI';
export const kinds = [
  'istio',
  'nginx',
  'alb',
  'smi',
  'ambassador',
  'appMesh',
  'traefik',
  'apisix',
  gateway,
] as const;
export type Kind = (typeof kinds)[number];

export function routerOf(kind: Kind): TrafficRouter {
  const found = routers[kind];
  if (found === undefined) throw new Error(`no router ${kind}`);
  return found;
}

const routings: Record<Kind, TrafficRouting> = {
  istio: { istio: { virtualService: { name: 'shop' } } },
  nginx: { nginx: { stableIngress: 'shop' } },
  alb: { alb: { ingress: 'shop', rootService: 'root', servicePort: 443 } },
  smi: { smi: {} },
  ambassador: { ambassador: { mappings: ['shop'] } },
  appMesh: {
    appMesh: {
      virtualService: { name: 'shop' },
      virtualNodeGroup: { canaryVirtualNodeRef: { name: 'new' }, stableVirtualNodeRef: { name: 'old' } },
    },
  },
  traefik: { traefik: { weightedTraefikServiceName: 'shop' } },
  apisix: { apisix: { route: { name: 'shop' } } },
  [gateway]: { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'shop' } } },
};

export function rollout(kind: Kind, routing: TrafficRouting = {}, canary: CanaryStrategy = {}): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace: 'web', uid: 'uid-of-shop' },
    spec: {
      strategy: {
        canary: {
          stableService: 'stable',
          canaryService: 'canary',
          trafficRouting: {
            ...routings[kind],
            managedRoutes: [{ name: 'testers' }, { name: 'copy' }],
            ...routing,
          },
          ...canary,
        },
      },
    },
  };
}

export function split(canary: number, more: Partial<Split> = {}): Split {
  const taken = (more.additional ?? []).reduce((sum, { weight }) => sum + weight, 0);
  const total = more.total ?? 100;
  return {
    total,
    stable: { service: 'stable', podTemplateHash: 'old', weight: total - canary - taken },
    canary: { service: 'canary', podTemplateHash: 'new', weight: canary },
    additional: [],
    headerRoutes: [],
    mirrorRoutes: [],
    ...more,
  };
}

/** The Service of an experiment's template, named as Sluice names it: hash, revision, step, template. */
export const experimentService = 'shop-6c54544bf9-2-1-baseline';
export const additional = [{ service: experimentService, podTemplateHash: 'exp', weight: 5 }];

export const testers: HeaderRoute = {
  name: 'testers',
  match: [
    { headerName: 'x-tester', headerValue: { exact: 'yes' } },
    { headerName: 'x-team', headerValue: { exact: 'qa' } },
  ],
};
export const copy: MirrorRoute = { name: 'copy', match: [{ method: { exact: 'GET' } }], percentage: 35 };

export function virtualService(spec: Partial<VirtualService['spec']> = {}): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'VirtualService',
    metadata: { name: 'shop', namespace: 'web', labels: { team: 'shop' }, resourceVersion: '1' },
    spec: {
      hosts: ['shop.example.com'],
      http: [
        {
          name: 'primary',
          timeout: '5s',
          route: [
            {
              destination: { host: 'stable', port: { number: 80 } },
              weight: 100,
              headers: { response: { remove: ['server'] } },
            },
            { destination: { host: 'canary.web.svc.cluster.local', port: { number: 80 } }, weight: 0 },
          ],
        },
      ],
      ...spec,
    },
  };
}

export function destinationRule(): DestinationRule {
  return {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'DestinationRule',
    metadata: { name: 'shop', namespace: 'web', resourceVersion: '1' },
    spec: {
      host: 'shop.web',
      subsets: [
        { name: 'now', labels: { tier: 'web' }, trafficPolicy: { tls: { mode: 'DISABLE' } } },
        { name: 'next' },
        { name: 'legacy', labels: { version: 'v0' } },
      ],
    },
  };
}

export const subsets = { name: 'shop', stableSubsetName: 'now', canarySubsetName: 'next' };

export function subsetVirtualService(): VirtualService {
  return virtualService({
    http: [
      {
        route: [
          { destination: { host: 'shop', subset: 'now' }, weight: 100 },
          { destination: { host: 'shop', subset: 'next' }, weight: 0 },
        ],
      },
    ],
  });
}

export function ingress(service: string, annotations: Record<string, string> = {}): Ingress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: 'shop',
      namespace: 'web',
      resourceVersion: '1',
      annotations: { 'alb.ingress.kubernetes.io/scheme': 'internal', ...annotations },
    },
    spec: {
      ingressClassName: 'public',
      tls: [{ hosts: ['shop.example.com'], secretName: 'shop-tls' }],
      rules: [
        {
          host: 'shop.example.com',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: service, port: { name: 'use-annotation' } } },
              },
            ],
          },
        },
        {
          host: 'help.example.com',
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: { name: 'help', port: { number: 80 } } } },
            ],
          },
        },
      ],
    },
  };
}

export function httpRoute(rules: GatewayRule[] = [dividedRule()]): GatewayRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'shop', namespace: 'web', labels: { team: 'shop' }, resourceVersion: '1' },
    spec: { parentRefs: [{ name: 'public' }], hostnames: ['shop.example.com'], rules },
  };
}

/** A rule with both Services, as an API server stores it. */
export function dividedRule(more: GatewayRule = {}): GatewayRule {
  const backend = { group: '', kind: 'Service', port: 80 };
  return {
    matches: [{ path: { type: 'PathPrefix', value: '/' } }],
    filters: [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['server'] } }],
    backendRefs: [
      { ...backend, name: 'stable', weight: 100 },
      { ...backend, name: 'canary', weight: 0 },
    ],
    ...more,
  };
}

const own = (kind: string, apiVersion: string, name = 'shop') => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'web', labels: { team: 'shop' }, resourceVersion: '1' },
});

export function mapping(): AmbassadorMapping {
  return {
    ...own('Mapping', 'getambassador.io/v2'),
    spec: { prefix: '/shop', service: 'stable:80', timeout_ms: 3000 },
  };
}

export function virtualNode(name: string): AppMeshVirtualNode {
  const matchLabels = { app: 'shop', 'rollouts-pod-template-hash': `${name}-tbd` };
  return {
    ...own('VirtualNode', 'appmesh.k8s.aws/v1beta2', name),
    spec: { podSelector: { matchLabels }, listeners: [{ portMapping: { port: 80, protocol: 'http' } }] },
  };
}

export function meshService(): AppMeshVirtualService {
  const virtualRouter = { virtualRouterRef: { name: 'shop-router' } };
  return { ...own('VirtualService', 'appmesh.k8s.aws/v1beta2'), spec: { provider: { virtualRouter } } };
}

export function meshRouter(): AppMeshVirtualRouter {
  const weightedTargets = [
    { virtualNodeRef: { name: 'new' }, weight: 0, port: 80 },
    { virtualNodeRef: { name: 'old' }, weight: 100, port: 80 },
  ];
  const retryPolicy = { maxRetries: 1, perRetryTimeout: { unit: 's', value: 2 } };
  const httpRoute = { match: { prefix: '/' }, action: { weightedTargets }, retryPolicy };
  return {
    ...own('VirtualRouter', 'appmesh.k8s.aws/v1beta2', 'shop-router'),
    spec: {
      listeners: [{ portMapping: { port: 80, protocol: 'http' } }],
      routes: [{ name: 'primary', httpRoute }],
    },
  };
}

export function traefikService(): TraefikService {
  return {
    ...own('TraefikService', 'traefik.io/v1alpha1'),
    spec: {
      weighted: {
        sticky: { cookie: { name: 'shop' } },
        services: [
          { name: 'stable', port: 80, kind: 'Service' },
          { name: 'canary', port: 80, kind: 'Service' },
          { name: 'help', port: 80, weight: 1 },
        ],
      },
    },
  };
}

export function apisixRoute(): ApisixRoute {
  return {
    ...own('ApisixRoute', 'apisix.apache.org/v2'),
    spec: {
      http: [
        {
          name: 'rule',
          match: {
            paths: ['/*'],
            exprs: [{ subject: { scope: 'Query', name: 'q' }, op: 'Equal', value: '1' }],
          },
          backends: [
            { serviceName: 'stable', servicePort: 80 },
            { serviceName: 'canary', servicePort: 80 },
          ],
          plugins: [{ name: 'cors', enable: true }],
        },
      ],
    },
  };
}

/** What stands in the cluster before the first release, in the order of the router's `objects`. */
export function unreleased(kind: Kind): (KubeObject | undefined)[] {
  switch (kind) {
    case 'istio':
      return [virtualService()];
    case 'nginx':
      return [ingress('stable'), undefined];
    case 'alb':
      return [ingress('root')];
    case 'smi':
      return [undefined];
    case 'ambassador':
      return [mapping(), undefined];
    case 'appMesh':
      return [virtualNode('new'), virtualNode('old'), meshService(), meshRouter()];
    case 'traefik':
      return [traefikService()];
    case 'apisix':
      return [apisixRoute(), undefined, undefined];
    case gateway:
      return [httpRoute()];
  }
}

export function render(
  kind: Kind,
  wanted: Split,
  current: readonly (KubeObject | undefined)[] = unreleased(kind),
  owner: Rollout = rollout(kind),
): readonly KubeObject[] {
  // what is not there is there as nothing: the places are those of `objects`
  return routerOf(kind).render(owner, current, wanted) as readonly KubeObject[];
}

/** The details of what validation finds. */
export function problems(
  kind: Kind,
  current: readonly (KubeObject | undefined)[],
  owner: Rollout = rollout(kind),
): string[] {
  return routerOf(kind)
    .validate(owner, current)
    .map(({ path, detail }) => `${path.replace('spec.strategy.canary.trafficRouting.', '')}: ${detail}`);
}
