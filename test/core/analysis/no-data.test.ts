import type { MetricResult } from '../../../src/api/measurement.ts';
import type { AnalysisRun, Metric } from '../../../src/api/v1alpha1/analysis.ts';
import { assessAnalysisRun, decideAnalysisRun } from '../../../src/core/analysis/decide-run.ts';
import { judgeAnswer } from '../../../src/core/analysis/judge-answer.ts';
import { validateMetrics } from '../../../src/core/analysis/validate.ts';
import { addSeconds, type Instant, parseInstant, secondsBetween } from '../../../src/kernel/instant.ts';

const start = parseInstant('2026-01-01T00:00:00Z') as Instant;

const metric = (more: Partial<Metric> = {}): Metric => ({
  name: 'errors',
  interval: '60s',
  count: 2,
  successCondition: 'result[0] < 0.05',
  provider: { prometheus: { address: 'http://prometheus', query: 'errors' } },
  ...more,
});

const vector = (...value: number[]): MetricResult => ({ kind: 'vector', value });

function judged(more: Partial<Metric>, result: MetricResult) {
  const { phase, message } = judgeAnswer(
    metric(more),
    { result, text: '' },
    { startedAt: start, finishedAt: start },
  );
  return message === undefined ? phase : `${phase}: ${message}`;
}

describe('one answer without enough data', () => {
  test.each<[string, Partial<Metric>, MetricResult, string]>([
    [
      'is as with the peer without the fields',
      {},
      vector(),
      'Error: could not evaluate successCondition "result[0] < 0.05": metric result is nil or empty: no data returned from the metric provider',
    ],
    ['and NaN is no error there', {}, vector(Number.NaN), 'Failed'],
    ['passes', { noData: 'pass' }, vector(), 'Successful: no data: passed, as noData says'],
    ['fails', { noData: 'fail' }, vector(Number.NaN), 'Failed: no data: failed, as noData says'],
    ['is inconclusive', { noData: 'inconclusive' }, vector(), 'Inconclusive: not enough data: no data'],
    [
      'is waited for',
      { noData: 'wait' },
      vector(),
      'Running: not enough data: no data; waiting for it since 2026-01-01T00:00:00Z until 2026-01-01T00:10:00Z',
    ],
    [
      'is waited for when there are too few values',
      { minimumSamples: 3 },
      vector(0, 0, Number.NaN),
      'Running: not enough data: 2 of 3 samples; waiting for it since 2026-01-01T00:00:00Z until 2026-01-01T00:10:00Z',
    ],
    ['is told from a bad one', { noData: 'pass', minimumSamples: 2 }, vector(1, 1), 'Failed'],
    ['is told from a good one', { noData: 'fail', minimumSamples: 2 }, vector(0, 0), 'Successful'],
    [
      'is counted as the metric says',
      { noData: 'inconclusive', minimumSamples: 100, sampleCount: 'result[1]' },
      vector(0, 42),
      'Inconclusive: not enough data: 42 of 100 samples',
    ],
    [
      'is counted as the metric says, and suffices',
      { minimumSamples: 100, sampleCount: 'result[1]' },
      vector(0, 142),
      'Successful',
    ],
    [
      'cannot be counted',
      { minimumSamples: 100, sampleCount: 'result[1]' },
      vector(0),
      'Error: could not evaluate sampleCount "result[1]": index out of range: 1 (array length is 1)',
    ],
    [
      'has no number',
      { noData: 'fail' },
      { kind: 'optionalScalar', value: undefined },
      'Failed: no data: failed, as noData says',
    ],
    [
      'has an empty JSON list',
      { noData: 'fail' },
      { kind: 'json', value: [] },
      'Failed: no data: failed, as noData says',
    ],
    [
      'has metric data without values',
      { noData: 'fail' },
      { kind: 'cloudwatch', value: [{ Values: [] }] },
      'Failed: no data: failed, as noData says',
    ],
  ])('%s', (_name, more, result, expected) => {
    expect(judged(more, result)).toBe(expected);
  });
});

