import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { rarer } from './rarer-routes.ts';
import { namespace, own, pair } from './shops.ts';
import {
  backend,
  both,
  elsewhere,
  forward,
  host,
  inGit,
  ingress,
  istio,
  managedSubsets,
  path,
  type Unusual,
  virtualService,
  weights,
} from './unusual-parts.ts';

export const unusual: Readonly<Record<string, Unusual>> = {
  'Istio: matches of every kind around the route that is named': {
    routing: istio({ name: 'shop', routes: ['primary'] }),
    objects: [
      virtualService({
        hosts: [host, 'shop'],
        gateways: ['mesh', 'public'],
        exportTo: ['.'],
        http: [
          {
            name: 'old',
            match: [
              { uri: { regex: '^/v[0-9]+/.*' }, withoutHeaders: { cookie: { prefix: 'session=' } } },
              { queryParams: { debug: { exact: '1' } }, ignoreUriCase: true, port: 8080 },
            ],
            redirect: { uri: '/new' },
          },
          { match: [{ uri: { prefix: '/static' } }], directResponse: { status: 200 } },
          {
            name: 'primary',
            match: [{ uri: { prefix: '/' } }],
            rewrite: { uri: '/' },
            retries: { attempts: 3, perTryTimeout: '2s' },
            fault: { delay: { percentage: { value: 0.1 }, fixedDelay: '5s' } },
            route: [
              {
                destination: { host: `${pair.stable}.default.svc.cluster.local`, port: { number: 80 } },
                weight: 100,
                headers: { request: { set: { 'x-version': 'stable' } } },
              },
              { destination: { host: `${pair.canary}.default`, port: { number: 8080 } }, weight: 0 },
            ],
          },
          { route: [{ destination: { host: 'help' } }] },
        ],
      }),
    ],
    differs: weights('VirtualService shop/spec.http[2].route'),
  },
  'Istio: no weights at all': {
    stays: ['VirtualService shop/spec.http[0].route[0].weight: undefined -> 100'],
    routing: istio({ name: 'shop' }),
    objects: [
      virtualService({
        hosts: [host],
        http: [{ route: [{ destination: { host: pair.stable } }, { destination: { host: pair.canary } }] }],
      }),
    ],
    differs: [
      'VirtualService shop/spec.http[0].route[0].weight: undefined -> 75',
      'VirtualService shop/spec.http[0].route[1].weight: undefined -> 25',
    ],
  },
  'Istio: further destinations, with a weight of their own and without': {
    routing: istio({ name: 'shop' }),
    objects: [
      virtualService({
        hosts: [host],
        http: [
          {
            route: [
              { destination: { host: pair.stable }, weight: 90 },
              { destination: { host: pair.canary }, weight: 0 },
              { destination: { host: 'legacy.old.svc.cluster.local' }, weight: 10 },
              { destination: { host: 'idle' } },
            ],
          },
        ],
      }),
    ],
    differs: weights('VirtualService shop/spec.http[0].route', 90),
  },
  'Istio: a VirtualService that another one delegates to': {
    routing: istio({ name: 'shop' }),
    objects: [
      virtualService(
        {
          hosts: [host],
          http: [{ match: [{ uri: { prefix: '/' } }], delegate: { name: 'shop', namespace } }],
        },
        'root',
      ),
      virtualService({ http: [{ name: 'primary', route: both() }] }),
    ],
    differs: weights('VirtualService shop/spec.http[0].route'),
  },
  'Istio: subsets, and another host with a subset of the same name': {
    routing: {
      istio: {
        virtualService: { name: 'shop' },
        destinationRule: { name: 'shop', stableSubsetName: 'stable', canarySubsetName: 'canary' },
      },
    },
    objects: [
      virtualService({
        hosts: [host],
        http: [
          {
            route: [
              { destination: { host: 'shop', subset: 'stable' }, weight: 90 },
              { destination: { host: 'shop', subset: 'canary' }, weight: 0 },
              { destination: { host: 'help', subset: 'stable' }, weight: 10 },
            ],
          },
        ],
      }),
      own(resources.destinationRules, {
        host: 'shop',
        trafficPolicy: { loadBalancer: { simple: 'LEAST_REQUEST' } },
        subsets: [
          { name: 'stable', labels: { tier: 'web' }, trafficPolicy: { tls: { mode: 'DISABLE' } } },
          { name: 'canary' },
          { name: 'legacy', labels: { version: 'v0' } },
        ],
      }),
      own(
        resources.destinationRules,
        { host: 'help', subsets: [{ name: 'stable', labels: { version: 'v9' } }] },
        'help',
      ),
    ],
    differs: [...weights('VirtualService shop/spec.http[0].route', 90), ...managedSubsets()],
    stays: managedSubsets(),
  },
  'Istio: HTTP, TLS by name and TCP by port in one': {
    routing: istio({
      name: 'shop',
      routes: ['primary'],
      tlsRoutes: [{ port: 443, sniHosts: ['b.example.com', 'a.example.com'] }],
      tcpRoutes: [{ port: 3306 }],
    }),
    objects: [
      virtualService({
        hosts: ['*'],
        http: [{ name: 'primary', route: both() }],
        tls: [
          { match: [{ port: 8443, sniHosts: ['a.example.com'] }], route: both() },
          {
            match: [
              { port: 443, sniHosts: ['a.example.com'] },
              { port: 443, sniHosts: ['b.example.com'] },
            ],
            route: both(),
          },
        ],
        tcp: [
          { match: [{ port: 5432 }], route: both() },
          { match: [{ port: 3306 }], route: both() },
        ],
      }),
    ],
    differs: ['http[0]', 'tls[1]', 'tcp[1]'].flatMap((at) => weights(`VirtualService shop/spec.${at}.route`)),
  },
  'Istio: several VirtualServices, one of them elsewhere': {
    routing: { istio: { virtualServices: [{ name: 'shop', routes: ['primary'] }, { name: 'mesh.infra' }] } },
    objects: [
      virtualService({
        hosts: [host],
        http: [
          { name: 'primary', route: both() },
          { name: 'other', route: both() },
        ],
      }),
      {
        ...virtualService({ hosts: ['mesh'], http: [{ route: both() }] }, 'mesh'),
        metadata: { name: 'mesh', namespace: 'infra' },
      },
    ],
    differs: [
      ...weights('VirtualService shop/spec.http[0].route'),
      ...weights('VirtualService mesh/spec.http[0].route'),
    ],
  },
  'ALB: actions, conditions and paths of others, a port by number, a prefix of its own': {
    routing: {
      alb: { ingress: 'shop', servicePort: 80, rootService: 'root', annotationPrefix: 'lb.example.com' },
    },
    objects: [
      {
        ...ingress(
          [
            {
              host,
              http: {
                paths: [path('/health', 'answer'), path('/', 'root'), path('/help', 'help', { number: 80 })],
              },
            },
            { host: 'empty.example.com' },
            {
              http: {
                paths: [
                  {
                    path: '/files',
                    pathType: 'Prefix',
                    backend: { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'files' } },
                  },
                ],
              },
            },
          ],
          'alb',
          { defaultBackend: { service: { name: 'help', port: { name: 'http' } } } },
        ),
        metadata: {
          name: 'shop',
          namespace,
          labels: { team: 'shop' },
          annotations: {
            'lb.example.com/actions.answer':
              '{"type":"fixed-response","fixedResponseConfig":{"statusCode":"200"}}',
            'lb.example.com/conditions.answer':
              '[{"field":"path-pattern","pathPatternConfig":{"values":["/health"]}}]',
            'lb.example.com/auth-type': 'oidc',
            'lb.example.com/target-group-attributes': 'stickiness.enabled=true',
            'rollouts.argoproj.io/managed-alb-annotations': '{"another":["lb.example.com/actions.another"]}',
          },
        },
      },
    ],
    differs: [
      `Ingress shop/annotations.lb.example.com/actions.root: undefined -> ${forward(25)}`,
      `Ingress shop/annotations.rollouts.argoproj.io/managed-alb-annotations: {"another":["lb.example.com/actions.another"]} -> {"another":["lb.example.com/actions.another"],"shop":["lb.example.com/actions.root"]}`,
    ],
    stays: [
      `Ingress shop/annotations.lb.example.com/actions.root: undefined -> ${forward(0)}`,
      `Ingress shop/annotations.rollouts.argoproj.io/managed-alb-annotations: {"another":["lb.example.com/actions.another"]} -> {"another":["lb.example.com/actions.another"],"shop":["lb.example.com/actions.root"]}`,
    ],
  },
  'ALB: an action in git with target groups of others, and members in lower case': {
    routing: { alb: { ingress: 'shop', servicePort: 80, rootService: 'root' } },
    objects: [
      {
        ...ingress([{ http: { paths: [path('/', 'root')] } }], 'alb'),
        metadata: {
          name: 'shop',
          namespace,
          annotations: { 'alb.ingress.kubernetes.io/actions.root': inGit },
        },
      },
    ],
    differs: [
      `Ingress shop/annotations.alb.ingress.kubernetes.io/actions.root: ${inGit} -> ${forward(25, elsewhere, 10)}`,
      'Ingress shop/annotations.rollouts.argoproj.io/managed-alb-annotations: undefined -> {"shop":["alb.ingress.kubernetes.io/actions.root"]}',
    ],
    stays: [
      `Ingress shop/annotations.alb.ingress.kubernetes.io/actions.root: ${inGit} -> ${forward(0, elsewhere, 10)}`,
      'Ingress shop/annotations.rollouts.argoproj.io/managed-alb-annotations: undefined -> {"shop":["alb.ingress.kubernetes.io/actions.root"]}',
    ],
  },
  'NGINX: several paths, ports by name, a backend that is no Service, hosts of others': {
    routing: {
      nginx: {
        stableIngress: 'shop',
        canaryIngressAnnotations: { 'nginx.ingress.kubernetes.io/canary-by-header': 'x-tester' },
      },
    },
    objects: [
      ingress(
        [
          {
            host,
            http: {
              paths: [
                path('/', pair.stable, { name: 'http' }),
                path('/cart', pair.stable, { number: 80 }),
                path('/help', 'help', { number: 80 }),
              ],
            },
          },
          { host: 'empty.example.com' },
          { host: 'help.example.com', http: { paths: [path('/', 'help', { number: 80 })] } },
        ],
        'nginx',
        {
          tls: [{ hosts: [host], secretName: 'shop-tls' }],
          defaultBackend: { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'files' } },
        },
      ),
    ],
    differs: [],
  },
  'NGINX: a prefix of its own, and annotations for the canary': {
    routing: {
      nginx: {
        stableIngress: 'shop',
        annotationPrefix: 'edge.example.com',
        additionalIngressAnnotations: {
          'canary-by-header': 'x-tester',
          'edge.example.com/affinity': 'cookie',
        },
      },
    },
    objects: [
      {
        ...ingress([{ host, http: { paths: [path('/', pair.stable, { number: 80 })] } }], 'nginx'),
        metadata: { name: 'shop', namespace, annotations: { 'edge.example.com/rewrite-target': '/' } },
      },
    ],
    differs: [],
  },
  'Gateway API: rules with names, one of them with backends of others and a mirror': {
    routing: { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'shop' } } },
    objects: [
      own(resources.httpRoutes, {
        parentRefs: [{ name: 'public' }],
        hostnames: [host],
        rules: [
          {
            name: 'help',
            matches: [{ path: { type: 'PathPrefix', value: '/help' } }],
            filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'log', port: 80 } } }],
            backendRefs: [{ name: 'help', namespace: 'infra', port: 80 }],
          },
          {
            name: 'shop',
            matches: [
              {
                path: { type: 'RegularExpression', value: '/v[0-9]+/.*' },
                queryParams: [{ name: 'v', value: '1' }],
              },
              { method: 'POST' },
            ],
            backendRefs: [
              { name: 'help', namespace: 'infra', port: 80, weight: 5 },
              { name: pair.stable, port: 80, weight: 100 },
              { name: pair.canary, port: 80, weight: 0 },
            ],
          },
        ],
      }),
    ],
    differs: [
      'HTTPRoute shop/labels.rollouts.argoproj.io/gatewayapi-canary: undefined -> in-progress',
      'HTTPRoute shop/spec.rules[1].backendRefs[1].weight: 100 -> 75',
      'HTTPRoute shop/spec.rules[1].backendRefs[2].weight: 0 -> 25',
    ],
  },
  'Gateway API: no weights, other backends, filters, rules of others, another namespace': {
    routing: {
      plugins: {
        'argoproj-labs/gatewayAPI': { httpRoute: 'shop', namespace: 'infra', disableInProgressLabel: true },
      },
    },
    objects: [
      {
        ...own(resources.httpRoutes, {
          parentRefs: [{ name: 'public', namespace: 'infra', sectionName: 'https' }],
          hostnames: [host],
          rules: [
            {
              matches: [{ path: { type: 'PathPrefix', value: '/' } }],
              backendRefs: [
                backend(pair.stable),
                backend(pair.canary),
                backend('help', { namespace: 'infra', weight: 3 }),
              ],
            },
            {
              matches: [{ headers: [{ name: 'x-canary', value: 'always' }] }],
              backendRefs: [backend(pair.canary)],
            },
            {
              matches: [{ path: { type: 'PathPrefix', value: '/old' } }],
              filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: 301 } }],
            },
            {
              matches: [{ path: { type: 'Exact', value: '/cart' }, method: 'POST' }],
              filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['x-debug'] } }],
              timeouts: { request: '3s' },
              backendRefs: [
                backend(pair.canary, { weight: 0 }),
                backend(pair.stable, { weight: 1, port: 8080 }),
                backend(pair.stable, { namespace: 'infra', weight: 0 }),
              ],
            },
          ],
        }),
        metadata: { name: 'shop', namespace: 'infra' },
      },
    ],
    differs: [
      'HTTPRoute shop/spec.rules[0].backendRefs[0].weight: 1 -> 75',
      'HTTPRoute shop/spec.rules[0].backendRefs[1].weight: 1 -> 25',
      'HTTPRoute shop/spec.rules[3].backendRefs[0].weight: 0 -> 25',
      'HTTPRoute shop/spec.rules[3].backendRefs[1].weight: 1 -> 75',
    ],
    stays: [
      'HTTPRoute shop/spec.rules[0].backendRefs[0].weight: 1 -> 100',
      'HTTPRoute shop/spec.rules[0].backendRefs[1].weight: 1 -> 0',
      'HTTPRoute shop/spec.rules[3].backendRefs[1].weight: 1 -> 100',
    ],
  },
  'Traefik: no weights, a mirror and health checks beside': {
    routing: { traefik: { weightedTraefikServiceName: 'shop' } },
    objects: [
      own(resources.traefikServices, {
        weighted: {
          sticky: { cookie: { name: 'shop', httpOnly: true } },
          services: [
            { name: 'help', port: 'http', weight: 2, kind: 'TraefikService' },
            { name: pair.canary, port: 'http', passHostHeader: false },
            { name: pair.stable, port: 80, strategy: 'RoundRobin' },
          ],
        },
      }),
    ],
    differs: ['[1].weight: undefined -> 25', '[2].weight: undefined -> 75'].map(
      (end) => `TraefikService shop/spec.weighted.services${end}`,
    ),
    stays: ['TraefikService shop/spec.weighted.services[2].weight: undefined -> 100'],
  },
  'APISIX: several rules, one of them named, a third backend, conditions and plugins': {
    routing: { apisix: { route: { name: 'shop', rules: ['second'] } } },
    objects: [
      own(resources.apisixRoutes, {
        http: [
          {
            name: 'first',
            match: { paths: ['/a'] },
            backends: [
              { serviceName: pair.stable, servicePort: 80 },
              { serviceName: pair.canary, servicePort: 80 },
            ],
          },
          {
            name: 'second',
            priority: 3,
            match: {
              hosts: [host],
              paths: ['/*'],
              methods: ['GET'],
              exprs: [{ subject: { scope: 'Cookie', name: 'c' }, op: 'Equal', value: 'x' }],
            },
            backends: [
              { serviceName: pair.canary, servicePort: 80, resolveGranularity: 'service' },
              { serviceName: pair.stable, servicePort: 'http' },
              { serviceName: 'help', servicePort: 80, weight: 5 },
            ],
            plugins: [{ name: 'limit-count', enable: true, config: { count: 2 } }],
          },
        ],
        stream: [
          {
            name: 'raw',
            protocol: 'TCP',
            match: { ingressPort: 9100 },
            backend: { serviceName: 'raw', servicePort: 9100 },
          },
        ],
      }),
    ],
    differs: ['[0].weight: undefined -> 25', '[1].weight: undefined -> 75'].map(
      (end) => `ApisixRoute shop/spec.http[1].backends${end}`,
    ),
    stays: ['ApisixRoute shop/spec.http[1].backends[1].weight: undefined -> 100'],
  },
  'Ambassador: Mappings with a scheme, a namespace and a port': {
    routing: { ambassador: { mappings: ['shop', 'cart'] } },
    objects: [
      own(resources.ambassadorMappings, {
        prefix: '/',
        host,
        service: `https://${pair.stable}.default:443`,
        load_balancer: { policy: 'round_robin' },
      }),
      own(
        resources.ambassadorMappings,
        {
          prefix: '/cart/',
          service: `${pair.stable}:80`,
          add_request_headers: { 'x-a': { value: 'b' } },
        },
        'cart',
      ),
    ],
    differs: [],
  },
  'App Mesh: one of several routes, over HTTP/2, with matches': {
    routing: {
      appMesh: {
        virtualService: { name: 'shop', routes: ['second'] },
        virtualNodeGroup: { canaryVirtualNodeRef: { name: 'next' }, stableVirtualNodeRef: { name: 'now' } },
      },
    },
    objects: [
      own(resources.appMeshVirtualServices, {
        awsName: 'shop.default',
        provider: { virtualRouter: { virtualRouterRef: { name: 'shop' } } },
      }),
      own(resources.appMeshVirtualRouters, {
        listeners: [{ portMapping: { port: 80, protocol: 'http2' } }],
        routes: [
          {
            name: 'first',
            httpRoute: {
              match: { prefix: '/a' },
              action: { weightedTargets: [{ virtualNodeRef: { name: 'other' }, weight: 1 }] },
            },
          },
          {
            name: 'second',
            priority: 5,
            http2Route: {
              match: { prefix: '/', headers: [{ name: 'x', match: { exact: 'y' } }] },
              action: {
                weightedTargets: [
                  { virtualNodeRef: { name: 'next', namespace }, weight: 0 },
                  { virtualNodeRef: { name: 'now' }, weight: 100, port: 80 },
                ],
              },
              timeout: { perRequest: { unit: 's', value: 3 } },
            },
          },
        ],
      }),
      own(
        resources.appMeshVirtualNodes,
        { podSelector: { matchLabels: { app: 'shop' } }, listeners: [] },
        'now',
      ),
      own(
        resources.appMeshVirtualNodes,
        { podSelector: { matchLabels: { app: 'shop' } }, listeners: [] },
        'next',
      ),
    ],
    differs: [
      'VirtualRouter shop/spec.routes[1].http2Route.action.weightedTargets[0].weight: 0 -> 25',
      'VirtualRouter shop/spec.routes[1].http2Route.action.weightedTargets[1].weight: 100 -> 75',
      ...['now', 'next'].map(
        (node) =>
          `VirtualNode ${node}/spec.podSelector.matchLabels.rollouts-pod-template-hash: undefined -> HASH`,
      ),
    ],
    stays: [
      'VirtualNode now/spec.podSelector.matchLabels.rollouts-pod-template-hash: undefined -> HASH',
      'VirtualNode next/spec.podSelector.matchLabels.rollouts-pod-template-hash: undefined -> canary-hash',
    ],
  },
  ...rarer,
};

/** Every leaf of what a user writes, by path. */
function leaves(value: unknown, path: string, into: Map<string, unknown>): Map<string, unknown> {
  if (Array.isArray(value))
    for (const [index, each] of value.entries()) leaves(each, `${path}[${index}]`, into);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) leaves(each, path === '' ? key : `${path}.${key}`, into);
  } else into.set(path, value);
  return into;
}

function written({ metadata, spec }: KubeObject & { spec?: unknown }): Map<string, unknown> {
  const { labels = {}, annotations = {} } = metadata;
  return leaves({ labels, annotations, spec }, '', new Map());
}

export function differences(before: KubeObject, after: KubeObject): string[] {
  const [old, now] = [written(before), written(after)];
  const { kind, metadata } = before;
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((path) => old.get(path) !== now.get(path))
    .filter((path) => (old.get(path) ?? 0) !== (now.get(path) ?? 0)) // no weight is a weight of 0
    .map((path) => `${kind} ${metadata.name}/${path}: ${old.get(path)} -> ${now.get(path)}`)
    .map((line) => line.replace(/(rollouts-pod-template-hash: .*-> )[0-9a-f]{9,10}$/, '$1HASH'));
}
