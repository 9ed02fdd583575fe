import type { KubeObject } from '../../src/api/meta.ts';
import { type ResourceType, resources } from '../../src/api/resources.ts';
import type { TrafficRouting } from '../../src/api/v1alpha1/rollout.ts';
import { own } from './shops.ts';

/** One route object that two Rollouts weigh, `shop` and `cart`: neither may touch what is the other's. */
export interface Shared {
  readonly routing: TrafficRouting;
  readonly type: ResourceType;
  readonly object: KubeObject;
  /** Both have a header route: of the same name, or of names of their own. */
  readonly byHeader?: 'testers' | 'shop-testers';
  /** The name of the object that shows a Rollout's weights, where it is not the one that both share. */
  readonly weighed?: (name: string) => string;
  /** What of that object is the Rollout's own, with the headers by which testers come. */
  readonly shows: (object: KubeObject, name: string) => unknown;
}

const path = (name: string, port: object) => ({
  path: `/${name}`,
  pathType: 'Prefix',
  backend: { service: { name: `${name}-stable`, port } },
});
const rules = (port: object) => ({
  rules: [{ host: 'example.com', http: { paths: ['shop', 'cart'].map((name) => path(name, port)) } }],
});
const specOf = (object: KubeObject) => (object as unknown as { spec: unknown }).spec;
type Destinations = { destination: { host: string }; weight?: number }[];

export const shared: Readonly<Record<string, Shared>> = {
  'a VirtualService': {
    type: resources.virtualServices,
    routing: { istio: { virtualService: { name: 'both', routes: ['to-shop'] } } },
    object: own(
      resources.virtualServices,
      {
        hosts: ['example.com'],
        http: ['shop', 'cart'].map((name) => ({
          name: `to-${name}`,
          match: [{ uri: { prefix: `/${name}` } }],
          route: [
            { destination: { host: `${name}-stable` }, weight: 100 },
            { destination: { host: `${name}-canary` }, weight: 0 },
          ],
        })),
      },
      'both',
    ),
    byHeader: 'testers',
    shows(object, name) {
      const { http } = specOf(object) as {
        http: { name: string; route: Destinations }[];
      };
      const routes = http.filter(({ route }) => route[0]?.destination.host.startsWith(name));
      return routes.map((route) => [route.name, ...route.route.map(({ weight }) => weight)]);
    },
  },
  'an HTTPRoute': {
    type: resources.httpRoutes,
    routing: { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'both' } } },
    object: own(
      resources.httpRoutes,
      {
        parentRefs: [{ name: 'public' }],
        rules: ['shop', 'cart'].map((name) => ({
          matches: [{ path: { type: 'PathPrefix', value: `/${name}` } }],
          backendRefs: [
            { name: `${name}-stable`, port: 80, weight: 100 },
            { name: `${name}-canary`, port: 80, weight: 0 },
          ],
        })),
      },
      'both',
    ),
    byHeader: 'shop-testers',
    shows(object, name) {
      const { rules: all } = specOf(object) as {
        rules: { name?: string; backendRefs: { name: string; weight: number }[] }[];
      };
      const own = all.filter(({ backendRefs }) => backendRefs[0]?.name.startsWith(name));
      return own
        .map(({ name: own, backendRefs }) => [
          own ?? `to-${name}`,
          ...backendRefs.map(({ weight }) => (own === undefined ? weight : 100)),
        ])
        .sort((one) => (String(one[0]).endsWith('testers') ? -1 : 1));
    },
  },
  'an Ingress of ALB': {
    type: resources.ingresses,
    routing: { alb: { ingress: 'both', servicePort: 80 } },
    object: own(
      resources.ingresses,
      { ingressClassName: 'alb', ...rules({ name: 'use-annotation' }) },
      'both',
    ),
    byHeader: 'shop-testers',
    shows(object, name) {
      const { annotations = {} } = object.metadata;
      const weightsOf = (action: string) => {
        const text = annotations[`alb.ingress.kubernetes.io/actions.${name}-${action}`];
        if (text === undefined) return [];
        const { ForwardConfig } = JSON.parse(text) as {
          ForwardConfig: { TargetGroups: { Weight: number }[] };
        };
        return [ForwardConfig.TargetGroups.map(({ Weight }) => Weight).reverse()];
      };
      return [
        ...weightsOf('testers').map((weights) => [`${name}-testers`, ...weights]),
        ...weightsOf('stable').map((weights) => [`to-${name}`, ...weights]),
      ];
    },
  },
  'an Ingress of NGINX': {
    type: resources.ingresses,
    weighed: (name) => `${name}-both-canary`,
    routing: { nginx: { stableIngress: 'both' } },
    object: own(resources.ingresses, { ingressClassName: 'nginx', ...rules({ number: 80 }) }, 'both'),
    shows(object, name) {
      const { http } = (
        specOf(object) as {
          rules: { http: { paths: { backend: { service: { name: string } } }[] } }[];
        }
      ).rules[0] ?? { http: { paths: [] } };
      const weight = Number(object.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight']);
      expect(http.paths.map(({ backend }) => backend.service.name)).toEqual([`${name}-canary`]);
      return [[`to-${name}`, 100 - weight, weight]];
    },
  },
};

/** The same release, of the other application. */
export function ofCart<T>(object: T): T {
  return JSON.parse(JSON.stringify(object).replaceAll('shop', 'cart')) as T;
}
