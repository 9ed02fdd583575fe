import type { MetricAnswer } from '../../../src/api/measurement.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { ObjectRef } from '../../../src/api/resources.ts';
import type { AnalysisRun, Metric } from '../../../src/api/v1alpha1/analysis.ts';
import { type Instant, parseInstant, secondsBetween } from '../../../src/kernel/instant.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import { ApiError, type Cluster, type Patch } from '../../../src/ports/cluster.ts';
import type { MetricProvider } from '../../../src/ports/metric-provider.ts';
import {
  type AnalysisRunDeps,
  reconcileAnalysisRun,
} from '../../../src/shell/analysis/reconcile-analysis-run.ts';

const start = parseInstant('2026-01-01T00:00:00Z') as Instant;
type Answer = number | Error | Promise<number>;

/** A world with one run, a Prometheus that answers by query, and secrets by name. */
function world(
  run: AnalysisRun,
  answers: Readonly<Record<string, Answer>>,
  secrets: Record<string, string> = {},
  textOf: (value: number) => string = String,
) {
  let now = start;
  let stored = run;
  let version = 1;
  const patches: Patch[] = [];
  const events: string[] = [];
  const reads: string[] = [];
  const prometheus: MetricProvider = {
    kind: 'prometheus',
    metadata: ({ provider }) => ({ ResolvedPrometheusQuery: provider.prometheus?.query ?? '' }),
    async measure({ provider }, _at, signal): Promise<MetricAnswer> {
      const answer = answers[provider.prometheus?.query ?? ''];
      const aborted = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('gone'))),
      );
      const value = await Promise.race([answer ?? Number.NaN, aborted]);
      if (value instanceof Error) throw value;
      return { result: { kind: 'scalar', value }, text: textOf(value) };
    },
  };
  const cluster = {
    async get({ name, type }: ObjectRef): Promise<KubeObject | undefined> {
      reads.push(`${type.kind}/${name}`);
      if (type.kind === 'AnalysisRun') return stored;
      const data =
        secrets[name] === undefined ? undefined : { key: Buffer.from(secrets[name]).toString('base64') };
      return data && { apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...{ data } };
    },
    async patch(_ref: ObjectRef, patch: Patch) {
      const body = patch.body as { metadata: { resourceVersion?: string }; status: AnalysisRun['status'] };
      if (body.metadata.resourceVersion !== stored.metadata.resourceVersion) {
        throw new ApiError(409, 'Conflict', 'somebody was first');
      }
      patches.push(patch);
      version += 1;
      const status = { ...stored.status, ...body.status } as AnalysisRun['status'];
      stored = { ...stored, status, metadata: { ...stored.metadata, resourceVersion: String(version) } };
      return stored;
    },
  } as unknown as Cluster;
  let cached = stored;
  const deps: AnalysisRunDeps = {
    getRun: () => cached,
    cluster,
    providers: { prometheus },
    clock: { now: () => now, schedule: () => () => {} },
    log: silentLog,
    record: (_, { reason }) => events.push(reason),
  };
  return {
    deps: deps as { providers: AnalysisRunDeps['providers'] },
    patches,
    events,
    reads,
    status: () => stored.status,
    /** Somebody else writes the run, and our cache has not heard of it yet. */
    change(change: (run: AnalysisRun) => AnalysisRun) {
      cached = stored;
      version += 1;
      const changed = change(stored);
      stored = { ...changed, metadata: { ...changed.metadata, resourceVersion: String(version) } };
    },
    reconcile(seconds = 0, { stale = false } = {}) {
      now = (start + seconds * 1000) as Instant;
      if (!stale) cached = stored;
      return reconcileAnalysisRun('store/shop', deps);
    },
  };
}

function metric(name: string, more: Partial<Metric> = {}): Metric {
  return {
    name,
    interval: '30s',
    successCondition: 'result < 0.05',
    provider: { prometheus: { query: name } },
    ...more,
  };
}

function runOf(metrics: Metric[], more: Partial<AnalysisRun['spec']> = {}): AnalysisRun {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: { name: 'shop', namespace: 'store', uid: 'u', resourceVersion: '1' },
    spec: { metrics, ...more },
  };
}

