import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { CanaryStep, Rollout, TrafficRouting } from '../../src/api/v1alpha1/rollout.ts';
import { createSimulation, type Simulation } from '../../src/sim/simulation.ts';
import { everyDefinition, namespace, own, pair, service, shopRollout, tester } from '../support/shops.ts';

/** One route object that two Rollouts weigh, `shop` and `cart`: neither may touch what is the other's. */
interface Shared {
  readonly routing: TrafficRouting;
  readonly object: KubeObject;
  /** Both have a header route: of the same name, or of names of their own. */
  readonly byHeader?: 'testers' | 'shop-testers';
  /** What is the Rollout's own, with the headers by which testers come. */
  readonly shows: (simulation: Simulation, name: string) => unknown;
}

const path = (name: string, port: object) => ({
  path: `/${name}`,
  pathType: 'Prefix',
  backend: { service: { name: `${name}-stable`, port } },
});
const rules = (port: object) => ({
  rules: [{ host: 'example.com', http: { paths: ['shop', 'cart'].map((name) => path(name, port)) } }],
});
const get = (
  simulation: Simulation,
  type:
    | (typeof resources)['ingresses']
    | (typeof resources)['httpRoutes']
    | (typeof resources)['virtualServices'],
  name = 'both',
) => simulation.get({ type, namespace, name }) as KubeObject & { spec: Record<string, never> };
type Destinations = { destination: { host: string }; weight?: number }[];

const shared: Readonly<Record<string, Shared>> = {
  'a VirtualService': {
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
    shows(simulation, name) {
      const { http } = get(simulation, resources.virtualServices).spec as unknown as {
        http: { name: string; route: Destinations }[];
      };
      const routes = http.filter(({ route }) => route[0]?.destination.host.startsWith(name));
      return routes.map((route) => [route.name, ...route.route.map(({ weight }) => weight)]);
    },
  },
  'an HTTPRoute': {
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
    shows(simulation, name) {
      const { rules: all } = get(simulation, resources.httpRoutes).spec as unknown as {
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
    routing: { alb: { ingress: 'both', servicePort: 80 } },
    object: own(
      resources.ingresses,
      { ingressClassName: 'alb', ...rules({ name: 'use-annotation' }) },
      'both',
    ),
    shows(simulation, name) {
      const { annotations = {} } = get(simulation, resources.ingresses).metadata;
      const action = JSON.parse(annotations[`alb.ingress.kubernetes.io/actions.${name}-stable`] ?? '{}') as {
        ForwardConfig: { TargetGroups: { Weight: number }[] };
      };
      const [canary, stable] = action.ForwardConfig.TargetGroups.map(({ Weight }) => Weight);
      return [[`to-${name}`, stable, canary]];
    },
  },
  'an Ingress of NGINX': {
    routing: { nginx: { stableIngress: 'both' } },
    object: own(resources.ingresses, { ingressClassName: 'nginx', ...rules({ number: 80 }) }, 'both'),
    shows(simulation, name) {
      const canary = get(simulation, resources.ingresses, `${name}-both-canary`);
      const { http } = (
        canary.spec as unknown as {
          rules: { http: { paths: { backend: { service: { name: string } } }[] } }[];
        }
      ).rules[0] ?? { http: { paths: [] } };
      const weight = Number(canary.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight']);
      expect(http.paths.map(({ backend }) => backend.service.name)).toEqual([`${name}-canary`]);
      return [[`to-${name}`, 100 - weight, weight]];
    },
  },
};

/** The same release, of the other application. */
function ofCart<T>(object: T): T {
  return JSON.parse(JSON.stringify(object).replaceAll('shop', 'cart')) as T;
}

describe('two Rollouts that share', () => {
  test.each(Object.entries(shared))(
    '%s each move their own weights',
    async (_, { routing, object, byHeader, shows }) => {
      const simulation = await createSimulation({ crds: everyDefinition() });
      const header: CanaryStep[] =
        byHeader === undefined ? [] : [{ setHeaderRoute: { name: byHeader, match: tester } }];
      const steps = [{ setWeight: 25 }, ...header, { pause: {} }];
      const shop = (image: string) => shopRollout({ routing, objects: [] }, { image, steps });
      const tell = async (name: string, status: object) => {
        const ref = { type: resources.rollouts, namespace, name };
        await simulation.user.patch(ref, { kind: 'merge', body: { status } }, { subresource: 'status' });
        await simulation.advance(60);
      };
      const phases = () =>
        ['shop', 'cart'].map(
          (name) => (simulation.get({ type: resources.rollouts, namespace, name }) as Rollout).status?.phase,
        );
      const services = Object.values(pair).map(service);
      await simulation.apply(
        object,
        ...services,
        ...services.map(ofCart),
        shop('shop:v1'),
        ofCart(shop('shop:v1')),
      );
      await simulation.advance(60);
      const atRest = (name: string) => [[`to-${name}`, 100, 0]];
      const testers = (name: string) => [byHeader?.replace('shop', name), 100];
      const moved = (name: string) => [
        ...(byHeader === undefined ? [] : [testers(name)]),
        [`to-${name}`, 75, 25],
      ];

      await simulation.apply(shop('shop:v2'));
      await simulation.advance(60);
      expect([shows(simulation, 'shop'), shows(simulation, 'cart')]).toEqual([moved('shop'), atRest('cart')]);
      await simulation.apply(ofCart(shop('shop:v2')));
      await simulation.advance(60);
      expect([shows(simulation, 'shop'), shows(simulation, 'cart')]).toEqual([moved('shop'), moved('cart')]);
      expect(phases()).toEqual(['Paused', 'Paused']);
      await tell('shop', { abort: true });
      expect([shows(simulation, 'shop'), shows(simulation, 'cart')]).toEqual([atRest('shop'), moved('cart')]);
      await tell('cart', { pauseConditions: null });
      expect([shows(simulation, 'shop'), shows(simulation, 'cart')]).toEqual([
        atRest('shop'),
        atRest('cart'),
      ]);
      expect(phases()).toEqual(['Degraded', 'Healthy']);
      const writes = [...simulation.requests.values()].reduce((sum, count) => sum + count, 0);
      await simulation.advance(600);
      expect([...simulation.requests.values()].reduce((sum, count) => sum + count, 0)).toBe(writes); // nobody fights
      expect(simulation.violations).toEqual([]);
      await simulation.stop();
    },
  );
});
