import type { Rollout } from '../../../src/api/v1alpha1/rollout.ts';
import { pauseFor, type RolloutOptions, rollout, routedCanary, setWeight } from '../../support/builders.ts';
import { holdInvariants } from '../../support/invariants.ts';
import { Play } from '../../support/play.ts';

/** People change their minds at every moment of a release; whatever they do, the invariants hold at each write. */
const services = ['shop-stable', 'shop-canary', 'shop-active', 'shop-preview'];
const steps = [setWeight(25), pauseFor(), setWeight(75), pauseFor()];
const atRest = (spec: RolloutOptions = { canary: routedCanary(steps) }, routers = 1) =>
  new Play(rollout(spec), { services, routers, check: holdInvariants }).settle();
const midway = (spec?: RolloutOptions, routers?: number) => atRest(spec, routers).image('shop:v2').settle();
const resume = (play: Play) => play.patchStatus({ pauseConditions: null }).settle();

describe('an abort', () => {
  test('does nothing while nothing progresses, and is taken back', () => {
    const play = atRest();
    const written = play.actions.length;
    play.patchStatus({ abort: true }).settle();
    expect([play.actions.length, play.status.abort, play.status.phase]).toEqual([
      written,
      undefined,
      'Healthy',
    ]);
  });

  test('is told once, however often it is asked for', () => {
    const play = midway().patchStatus({ abort: true }).settle();
    play.patchStatus({ abort: true }).settle().pass(60);
    expect(play.reasons().filter((reason) => reason === 'RolloutAborted')).toHaveLength(1);
  });

  test.each<[string, (play: Play) => Play, string]>([
    ['a new version', (play) => play.image('shop:v3'), 'Paused'],
    ['the stable version', (play) => play.image('shop:v1'), 'Healthy'],
    [
      'a good version after a spec that was wrong',
      (play) => play.edit({ minReadySeconds: -1 }).settle().edit({ minReadySeconds: 0 }).image('shop:v3'),
      'Paused',
    ],
    [
      'other steps',
      (play) => play.edit({ strategy: { canary: routedCanary([setWeight(10), pauseFor()]) } }),
      'Paused',
    ],
  ])('is cleared by %s', (_, change, phase) => {
    const play = change(midway().patchStatus({ abort: true }).settle()).settle();
    expect([play.status.phase, play.status.abort, play.status.abortedAt]).toEqual([
      phase,
      undefined,
      undefined,
    ]);
  });

  test('is not cleared by a change that is neither', () => {
    const play = midway().patchStatus({ abort: true }).settle();
    play.edit({ replicas: 6, revisionHistoryLimit: 3 }).settle();
    expect([play.status.phase, play.weights, play.sizeOf('shop:v1')]).toEqual(['Degraded', [0], 6]);
  });
});

describe('a deadline', () => {
  test('fires for the second broken version as for the first', () => {
    const play = atRest({
      canary: routedCanary(steps),
      progressDeadlineSeconds: 60,
      progressDeadlineAbort: true,
    });
    for (const image of ['shop:v2', 'shop:v3']) {
      play.broken.add(image);
      play.image(image).settle();
      expect(play.status.phase).toBe('Progressing');
      play.pass(70);
      expect([play.status.phase, play.status.abort]).toEqual(['Degraded', true]);
      expect(play.status.message).toMatch(/has timed out progressing/);
    }
    play.image('shop:v4').settle();
    expect([play.status.phase, play.weights]).toEqual(['Paused', [25]]);
  });
});

describe('steps that are edited', () => {
  test('under way: all begins anew at the first of them, and traffic never jumps', () => {
    const play = resume(midway());
    expect([play.weights, play.status.currentStepIndex]).toEqual([[75], 3]);
    play.edit({ strategy: { canary: routedCanary([setWeight(50), pauseFor()]) } }).settle();
    expect([play.weights, play.status.currentStepIndex, play.status.phase]).toEqual([[50], 1, 'Paused']);
  });

  test('at rest: the index goes to their end, and no pod moves', () => {
    const play = atRest();
    const written = play.actions.length;
    play.edit({ strategy: { canary: routedCanary([setWeight(50)]) } }).settle();
    expect([play.status.currentStepIndex, play.status.phase, play.actions.length]).toEqual([
      1,
      'Healthy',
      written,
    ]);
    expect(play.events.at(-1)?.message).toBe('Rollback to stable ReplicaSets');
  });
});

describe('going back', () => {
  test('to an older version outside of the window takes all the steps', () => {
    const play = resume(resume(midway())).pass(60).image('shop:v1').settle();
    expect([play.weights, play.status.currentStepIndex, play.status.phase]).toEqual([[25], 1, 'Paused']);
    expect(play.setOf('shop:v1')?.metadata.annotations?.['rollout.argoproj.io/revision']).toBe('3');
  });

  test('while an abort is still under way leaves the traffic where it can be carried', () => {
    const canary = routedCanary([setWeight(75), pauseFor()], { dynamicStableScale: true });
    const play = midway({ canary }).pass(30);
    play.patchStatus({ abort: true }).settle({ pods: false });
    play.image('shop:v1').settle({ pods: false });
    expect(play.weights).toEqual([75]);
    play.setAvailable('shop:v1', 2).settle({ pods: false });
    expect(play.weights).toEqual([50]);
    play.settle();
    expect([play.weights, play.status.phase]).toEqual([[0], 'Healthy']);
  });
});

