import type { Scene } from '../../../src/sim/scene.ts';
import { hashOfImage, pauseFor, type RolloutOptions, rollout, setWeight } from '../../support/builders.ts';
import { Play } from '../../support/play.ts';

/** Never fewer than the wanted pods less maxUnavailable, never more than with maxSurge, while an update goes on. */
function holdFences(surge: number, unavailable: number) {
  return ({ replicaSets, rollout: { spec } }: Scene, before: Scene) => {
    if (before.replicaSets.length < 2) return;
    const replicas = spec.replicas ?? 1;
    const size = replicaSets.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0);
    const working = replicaSets.reduce(
      (sum, set) => sum + Math.min(set.spec.replicas ?? 0, set.status?.availableReplicas ?? 0),
      0,
    );
    if (size > replicas + surge) throw new Error(`${size} pods of ${replicas} with surge ${surge}`);
    if (working < replicas - unavailable) throw new Error(`${working} pods work of ${replicas}`);
  };
}

function serving(options: RolloutOptions, surge = 1, unavailable = 0): Play {
  const strategy = { maxSurge: surge, maxUnavailable: unavailable, ...options.canary };
  return new Play(rollout({ ...options, canary: strategy }), {
    check: holdFences(surge, unavailable),
  }).settle();
}

describe('a canary without a router', () => {
  test('tells a whole release, with an abort and a retry, in the order in which things happen', () => {
    const play = new Play(
      rollout({ replicas: 1, canary: { steps: [setWeight(50), pauseFor('3s')] } }),
    ).settle();
    play.image('shop:v2').settle();
    play.patchStatus({ abort: true }).settle();
    play.patchStatus({ abort: null, abortedAt: null }).settle();
    play.pass(4);
    expect(play.status.phase).toBe('Healthy');
    const [first, update, abort, retry, rest] = [0, 5, 11, 13, 16].map((from, index, starts) =>
      play.reasons().slice(from, starts[index + 1]),
    );
    expect(first).toEqual([
      'RolloutUpdated',
      'NewReplicaSetCreated',
      'RolloutNotCompleted',
      'ScalingReplicaSet',
      'RolloutCompleted',
    ]);
    expect(update).toEqual([
      'RolloutUpdated',
      'NewReplicaSetCreated',
      'RolloutNotCompleted',
      'ScalingReplicaSet',
      'RolloutStepCompleted',
      'RolloutPaused',
    ]);
    expect(abort).toEqual(['ScalingReplicaSet', 'RolloutAborted']);
    expect(retry).toEqual(['ScalingReplicaSet', 'RolloutStepCompleted', 'RolloutPaused']);
    expect(rest).toEqual(['RolloutStepCompleted', 'RolloutResumed', 'ScalingReplicaSet', 'RolloutCompleted']);
  });

  const steps = [setWeight(10), pauseFor('5m'), setWeight(50), pauseFor('5m'), setWeight(100)];

  test('of five pods goes 10, 50, 100 with its pauses', () => {
    const play = serving({ replicas: 5, canary: { steps } });
    play.image('shop:v2').settle();
    expect([play.sizeOf('shop:v1'), play.sizeOf('shop:v2')]).toEqual([5, 1]);
    expect(play.status).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
    play.pass(300);
    expect([play.sizeOf('shop:v1'), play.sizeOf('shop:v2')]).toEqual([3, 3]);
    expect(play.status).toMatchObject({ phase: 'Paused', currentStepIndex: 3 });
    play.pass(300);
    expect(play.status).toMatchObject({
      phase: 'Healthy',
      currentStepIndex: 5,
      stableRS: hashOfImage('shop:v2'),
    });
    expect([play.sizeOf('shop:v1'), play.sizeOf('shop:v2')]).toEqual([0, 5]);
  });

  test('without steps is a rolling update', () => {
    const play = serving({ replicas: 4, canary: {} });
    play.image('shop:v2').settle();
    expect(play.status).toMatchObject({ phase: 'Healthy', stableRS: hashOfImage('shop:v2') });
    expect(play.status.currentStepIndex).toBeUndefined();
    expect(play.sizeOf('shop:v1')).toBe(0);
  });

  test.each([
    [1, 0],
    [0, 1],
    [2, 2],
    [4, 0],
  ])('stays between surge %i and unavailable %i', (surge, unavailable) => {
    const play = serving(
      { replicas: 4, canary: { steps: [setWeight(25), setWeight(75)] } },
      surge,
      unavailable,
    );
    play.image('shop:v2').settle();
    expect(play.status.phase).toBe('Healthy');
  });

  test('takes its pods back after an abort', () => {
    const play = serving({ replicas: 5, canary: { steps } });
    play.image('shop:v2').settle().pass(300).patchStatus({ abort: true }).settle();
    expect([play.sizeOf('shop:v1'), play.sizeOf('shop:v2')]).toEqual([5, 0]);
    expect(play.status).toMatchObject({ phase: 'Degraded', currentStepIndex: 0 });
  });

  test('drains a version that nobody wants any more before it goes on', () => {
    const play = serving({ replicas: 5, canary: { steps } });
    play.image('shop:v2').settle().pass(300).image('shop:v3').settle();
    expect([play.sizeOf('shop:v2'), play.sizeOf('shop:v3')]).toEqual([0, 1]);
    expect(play.status).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
  });

  test('follows spec.replicas, also while it is paused by spec.paused', () => {
    const play = new Play(rollout({ canary: { steps: [setWeight(50), pauseFor()] } })).settle();
    play.image('shop:v2').settle().edit({ paused: true, replicas: 8 }).settle();
    expect(play.sizeOf('shop:v1') + play.sizeOf('shop:v2')).toBe(8);
    expect(play.sizeOf('shop:v2')).toBe(4);
  });

  test('is stuck but not lost when the new version never starts', () => {
    const play = serving({ replicas: 4, progressDeadlineSeconds: 60, canary: {} });
    play.broken.add('shop:v2');
    play.image('shop:v2').settle().pass(66);
    expect(play.status).toMatchObject({
      phase: 'Degraded',
      message: expect.stringMatching(/^ProgressDeadlineExceeded/),
    });
    play.image('shop:v1').settle();
    expect(play.status.phase).toBe('Healthy');
  });

  test('of no pods at all runs through', () => {
    const play = serving({ replicas: 0, canary: { steps: [setWeight(10), setWeight(50)] } });
    play.image('shop:v2').settle();
    expect(play.status).toMatchObject({ phase: 'Healthy', stableRS: hashOfImage('shop:v2') });
  });

  test('writes spec.replicas when it is absent, so that an autoscaler finds it', () => {
    const { replicas: _absent, ...spec } = rollout().spec;
    const play = new Play({ ...rollout(), spec }).settle();
    expect(play.rollout.spec.replicas).toBe(1);
    expect(play.sizeOf('shop:v1')).toBe(1);
  });
});

