import type { KubeObject } from '../../src/api/meta.ts';
import { type ResourceType, resources } from '../../src/api/resources.ts';
import type { GatewayRoute, VirtualService } from '../../src/api/routes.ts';
import type { CanaryStep, Rollout, TrafficRouting } from '../../src/api/v1alpha1/rollout.ts';
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
  /** The object that shows the weight, when it is not the one in git. */
  readonly weighed?: string;
  /** Steps that add routes of their own, and the names by which these are seen. */
  readonly managed: readonly ('testers' | 'copy')[];
  added(object: KubeObject): readonly string[];
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

const ingress = (className: string, port: object, timeout: string): KubeObject => {
  const backend = { service: { name: 'shop-stable', port } };
  const rules = [{ host: 'shop.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  const annotations = { 'example.com/timeout': timeout };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { ...metadata, annotations },
    spec: { ingressClassName: className, rules },
  } as KubeObject;
};
const annotationsOf = ({ metadata: { annotations = {} } }: KubeObject) => annotations;
/** What Sluice writes are annotations that git does not have: there is nothing to keep. */
const nothingInGit = {
  type: resources.ingresses,
  keepWeights: (wanted: KubeObject) => wanted,
  keepOwned: (wanted: KubeObject) => wanted,
  timeout: (object: KubeObject) => annotationsOf(object)['example.com/timeout'],
};

const routes: Readonly<Record<'Istio' | 'Gateway API' | 'ALB' | 'NGINX', Route>> = {
  ALB: {
    ...nothingInGit,
    routing: { alb: { ingress: 'shop', servicePort: 80 } },
    manifest: (timeout) => ingress('alb', { name: 'use-annotation' }, timeout),
    weight(object) {
      const text = annotationsOf(object)['alb.ingress.kubernetes.io/actions.shop-stable'];
      const action = JSON.parse(text ?? '{}') as { ForwardConfig?: { TargetGroups: { Weight: number }[] } };
      return action.ForwardConfig?.TargetGroups[0]?.Weight ?? 0;
    },
    managed: ['testers'],
    added: (object) =>
      Object.keys(annotationsOf(object)).flatMap((key) => /\/conditions\.(.*)/.exec(key)?.[1] ?? []),
  },
  NGINX: {
    ...nothingInGit,
    routing: { nginx: { stableIngress: 'shop' } },
    manifest: (timeout) => ingress('nginx', { number: 80 }, timeout),
    weighed: 'shop-shop-canary',
    weight: (object) => Number(annotationsOf(object)['nginx.ingress.kubernetes.io/canary-weight'] ?? 0),
    managed: [],
    added: () => [],
  },
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
    weight: (object) =>
      (object as VirtualService).spec.http?.find(({ name }) => name === 'primary')?.route?.[1]?.weight,
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
    managed: ['testers', 'copy'],
    added: (object) =>
      ((object as VirtualService).spec.http ?? []).flatMap(({ name }) =>
        name === 'primary' ? [] : [name ?? ''],
      ),
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
    managed: ['testers'],
    added: (object) => ((object as GatewayRoute).spec.rules ?? []).flatMap(({ name }) => name ?? []),
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
async function shopInGit(
  route: Route,
  options: GitOpsOptions,
  steps: CanaryStep[] = [
    { setWeight: 25 },
    { pause: { duration: '1m' } },
    { setWeight: 50 },
    { pause: { duration: '1m' } },
  ],
): Promise<Scene> {
  const simulation = await createSimulation({ crds: crds() });
  const ref = { type: route.type, namespace: 'default', name: 'shop' };
  const tool = gitOpsTool(simulation, ref, route.manifest('5s'), options);
  const weights: number[] = [];
  simulation.world.server.store.onChange(({ type, object }) => {
    if (object.kind !== route.type.kind || type === 'DELETED') return;
    if (object.metadata.name !== (route.weighed ?? 'shop')) return;
    const weight = route.weight(object) ?? -1;
    if (weight !== weights.at(-1)) weights.push(weight);
  });
  await tool.sync();
  const canary = {
    stableService: 'shop-stable',
    canaryService: 'shop-canary',
    trafficRouting: { ...route.routing, managedRoutes: route.managed.map((name) => ({ name })) },
    steps,
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
  const weighed = () => (simulation.get({ ...ref, name: route.weighed ?? 'shop' }) ?? live()) as KubeObject;
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
        const told = status()?.canary?.weights?.canary.weight ?? 0;
        expect(route.weight(weighed())).toBe(told);
        if (told === 0) expect(route.added(live())).toEqual([]);
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

const tester = [{ headerName: 'x-tester', headerValue: { exact: 'yes' } }];
const everyStep: Readonly<Record<'testers' | 'copy', CanaryStep>> = {
  testers: { setHeaderRoute: { name: 'testers', match: tester } },
  copy: { setMirrorRoute: { name: 'copy', match: [{ method: { exact: 'GET' } }] } },
};

describe('header routes, mirrors, an abort and a second release, beside a tool that was told nothing', () => {
  const all = Object.keys(routes) as (keyof typeof routes)[];
  const rows = all.flatMap((kind) =>
    (['clientSide', 'serverSide'] as const).map((how) => [kind, how] as const),
  );

  test.each(rows)('%s, %s', async (kind, how) => {
    const route = routes[kind];
    const steps = [...route.managed.map((name) => everyStep[name]), { setWeight: 25 }, { pause: {} }];
    const scene = await shopInGit(route, { how, manager: 'argocd-controller' }, steps);
    const { simulation } = scene;
    const tell = (status: object) =>
      simulation.user.patch(
        { type: resources.rollouts, namespace: 'default', name: 'shop' },
        { kind: 'merge', body: { status } },
        { subresource: 'status' },
      );
    const stops = async (image: string) => {
      await release(scene, image);
      await scene.passes(60);
      expect(scene.status()).toMatchObject({
        phase: 'Paused',
        canary: { weights: { canary: { weight: 25 } } },
      });
      await scene.sync();
      expect([...route.added(scene.live())].sort()).toEqual([...route.managed].sort());
    };
    await stops('shop:v2');
    await tell({ abort: true });
    await scene.passes(60);
    expect(scene.status()).toMatchObject({ phase: 'Degraded' });
    expect(route.added(scene.live())).toEqual([]);
    await stops('shop:v3');
    await tell({ pauseConditions: null });
    await scene.passes(120);
    expect(scene.status()).toMatchObject({ phase: 'Healthy' });
    const writes = scene.operatorWrites();
    await scene.passes(300);
    expect(scene.operatorWrites()).toBe(writes);
    expect(await scene.sync()).toBe(false);
    expect(scene.managers()).not.toContain(fieldManager);
    expect(simulation.violations).toEqual([]);
    await simulation.stop();
  });
});
