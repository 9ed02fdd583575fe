import type { CanaryStep, CanaryStrategy } from '../../../src/api/v1alpha1/rollout.ts';
import type { RolloutOptions } from '../../support/builders.ts';
import {
  analyse,
  analysisTemplate,
  hashOfImage,
  pauseFor,
  rollout,
  routedCanary,
  setWeight,
} from '../../support/builders.ts';
import { holdInvariants } from '../../support/invariants.ts';
import { Play, type PlayOptions } from '../../support/play.ts';

const services = ['shop-stable', 'shop-canary'];

/** A Rollout of four pods over a router, already serving v1. */
function serving(
  steps: CanaryStep[],
  more: Partial<CanaryStrategy> = {},
  options: RolloutOptions & PlayOptions = {},
): Play {
  const { templates, routers = 1, ...spec } = options;
  const first = rollout({ replicas: 4, canary: routedCanary(steps, more), ...spec });
  return new Play(first, {
    services,
    routers,
    templates: [analysisTemplate('error-rate')],
    check: holdInvariants,
    ...(templates && { templates }),
  }).settle();
}

describe('a first deployment', () => {
  test('is stable at once, skips steps and is healthy when its pods are', () => {
    const play = serving([setWeight(20), pauseFor()]);
    expect(play.status).toMatchObject({
      phase: 'Healthy',
      currentStepIndex: 2,
      stableRS: hashOfImage('shop:v1'),
    });
    expect(services.map((name) => play.selected(name))).toEqual([
      hashOfImage('shop:v1'),
      hashOfImage('shop:v1'),
    ]);
  });

  test('tells its story in the order that tools expect', () => {
    expect(serving([setWeight(20)]).reasons()).toEqual([
      'RolloutUpdated',
      'NewReplicaSetCreated',
      'RolloutNotCompleted',
      'ScalingReplicaSet',
      'TrafficWeightUpdated',
      'RolloutCompleted',
      'SwitchService',
      'SwitchService',
    ]);
  });

  test('does not adopt a Service before all pods are available', () => {
    const play = new Play(rollout({ canary: routedCanary([]) }), { services, routers: 1 });
    play.settle({ pods: false }).setAvailable('shop:v1', 3).settle({ pods: false });
    expect(play.selected('shop-stable')).toBeUndefined();
    play.setAvailable('shop:v1', 4).settle();
    expect(play.selected('shop-stable')).toBe(hashOfImage('shop:v1'));
  });
});

