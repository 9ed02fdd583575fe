import type { KubeObject } from '../../src/api/meta.ts';
import { type ResourceType, resources } from '../../src/api/resources.ts';
import type { GatewayRoute, VirtualService } from '../../src/api/routes.ts';
import type { Rollout, TrafficRouting } from '../../src/api/v1alpha1/rollout.ts';
import { fieldManager } from '../../src/ports/cluster.ts';
import { createSimulation, type Simulation } from '../../src/sim/simulation.ts';
import { rollout, service } from '../support/builders.ts';
import { type GitOpsOptions, gitOpsTool } from '../support/gitops.ts';
import { crds } from '../support/settings.ts';

/** Seconds between two synchronizations: far more often than any tool asks. */
const everySeconds = 5;

/** One kind of route, as it stands in git, and how to read and keep its weights. */
interface Route {
  readonly type: ResourceType;
  readonly routing: TrafficRouting;
  manifest(timeout: string): KubeObject;
  /** The canary's weight. */
  weight(object: KubeObject): number | undefined;
  /** Argo CD's ignored paths: the weights of the live object in what git has. */
  keepWeights(wanted: KubeObject, live: KubeObject): KubeObject;
  /** The list of routes as a whole, which is one value to the API server, as long as managedFields says that it is ours. */
  keepOwned(wanted: KubeObject, live: KubeObject): KubeObject;
  timeout(object: KubeObject): string | undefined;
}

const managersOf = ({ metadata }: KubeObject) =>
  ((metadata.managedFields ?? []) as { manager: string }[]).map(({ manager }) => manager);
const metadata = { name: 'shop', namespace: 'default' };
type Weighted = { weight?: number };
const keep = (wanted: readonly Weighted[] = [], live: readonly Weighted[] = []) => {
  for (const [index, destination] of wanted.entries()) {
    const weight = live[index]?.weight;
    if (weight !== undefined) destination.weight = weight;
  }
};

const routes: Readonly<Record<'Istio' | 'Gateway API', Route>> = {
  Istio: {
    type: resources.virtualServices,
    routing: { istio: { virtualService: { name: 'shop' } } },
    manifest: (timeout): VirtualService => ({
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'VirtualService',
      metadata,
      spec: {
        hosts: ['shop'],
        http: [
          {
            name: 'primary',
            timeout,
            route: [
              { destination: { host: 'shop-stable' }, weight: 100 },
              { destination: { host: 'shop-canary' }, weight: 0 },
            ],
          },
        ],
      },
    }),
    weight: (object) => (object as VirtualService).spec.http?.[0]?.route?.[1]?.weight,
    keepWeights(wanted, live) {
      keep((wanted as VirtualService).spec.http?.[0]?.route, (live as VirtualService).spec.http?.[0]?.route);
      return wanted;
    },
    keepOwned: (wanted, live) => {
      if (!managersOf(live).includes(fieldManager)) return wanted;
      const { spec } = wanted as VirtualService;
      return { ...wanted, spec: { ...spec, http: (live as VirtualService).spec.http } };
    },
    timeout: (object) => (object as VirtualService).spec.http?.[0]?.['timeout'] as string | undefined,
  },
  'Gateway API': {
    type: resources.httpRoutes,
    routing: { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'shop' } } },
    manifest: (timeout): GatewayRoute => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata,
      spec: {
        hostnames: ['shop.example.com'],
        rules: [
          {
            timeouts: { request: timeout },
            backendRefs: [
              { name: 'shop-stable', port: 80, weight: 100 },
              { name: 'shop-canary', port: 80, weight: 0 },
            ],
          },
        ],
      },
    }),
    weight: (object) => (object as GatewayRoute).spec.rules?.[0]?.backendRefs?.[1]?.weight,
    keepWeights(wanted, live) {
      keep(
        (wanted as GatewayRoute).spec.rules?.[0]?.backendRefs,
        (live as GatewayRoute).spec.rules?.[0]?.backendRefs,
      );
      return wanted;
    },
    keepOwned: (wanted, live) => {
      if (!managersOf(live).includes(fieldManager)) return wanted;
      const { spec } = wanted as GatewayRoute;
      return { ...wanted, spec: { ...spec, rules: (live as GatewayRoute).spec.rules } };
    },
    timeout: (object) =>
      ((object as GatewayRoute).spec.rules?.[0]?.['timeouts'] as { request?: string } | undefined)?.request,
  },
};