describe('history', () => {
  test('keeps as many old ReplicaSets as revisionHistoryLimit says', () => {
    const play = serving({ replicas: 1, revisionHistoryLimit: 2, canary: {} });
    for (const image of ['shop:v2', 'shop:v3', 'shop:v4', 'shop:v5']) {
      play.image(image).settle().pass(1);
    }
    expect(play.replicaSets.size).toBe(3);
    expect(play.setOf('shop:v1')).toBeUndefined();
  });

  test('gives an old version a new number when it returns, and notes the former', () => {
    const play = serving({ replicas: 1, canary: {} });
    play.image('shop:v2').settle().image('shop:v1').settle();
    expect(play.setOf('shop:v1')?.metadata.annotations).toMatchObject({
      'rollout.argoproj.io/revision': '3',
      'rollout.argoproj.io/revision-history': '1',
    });
    expect(play.rollout.metadata.annotations?.['rollout.argoproj.io/revision']).toBe('3');
  });

  test('lets a recent version back without steps', () => {
    const play = serving({
      replicas: 2,
      rollbackWindow: { revisions: 1 },
      canary: { steps: [setWeight(50), pauseFor()] },
    });
    const first = play.setOf('shop:v1');
    if (first === undefined) throw new Error('no first ReplicaSet');
    play.image('shop:v2');
    play.now = (play.now + 60_000) as typeof play.now;
    play.settle().patchStatus({ promoteFull: true }).settle().image('shop:v1').settle();
    expect(play.status).toMatchObject({ phase: 'Healthy', stableRS: hashOfImage('shop:v1') });
    expect(play.events.at(-1)?.message ?? '').not.toBe('');
    expect(play.events.map(({ message }) => message)).toContain(
      'Rollback to active ReplicaSets within RollbackWindow',
    );
  });
});

describe('an invalid spec', () => {
  test('is reported by field, value and fix, and touches nothing', () => {
    const play = serving({ replicas: 2, canary: {} });
    const before = play.actions.length;
    play
      .edit({
        strategy: { canary: { steps: [{ setWeight: 101 }] } },
        template: {
          metadata: { labels: { app: 'shop' } },
          spec: { containers: [{ name: 'shop', image: 'shop:v2' }] },
        },
      })
      .settle();
    expect(play.actions.length).toBe(before);
    expect(play.status).toMatchObject({
      phase: 'Degraded',
      observedGeneration: '2',
      message: expect.stringMatching(
        /^InvalidSpec: The Rollout "shop" is invalid: spec\.strategy\.steps\[0\]\.setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100/,
      ),
    });
    play.edit({ strategy: { canary: {} } }).settle();
    expect(play.status.conditions?.map(({ type }) => type)).not.toContain('InvalidSpec');
    expect(play.status.phase).toBe('Healthy');
  });
});
