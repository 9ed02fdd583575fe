import type { AnalysisRun, Metric } from '../../../src/api/v1alpha1/analysis.ts';
import { assessAnalysisRun, decideAnalysisRun } from '../../../src/core/analysis/decide-run.ts';
import type { TaskOutcome } from '../../../src/core/analysis/record-measurement.ts';
import {
  addSeconds,
  formatInstant,
  type Instant,
  parseInstant,
  secondsBetween,
} from '../../../src/kernel/instant.ts';

const start = parseInstant('2026-01-01T00:00:00Z') as Instant;

function metric(more: Partial<Metric> = {}): Metric {
  return { name: 'errors', interval: '30s', provider: { prometheus: { query: 'up' } }, ...more };
}

function newRun(metrics: Metric[], more: Partial<AnalysisRun['spec']> = {}): AnalysisRun {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: { name: 'shop', namespace: 'store', uid: 'u' },
    spec: { metrics, ...more },
  };
}

const phases = { S: 'Successful', F: 'Failed', I: 'Inconclusive', E: 'Error' } as const;
type Letter = keyof typeof phases;

function outcome(name: string, letter: Letter, at: Instant): TaskOutcome {
  const time = formatInstant(at);
  const message = letter === 'E' ? 'no answer' : undefined;
  return {
    metric: name,
    measurement: { phase: phases[letter], ...(message && { message }), startedAt: time, finishedAt: time },
  };
}

/** Plays a run whose metrics get these outcomes, one letter a measurement, waking exactly when asked. */
function play(run: AnalysisRun, letters: Readonly<Record<string, string>>) {
  const left = new Map(Object.entries(letters).map(([name, text]) => [name, [...text.replaceAll(' ', '')]]));
  const events: string[] = [];
  let now = start;
  let current = run;
  for (let turn = 0; turn < 50; turn++) {
    const decision = decideAnalysisRun(current, now);
    const outcomes: TaskOutcome[] = [];
    if (decision.kind === 'measure') {
      for (const { metric } of decision.tasks) {
        const letter = left.get(metric.name)?.shift();
        if (letter === undefined) return { status: current.status, events, now };
        outcomes.push(outcome(metric.name, letter as Letter, now));
      }
    }
    const plan = decision.kind === 'measure' ? assessAnalysisRun(current, outcomes, now) : decision.plan;
    events.push(...plan.events.map(({ reason }) => reason));
    if (plan.status !== undefined) current = { ...current, status: plan.status };
    if (current.status?.completedAt !== undefined || plan.wakeAt === undefined) break;
    now = plan.wakeAt;
  }
  return { status: current.status, events, now };
}

describe('a metric is judged by all its measurements', () => {
  test.each<[string, Partial<Metric>, string, string, string]>([
    ['no count', {}, 'S F', 'Failed', 'failed (1) > failureLimit (0)'],
    ['count 3, failureLimit 1', { count: 3, failureLimit: 1 }, 'S F S', 'Successful', ''],
    [
      'count 3, failureLimit 1',
      { count: 3, failureLimit: 1 },
      'F F',
      'Failed',
      'failed (2) > failureLimit (1)',
    ],
    ['count 2', { count: 2 }, 'E E S E S', 'Successful', ''],
    ['defaults', {}, 'E E E E E', 'Error', 'consecutiveErrors (5) > consecutiveErrorLimit (4)'],
    ['count 3, inconclusiveLimit 1', { count: 3, inconclusiveLimit: 1 }, 'S I S', 'Successful', ''],
    ['defaults', {}, 'I', 'Inconclusive', 'inconclusive (1) > inconclusiveLimit (0)'],
    [
      'consecutiveSuccessLimit 2 alone',
      { failureLimit: -1, consecutiveSuccessLimit: 2 },
      'F S F S S',
      'Successful',
      '',
    ],
    [
      'consecutiveSuccessLimit 3 alone, count 4',
      { failureLimit: -1, consecutiveSuccessLimit: 3, count: 4 },
      'S S F S',
      'Failed',
      '',
    ],
    [
      'both limits, count 4',
      { failureLimit: 1, consecutiveSuccessLimit: 3, count: 4 },
      'S S F S',
      'Inconclusive',
      '',
    ],
    [
      'both limits, early',
      { failureLimit: 1, consecutiveSuccessLimit: 3, count: 4 },
      'S S S',
      'Successful',
      '',
    ],
    ['a count in words is no count', { count: 'many', interval: undefined }, 'S', 'Successful', ''],
  ])('%s: after %j %s it is %s', (_, settings, letters, phase, message) => {
    const { status } = play(newRun([metric(settings)]), { errors: letters });
    expect(status?.metricResults?.[0]?.phase).toBe(phase);
    expect(status?.phase).toBe(phase);
    expect(status?.message ?? '').toContain(message);
    if (message === '') expect(status?.message).toBeUndefined();
  });

  test('counters, summaries and events say what happened', () => {
    const { status, events } = play(newRun([metric({ count: 3, failureLimit: 1 })]), { errors: 'SEFS' });
    expect(status?.metricResults?.[0]).toMatchObject({
      count: 3,
      successful: 2,
      failed: 1,
      error: 1,
      consecutiveSuccess: 1,
    });
    expect(status?.runSummary).toEqual({ count: 1, successful: 1 });
    expect(events).toEqual(['MetricSuccessful', 'AnalysisRunSuccessful']);
  });
});