describe('one look at a run', () => {
  test('measures what is due, writes once, and says when to look again', async () => {
    const { reconcile, status, patches, reads } = world(runOf([metric('errors'), metric('latency')]), {
      errors: 0.01,
      latency: 0.02,
    });
    const wakeAt = await reconcile();
    expect(secondsBetween(start, wakeAt as Instant)).toBe(30);
    expect(patches).toHaveLength(1);
    expect(reads).toEqual([]);
    expect(status()).toMatchObject({
      phase: 'Running',
      startedAt: '2026-01-01T00:00:00Z',
      metricResults: [
        {
          name: 'errors',
          count: 1,
          metadata: { ResolvedPrometheusQuery: 'errors' },
          measurements: [{ phase: 'Successful', value: '0.01', finishedAt: '2026-01-01T00:00:00Z' }],
        },
        { name: 'latency' },
      ],
    });
  });

  test('writes nothing when nothing is due', async () => {
    const { reconcile, patches } = world(runOf([metric('errors')]), { errors: 0.01 });
    await reconcile();
    const wakeAt = await reconcile(10);
    expect(patches).toHaveLength(1);
    expect(secondsBetween(start, wakeAt as Instant)).toBe(30);
  });

  test('a bad answer ends the run at once, without waiting for the others', async () => {
    const never = new Promise<number>(() => {});
    const { reconcile, status, events } = world(runOf([metric('errors'), metric('slow')]), {
      errors: 0.2,
      slow: never,
    });
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Failed', completedAt: '2026-01-01T00:00:00Z' });
    expect(events).toEqual(['MetricFailed', 'AnalysisRunFailed']);
  });

  test('a source that cannot be asked is tried again ten seconds later', async () => {
    const { reconcile, status } = world(runOf([metric('errors')]), {
      errors: new Error('connection refused'),
    });
    const wakeAt = await reconcile();
    expect(secondsBetween(start, wakeAt as Instant)).toBe(10);
    expect(status()?.metricResults?.[0]?.measurements?.[0]).toMatchObject({
      phase: 'Error',
      message: 'connection refused',
    });
  });

  test('a provider that is not supported is refused by name', async () => {
    const { reconcile, status } = world(runOf([metric('errors', { provider: { graphite: {} } })]), {});
    await reconcile();
    expect(status()?.metricResults?.[0]?.measurements?.[0]?.message).toBe(
      "metric provider 'graphite' is not supported; supported are: prometheus",
    );
  });

  test('a metric plugin is refused, and the message says what to do instead', async () => {
    const plugin = { 'argoproj-labs/sample': {} };
    const { reconcile, status } = world(runOf([metric('errors', { provider: { plugin } })]), {});
    await reconcile();
    expect(status()?.metricResults?.[0]?.measurements?.[0]?.message).toMatch(
      /^metric plugin 'argoproj-labs\/sample' is not supported.* ask for it by provider.web, or run the program by provider.job/,
    );
  });

  test('conditions see the whole answer, the status keeps what fits', async () => {
    const text = 'x'.repeat(100_000);
    const { reconcile, status } = world(runOf([metric('errors')]), { errors: 0.01 }, {}, () => text);
    await reconcile();
    const [measurement] = status()?.metricResults?.[0]?.measurements ?? [];
    expect(measurement?.phase).toBe('Successful');
    expect(measurement?.value).toBe(`${'x'.repeat(16_384)}…`);
  });

  test('stopped while it was measured, the run keeps its measurement and ends', async () => {
    const { reconcile, change, status, patches } = world(runOf([metric('errors')]), { errors: 0.01 });
    await reconcile();
    change((run) => ({ ...run, spec: { ...run.spec, terminate: true } }));
    await reconcile(30, { stale: true });
    expect(status()).toMatchObject({
      phase: 'Successful',
      message: 'Run Terminated',
      metricResults: [{ count: 2 }],
    });
    expect(patches).toHaveLength(2);
  });

  test('stopped while a Job was begun for it, the run does not end before the Job has been', async () => {
    const given = world(runOf([metric('smoke', { provider: { job: { spec: { template: {} } } } })]), {});
    const ended: string[] = [];
    given.deps.providers = {
      job: {
        kind: 'job',
        async start() {
          given.change((run) => ({ ...run, spec: { ...run.spec, terminate: true } }));
          return { phase: 'Running', resumeAt: start, metadata: { 'job-name': 'smoke.1' } };
        },
        resume: async () => ({ phase: 'Running', resumeAt: start }),
        async terminate({ measurement }) {
          ended.push(measurement.metadata?.['job-name'] ?? '');
          return { phase: 'Inconclusive' };
        },
      },
    };
    await given.reconcile();
    expect(given.status()?.phase).toBe('Running');
    await given.reconcile(1);
    expect(ended).toEqual(['smoke.1']);
    expect(given.status()?.phase).toBe('Inconclusive');
  });
});

describe('secrets of a run', () => {
  const args = [{ name: 'token', valueFrom: { secretKeyRef: { name: 'login', key: 'key' } } }];
  const secretMetric = metric('errors', { provider: { prometheus: { query: '{{args.token}}' } } });

  test('are read when a measurement is due, and shown nowhere', async () => {
    const failing = { s3cret: new Error('bad token s3cret') };
    const { reconcile, status, reads } = world(runOf([secretMetric], { args }), failing, { login: 's3cret' });
    await reconcile();
    await reconcile(5);
    expect(reads).toEqual(['Secret/login']);
    const result = status()?.metricResults?.[0];
    expect(result?.measurements?.[0]?.message).toBe('bad token *****');
    expect(JSON.stringify(status())).not.toContain('s3cret');
  });

  test('are not shown in a value either', async () => {
    const { reconcile, status } = world(
      runOf([secretMetric], { args }),
      { s3cret: 0.01 },
      { login: 's3cret' },
      () => '{"you":"s3cret"}',
    );
    await reconcile();
    expect(status()?.metricResults?.[0]?.measurements?.[0]?.value).toBe('{"you":"*****"}');
  });

  test.each([
    ['login', {}, 'Unable to resolve metric arguments: secrets "login" not found'],
    [
      'key',
      { login: 'x' },
      "Unable to resolve metric arguments: key 'none' does not exist in secret 'login'",
    ],
  ])('a missing %s ends the run', async (_, secrets, message) => {
    const key = 'login' in secrets ? 'none' : 'key';
    const missing = [{ name: 'token', valueFrom: { secretKeyRef: { name: 'login', key } } }];
    const { reconcile, status } = world(runOf([secretMetric], { args: missing }), {}, { ...secrets });
    await reconcile();
    expect(status()).toMatchObject({ phase: 'Error', message });
  });
});
