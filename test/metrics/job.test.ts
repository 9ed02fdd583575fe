import type { KubeObject } from '../../src/api/meta.ts';
import type { Measurement, Metric } from '../../src/api/v1alpha1/analysis.ts';
import { addSeconds, type Instant, parseInstant } from '../../src/kernel/instant.ts';
import { type JobHome, job } from '../../src/metrics/job.ts';
import { ApiError, type Cluster } from '../../src/ports/cluster.ts';

const now = parseInstant('2026-01-01T00:00:00Z') as Instant;
const uid = '6dd6c6a4-2b6e-4f6f-9a58-0a1d4e0f1c11';
const run = { namespace: 'store', name: 'shop', uid };
const signal = new AbortController().signal;

/** A home for Jobs that keeps what is created, or answers with an error. */
function home(
  more: Omit<JobHome, 'cluster'> = {},
  answers: { create?: Error; get?: KubeObject | Error } = {},
) {
  const created: KubeObject[] = [];
  const cluster = {
    async create(object: KubeObject) {
      if (answers.create !== undefined) throw answers.create;
      created.push(object);
      return object;
    },
    async get() {
      if (answers.get instanceof Error) throw answers.get;
      return answers.get;
    },
  } as unknown as Cluster;
  return { created, provider: job({ cluster, ...more }) };
}

const metricNamed = (name: string): Metric => ({
  name,
  provider: { job: { spec: { template: { spec: { containers: [] } } } } },
});
const ask = (name = 'smoke', attempt = 1) => ({ metric: metricNamed(name), run, at: now, attempt, signal });
const jobOf = (metric: string, runUid = uid): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name: 'there',
    namespace: 'store',
    labels: { 'analysisrun.argoproj.io/uid': runUid },
    annotations: { 'analysisrun.argoproj.io/metric-name': metric },
  },
  spec: {},
});

describe('the Job of a measurement', () => {
  test.each([
    ['smoke', 3, `${uid}.smoke.3`],
    ['a-metric-with-a-name-that-is-long', 12, `${uid}.a-metric-with-a-name-th.12`],
    ['a-metric-with-a-name-t-hat-is-long', 12, `${uid}.a-metric-with-a-name-t.12`],
  ])('of metric %s, attempt %i, is called %s', async (metric, attempt, name) => {
    const { provider, created } = home();
    await provider.start(ask(metric, attempt));
    expect(created[0]?.metadata.name).toBe(name);
    expect(name.length).toBeLessThanOrEqual(63);
  });

  test('that runs in another namespace or cluster has no owner there', async () => {
    for (const more of [{ namespace: 'jobs' }, { isElsewhere: true }]) {
      const { provider, created } = home(more);
      const { metadata } = await provider.start(ask());
      expect(created[0]?.metadata.ownerReferences).toBeUndefined();
      expect(metadata?.['job-namespace']).toBe(more.namespace ?? 'store');
    }
  });

  test('that is there already is taken over when it is for the same run and metric, and only then', async () => {
    const taken = new ApiError(409, 'AlreadyExists', 'jobs.batch "there" already exists');
    const own = home({}, { create: taken, get: jobOf('smoke') });
    expect((await own.provider.start(ask())).metadata?.['job-name']).toBe('there');
    for (const other of [jobOf('another'), jobOf('smoke', 'another')]) {
      const { provider } = home({}, { create: taken, get: other });
      await expect(provider.start(ask())).rejects.toThrow('jobs.batch "there" already exists');
    }
  });

  const inFlight: Measurement = {
    phase: 'Running',
    startedAt: '2026-01-01T00:00:00Z',
    metadata: { 'job-name': 'there', 'job-namespace': 'store' },
  };
  const later = (seconds: number) => ({ ...ask(), at: addSeconds(now, seconds), measurement: inFlight });

  test.each([
    [0, 1],
    [50, 10],
    [3600, 85],
  ])('is looked at, when %i s old, after %i s', async (age, waitSeconds) => {
    const { provider } = home({}, { get: jobOf('smoke') });
    const progress = await provider.resume(later(age));
    expect(progress).toMatchObject({ phase: 'Running', resumeAt: addSeconds(now, age + waitSeconds) });
  });

  test('goes on when the API server cannot say how it is', async () => {
    const { provider } = home({}, { get: new ApiError(503, 'ServiceUnavailable', 'later') });
    expect(await provider.resume(later(1))).toMatchObject({ phase: 'Running' });
  });

  test.each([
    ['is gone', {}, later(1), 'job.batch "there" not found'],
    [
      'was never told of',
      {},
      { ...later(1), measurement: { phase: 'Running' } as Measurement },
      'job metadata reference missing',
    ],
    ['may not be read', { get: new ApiError(403, 'Forbidden', 'no') }, later(1), 'no'],
  ])('that %s is an error', async (_, answers, asked, message) => {
    await expect(home({}, answers).provider.resume(asked)).rejects.toThrow(message);
  });
});
