import { resources } from '../../src/api/resources.ts';
import type { CanaryStep, Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { createSimulation, type Simulation } from '../../src/sim/simulation.ts';
import {
  everyDefinition,
  namespace,
  type Shop,
  type ShopName,
  servicesOf,
  shopRollout,
  shops,
  tester,
} from '../support/shops.ts';

/** Every route object takes effect so much later: within the delay in which a revision keeps its pods after it has served. */
const lateSeconds = 20;

const ref = { type: resources.rollouts, namespace, name: 'shop' };

interface Stage {
  readonly simulation: Simulation;
  image(image: string): Promise<void>;
  /** What a person says through status. */
  status(patch: object): Promise<void>;
  resume(): Promise<void>;
  /** Lets time pass until the release stands still at a pause. */
  stops(): Promise<void>;
  reaches(phase: string): Promise<void>;
}

async function stage(shop: Shop, canary: object): Promise<Stage> {
  const simulation = await createSimulation({ crds: everyDefinition() });
  const make = shopRollout(shop, canary);
  await simulation.apply(...servicesOf(shop), ...shop.objects, make);
  await simulation.advance(60);
  const status = () => (simulation.get(ref) as Rollout | undefined)?.status ?? {};
  expect(status()).toMatchObject({ phase: 'Healthy' });
  simulation.world.traffic.faults = [{ delaySeconds: lateSeconds }];
  const patch = async (body: object) => {
    await simulation.user.patch(ref, { kind: 'merge', body: { status: body } }, { subresource: 'status' });
    await simulation.advance(0.5);
  };
  const reaches = async (phase: string) => {
    for (let waited = 0; waited < 600 && status().phase !== phase; waited += 5) await simulation.advance(5);
    expect(status()).toMatchObject({ phase });
  };
  return {
    simulation,
    image: async (image) => {
      const body = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: image }];
      await simulation.user.patch(ref, { kind: 'json', body });
      await simulation.advance(0.5);
    },
    status: patch,
    resume: () => patch({ pauseConditions: null }),
    stops: () => reaches('Paused'),
    reaches,
  };
}

const pause = { pause: {} };
const upAndStop = [{ setWeight: 25 }, pause, { setWeight: 75 }, pause];

interface Path {
  readonly steps: (shop: Shop) => readonly CanaryStep[];
  /** Only routers that can. Default: all. */
  readonly needs?: 'byHeader' | 'byMirror' | 'experiments';
  readonly tell: (stage: Stage) => Promise<void>;
}