interface Scene {
  readonly simulation: Simulation;
  readonly status: () => Rollout['status'];
  readonly live: () => KubeObject;
  /** Weights of the canary as they stood one after the other. */
  readonly weights: number[];
  readonly operatorWrites: () => number;
  readonly managers: () => readonly string[];
  readonly sync: () => Promise<boolean>;
  readonly commit: (timeout: string) => void;
  /** Lets time pass while the tool synchronizes. */
  readonly passes: (seconds: number) => Promise<void>;
}

/** A shop at rest, whose route stands in git; the tool looks after it from the start. */
async function shopInGit(route: Route, options: GitOpsOptions): Promise<Scene> {
  const simulation = await createSimulation({ crds: crds() });
  const ref = { type: route.type, namespace: 'default', name: 'shop' };
  const tool = gitOpsTool(simulation, ref, route.manifest('5s'), options);
  const weights: number[] = [];
  simulation.world.server.store.onChange(({ type, object }) => {
    if (object.kind !== route.type.kind || type === 'DELETED') return;
    const weight = route.weight(object) ?? -1;
    if (weight !== weights.at(-1)) weights.push(weight);
  });
  await tool.sync();
  const canary = {
    stableService: 'shop-stable',
    canaryService: 'shop-canary',
    trafficRouting: route.routing,
    steps: [
      { setWeight: 25 },
      { pause: { duration: '1m' } },
      { setWeight: 50 },
      { pause: { duration: '1m' } },
    ],
  };
  const shop = rollout({ canary });
  await simulation.apply(service('shop-stable'), service('shop-canary'), {
    ...shop,
    metadata: { name: 'shop', namespace: 'default' },
  });
  await simulation.advance(60);
  const status = () => (simulation.get({ ...ref, type: resources.rollouts }) as Rollout | undefined)?.status;
  expect(status()).toMatchObject({ phase: 'Healthy' });
  const live = () => simulation.get(ref) as KubeObject;
  return {
    simulation,
    status,
    live,
    weights,
    operatorWrites: () => simulation.requests.get(`patch ${route.type.plural}`) ?? 0,
    managers: () => managersOf(live()),
    sync: async () => {
      const wrote = await tool.sync();
      await simulation.clock.advanceBy(0); // the watch event, and nothing else
      return wrote;
    },
    commit: (timeout) => tool.commit(route.manifest(timeout)),
    async passes(seconds) {
      for (let passed = 0; passed < seconds; passed += everySeconds) {
        await tool.sync();
        await simulation.clock.advanceBy(0);
        expect(route.weight(live())).toBe(status()?.canary?.weights?.canary.weight ?? 0);
        await simulation.advance(everySeconds);
      }
    },
  };
}

async function release({ simulation }: Scene, image: string): Promise<void> {
  const containers = [{ name: 'shop', image, resources: {} }];
  const ref = { type: resources.rollouts, namespace: 'default', name: 'shop' };
  await simulation.user.patch(ref, {
    kind: 'merge',
    body: { spec: { template: { spec: { containers } } } },
  });
}

const kinds = ['Istio', 'Gateway API'] as const;
const everyKindAndWay = kinds.flatMap((kind) =>
  (['clientSide', 'serverSide'] as const).map((how) => [kind, how] as const),
);

