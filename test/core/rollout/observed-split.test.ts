import type { AnalysisPhase } from '../../../src/api/v1alpha1/analysis.ts';
import type { CanaryStep, CanaryStrategy } from '../../../src/api/v1alpha1/rollout.ts';
import { formatInstant } from '../../../src/kernel/instant.ts';
import {
  analyse,
  analysisTemplate,
  pauseFor,
  rollout,
  routedCanary,
  setWeight,
} from '../../support/builders.ts';
import { holdInvariants } from '../../support/invariants.ts';
import { Play } from '../../support/play.ts';

const right = { canary: 200, stable: 800 };
const wrong = { canary: 0, stable: 1000 };
const few = { canary: 1, stable: 3 };
const lost = { error: 'connection refused' };

/** At weight 20, in the middle of an update. */
function releasing(
  steps: CanaryStep[] = [setWeight(20), pauseFor(), setWeight(50), pauseFor()],
  more: Partial<CanaryStrategy> = {},
): Play {
  const canary = routedCanary(steps, { observedSplit: {}, ...more });
  return new Play(rollout({ replicas: 5, canary }), {
    services: ['shop-stable', 'shop-canary'],
    routers: 1,
    templates: [analysisTemplate('error-rate')],
    check: holdInvariants,
  })
    .settle()
    .image('shop:v2')
    .settle();
}

const split = (play: Play) => play.status.canary?.observedSplit;
const condition = (play: Play) => play.status.conditions?.find(({ type }) => type === 'SplitObserved');
const weight = (play: Play) => play.status.canary?.weights?.canary.weight;

/** The run ends as soon as it has begun. */
function ends(play: Play, name: string | undefined, phase: AnalysisPhase): Play {
  const run = play.runs.get(name ?? '');
  if (name === undefined || run === undefined) throw new Error(`there is no run ${name}`);
  play.runs.set(name, { ...run, status: { phase, startedAt: formatInstant(play.now) } });
  return play;
}

/** One after the other, as the metrics tell them. */
function told(play: Play, ...counts: Play['requests'][]): Play {
  for (const each of counts) {
    play.requests = each;
    play.settle();
    play.requests = undefined; // each is an answer to the question before it
  }
  return play;
}