describe('when a metric is measured', () => {
  const measuredAt = (settings: Partial<Metric>, letters: string) => {
    const { status } = play(newRun([metric(settings)]), { errors: letters });
    return (status?.metricResults?.[0]?.measurements ?? []).map(({ startedAt }) =>
      secondsBetween(start, parseInstant(startedAt) as Instant),
    );
  };

  test.each<[string, Partial<Metric>, string, number[]]>([
    ['by its interval', { count: 3 }, 'SSS', [0, 30, 60]],
    ['ten seconds after an error, whatever the interval', { count: 2, interval: '1h' }, 'ESS', [0, 10, 3610]],
    ['not before its initial delay', { count: 2, initialDelay: '2m' }, 'SS', [120, 150]],
    ['at once with an initial delay of nothing', { count: 1, initialDelay: '0s' }, 'S', [0]],
  ])('%s', (_, settings, letters, at) => {
    expect(measuredAt(settings, letters)).toEqual(at);
  });
});

describe('a run is judged by its worst metric', () => {
  const two = [metric({ count: 3 }), metric({ name: 'latency' })];

  test('the first bad metric ends the run at once, and metrics without an end count as good', () => {
    const { status, now } = play(newRun(two), { errors: 'SF', latency: 'SS' });
    expect(secondsBetween(start, now)).toBe(30);
    expect(status).toMatchObject({
      phase: 'Failed',
      message: 'Metric "errors" assessed Failed due to failed (1) > failureLimit (0)',
      completedAt: '2026-01-01T00:00:30Z',
      runSummary: { count: 2, failed: 1, successful: 1 },
    });
  });

  test('the message repeats what the source said', () => {
    const run = newRun([metric({ consecutiveErrorLimit: 0 })]);
    expect(play(run, { errors: 'E' }).status?.message).toBe(
      'Metric "errors" assessed Error due to consecutiveErrors (1) > consecutiveErrorLimit (0): "Error Message: no answer"',
    );
  });

  test('a dry-run metric decides nothing', () => {
    const run = newRun([metric({ count: 1 }), metric({ name: 'latency' })], {
      dryRun: [{ metricName: 'lat' }],
    });
    const { status } = play(run, { errors: 'S', latency: 'F' });
    expect(status).toMatchObject({ phase: 'Successful', dryRunSummary: { count: 1, failed: 1 } });
    expect(status?.metricResults?.find(({ name }) => name === 'latency')).toMatchObject({
      phase: 'Failed',
      dryRun: true,
      message: 'Metric assessed Failed due to failed (1) > failureLimit (0)',
    });
  });

  test('a run that is told to stop is good unless a limit was passed', () => {
    const measured = play(newRun([metric()]), { errors: 'SS' });
    const stopped = { ...newRun([metric()], { terminate: true }), status: measured.status };
    expect(play(stopped, {}).status).toMatchObject({ phase: 'Successful', message: 'Run Terminated' });
  });
});

describe('what keeps a run from being measured', () => {
  test.each<[string, AnalysisRun, string]>([
    ['no metrics', newRun([]), 'Analysis spec invalid: no metrics specified'],
    [
      'a name twice',
      newRun([metric(), metric()]),
      "Analysis spec invalid: metrics[1]: duplicate name 'errors'",
    ],
    [
      'a count without an interval',
      newRun([metric({ count: 2, interval: undefined })]),
      'Analysis spec invalid: metrics[0]: interval must be specified when count > 1',
    ],
    [
      'an interval that is none',
      newRun([metric({ interval: '1d' })]),
      'Analysis spec invalid: metrics[0]: invalid interval string: time: unknown unit "d" in duration "1d"',
    ],
    [
      'no provider',
      newRun([metric({ provider: {} })]),
      'Analysis spec invalid: metrics[0]: no provider specified',
    ],
    [
      'two providers',
      newRun([metric({ provider: { prometheus: {}, web: { url: 'http://x' } } })]),
      'Analysis spec invalid: metrics[0]: multiple providers specified',
    ],
    [
      'a rule for no metric',
      newRun([metric()], { dryRun: [{ metricName: '*' }] }),
      "Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)",
    ],
    [
      'an argument without a value',
      newRun([metric()], { args: [{ name: 'x' }] }),
      'Unable to resolve metric arguments: argument "x" was not supplied',
    ],
    [
      'a tag of somebody else',
      newRun([metric({ successCondition: '{{ inputs.x }} > 1' })]),
      'Unable to resolve metric arguments: failed to resolve {{ inputs.x }}',
    ],
  ])('%s', (_, run, message) => {
    expect(play(run, {}).status).toMatchObject({ phase: 'Error', message });
  });
});

describe('what is kept, and for how long', () => {
  test('the newest measurements by the last rule that matches', () => {
    const rules = [
      { metricName: 'err', limit: 5 },
      { metricName: 'errors', limit: 2 },
    ];
    const run = newRun([metric({ count: 4 })], { measurementRetention: rules });
    const { status } = play(run, { errors: 'SSSS' });
    expect(status?.metricResults?.[0]?.measurements).toHaveLength(2);
    expect(status?.metricResults?.[0]?.count).toBe(4);
  });

  test('a completed run is deleted once its time to live is over', () => {
    const run = newRun([metric({ count: 1 })], { ttlStrategy: { secondsAfterSuccess: 60 } });
    const { status } = play(run, { errors: 'S' });
    const done = { ...run, status };
    const wakeAt = addSeconds(start, 61);
    expect(decideAnalysisRun(done, addSeconds(start, 60))).toMatchObject({ plan: { actions: [], wakeAt } });
    expect(decideAnalysisRun(done, wakeAt)).toMatchObject({
      plan: { actions: [{ do: 'delete', uid: 'u' }] },
    });
  });
});