describe('a tool that writes git’s weights every five seconds, and was told nothing', () => {
  test.each(everyKindAndWay)('%s, %s: each is set right with its watch event', async (kind, how) => {
    const scene = await shopInGit(routes[kind], { how, manager: 'argocd-controller' });
    await release(scene, 'shop:v2');
    await scene.passes(180);
    expect(scene.status()).toMatchObject({ phase: 'Healthy' });
    expect(scene.weights).toContain(25);
    expect(scene.weights).toContain(50);
    const writes = scene.operatorWrites();
    await scene.passes(600);
    expect(scene.operatorWrites()).toBe(writes); // nobody fights after the end
    expect(scene.simulation.violations).toEqual([]);
    await scene.simulation.stop();
  });
});

describe('the settings of docs/gitops.md keep the tool away from the weights', () => {
  const settings: readonly [string, 'clientSide' | 'serverSide', string, 'keepWeights' | 'keepOwned'][] = [
    ['Argo CD with jqPathExpressions', 'clientSide', 'argocd-controller', 'keepWeights'],
    ['Argo CD with jqPathExpressions', 'serverSide', 'argocd-controller', 'keepWeights'],
    ['Argo CD with managedFieldsManagers', 'clientSide', 'argocd-controller', 'keepOwned'],
    ['Argo CD with managedFieldsManagers', 'serverSide', 'argocd-controller', 'keepOwned'],
  ];
  const rows = kinds.flatMap((kind) => settings.map((setting) => [kind, ...setting] as const));

  test.each(rows)('%s, %s, %s', async (kind, _, how, manager, respected) => {
    const route = routes[kind];
    const scene = await shopInGit(route, { how, manager, respect: route[respected] });
    const before = scene.weights.length;
    await release(scene, 'shop:v2');
    await scene.passes(30);
    scene.commit('9s');
    await scene.passes(everySeconds);
    // a whole field that is left to us comes from git again when we have given it up
    expect(route.timeout(scene.live())).toBe(respected === 'keepWeights' ? '9s' : '5s');
    await scene.passes(150);
    expect(scene.status()).toMatchObject({ phase: 'Healthy' });
    expect(scene.weights.slice(before)).toEqual([25, 50, 100, 0]);
    expect(route.timeout(scene.live())).toBe('9s'); // what else changes in git comes through
    const writes = scene.operatorWrites();
    await scene.passes(300);
    expect(scene.operatorWrites()).toBe(writes);
    expect(await scene.sync()).toBe(false);
    expect(scene.managers()).not.toContain(fieldManager);
    expect(scene.simulation.violations).toEqual([]);
    await scene.simulation.stop();
  });
});

describe('Flux, told to make the route and then to leave it', () => {
  test.each(kinds)('%s', async (kind) => {
    const route = routes[kind];
    const scene = await shopInGit(route, { how: 'ifNotPresent', manager: 'kustomize-controller' });
    const before = scene.weights.length;
    await release(scene, 'shop:v2');
    await scene.passes(180);
    expect(scene.status()).toMatchObject({ phase: 'Healthy' });
    expect(scene.weights.slice(before)).toEqual([25, 50, 100, 0]);
    expect(await scene.sync()).toBe(false);
    expect(scene.simulation.violations).toEqual([]);
    await scene.simulation.stop();
  });
});

describe('when the release has ended', () => {
  test.each(kinds)('%s: git may change the route without force', async (kind) => {
    const route = routes[kind];
    const scene = await shopInGit(route, { how: 'serverSide', manager: 'argocd-controller' });
    await scene.passes(60);
    await release(scene, 'shop:v2');
    await scene.simulation.advance(600); // without the tool: the last writer of the route was Sluice
    expect(scene.status()).toMatchObject({ phase: 'Healthy' });
    expect(scene.managers()).not.toContain(fieldManager);
    const { group, version, plural } = route.type;
    const answer = await scene.simulation.world.server.handle({
      method: 'PATCH',
      path: `/apis/${group}/${version}/namespaces/default/${plural}/shop`,
      query: new URLSearchParams({ fieldManager: 'kubectl' }),
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: route.manifest('9s'),
    });
    expect(answer.status).toBe(200);
    expect(scene.simulation.violations).toEqual([]);
    await scene.simulation.stop();
  });
});
