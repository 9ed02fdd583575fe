import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { CanaryStep, CanaryStrategy, Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { trafficAnnotations } from '../../src/sandbox/traffic/annotations.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import { everyDefinition, namespace, servicesOf, shopRollout, shops, tester } from '../support/shops.ts';

const address = 'http://prometheus.test:9090';
const analysis = { analysis: { templates: [{ templateName: 'good' }] } };

/** Good while the metric says so: asked once, or again and again. */
const template = (name: string, more: object = {}): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name, namespace },
  spec: {
    metrics: [
      {
        name: 'good',
        successCondition: 'result[0] > 0',
        provider: { prometheus: { address, query: 'good' } },
        ...more,
      },
    ],
  },
});

async function stage(
  steps: CanaryStep[],
  more: Partial<CanaryStrategy> = {},
  requestsPerSecond = '20',
  seed = 1,
) {
  const simulation = await createSimulation({ crds: everyDefinition(), seed });
  const { Istio: shop } = shops;
  const make = shopRollout(shop, { steps, observedSplit: { prometheus: { address } }, ...more });
  const busy = shop.objects.map((object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        ...object.metadata.annotations,
        [trafficAnnotations.requestsPerSecond]: requestsPerSecond,
      },
    },
  }));
  simulation.world.series.setGauge('good', {}, 1);
  await simulation.apply(
    ...servicesOf(shop),
    ...busy,
    template('good'),
    template('watch', { interval: '30s' }),
    make,
  );
  await simulation.advance(60);
  const status = () =>
    (simulation.get({ type: resources.rollouts, namespace, name: 'shop' }) as Rollout | undefined)?.status ??
    {};
  const release = () =>
    simulation.apply(
      shopRollout(shop, { steps, observedSplit: { prometheus: { address } }, ...more, image: 'shop:v2' }),
    );
  const events = () =>
    simulation
      .list(resources.events, namespace)
      .map((event) => event as KubeObject & { reason: string; message: string });
  const told = () =>
    events()
      .filter(({ reason }) => reason.startsWith('Split'))
      .map(({ reason }) => reason);
  const split = () => status().canary?.observedSplit?.state;
  return { simulation, status, release, events, told, split };
}