describe('an update over a router', () => {
  test('gives the canary its weight after its pods and its Service', () => {
    const play = serving([setWeight(25), pauseFor()]);
    const before = play.actions.length;
    play.image('shop:v2').settle();
    expect(play.weights).toEqual([25]);
    expect(play.sizeOf('shop:v2')).toBe(1);
    expect(play.actions.slice(before).map((action) => action.do)).toEqual([
      'createReplicaSet',
      'mergePatch',
      'switchService',
      'route',
    ]);
    expect(play.status).toMatchObject({
      phase: 'Paused',
      message: 'CanaryPauseStep',
      currentStepIndex: 1,
      controllerPause: true,
    });
  });

  test('lets pods go at once that a scale gave beyond any weight, and others after proxies have heard', () => {
    const play = serving([
      setWeight(50),
      { setCanaryScale: { replicas: 4 } },
      pauseFor(),
      { setCanaryScale: { matchTrafficWeight: true } },
      pauseFor(),
      setWeight(25),
      pauseFor(),
    ]);
    play.image('shop:v2').settle();
    expect(play.sizeOf('shop:v2')).toBe(4);
    play.patchStatus({ pauseConditions: null }).settle();
    expect(play.sizeOf('shop:v2')).toBe(2);
    play.patchStatus({ pauseConditions: null }).settle();
    expect([play.weights, play.sizeOf('shop:v2')]).toEqual([[25], 2]);
  });

  test('waits with the weight until the pods of the step are available', () => {
    const play = serving([setWeight(50), pauseFor()]);
    play.image('shop:v2').settle({ pods: false });
    play.setAvailable('shop:v2', 1).settle({ pods: false });
    expect(play.weights).toEqual([0]);
    expect(play.status).toMatchObject({
      phase: 'Progressing',
      currentStepIndex: 0,
      waiting: { for: 'pods for the weight' },
    });
  });

  test('is promoted, drained and healthy in the end', () => {
    const play = serving([setWeight(25), pauseFor('1m'), setWeight(50)]);
    play.image('shop:v2').settle().pass(60);
    expect(play.status).toMatchObject({
      phase: 'Healthy',
      stableRS: hashOfImage('shop:v2'),
      currentStepIndex: 3,
    });
    expect([play.sizeOf('shop:v1'), play.weights]).toEqual([4, [0]]);
    play.pass(30);
    expect(play.sizeOf('shop:v1')).toBe(0);
    expect(play.status.waiting).toBeUndefined();
  });

  test('tells the peer’s story', () => {
    const play = serving([setWeight(25), pauseFor(60)]);
    play.events.length = 0;
    play.image('shop:v2').settle().pass(60);
    expect(
      play.events
        .map(({ message }) => message.replace(hashOfImage('shop:v2'), 'HASH'))
        .filter((message) => /step|paused|resumed|completed update|not completed/.test(message)),
    ).toEqual([
      'Rollout not completed, started update to revision 2 (HASH)',
      'Rollout step 1/2 completed (setWeight: 25)',
      'Rollout is paused (CanaryPauseStep)',
      'Rollout step 2/2 completed (pause: 60s)',
      'Rollout is resumed',
      'Rollout completed update to revision 2 (HASH): Completed all 2 canary steps',
    ]);
  });

  test('of two weights needs few writes', () => {
    const play = serving([setWeight(50), pauseFor(1), setWeight(100)], {}, { replicas: 1 });
    const [actions, writes] = [play.actions.length, play.statusWrites];
    play.image('shop:v2').settle().pass(1).pass(31);
    expect(play.status.phase).toBe('Healthy');
    expect(play.actions.length - actions).toBe(9);
    expect(play.statusWrites - writes).toBeLessThanOrEqual(6);
  });

  test('goes no further while the data plane does not confirm the weight', () => {
    const play = serving([setWeight(25), setWeight(100)]);
    play.verified = false;
    play.image('shop:v2').settle();
    expect(play.weights).toEqual([25]);
    expect(play.status).toMatchObject({ currentStepIndex: 0, phase: 'Progressing' });
    expect(play.wakeAt).toBeLessThanOrEqual(play.now + 10_000);
    play.verified = true;
    play.settle();
    expect(play.status.stableRS).toBe(hashOfImage('shop:v2'));
  });

  test('tells what the data plane says, and which load balancers it is', () => {
    const play = serving([setWeight(25), pauseFor()]);
    const capabilities = new Set(['weight', 'verify'] as const);
    const albs = [{ ingress: 'one' }, { ingress: 'other' }];
    const news = [{ type: 'Warning', reason: 'TargetGroupUnverified', message: 'not yet' } as const];
    play.verified = false;
    play.answer = { capabilities, albs, news };
    play.image('shop:v2').settle();
    expect(play.status).toMatchObject({
      albs,
      alb: { ingress: 'other' },
      canary: { weights: { canary: { weight: 25 }, verified: false } },
      waiting: { for: 'the data plane to confirm the weight' },
    });
    expect(play.events).toContainEqual(news[0]);
    play.verified = true;
    play.answer = { capabilities };
    play.settle();
    expect(play.status).toMatchObject({ albs, currentStepIndex: 1, canary: { weights: { verified: true } } });
    play.answer = {};
    play.settle();
    expect(play.status.albs).toBeUndefined();
  });

  test('promotes only when the data plane has all of the traffic with the canary', () => {
    const play = serving([setWeight(25), pauseFor()]);
    play.answer = { capabilities: new Set(['weight', 'verify']) };
    play.verified = true;
    play.image('shop:v2').settle();
    play.verified = false;
    play.patchStatus({ pauseConditions: null }).settle().pass(120).settle();
    expect(play.weights).toEqual([100]);
    expect(play.status.stableRS).toBe(hashOfImage('shop:v1'));
    expect(play.sizeOf('shop:v1')).toBe(4);
    play.verified = true;
    play.settle();
    expect(play.status.stableRS).toBe(hashOfImage('shop:v2'));
  });

  test('takes no pods from a stable version that the data plane may still ask', () => {
    const play = serving([setWeight(50), pauseFor()], { dynamicStableScale: true });
    play.verified = false;
    play.image('shop:v2').settle();
    expect(play.sizeOf('shop:v1')).toBe(4);
    play.verified = true;
    play.settle().pass(29);
    expect(play.sizeOf('shop:v1')).toBe(4); // proxies may be later than the load balancer
    play.pass(1);
    expect(play.sizeOf('shop:v1')).toBe(2);
  });

  test('gives back the weight of pods that are lost', () => {
    const play = serving([setWeight(50), pauseFor()]);
    play.image('shop:v2').settle();
    play.setAvailable('shop:v2', 1).settle({ pods: false });
    expect(play.weights).toEqual([25]);
    play.settle();
    expect(play.weights).toEqual([50]);
  });
});

