import { decideRollout } from '../../../src/core/rollout/decide.ts';
import { addSeconds } from '../../../src/kernel/instant.ts';
import {
  hashOfImage,
  noon,
  observed,
  pauseFor,
  replicaSet,
  rollout,
  routedCanary,
  router,
  service,
  setWeight,
} from '../../support/builders.ts';
import { holdInvariants } from '../../support/invariants.ts';
import { Play } from '../../support/play.ts';

const services = ['shop-stable', 'shop-canary'];
const [v1, v2] = [hashOfImage('shop:v1'), hashOfImage('shop:v2')];

describe('setCanaryScale', () => {
  test('gives the canary its own number of pods until the traffic counts again', () => {
    const steps = [
      { setCanaryScale: { replicas: 1 } },
      setWeight(50),
      pauseFor(),
      { setCanaryScale: { matchTrafficWeight: true } },
      pauseFor(),
    ];
    const play = new Play(rollout({ canary: routedCanary(steps) }), { services, routers: 1 }).settle();
    play.image('shop:v2').settle();
    expect([play.sizeOf('shop:v2'), play.weights]).toEqual([1, [50]]);
    play.patchStatus({ pauseConditions: null }).settle();
    expect([play.sizeOf('shop:v2'), play.status.currentStepIndex]).toEqual([2, 4]);
  });

  test('of no pods is what a weight waits for, by name', () => {
    const steps = [{ setCanaryScale: { replicas: 0 } }, setWeight(50), pauseFor()];
    const play = new Play(rollout({ canary: routedCanary(steps) }), { services, routers: 1 }).settle();
    play.image('shop:v2').settle();
    expect([play.status.currentStepIndex, play.weights]).toEqual([1, [0]]);
    expect(play.status.waiting?.for).toBe('canary pods, of which setCanaryScale asks for none');
  });
});

describe('a canary of a weight of its own', () => {
  test('keeps its pods when traffic asks for more', () => {
    const steps = [{ setCanaryScale: { weight: 25 } }, setWeight(50), pauseFor()];
    const play = new Play(rollout({ canary: routedCanary(steps) }), { services, routers: 1 }).settle();
    play.image('shop:v2').settle();
    expect([play.sizeOf('shop:v2'), play.weights, play.status.currentStepIndex]).toEqual([1, [50], 2]);
  });

  test('without pods has its weight of 0 at once', () => {
    const steps = [setWeight(0), { setCanaryScale: { replicas: 1 } }, pauseFor()];
    const play = new Play(rollout({ canary: routedCanary(steps) }), { services, routers: 1 }).settle();
    play.image('shop:v2').settle();
    expect([play.sizeOf('shop:v2'), play.weights, play.status.phase]).toEqual([1, [0], 'Paused']);
  });
});

