import { apiVersionOf, resources } from '../../src/api/resources.ts';
import { namespace, own, pair, referenceGrants } from './shops.ts';
import {
  backend,
  both,
  forward,
  host,
  ingress,
  istio,
  managedSubsets,
  path,
  type Unusual,
  virtualService,
  weights,
} from './unusual-parts.ts';

const gatewayKey = 'argoproj-labs/gatewayAPI';
const gateway = (settings: object) => ({ plugins: { [gatewayKey]: settings } });
const inInfra = (name: string, spec: object, type = resources.httpRoutes) => ({
  ...own(type, spec, name),
  metadata: { name, namespace: 'infra' },
});
const albPrefix = 'alb.ingress.kubernetes.io';
const managedAnnotation = 'rollouts.argoproj.io/managed-alb-annotations';
const albChanges = (weight: number, key: string, name = 'shop') => [
  `Ingress ${name}/annotations.${albPrefix}/actions.${key}: undefined -> ${forward(weight)}`,
  `Ingress ${name}/annotations.${managedAnnotation}: undefined -> {"shop":["${albPrefix}/actions.${key}"]}`,
];
const annotated = (
  object: ReturnType<typeof ingress>,
  annotations: Record<string, string>,
  name = 'shop',
) => ({
  ...object,
  metadata: { name, namespace, annotations },
});
/** Everything that the AWS Load Balancer Controller reads beside an action. */
const ofTheController = {
  [`${albPrefix}/group.name`]: 'public',
  [`${albPrefix}/group.order`]: '10',
  [`${albPrefix}/listen-ports`]: '[{"HTTP": 80}, {"HTTPS": 443}]',
  [`${albPrefix}/ssl-redirect`]: '443',
  [`${albPrefix}/auth-type`]: 'cognito',
  [`${albPrefix}/auth-idp-cognito`]:
    '{"userPoolARN":"arn:aws:cognito-idp:x","userPoolClientID":"c","userPoolDomain":"d"}',
  [`${albPrefix}/auth-idp-oidc`]:
    '{"issuer":"https://example.com","authorizationEndpoint":"https://a","tokenEndpoint":"https://t","userInfoEndpoint":"https://u","secretName":"s"}',
  [`${albPrefix}/auth-on-unauthenticated-request`]: 'authenticate',
  [`${albPrefix}/conditions.shop-stable`]:
    '[{"field":"source-ip","sourceIpConfig":{"values":["10.0.0.0/8"]}}]',
  [`${albPrefix}/transforms.shop-stable`]: '[{"type":"url-rewrite"}]',
  [`${albPrefix}/actions.login`]:
    '{"type":"authenticate-oidc","order":1,"authenticateOIDCConfig":{"issuer":"https://example.com"}}',
  [`${albPrefix}/actions.away`]:
    '{"type":"redirect","redirectConfig":{"host":"a.example.com","statusCode":"HTTP_301"}}',
};