/** Each lets the weight move on from wherever the delayed data plane is by then. */
const paths: Readonly<Record<string, Path>> = {
  'up to the end': {
    steps: () => upAndStop,
    async tell({ image, stops, resume, reaches }) {
      await image('shop:v2');
      await stops();
      await resume();
      await stops();
      await resume();
      await reaches('Healthy');
    },
  },
  'up to 100, and a stop there': {
    steps: () => [{ setWeight: 50 }, { setWeight: 100 }, pause],
    async tell({ image, stops, resume, reaches }) {
      await image('shop:v2');
      await stops();
      await resume();
      await reaches('Healthy');
    },
  },
  'down in the middle': {
    steps: () => [{ setWeight: 50 }, pause, { setWeight: 0 }, pause],
    async tell({ image, stops, resume, reaches, simulation }) {
      await image('shop:v2');
      await stops();
      await simulation.advance(lateSeconds);
      await resume();
      await simulation.advance(2 * lateSeconds); // at weight 0 the canary has no pods any more
      await resume();
      await reaches('Healthy');
    },
  },
  abort: {
    steps: () => upAndStop,
    async tell({ image, stops, status, reaches }) {
      await image('shop:v2');
      await stops();
      await status({ abort: true });
      await reaches('Degraded');
    },
  },
  'abort right after a weight': {
    steps: () => upAndStop,
    async tell({ image, stops, resume, status, reaches }) {
      await image('shop:v2');
      await stops();
      await resume();
      await stops();
      await status({ abort: true });
      await reaches('Degraded');
    },
  },
  'another version over a canary': {
    steps: () => upAndStop,
    async tell({ image, stops, status, reaches }) {
      await image('shop:v2');
      await stops();
      await image('shop:v3');
      await stops();
      await status({ promoteFull: true });
      await reaches('Healthy');
    },
  },
  'back to stable': {
    steps: () => upAndStop,
    async tell({ image, stops, reaches }) {
      await image('shop:v2');
      await stops();
      await image('shop:v1');
      await reaches('Healthy');
    },
  },
  'a full promotion': {
    steps: () => upAndStop,
    async tell({ image, stops, status, reaches }) {
      await image('shop:v2');
      await stops();
      await status({ promoteFull: true });
      await reaches('Healthy');
    },
  },
  'testers by header, then abort': {
    needs: 'byHeader',
    steps: () => [
      { setCanaryScale: { replicas: 1 } },
      { setHeaderRoute: { name: 'testers', match: tester } },
      pause,
    ],
    async tell({ image, stops, status, reaches }) {
      await image('shop:v2');
      await stops();
      await status({ abort: true });
      await reaches('Degraded');
    },
  },
  'a mirror, then up': {
    needs: 'byMirror',
    steps: () => [
      { setCanaryScale: { replicas: 1 } },
      { setMirrorRoute: { name: 'copy', match: [{ method: { exact: 'GET' } }] } },
      pause,
    ],
    async tell({ image, stops, resume, reaches }) {
      await image('shop:v2');
      await stops();
      await resume();
      await reaches('Healthy');
    },
  },
  'an experiment with weights, then up': {
    needs: 'experiments',
    steps: () => [
      {
        experiment: {
          duration: '2m',
          templates: [
            { name: 'before', specRef: 'stable', weight: 10 },
            { name: 'after', specRef: 'canary', weight: 10 },
          ],
        },
      },
      { setWeight: 50 },
      pause,
    ],
    async tell({ image, stops, resume, reaches }) {
      await image('shop:v2');
      await stops();
      await resume();
      await reaches('Healthy');
    },
  },
};

/** They differ from a shop of the routine table in how the route is written only, not in when it is. */
export const rareShops: readonly ShopName[] = [
  'Istio with ping-pong',
  'Gateway API with ping-pong',
  'Gateway API over GRPC',
  'ALB, with both pairs of Services',
  'Gateway API over TLS',
  'Istio over TCP',
];

const scales = { 'a whole stable': {}, 'a dynamic stable': { dynamicStableScale: true } };
export type Scale = keyof typeof scales;

/** Where requests of the shop were answered, by Service and revision: a story that moves none proves nothing. */
function placesReached({ simulation }: Stage): ReadonlySet<string> {
  const streams = simulation.world.traffic.edgeFlows(0).map(({ stream }) => stream);
  return new Set(
    streams
      .filter(({ route, lost }) => route.name === 'shop' && lost === undefined)
      .map(({ target }) => `${target.service}/${target.podTemplateHash}`),
  );
}

/** Do the requests of every path find a ready pod behind this router? Counted by the data plane, one by one. */
export function losesNoRequest(name: ShopName, scale: Scale): void {
  const shop: Shop = shops[name];
  const rows = Object.entries(paths).filter(([, { needs }]) => needs === undefined || shop[needs] === true);
  describe(`${name}, whose data plane is ${lateSeconds} s late, with ${scale}, loses no request`, () => {
    test.each(rows)('%s', async (_, { steps, tell }) => {
      const play = await stage(shop, { steps: steps(shop), ...scales[scale] });
      const { traffic } = play.simulation.world;
      const host = { namespace, host: 'shop' };
      const before = traffic.totals(host);
      await tell(play);
      await play.simulation.advance(120);
      const after = traffic.totals(host);
      expect(after.total).toBeGreaterThan(before.total);
      expect(after.failed - before.failed).toBe(0);
      expect(placesReached(play).size).toBeGreaterThan(1);
      expect(play.simulation.violations).toEqual([]);
      await play.simulation.stop();
    });
  });
}