describe('a dynamic stable', () => {
  test('shrinks behind its traffic, and grows before it comes back', () => {
    const canary = routedCanary([setWeight(50), pauseFor()], { dynamicStableScale: true });
    const play = new Play(rollout({ canary }), { services, routers: 1, check: holdInvariants }).settle();
    play.image('shop:v2').settle().pass(29);
    expect([play.sizeOf('shop:v1'), play.sizeOf('shop:v2'), play.weights]).toEqual([4, 2, [50]]);
    play.pass(1);
    expect([play.sizeOf('shop:v1'), play.sizeOf('shop:v2'), play.weights]).toEqual([2, 2, [50]]);
    play.patchStatus({ abort: true }).settle({ pods: false });
    expect([play.sizeOf('shop:v1'), play.sizeOf('shop:v2'), play.weights]).toEqual([4, 2, [50]]);
    play.setAvailable('shop:v1', 3).settle({ pods: false });
    expect([play.weights, play.sizeOf('shop:v2')]).toEqual([[25], 2]);
    play.settle();
    expect([play.weights, play.sizeOf('shop:v2')]).toEqual([[0], 2]);
    play.pass(60);
    expect([play.weights, play.sizeOf('shop:v2')]).toEqual([[0], 0]);
  });

  test('keeps pods whose weight has just gone, those that follow for as long again, and those that are needed again', () => {
    const canary = routedCanary([setWeight(25), pauseFor('20s'), setWeight(50), pauseFor()], {
      dynamicStableScale: true,
    });
    const play = new Play(rollout({ canary }), { services, routers: 1, check: holdInvariants }).settle();
    play.image('shop:v2').settle().pass(20);
    expect([play.sizeOf('shop:v1'), play.weights]).toEqual([4, [50]]);
    play.pass(10);
    expect(play.sizeOf('shop:v1')).toBe(3);
    play.pass(29).image('shop:v1').settle();
    expect([play.sizeOf('shop:v1'), play.weights]).toEqual([4, [0]]);
    expect(play.setOf('shop:v1')?.metadata.annotations?.['sluice.dev/shrinks-to'] ?? null).toBeNull();
  });

  test('loses at once what nobody can reach, or asks for', () => {
    const canary = routedCanary([setWeight(50), pauseFor()], { dynamicStableScale: true });
    const play = new Play(rollout({ canary }), { services, routers: 1, check: holdInvariants }).settle();
    play.edit({ replicas: 2 }).settle();
    expect(play.sizeOf('shop:v1')).toBe(2);
    play.broken.add('shop:v2');
    play.image('shop:v2').settle();
    expect(play.sizeOf('shop:v2')).toBe(1);
    play.patchStatus({ abort: true }).settle();
    expect(play.sizeOf('shop:v2')).toBe(0);
  });

  test('is gone when its traffic has moved for good, and those who hear late have heard', () => {
    const canary = routedCanary([setWeight(50)], { dynamicStableScale: true });
    const play = new Play(rollout({ canary }), { services, routers: 1, check: holdInvariants }).settle();
    play.image('shop:v2').settle();
    expect([play.status.phase, play.sizeOf('shop:v1')]).toEqual(['Healthy', 4]);
    play.pass(30);
    expect([play.status.phase, play.sizeOf('shop:v1')]).toEqual(['Healthy', 0]);
  });
});

describe('ping and pong', () => {
  const canary = routedCanary([setWeight(50), pauseFor()], {
    pingPong: { pingService: 'ping', pongService: 'pong' },
    canaryService: undefined,
    stableService: undefined,
  });
  test('change their parts at a promotion, so that no selector changes under traffic', () => {
    const play = new Play(rollout({ canary }), {
      services: ['ping', 'pong'],
      routers: 1,
      check: holdInvariants,
    }).settle();
    expect([play.status.canary?.stablePingPong, play.selected('ping')]).toEqual(['ping', v1]);
    play.image('shop:v2').settle();
    expect([play.selected('ping'), play.selected('pong'), play.weights]).toEqual([v1, v2, [50]]);
    play.patchStatus({ pauseConditions: null }).settle();
    expect([play.status.canary?.stablePingPong, play.selected('ping'), play.selected('pong')]).toEqual([
      'pong',
      v1,
      v2,
    ]);
    expect([play.canaryService, play.weights]).toEqual(['ping', [0]]);
  });
});

describe('header and mirror routes', () => {
  const match = [{ headerName: 'x-tester', headerValue: { exact: 'yes' } }];
  const canary = routedCanary(
    [
      setWeight(25),
      { setHeaderRoute: { name: 'testers', match } },
      pauseFor(),
      { setHeaderRoute: { name: 'testers' } },
      pauseFor(),
    ],
    { trafficRouting: { istio: { virtualService: { name: 'shop' } }, managedRoutes: [{ name: 'testers' }] } },
  );
  const routes = (play: Play) => {
    const route = play.lastPlan?.actions.findLast((action) => action.do === 'route');
    return route?.do === 'route' ? route.split.headerRoutes : undefined;
  };
  const update = () =>
    new Play(rollout({ canary }), { services, routers: 1 }).settle().image('shop:v2').settle();

  test('exist from their step to the one that takes them back', () => {
    const play = update();
    expect(routes(play)).toEqual([{ name: 'testers', match }]);
    play.patchStatus({ pauseConditions: null }).settle();
    expect(routes(play)).toEqual([]);
  });

  test('do not outlive an abort', () => {
    expect(routes(update().patchStatus({ abort: true }).settle())).toEqual([]);
  });
});

describe('pod metadata', () => {
  const canary = routedCanary([setWeight(25), pauseFor()], {
    canaryMetadata: { labels: { role: 'canary' } },
    stableMetadata: { labels: { role: 'stable' } },
  });
  const role = (play: Play, image: string) => play.setOf(image)?.spec.template.metadata?.labels?.role;

  test('follows the part that a version plays, and does not make it another version', () => {
    const play = new Play(rollout({ canary }), { services, routers: 1 }).settle();
    expect(role(play, 'shop:v1')).toBe('stable');
    play.image('shop:v2').settle();
    expect([role(play, 'shop:v1'), role(play, 'shop:v2')]).toEqual(['stable', 'canary']);
    play.patchStatus({ pauseConditions: null }).settle();
    expect([role(play, 'shop:v1'), role(play, 'shop:v2')]).toEqual([undefined, 'stable']);
    expect(play.replicaSets.size).toBe(2);
  });
});