/** More of `unusual`: what the second look at each router's API brought up. */
export const rarer: Readonly<Record<string, Unusual>> = {
  'Istio: a route by header of the user’s that leads to the canary, and names that are empty': {
    routing: istio({ name: 'shop', routes: ['primary'] }),
    objects: [
      virtualService({
        hosts: [host],
        http: [
          {
            name: '',
            match: [{ headers: { 'x-canary': { regex: '^(always|1)$' } }, sourceLabels: { app: 'web' } }],
            route: [{ destination: { host: pair.canary } }],
          },
          {
            name: '',
            match: [
              { authority: { regex: '.*\\.example\\.com' }, scheme: { exact: 'https' }, gateways: ['mesh'] },
            ],
            route: both(),
          },
          { name: 'primary', route: both() },
        ],
      }),
    ],
    differs: weights('VirtualService shop/spec.http[2].route'),
  },
  'Istio: one route, whose name is empty, with a mirror of the user’s and a weight on stable alone': {
    routing: istio({ name: 'shop', routes: [] }),
    objects: [
      virtualService({
        hosts: [host],
        http: [
          {
            name: '',
            mirror: { host: 'log' },
            mirrorPercentage: { value: 5 },
            corsPolicy: { allowOrigins: [{ regex: '.*' }], maxAge: '24h' },
            route: [
              {
                destination: { host: `${pair.stable}.default.svc.cluster.local`, port: { number: 80 } },
                weight: 100,
              },
              { destination: { host: `${pair.canary}.default.svc.cluster.local`, port: { number: 80 } } },
            ],
          },
        ],
      }),
    ],
    differs: weights('VirtualService shop/spec.http[0].route', 100, 'undefined'),
  },
  'Istio: two routes of one name, and a redirect between them': {
    routing: istio({ name: 'shop.default', routes: ['primary'] }),
    objects: [
      virtualService({
        hosts: [host],
        http: [
          { name: 'primary', match: [{ uri: { exact: '/a' } }], route: both() },
          { name: 'away', match: [{ uri: { prefix: '/away' } }], redirect: { authority: 'a.example.com' } },
          { name: 'primary', match: [{ uri: { prefix: '/b' } }], route: both() },
        ],
      }),
    ],
    differs: ['http[0]', 'http[2]'].flatMap((at) => weights(`VirtualService shop/spec.${at}.route`)),
  },
  'Istio: TCP without a match, and empty lists beside it': {
    routing: istio({ name: 'shop.default.svc.cluster.local' }),
    objects: [virtualService({ hosts: ['shop'], http: [], tls: [], tcp: [{ route: both() }] })],
    differs: weights('VirtualService shop/spec.tcp[0].route'),
  },
  'Istio: subsets of the full name of a host, with a subset of another host beside them': {
    routing: {
      istio: {
        virtualServices: [{ name: 'shop' }],
        destinationRule: {
          name: 'shop',
          stableSubsetName: 'stable',
          canarySubsetName: 'canary',
          additionalSubsetNames: ['theirs'],
        },
      },
    },
    objects: [
      virtualService({
        hosts: [host],
        http: [
          {
            route: [
              { destination: { host: 'shop', subset: 'stable' }, weight: 80 },
              { destination: { host: 'shop.default', subset: 'canary' } },
              { destination: { host: 'other', subset: 'theirs' }, weight: 20 },
            ],
          },
        ],
      }),
      own(resources.destinationRules, {
        host: 'shop.default.svc.cluster.local',
        subsets: [{ name: 'stable' }, { name: 'canary' }],
      }),
    ],
    differs: [...weights('VirtualService shop/spec.http[0].route', 80, 'undefined'), ...managedSubsets()],
    stays: managedSubsets(),
  },
  'ALB: every annotation of the controller’s, two rules, a default backend, TLS': {
    routing: { alb: { ingress: 'shop', servicePort: 80 } },
    objects: [
      annotated(
        ingress(
          [
            {
              host,
              http: {
                paths: [
                  path('/login', 'login'),
                  path('/away', 'away'),
                  { ...path('/*', pair.stable), pathType: 'ImplementationSpecific' },
                ],
              },
            },
            {
              host: '*.example.com',
              http: { paths: [path('/', pair.stable), path('/help', 'help', { number: 80 })] },
            },
          ],
          'alb',
          {
            tls: [{ hosts: [host] }],
            defaultBackend: { service: { name: pair.stable, port: { name: 'use-annotation' } } },
          },
        ),
        ofTheController,
      ),
    ],
    differs: albChanges(25, pair.stable),
    stays: albChanges(0, pair.stable),
  },
  'ALB: two Ingresses of one group': {
    routing: { alb: { ingresses: ['shop', 'inner'], servicePort: 80 } },
    objects: ['shop', 'inner'].map((name) =>
      annotated(
        ingress([{ http: { paths: [path('/', pair.stable)] } }], 'alb'),
        { [`${albPrefix}/group.name`]: 'one' },
        name,
      ),
    ),
    differs: ['shop', 'inner'].flatMap((name) => albChanges(25, pair.stable, name)),
    stays: ['shop', 'inner'].flatMap((name) => albChanges(0, pair.stable, name)),
  },
  'NGINX: patterns, a wildcard host, no host, and the class by annotation': {
    routing: { nginx: { stableIngresses: ['shop', 'inner'] }, maxTrafficWeight: 100 },
    objects: ['shop', 'inner'].map((name) => {
      const { ingressClassName: _, ...spec } = {
        ingressClassName: undefined,
        rules: [
          {
            host: '*.example.com',
            http: {
              paths: [
                { ...path('/v[0-9]+/(.*)', pair.stable, { number: 80 }), pathType: 'ImplementationSpecific' },
              ],
            },
          },
          { http: { paths: [path('/', pair.stable, { name: 'http' })] } },
        ],
      };
      return {
        ...own(resources.ingresses, spec, name),
        metadata: {
          name,
          namespace,
          annotations: {
            'kubernetes.io/ingress.class': 'nginx',
            'nginx.ingress.kubernetes.io/use-regex': 'true',
            'nginx.ingress.kubernetes.io/rewrite-target': '/$1',
            'nginx.ingress.kubernetes.io/affinity': 'cookie',
          },
        },
      };
    }),
    differs: [],
  },
  'Gateway API: a route elsewhere, which a ReferenceGrant lets in': {
    routing: gateway({
      httpRoutes: [{ name: 'granted', useHeaderRoutes: true }],
      namespace: 'infra',
      disableInProgressLabel: true,
    }),
    objects: [
      {
        apiVersion: apiVersionOf(referenceGrants),
        kind: 'ReferenceGrant',
        metadata: { name: 'routes', namespace },
        spec: {
          from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'infra' }],
          to: [
            { group: '', kind: 'Service', name: pair.stable },
            { group: '', kind: 'Service', name: pair.canary },
          ],
        },
      } as never,
      inInfra('granted', {
        parentRefs: [{ name: 'public' }],
        rules: [
          { backendRefs: [backend(pair.stable, { weight: 100 }), backend(pair.canary, { weight: 0 })] },
        ],
      }),
    ],
    differs: [
      'HTTPRoute granted/spec.rules[0].backendRefs[0].weight: 100 -> 75',
      'HTTPRoute granted/spec.rules[0].backendRefs[1].weight: 0 -> 25',
    ],
  },
  'Gateway API: no parents, rules without matches or backends, filters of a backend, timeouts': {
    routing: gateway({
      httpRoute: 'shop',
      inProgressLabelKey: 'example.com/release',
      inProgressLabelValue: 'on',
    }),
    objects: [
      own(resources.httpRoutes, {
        rules: [
          { matches: [{ headers: [{ type: 'RegularExpression', name: 'x-v', value: '^2.*' }] }] },
          {
            timeouts: { request: '10s', backendRequest: '2s' },
            backendRefs: [
              {
                name: pair.canary,
                port: 80,
                weight: 0,
                filters: [
                  {
                    type: 'RequestHeaderModifier',
                    requestHeaderModifier: { set: [{ name: 'x-v', value: '2' }] },
                  },
                ],
              },
              { name: pair.stable, port: 80, weight: 100 },
              { group: 'storage.example.com', kind: 'Bucket', name: pair.stable, weight: 0 },
            ],
          },
        ],
      }),
    ],
    differs: [
      'HTTPRoute shop/labels.example.com/release: undefined -> on',
      'HTTPRoute shop/spec.rules[1].backendRefs[0].weight: 0 -> 25',
      'HTTPRoute shop/spec.rules[1].backendRefs[1].weight: 100 -> 75',
    ],
  },
  'Gateway API: methods of GRPC by pattern, beside an HTTP route': {
    routing: gateway({ grpcRoute: 'shop', httpRoutes: [{ name: 'raw' }], disableInProgressLabel: true }),
    objects: [
      own(resources.grpcRoutes, {
        hostnames: [host],
        rules: [
          {
            matches: [
              { method: { type: 'RegularExpression', service: 'shop\\..*', method: 'Get.*' } },
              { method: { service: 'shop.Cart' }, headers: [{ name: 'x-a', value: 'b' }] },
            ],
            backendRefs: [
              { name: pair.stable, port: 80, weight: 100 },
              { name: pair.canary, port: 80, weight: 0 },
            ],
          },
        ],
      }),
      own(
        resources.httpRoutes,
        {
          rules: [
            {
              backendRefs: [
                { name: pair.stable, port: 80, weight: 1 },
                { name: pair.canary, port: 80, weight: 0 },
              ],
            },
          ],
        },
        'raw',
      ),
    ],
    differs: [
      'GRPCRoute shop/spec.rules[0].backendRefs[0].weight: 100 -> 75',
      'GRPCRoute shop/spec.rules[0].backendRefs[1].weight: 0 -> 25',
      'HTTPRoute raw/spec.rules[0].backendRefs[0].weight: 1 -> 75',
      'HTTPRoute raw/spec.rules[0].backendRefs[1].weight: 0 -> 25',
    ],
    stays: ['HTTPRoute raw/spec.rules[0].backendRefs[0].weight: 1 -> 100'],
  },
};