describe('what the metrics say of a split', () => {
  test.each<[string, Play['requests'][], string, string]>([
    ['nothing yet', [], 'NotEnoughRequests', 'Unknown'],
    ['too few requests', [few], 'NotEnoughRequests', 'Unknown'],
    ['the weight', [right], 'SplitMatches', 'True'],
    ['another share', [wrong], 'SplitDiffers', 'False'],
    ['an error', [lost], 'MetricsUnavailable', 'Unknown'],
    ['the weight after an error', [lost, right], 'SplitMatches', 'True'],
    ['too few requests after the weight', [right, few], 'SplitMatches', 'True'],
    ['an error after the weight', [right, lost], 'SplitMatches', 'True'],
    ['too few requests after another share', [wrong, few], 'SplitDiffers', 'False'],
    ['an error after another share', [wrong, lost], 'SplitDiffers', 'False'],
    ['the weight after another share', [wrong, right], 'SplitMatches', 'True'],
    ['another share after the weight', [right, wrong], 'SplitDiffers', 'False'],
  ])('is told in status and a condition: %s', (_, counts, state, status) => {
    const play = told(releasing(), ...counts);
    expect(split(play)?.state).toBe(state);
    expect(condition(play)).toMatchObject({ reason: state, status });
  });

  test('is counted from 15 s after the weight, and anew after another weight', () => {
    const play = told(releasing([setWeight(20), pauseFor(), setWeight(50), pauseFor()]), right);
    expect(split(play)).toMatchObject({ since: '2026-01-01T12:00:15Z' });
    play.patchStatus({ pauseConditions: null }).settle();
    expect([weight(play), split(play)?.state]).toEqual([50, 'NotEnoughRequests']);
  });

  test('is nothing without the field, before a release, at all of the traffic, and after an abort', () => {
    expect(split(releasing(undefined, { observedSplit: undefined }))).toBeUndefined();
    const all = releasing([setWeight(100), pauseFor()]);
    expect([weight(all), split(all)]).toEqual([100, undefined]);
    const back = told(releasing(), wrong).patchStatus({ abort: true }).settle();
    expect([split(back), condition(back), back.status.pauseConditions]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('a split that is wrong', () => {
  test('holds the release, tells it once, and lets it go on when it is right', () => {
    const play = told(releasing(), right).patchStatus({ pauseConditions: null }).settle();
    play.events.length = 0;
    told(play, wrong, wrong, few);
    expect(play.status).toMatchObject({
      phase: 'Paused',
      message: 'SplitDiffers',
      waiting: { for: 'the routers to carry out the weight' },
    });
    expect(play.reasons().filter((reason) => reason.startsWith('Split'))).toEqual(['SplitDiffers']);
    told(play, { canary: 500, stable: 500 });
    expect(play.status).toMatchObject({ phase: 'Paused', message: 'CanaryPauseStep' });
    expect(play.reasons().filter((reason) => reason.startsWith('Split'))).toEqual([
      'SplitDiffers',
      'SplitMatches',
    ]);
  });

  test('opens the gate no further, not even for a person who promotes', () => {
    const play = told(releasing(), wrong);
    play.patchStatus({ pauseConditions: null }).settle();
    expect([weight(play), play.status.message]).toEqual([20, 'SplitDiffers']);
    play.patchStatus({ promoteFull: true }).settle();
    expect(play.status.phase).toBe('Healthy');
  });

  test('lets no weight rise that was on its way up', () => {
    const play = told(releasing([setWeight(20), setWeight(60), pauseFor()]), undefined);
    expect(weight(play)).toBe(60);
    const slow = releasing([setWeight(20), pauseFor(), setWeight(60), pauseFor()]);
    slow.broken.add('shop:v2');
    slow.patchStatus({ pauseConditions: null }).settle();
    told(slow, wrong);
    slow.broken.clear();
    expect([slow.settle().status.message, weight(slow)]).toEqual(['SplitDiffers', 20]);
  });

  test('is forgotten with a new version', () => {
    const play = told(releasing(), wrong).image('shop:v3').settle();
    expect([play.status.message, split(play)?.state]).toEqual(['CanaryPauseStep', 'NotEnoughRequests']);
  });

  test('does not come back when somebody takes the field away', () => {
    const play = told(releasing(), wrong);
    const canary = { ...play.rollout.spec.strategy?.canary, observedSplit: undefined };
    play.rollout = { ...play.rollout, spec: { ...play.rollout.spec, strategy: { canary } } };
    expect(play.settle().status).toMatchObject({ message: 'CanaryPauseStep' });
  });

  test('lets nobody believe what was found meanwhile, but a failure', () => {
    const steps = [setWeight(20), analyse('error-rate'), pauseFor()];
    const play = told(releasing(steps), wrong);
    const [first] = [...play.runs.keys()];
    ends(play, first, 'Successful').settle();
    expect(play.status).toMatchObject({ currentStepIndex: 1, message: 'SplitDiffers' });
    play.pass(60);
    told(play, right);
    const again = [...play.runs.keys()].filter((name) => name !== first);
    expect([again.length, play.status.currentStepIndex]).toEqual([1, 1]);
    ends(play, again[0], 'Failed').settle();
    expect(play.status).toMatchObject({ phase: 'Degraded', abort: true });
  });

  test('takes a failure for one', () => {
    const play = told(releasing([setWeight(20), analyse('error-rate'), pauseFor()]), wrong);
    ends(play, [...play.runs.keys()][0], 'Failed').settle();
    expect(play.status).toMatchObject({ phase: 'Degraded', abort: true });
  });
});

describe('a good verdict', () => {
  const steps = [setWeight(20), analyse('error-rate'), pauseFor()];
  const judged = (play: Play) => ends(play, [...play.runs.keys()][0], 'Successful').settle();

  test('waits until the split is known', () => {
    const play = judged(releasing(steps));
    expect(play.status).toMatchObject({
      currentStepIndex: 1,
      waiting: { for: 'enough requests to see the split', until: '2026-01-01T12:02:15Z' },
    });
    expect(told(play, right).status.currentStepIndex).toBe(2);
  });

  test.each<[string, CanaryStrategy['observedSplit'], number]>([
    ['two minutes', {}, 135],
    ['what the spec says', { patience: '10m' }, 615],
  ])('waits no longer than its patience: %s', (_, observedSplit, seconds) => {
    const play = judged(releasing(steps, { observedSplit }));
    expect(play.pass(seconds - 1).status.currentStepIndex).toBe(1);
    expect(play.pass(1).status).toMatchObject({
      currentStepIndex: 2,
      canary: { observedSplit: { state: 'NotEnoughRequests' } },
    });
  });
});

describe('the share that is expected', () => {
  test('may be off as far as the spec says', () => {
    const off = { canary: 3000, stable: 7000 };
    expect(split(told(releasing(), off))?.state).toBe('SplitDiffers');
    expect(split(told(releasing(undefined, { observedSplit: { tolerance: 60 } }), off))?.state).toBe(
      'SplitMatches',
    );
  });

  test('may be exceeded while a header leads requests to the canary', () => {
    const byHeader = {
      setHeaderRoute: { name: 'testers', match: [{ headerName: 'x', headerValue: { exact: 'y' } }] },
    };
    const managedRoutes = [{ name: 'testers' }];
    const { trafficRouting } = routedCanary([]);
    const play = releasing([setWeight(20), byHeader, pauseFor()], {
      trafficRouting: { ...trafficRouting, managedRoutes },
    });
    expect(split(told(play, { canary: 4000, stable: 6000 }))?.state).toBe('SplitMatches');
    expect(split(told(play, wrong))?.state).toBe('SplitDiffers');
  });
});