describe('a workloadRef', () => {
  const deployment = (replicas: number) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shop', namespace: 'default', generation: 3 },
    spec: { replicas, template: rollout().spec.template, selector: rollout().spec.selector },
  });
  const {
    template: _none,
    selector: _nor,
    ...bare
  } = rollout({
    workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop', scaleDown: 'progressively' },
  }).spec;
  const referring = { ...rollout(), spec: bare };

  test('takes the template of the workload', () => {
    const plan = decideRollout(observed({ rollout: referring, workload: deployment(4) }), noon);
    expect(plan.actions[0]).toMatchObject({
      do: 'createReplicaSet',
      replicaSet: { metadata: { name: `shop-${v1}` } },
    });
  });

  test('notes which generation of the workload it has taken up', () => {
    const plan = decideRollout(observed({ rollout: referring, workload: deployment(4) }), noon);
    const generation = { 'rollout.argoproj.io/workload-generation': '3' };
    expect(plan.actions).toContainEqual(
      expect.objectContaining({
        body: expect.objectContaining({ metadata: { annotations: expect.objectContaining(generation) } }),
      }),
    );
    expect(plan.status).toMatchObject({ workloadObservedGeneration: '3' });
  });

  test('says what cannot be read, and touches nothing', () => {
    const plan = decideRollout(
      observed({ rollout: referring, workload: { error: 'deployments.apps "default/shop" not found' } }),
      noon,
    );
    expect(plan.actions).toEqual([]);
    expect(plan.status?.message).toBe(
      'InvalidSpec: The Rollout "shop" is invalid: deployments.apps "default/shop" not found',
    );
    expect(plan.wakeAt).toBe(addSeconds(noon, 20));
  });

  test('hands its pods over as those of the Rollout become ready', () => {
    const plan = decideRollout(
      observed({
        rollout: {
          ...referring,
          status: { currentPodHash: v1, stableRS: v1, currentStepHash: '5ffbfbbd64' },
        },
        workload: deployment(4),
        replicaSets: [replicaSet({ available: 3 })],
      }),
      noon,
    );
    expect(plan.actions).toContainEqual(
      expect.objectContaining({
        do: 'mergePatch',
        body: expect.objectContaining({ spec: { replicas: 1 } }),
      }),
    );
  });
});

describe('what is taken over from the peer', () => {
  test('in the middle of a release restarts no pod and moves no weight', () => {
    const status = {
      currentPodHash: v2,
      stableRS: v1,
      currentStepHash: '8cc84d8dd9',
      currentStepIndex: 1,
      controllerPause: true,
      pauseConditions: [{ reason: 'CanaryPauseStep' as const, startTime: '2026-01-01T11:59:00Z' }],
      canary: {
        weights: {
          canary: { weight: 25, podTemplateHash: v2, serviceName: 'shop-canary' },
          stable: { weight: 75, podTemplateHash: v1, serviceName: 'shop-stable' },
        },
      },
    };
    const first = rollout({
      image: 'shop:v2',
      canary: routedCanary([setWeight(25), pauseFor()]),
      annotations: { 'rollout.argoproj.io/revision': '2' },
      status,
    });
    const world = observed({
      rollout: first,
      replicaSets: [
        replicaSet(),
        replicaSet({ image: 'shop:v2', size: 1, revision: 2, createdAt: '2026-01-01T11:00:00Z' }),
      ],
      services: { 'shop-stable': service('shop-stable', v1), 'shop-canary': service('shop-canary', v2) },
      routers: [router({ weight: 25 })],
    });
    const hash = decideRollout(world, noon).status?.currentStepHash;
    const plan = decideRollout(
      { ...world, rollout: { ...first, status: { ...status, currentStepHash: hash } } },
      noon,
    );
    expect(plan.actions.map((action) => action.do)).toEqual(['route']);
    expect(plan.actions[0]).toMatchObject({ split: { canary: { weight: 25 }, stable: { weight: 75 } } });
    expect(plan.status).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
  });
});