describe('a release whose routers are asked by the metrics', () => {
  test('goes its way when they carry the weight out, and nobody is alarmed', async () => {
    const steps = [{ setWeight: 20 }, analysis, { setWeight: 50 }, { pause: { duration: '5m' } }];
    const { simulation, status, release, told, split } = await stage(steps);
    await release();
    await simulation.advance(240);
    expect(split()).toBe('SplitMatches');
    expect(status().conditions).toContainEqual(
      expect.objectContaining({ type: 'SplitObserved', status: 'True', reason: 'SplitMatches' }),
    );
    await simulation.advance(600);
    expect(status()).toMatchObject({ phase: 'Healthy', stableRS: status().currentPodHash });
    expect(split()).toBeUndefined();
    expect(told()).toEqual([]);
    expect(simulation.violations).toEqual([]);
    await simulation.stop();
  });

  test('pauses with a report when they do not, trusts no verdict, and goes on when they wake', async () => {
    const steps = [{ setWeight: 20 }, analysis, { setWeight: 50 }, { pause: {} }];
    const { simulation, status, release, told } = await stage(steps);
    simulation.world.traffic.faults = [{ delaySeconds: 600 }];
    await release();
    await simulation.advance(300);
    expect(status()).toMatchObject({
      phase: 'Paused',
      message: 'SplitDiffers',
      currentStepIndex: 1,
      waiting: { for: 'the routers to carry out the weight' },
      canary: {
        weights: { canary: { weight: 20 } },
        currentStepAnalysisRunStatus: { status: 'Successful' },
        observedSplit: {
          state: 'SplitDiffers',
          message: expect.stringMatching(/^the canary has had 0 % of \d+ requests; istio was told 20 %$/),
        },
      },
    });
    const first = status().canary?.currentStepAnalysisRunStatus?.name;
    expect(told()).toEqual(['SplitDiffers']);

    simulation.world.traffic.faults = [];
    await simulation.advance(600);
    expect(status()).toMatchObject({ currentStepIndex: 3, message: 'CanaryPauseStep' });
    expect(told()).toEqual(['SplitDiffers', 'SplitMatches']);
    const runs = simulation.list(resources.analysisRuns, namespace).map(({ metadata }) => metadata.name);
    expect(runs).toEqual([first, expect.not.stringMatching(`^${first}$`)]); // what was found under a wrong split is found anew
    expect(simulation.violations).toEqual([]);
    await simulation.stop();
  });

  test('is called off by a bad verdict all the same', async () => {
    const { simulation, status, release, split } = await stage([{ setWeight: 20 }, { pause: {} }], {
      analysis: { templates: [{ templateName: 'watch' }] },
    });
    simulation.world.traffic.faults = [{ delaySeconds: 3600 }];
    await release();
    await simulation.advance(180);
    expect(split()).toBe('SplitDiffers');
    simulation.world.series.setGauge('good', {}, 0);
    await simulation.advance(120);
    expect(status()).toMatchObject({ phase: 'Degraded', abort: true });
    expect(split()).toBeUndefined();
    await simulation.stop();
  });

  test('keeps what it found through a new operator', async () => {
    const { simulation, status, release, split } = await stage([
      { setWeight: 20 },
      { setWeight: 50 },
      { pause: {} },
    ]);
    simulation.world.traffic.faults = [{ delaySeconds: 3600 }];
    await release();
    await simulation.advance(10);
    expect(status().canary?.weights?.canary.weight).toBe(50); // no verdict was asked for
    await simulation.advance(120);
    expect(split()).toBe('SplitDiffers');
    await simulation.restartOperator();
    await simulation.advance(20);
    expect([split(), status().phase]).toEqual(['SplitDiffers', 'Paused']);
    await simulation.stop();
  });

  test('says when there are not enough requests, and then waits with a verdict no longer than its patience', async () => {
    const { simulation, status, release, split, told } = await stage(
      [{ setWeight: 20 }, analysis, { pause: {} }],
      {},
      '0.05',
    );
    await release();
    await simulation.advance(90);
    expect(split()).toBe('NotEnoughRequests');
    expect(status()).toMatchObject({
      currentStepIndex: 1,
      waiting: { for: 'enough requests to see the split', until: expect.any(String) },
      canary: { currentStepAnalysisRunStatus: { status: 'Successful' } },
    });
    await simulation.advance(60);
    expect([status().currentStepIndex, split()]).toEqual([2, 'NotEnoughRequests']);
    expect(told()).toEqual([]);
    await simulation.stop();
  });

  test('says when the metrics cannot be asked', async () => {
    const wrong = {
      observedSplit: {
        prometheus: { address },
        canaryRequests: 'sum({{window}}',
        stableRequests: 'up[{{window}}]',
      },
    };
    const { simulation, status, release, split } = await stage([{ setWeight: 20 }, { pause: {} }], wrong);
    await release();
    await simulation.advance(90);
    expect(split()).toBe('MetricsUnavailable');
    expect(status().canary?.observedSplit?.message).toContain('could not be counted: bad_data');
    await simulation.stop();
  });

  test('does not take requests by header for a wrong split', async () => {
    const managed = {
      istio: { virtualService: { name: 'shop', routes: ['primary'] } },
      managedRoutes: [{ name: 'testers' }],
    };
    const { simulation, release, split, told } = await stage(
      [{ setWeight: 5 }, { setHeaderRoute: { name: 'testers', match: tester } }, { pause: {} }],
      { trafficRouting: managed },
      '200',
    );
    await release();
    await simulation.advance(300);
    expect([split(), told()]).toEqual(['SplitMatches', []]);
    await simulation.stop();
  });

  test.each([1, 2, 3])('alarms nobody at a right split, seed %d', async (seed) => {
    const { simulation, release, told } = await stage(
      [{ setWeight: 5 }, { pause: { duration: '10m' } }, { setWeight: 50 }, { pause: { duration: '10m' } }],
      {},
      '30',
      seed,
    );
    await release();
    await simulation.advance(1500);
    expect(told()).toEqual([]);
    await simulation.stop();
  });
});
