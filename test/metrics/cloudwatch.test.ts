import type { Metric } from '../../src/api/v1alpha1/analysis.ts';
import { judgeMeasurement } from '../../src/core/analysis/conditions.ts';
import { type Instant, parseInstant } from '../../src/kernel/instant.ts';
import { type CloudWatchAnswer, type CloudWatchQuestion, cloudWatch } from '../../src/metrics/cloudwatch.ts';

const now = parseInstant('2026-01-01T00:00:00Z') as Instant;
const run = { namespace: 'store', name: 'shop', uid: 'u' };

function ask(settings: Record<string, unknown>, answer: CloudWatchAnswer | Error) {
  const asked: CloudWatchQuestion[] = [];
  const provider = cloudWatch(async (query) => {
    asked.push(query);
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const metric = {
    name: 'm',
    provider: { cloudWatch: settings } as unknown as Metric['provider'],
  } as unknown as Metric;
  return { asked, answer: provider.measure(metric, now, new AbortController().signal, run) };
}

describe('CloudWatch', () => {
  test('is asked for the interval before now, in its own words', async () => {
    const metricStat = {
      metric: { dimensions: [{ name: 'LB', value: 'app' }], metricName: 'Errors', namespace: 'AWS/ELB' },
      period: '60',
      stat: 'Sum',
    };
    const metricDataQueries = [
      { id: 'rate', expression: 'errors / requests', returnData: true },
      { id: 'errors', metricStat, period: 300, returnData: false },
    ];
    const { asked, answer } = ask({ interval: '30m', metricDataQueries }, {});
    await answer;
    expect(asked[0]).toMatchObject({ start: now - 1_800_000, end: now });
    expect(asked[0]?.queries).toMatchObject([
      { Id: 'rate', Expression: 'errors / requests', ReturnData: true },
      {
        Id: 'errors',
        Period: 300,
        MetricStat: {
          Metric: { Dimensions: [{ Name: 'LB', Value: 'app' }], MetricName: 'Errors', Namespace: 'AWS/ELB' },
          Period: 60,
          Stat: 'Sum',
        },
      },
    ]);
  });

  test('answers with the list that conditions look into', async () => {
    const entry = { Id: 'rate', Values: [0.1, 0.2], StatusCode: 'Complete' as const };
    const { result, text } = await ask({}, { MetricDataResults: [entry, { Values: [3] }] }).answer;
    expect(text).toBe('[[0.1 0.2] [3]]');
    const successCondition = 'all(result[0].Values, # < 0.5) && string(result[0].StatusCode) == "Complete"';
    expect(judgeMeasurement({ successCondition }, result)).toEqual({ phase: 'Successful' });
  });

  test('that refuses is an error in its own words', async () => {
    await expect(ask({}, new Error('AccessDenied')).answer).rejects.toThrow('cloudwatch: AccessDenied');
    await expect(ask({ interval: '5' }, {}).answer).rejects.toThrow('time: invalid duration "5"');
  });
});