/** Moments of a release, and the pods of stable and canary when `spec.replicas` goes from 4 to 8, and to 2. */
describe('spec.replicas, as an autoscaler changes it', () => {
  const moments: [string, RolloutOptions | undefined, number, (play: Play) => Play, number[], number[]][] = [
    ['at rest', undefined, 1, (play) => play, [8, 0], [2, 0]],
    ['at a step', undefined, 1, (play) => play.image('shop:v2').settle(), [8, 2], [2, 1]],
    [
      'while spec.paused holds a step',
      undefined,
      1,
      (play) => play.image('shop:v2').settle().edit({ paused: true }).settle(),
      [8, 2],
      [2, 1],
    ],
    [
      'after an abort, while the canary drains',
      undefined,
      1,
      (play) => play.image('shop:v2').settle().patchStatus({ abort: true }).settle(),
      [8, 1],
      [2, 1],
    ],
    [
      'after a promotion, while the old version drains',
      { canary: routedCanary([]) },
      1,
      (play) => play.image('shop:v2').settle(),
      [4, 8],
      [4, 2],
    ],
    [
      'at a step without a router',
      { canary: { steps: [setWeight(50), pauseFor()] } },
      0,
      (play) => play.image('shop:v2').settle(),
      [4, 4],
      [1, 1],
    ],
    [
      'at the pause of a blue-green update',
      {
        blueGreen: {
          activeService: 'shop-active',
          previewService: 'shop-preview',
          autoPromotionEnabled: false,
        },
      },
      0,
      (play) => play.image('shop:v2').settle(),
      [8, 8],
      [2, 2],
    ],
    [
      'at the pause of a blue-green update with a small preview',
      {
        blueGreen: {
          activeService: 'shop-active',
          previewService: 'shop-preview',
          autoPromotionEnabled: false,
          previewReplicaCount: 1,
        },
      },
      0,
      (play) => play.image('shop:v2').settle(),
      [8, 1],
      [2, 1],
    ],
  ];
  test.each(moments)('%s', (_, spec, routers, moment, up, down) => {
    for (const [replicas, expected] of [
      [8, up],
      [2, down],
    ] as const) {
      const play = moment(atRest(spec, routers)).edit({ replicas }).settle();
      expect([play.sizeOf('shop:v1'), play.sizeOf('shop:v2')]).toEqual(expected);
    }
  });
});

test.each<[string, Partial<NonNullable<NonNullable<Rollout['spec']['strategy']>['canary']>>, number[]]>([
  ['a floor for the canary', { minPodsPerReplicaSet: 3 }, [4, 3]],
  ['a floor above all pods', { minPodsPerReplicaSet: 9 }, [4, 4]],
  ['a floor for a stable that shrinks', { minPodsPerReplicaSet: 4, dynamicStableScale: true }, [4, 4]],
  ['no floor', {}, [4, 1]],
])('minPodsPerReplicaSet: %s', (_, more, expected) => {
  const play = midway({ canary: routedCanary(steps, more) });
  expect([play.sizeOf('shop:v1'), play.sizeOf('shop:v2')]).toEqual(expected);
});

test('a strategy that is replaced by the other goes on with the same pods', () => {
  const blueGreen = { activeService: 'shop-active' };
  const play = atRest({ blueGreen }, 0).edit({
    strategy: { canary: { steps: [setWeight(50), pauseFor()] } },
  });
  play.settle();
  expect([play.status.phase, play.status.currentStepIndex, play.sizeOf('shop:v1')]).toEqual([
    'Healthy',
    2,
    4,
  ]);
  play.edit({ strategy: { blueGreen } }).settle();
  expect([play.status.phase, play.status.currentStepIndex, play.replicaSets.size]).toEqual([
    'Healthy',
    undefined,
    1,
  ]);
});

describe('a ReplicaSet of the stable version that somebody deletes in mid-release', () => {
  const blueGreen: RolloutOptions = {
    blueGreen: { activeService: 'shop-active', previewService: 'shop-preview', autoPromotionEnabled: false },
  };
  const lose = (play: Play) => {
    play.replicaSets.delete(play.setOf('shop:v1')?.metadata.name ?? '');
    return play.settle();
  };

  test.each<[string, RolloutOptions | undefined, string]>([
    ['of a routed canary', undefined, 'shop-stable'],
    ['of a blue-green release', blueGreen, 'shop-active'],
  ])('%s leaves only the new version to serve: it is stable now, and told why', (_, spec, serving) => {
    const play = lose(midway(spec));
    const { phase, stableRS, currentPodHash } = play.status;
    expect([phase, stableRS, play.selected(serving)]).toEqual(['Healthy', currentPodHash, currentPodHash]);
    expect([play.availableOf('shop:v2'), ...play.weights.map(Number)]).toEqual([
      4,
      ...play.weights.map(() => 0),
    ]);
    expect(play.events.at(-1)?.message).toMatch(/: The ReplicaSet of the stable version is gone$/);
  });

  test('of an aborted release does not bring back what was aborted', () => {
    const play = lose(midway().patchStatus({ abort: true }).settle());
    expect([play.status.phase, play.weights, play.status.stableRS === play.status.currentPodHash]).toEqual([
      'Degraded',
      [0],
      false,
    ]);
  });
});