describe('people', () => {
  const paused = () =>
    serving([setWeight(25), pauseFor(), setWeight(50), pauseFor()])
      .image('shop:v2')
      .settle();

  test('resume a pause by clearing its condition', () => {
    const play = paused().patchStatus({ pauseConditions: null }).settle();
    expect(play.status).toMatchObject({ currentStepIndex: 3, phase: 'Paused' });
    expect(play.weights).toEqual([50]);
  });

  test('do not lose a resume while spec.paused is on', () => {
    const play = paused().edit({ paused: true }).settle().patchStatus({ pauseConditions: null }).settle();
    expect(play.status.currentStepIndex).toBe(1);
    play.edit({ paused: false }).settle();
    expect(play.status.currentStepIndex).toBe(3);
  });

  test('skip a step by its index', () => {
    const play = serving([setWeight(25), pauseFor(3600), setWeight(50), pauseFor()])
      .image('shop:v2')
      .settle();
    play.patchStatus({ currentStepIndex: 2 }).settle();
    expect(play.status).toMatchObject({ currentStepIndex: 3 });
    expect(play.weights).toEqual([50]);
  });

  test('promote in full without the steps that are left', () => {
    const play = paused().patchStatus({ promoteFull: true }).settle();
    expect(play.status).toMatchObject({
      phase: 'Healthy',
      stableRS: hashOfImage('shop:v2'),
      currentStepIndex: 4,
    });
    expect(play.status.promoteFull).toBeUndefined();
    expect(play.events.at(-1)?.message).toMatch(/Full promotion requested$/);
  });

  test('abort: the weight goes to 0, pods stay for the delay', () => {
    const play = paused().patchStatus({ abort: true }).settle();
    expect(play.weights).toEqual([0]);
    expect(play.status).toMatchObject({
      phase: 'Degraded',
      message: 'RolloutAborted: Rollout aborted update to revision 2',
      currentStepIndex: 0,
      abort: true,
    });
    expect([play.sizeOf('shop:v2'), play.selected('shop-canary')]).toEqual([1, hashOfImage('shop:v1')]);
    play.pass(30);
    expect(play.sizeOf('shop:v2')).toBe(0);
    expect(play.status.waiting?.for).toBe('a retry or a new version');
  });

  test('retry from the first step', () => {
    const play = paused()
      .patchStatus({ abort: true })
      .settle()
      .pass(30)
      .patchStatus({ abort: false })
      .settle();
    expect(play.status).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
    expect(play.status.abortedAt).toBeUndefined();
    expect(play.weights).toEqual([25]);
  });

  test('go back to stable by its template', () => {
    const play = paused().image('shop:v1').settle();
    expect(play.status).toMatchObject({
      phase: 'Healthy',
      currentStepIndex: 4,
      stableRS: hashOfImage('shop:v1'),
    });
    expect(play.weights).toEqual([0]);
    expect(play.reasons()).toContain('SkipSteps');
  });

  test('clear an abort by a new template', () => {
    const play = paused().patchStatus({ abort: true }).settle().image('shop:v3').settle();
    expect(play.status.abort).toBeUndefined();
    expect(play.weights).toEqual([25]);
    expect(play.selected('shop-canary')).toBe(hashOfImage('shop:v3'));
  });

  test('stop the release with spec.paused, and an abort acts all the same', () => {
    const play = paused().edit({ paused: true }).settle();
    expect(play.status).toMatchObject({ phase: 'Paused', message: 'manually paused' });
    play.patchStatus({ abort: true }).settle().pass(30);
    expect([play.weights, play.sizeOf('shop:v2')]).toEqual([[0], 0]);
  });
});