/** Plays a run whose source answers with these results, one each time it is asked, and stays at the last. */
function play(
  more: Partial<Metric>,
  results: readonly MetricResult[],
  terminateAfter = Number.POSITIVE_INFINITY,
) {
  let run: AnalysisRun = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: { name: 'shop', namespace: 'store', uid: 'u' },
    spec: { metrics: [metric(more)] },
  };
  const asked: number[] = [];
  let now = start;
  for (let turn = 0; turn < 40; turn += 1) {
    const decision = decideAnalysisRun(run, now);
    if (decision.kind === 'settled') {
      run = { ...run, status: decision.plan.status ?? run.status };
      break;
    }
    const outcomes = decision.tasks.map((task) => {
      if (task.kind === 'terminate') {
        const last = run.status?.metricResults?.[0]?.measurements?.at(-1);
        return { metric: 'errors', measurement: last as never, replacesLast: true, withdrawn: true };
      }
      const result = results[Math.min(asked.length, results.length - 1)] as MetricResult;
      asked.push(secondsBetween(start, now));
      const span = { startedAt: now, finishedAt: now };
      const measurement = judgeAnswer(task.metric, { result, text: '' }, span, task.measurement);
      return { metric: 'errors', measurement, replacesLast: task.kind !== 'start' };
    });
    const plan = assessAnalysisRun(run, outcomes, now);
    run = { ...run, status: plan.status };
    if (asked.length >= terminateAfter) run = { ...run, spec: { ...run.spec, terminate: true } };
    else if (plan.wakeAt !== undefined) now = plan.wakeAt;
    if (run.status?.completedAt !== undefined) break;
  }
  const { phase, message, metricResults = [] } = run.status ?? {};
  return { phase, message, metric: metricResults[0], asked };
}

describe('a run that waits for data', () => {
  test('counts for nothing while it waits, and goes on when data comes', () => {
    const { phase, metric: seen, asked } = play({ noData: 'wait' }, [vector(), vector(), vector(0.01)]);
    expect(phase).toBe('Successful');
    expect(asked).toEqual([0, 60, 120, 180]);
    expect(seen).toMatchObject({ count: 2, successful: 2 });
    expect(seen?.inconclusive).toBeUndefined();
    expect(seen?.measurements?.[0]).toMatchObject({
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: '2026-01-01T00:02:00Z',
    });
  });

  test('is inconclusive when its time is over, which stops a promotion', () => {
    const { phase, message, asked } = play({ noData: 'wait', noDataTimeout: '150s' }, [vector()]);
    expect(asked).toEqual([0, 60, 120, 150]);
    expect(phase).toBe('Inconclusive');
    expect(message).toContain('inconclusive (1) > inconclusiveLimit (0)');
  });

  test('told to end while it waits, it ends as if it had never asked', () => {
    const { phase, metric: seen } = play({ noData: 'wait' }, [vector()], 2);
    expect(phase).toBe('Successful');
    expect(seen?.measurements).toEqual([]);
  });

  test('a bad value after the wait fails it', () => {
    const { phase } = play({ noData: 'wait' }, [vector(), vector(0.5)]);
    expect(phase).toBe('Failed');
  });
});

test.each<[Partial<Metric>, string | undefined]>([
  [{ noData: 'wait', noDataTimeout: '1m' }, undefined],
  [{ minimumSamples: 10, sampleCount: 'len(result)' }, undefined],
  [{ minimumSamples: 0 }, 'minimumSamples must be >= 1'],
  [{ noData: 'skip' as never }, 'noData must be one of wait, inconclusive, fail, pass'],
  [{ sampleCount: '1' }, 'sampleCount needs minimumSamples'],
  [{ noData: 'fail', noDataTimeout: '1m' }, 'noDataTimeout needs noData: wait'],
  [{ noData: 'wait', noDataTimeout: 'soon' }, 'invalid noDataTimeout: "soon" is no duration above 0'],
  [
    { noData: 'wait', provider: { job: { spec: {} as never } } },
    'noData and minimumSamples are not for a job metric, which judges by itself',
  ],
])('%j is judged before anything is measured', (more, problem) => {
  expect(validateMetrics([metric(more)])).toBe(problem === undefined ? undefined : `metrics[0]: ${problem}`);
});

test('the pause between two tries never leads past the end of the wait', () => {
  const { resumeAt } = judgeAnswer(
    metric({ noData: 'wait', noDataTimeout: '30s' }),
    { result: vector(), text: '' },
    { startedAt: start, finishedAt: start },
  );
  expect(parseInstant(resumeAt)).toBe(addSeconds(start, 30));
});