describe('the way back is bounded by what stable can carry', () => {
  test('after an abort', () => {
    const play = serving([setWeight(75), pauseFor()])
      .image('shop:v2')
      .settle();
    play.setAvailable('shop:v1', 2).patchStatus({ abort: true }).settle({ pods: false });
    expect(play.weights).toEqual([50]);
    play.setAvailable('shop:v1', 3).settle({ pods: false });
    expect(play.weights).toEqual([25]);
    play.settle();
    expect(play.weights).toEqual([0]);
  });

  test('after a new template: the old canary keeps its share until then', () => {
    const play = serving([setWeight(75), pauseFor()])
      .image('shop:v2')
      .settle();
    play.setAvailable('shop:v1', 2).image('shop:v3').settle({ pods: false });
    expect([play.weights, play.selected('shop-canary')]).toEqual([[50], hashOfImage('shop:v2')]);
    play.settle();
    expect([play.weights, play.selected('shop-canary')]).toEqual([[75], hashOfImage('shop:v3')]);
  });

  test('not for a canary whose pods are gone', () => {
    const play = serving([setWeight(75), pauseFor()])
      .image('shop:v2')
      .settle();
    play.setAvailable('shop:v1', 2).setAvailable('shop:v2', 0).settle({ pods: false });
    expect(play.weights).toEqual([0]);
  });
});

describe('analysis', () => {
  const steps = [setWeight(25), analyse('error-rate'), setWeight(50)];

  test('of a step is started when the step is reached, and advances it when successful', () => {
    const play = serving(steps).image('shop:v2').settle();
    const name = `shop-${hashOfImage('shop:v2')}-2-1`;
    expect(play.status.canary?.currentStepAnalysisRunStatus).toEqual({ name, status: '' });
    play.judge(/-1$/, 'Running').settle();
    expect(play.events.at(-1)?.message).toBe(
      `Step Analysis Run '${name}' Status New: 'Running' Previous: ''`,
    );
    play.judge(/-1$/, 'Successful').settle();
    expect(play.status).toMatchObject({ phase: 'Healthy', stableRS: hashOfImage('shop:v2') });
  });

  test('of a step that fails shuts the gate in the same decision', () => {
    const play = serving(steps).image('shop:v2').settle().judge(/-1$/, 'Failed', 'too many errors');
    play.decide();
    expect(play.weights).toEqual([0]);
    expect(play.lastPlan?.urgent).toBe(true);
    expect(play.status).toMatchObject({
      abort: true,
      phase: 'Degraded',
      message:
        'RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: too many errors',
    });
  });

  test('that fails shuts the gate before anything else is written, such as more pods of stable', () => {
    const play = serving(steps, { dynamicStableScale: true }).image('shop:v2').settle().pass(60).settle();
    play.judge(/-1$/, 'Failed', 'too many errors').decide();
    const done = play.lastPlan?.actions.map((action) => action.do) ?? [];
    expect(done[0]).toBe('route');
    expect(done).toContain('scaleReplicaSet');
  });

  test('in the background aborts at any step, and is stopped at the end', () => {
    const background = { analysis: { templates: [{ templateName: 'error-rate' }], startingStep: 1 } };
    const play = serving([setWeight(25), pauseFor()], background)
      .image('shop:v2')
      .settle();
    expect(play.runs.size).toBe(1);
    play.judge(/./, 'Error', 'no answer').settle();
    expect(play.status.message).toMatch(/Background analysis phase error\/failed: no answer$/);
  });

  test('in the background is terminated by the promotion', () => {
    const background = { analysis: { templates: [{ templateName: 'error-rate' }] } };
    const play = serving([setWeight(25), pauseFor(5)], background)
      .image('shop:v2')
      .settle()
      .judge(/./, 'Running')
      .settle()
      .pass(5);
    expect(play.status.phase).toBe('Healthy');
    expect([...play.runs.values()][0]?.spec.terminate).toBe(true);
  });

  test('that is inconclusive holds until a person resumes, and then runs anew', () => {
    const play = serving(steps).image('shop:v2').settle().judge(/-1$/, 'Inconclusive').settle();
    expect(play.status).toMatchObject({ phase: 'Paused', message: 'InconclusiveAnalysisRun' });
    play.patchStatus({ pauseConditions: null }).settle();
    expect(play.status.canary?.currentStepAnalysisRunStatus?.name).toMatch(/-1\.1$/);
  });

  test('runs anew after a retry', () => {
    const play = serving(steps)
      .image('shop:v2')
      .settle()
      .judge(/-1$/, 'Failed')
      .settle()
      .patchStatus({ abort: null })
      .settle();
    expect(play.status.canary?.currentStepAnalysisRunStatus?.name).toMatch(/-1\.1$/);
  });
});

describe('the progress deadline', () => {
  test('is a timer of the rollout, not of events', () => {
    const play = serving([setWeight(25), pauseFor()], {}, { progressDeadlineSeconds: 120 });
    play.broken.add('shop:v2');
    play.image('shop:v2').settle().pass(119);
    expect(play.status.phase).toBe('Progressing');
    play.pass(5);
    expect(play.status).toMatchObject({
      phase: 'Degraded',
      message: expect.stringMatching(
        /^ProgressDeadlineExceeded: ReplicaSet ".*" has timed out progressing\.$/,
      ),
    });
  });

  test('aborts when it is told to', () => {
    const play = serving(
      [setWeight(25), pauseFor()],
      {},
      { progressDeadlineSeconds: 120, progressDeadlineAbort: true },
    );
    play.broken.add('shop:v2');
    play.image('shop:v2').settle().pass(125);
    expect(play.status).toMatchObject({
      abort: true,
      message: expect.stringMatching(/^RolloutAborted: .* revision 2: ReplicaSet/),
    });
    expect(play.reasons().filter((reason) => reason === 'RolloutAborted')).toHaveLength(2);
  });
});

describe('a crash after any action', () => {
  const stories: Record<string, (play: Play) => Play> = {
    'of a release': (play) => play.image('shop:v2').settle().pass(60).pass(60).pass(60),
    'of an abort': (play) => play.image('shop:v2').settle().patchStatus({ abort: true }).settle().pass(60),
    'of a change of mind': (play) =>
      play.image('shop:v2').settle().image('shop:v3').settle().pass(60).pass(60).pass(60),
  };
  test.each(Object.entries(stories))('%s leads to the same end', (_title, story) => {
    const start = (crashAfter?: number) =>
      new Play(
        rollout({ canary: routedCanary([setWeight(25), pauseFor(30), setWeight(75), pauseFor(30)]) }),
        {
          services,
          routers: 1,
          check: holdInvariants,
          ...(crashAfter !== undefined && { crashAfter }),
        },
      ).settle();
    const undisturbed = story(start());
    for (let crashAfter = 0; crashAfter <= undisturbed.actions.length; crashAfter += 1) {
      const crashed = story(start(crashAfter));
      expect({ crashAfter, ...endOf(crashed) }).toEqual({ crashAfter, ...endOf(undisturbed) });
    }
  });

  function endOf(play: Play) {
    const { phase, stableRS, currentStepIndex, abort } = play.status;
    const sizes = Object.fromEntries([...play.replicaSets].map(([name, { spec }]) => [name, spec.replicas]));
    return {
      phase,
      stableRS,
      currentStepIndex,
      abort,
      sizes,
      weights: play.weights,
      selected: services.map((name) => play.selected(name)),
    };
  }
});
