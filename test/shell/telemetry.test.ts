import { resources } from '../../src/api/resources.ts';
import type { RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';
import { until } from '../../src/kernel/clock.ts';
import { addSeconds, seconds } from '../../src/kernel/instant.ts';
import { processMetrics } from '../../src/operator/process-metrics.ts';
import { type MetricEntry, metricTable } from '../../src/shell/metric-table.ts';
import { telemetry } from '../../src/shell/telemetry.ts';
import { endedRelease } from '../../src/shell/telemetry-releases.ts';
import { workQueue } from '../../src/shell/work-queue.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { noon } from '../support/builders.ts';
import { trial } from '../support/experiment-play.ts';
import { aRollout, routed } from './stage.ts';

const at = '2026-01-01T00:00:00Z';
const condition = (type: string, reason: string) => ({
  type,
  status: 'True' as const,
  reason,
  message: '',
  lastTransitionTime: at,
  lastUpdateTime: at,
});

async function linesOf(metrics: ReturnType<typeof telemetry>, name: string): Promise<string[]> {
  const text = await metrics.registry.metrics();
  return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

describe('the metrics', () => {
  const phases: [string, ReturnType<typeof condition>[], string][] = [
    ['nothing is known yet', [], 'Progressing'],
    ['the newest revision is available', [condition('Progressing', 'NewReplicaSetAvailable')], 'Completed'],
    ['it is paused', [condition('Progressing', 'RolloutPaused')], 'Paused'],
    ['it was aborted', [condition('Progressing', 'RolloutAborted')], 'Abort'],
    ['it ran out of time', [condition('Progressing', 'ProgressDeadlineExceeded')], 'Timeout'],
    [
      'its spec is invalid, whatever else',
      [condition('Progressing', 'RolloutPaused'), condition('InvalidSpec', 'InvalidSpec')],
      'InvalidSpec',
    ],
  ];
  test.each(phases)('rollout_info says when %s', async (_, conditions, phase) => {
    const metrics = telemetry();
    metrics.followObjects(() => ({
      rollouts: [aRollout('shop', routed, { conditions })],
      analysisRuns: [],
      analysisTemplates: [],
    }));
    expect(await linesOf(metrics, 'rollout_info')).toEqual([
      `rollout_info{namespace="web",name="shop",strategy="canary",traffic_router="Istio",phase="${phase}"} 1`,
    ]);
  });

  test('counts pods as the status does', async () => {
    const metrics = telemetry();
    const status = { replicas: 5, availableReplicas: 3, updatedReplicas: 2 };
    metrics.followObjects(() => ({
      rollouts: [aRollout('shop', { replicas: 4 }, status)],
      analysisRuns: [],
      analysisTemplates: [],
    }));
    const value = async (suffix: string) =>
      (await linesOf(metrics, `rollout_info_replicas_${suffix}`))[0]?.split(' ')[1];
    expect(await value('desired')).toBe('4');
    expect(await value('available')).toBe('3');
    expect(await value('unavailable')).toBe('2');
    expect(await value('updated')).toBe('2');
  });

  test('tells the phase of each experiment', async () => {
    const metrics = telemetry();
    const experiment = { ...trial(), status: { phase: 'Failed' as const } };
    metrics.followObjects(() => ({
      rollouts: [],
      analysisRuns: [],
      analysisTemplates: [],
      experiments: [experiment],
    }));
    expect(await linesOf(metrics, 'experiment_info')).toEqual([
      'experiment_info{namespace="default",name="trial",phase="Failed"} 1',
    ]);
    expect(await linesOf(metrics, 'experiment_phase')).toContain(
      'experiment_phase{namespace="default",name="trial",phase="Failed"} 1',
    );
  });

  test('an object that is gone has no series', async () => {
    const metrics = telemetry();
    let rollouts = [aRollout()];
    metrics.followObjects(() => ({ rollouts, analysisRuns: [], analysisTemplates: [] }));
    metrics.reconciled('rollout', 'web', 'shop', seconds(0.2));
    expect(await linesOf(metrics, 'rollout_info')).toHaveLength(1);
    rollouts = [];
    metrics.forget('rollout', 'web', 'shop');
    expect(await linesOf(metrics, 'rollout_info')).toEqual([]);
    expect(await linesOf(metrics, 'rollout_reconcile_count')).toEqual([]);
  });

  test('counts requests under the labels of the peer', async () => {
    const metrics = telemetry();
    const facts = {
      verb: 'patch',
      namespace: 'web',
      name: 'shop',
      status: 200,
      seconds: seconds(0.01),
    } as const;
    metrics.request({ ...facts, kind: resources.rollouts.plural });
    metrics.request({ ...facts, kind: 'replicasets' });
    const all = { ...facts, name: undefined };
    metrics.request({ ...all, kind: 'rollouts', verb: 'list' });
    metrics.request({ ...all, kind: 'rollouts', verb: 'watch' });
    expect(await linesOf(metrics, 'controller_clientset_k8s_request_total')).toEqual([
      'controller_clientset_k8s_request_total{namespace="web",name="shop",kind="rollouts",verb="Patch",status_code="200"} 1',
      'controller_clientset_k8s_request_total{namespace="web",name="N/A",kind="replicasets",verb="Patch",status_code="200"} 1',
      'controller_clientset_k8s_request_total{namespace="web",name="N/A",kind="rollouts",verb="List",status_code="200"} 1',
      'controller_clientset_k8s_request_total{namespace="web",name="",kind="rollouts",verb="Watch",status_code="200"} 1',
    ]);
  });

  test('tells the times of each object in buckets that add up', async () => {
    const metrics = telemetry();
    for (const took of [0.1, 0.2, 7]) metrics.reconciled('rollout', 'web', 'shop', seconds(took));
    const lines = (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('rollout_reconcile_') && line.includes('shop'))
      .map((line) => line.replace('rollout_reconcile_', '').replace('namespace="web",name="shop"', ''));
    expect(lines).toEqual([
      'bucket{le="0.01",} 0',
      'bucket{le="0.15",} 1',
      'bucket{le="0.25",} 2',
      'bucket{le="0.5",} 2',
      'bucket{le="1",} 2',
      'bucket{le="+Inf",} 3',
      'sum{} 7.3',
      'count{} 3',
    ]);
  });

  test('two who ask at the same time are both told everything', async () => {
    const metrics = telemetry();
    metrics.followObjects(() => ({ rollouts: [aRollout()], analysisRuns: [], analysisTemplates: [] }));
    const [one, other] = await Promise.all([
      linesOf(metrics, 'rollout_info'),
      linesOf(metrics, 'rollout_info'),
    ]);
    expect(one).toHaveLength(1);
    expect(other).toEqual(one);
  });

  test('counts events about Rollouts only', async () => {
    const metrics = telemetry();
    const event = { type: 'Warning', reason: 'RolloutAborted', message: 'x' } as const;
    metrics.event(aRollout(), event);
    metrics.event({ ...aRollout(), kind: 'AnalysisRun' }, event);
    expect(await linesOf(metrics, 'rollout_events_total')).toEqual([
      'rollout_events_total{namespace="web",name="shop",type="Warning",reason="RolloutAborted"} 1',
    ]);
  });

  test('shows how many objects wait, as it is when asked', async () => {
    const metrics = telemetry();
    let depth = 3;
    metrics.followQueue('Rollouts', () => depth);
    expect(await linesOf(metrics, 'workqueue_depth')).toEqual(['workqueue_depth{name="Rollouts"} 3']);
    depth = 0;
    expect(await linesOf(metrics, 'workqueue_depth')).toEqual(['workqueue_depth{name="Rollouts"} 0']);
  });

  test('requests about an object that is gone are counted no longer, those about its namesakes are', async () => {
    const metrics = telemetry();
    const facts = {
      verb: 'patch',
      namespace: 'web',
      name: 'shop',
      status: 200,
      seconds: seconds(0.01),
    } as const;
    metrics.request({ ...facts, kind: 'rollouts' });
    metrics.request({ ...facts, kind: 'services' });
    metrics.forget('rollout', 'web', 'shop');
    expect(await linesOf(metrics, 'controller_clientset_k8s_request_total')).toEqual([
      'controller_clientset_k8s_request_total{namespace="web",name="shop",kind="services",verb="Patch",status_code="200"} 1',
    ]);
  });

  test('events and notifications of a Rollout that is gone leave no series', async () => {
    const metrics = telemetry();
    metrics.event(aRollout(), { type: 'Normal', reason: 'RolloutPaused', message: 'x' });
    const about = { namespace: 'web', name: 'shop', type: 'Normal', reason: 'RolloutPaused' };
    metrics.notified({ ...about, delivered: true, seconds: seconds(0.2) });
    metrics.notified({ ...about, delivered: false, seconds: seconds(0.2) });
    expect(await linesOf(metrics, 'notification_send_success')).toHaveLength(1);
    expect(await linesOf(metrics, 'notification_send_error')).toHaveLength(1);
    expect(await linesOf(metrics, 'notification_send_count')).toEqual([
      'notification_send_count{namespace="web",name="shop"} 2',
    ]);
    metrics.forget('rollout', 'web', 'shop');
    for (const name of ['rollout_events_total', 'notification_send_success', 'notification_send_count']) {
      expect(await linesOf(metrics, name)).toEqual([]);
    }
  });

  test('however many objects there are, a metric has a bounded number of series, and says what it folds', async () => {
    const metrics = telemetry(undefined, { mostObjects: 2 });
    for (const name of ['one', 'two', 'three', 'four', 'one']) {
      metrics.reconciled('rollout', 'web', name, seconds(0.1));
    }
    expect(await linesOf(metrics, 'rollout_reconcile_count')).toEqual([
      'rollout_reconcile_count{namespace="web",name="one"} 2',
      'rollout_reconcile_count{namespace="web",name="two"} 1',
      'rollout_reconcile_count{namespace="other",name="other"} 2',
    ]);
    expect(await linesOf(metrics, 'sluice_series_folded_total')).toEqual([
      'sluice_series_folded_total{metric="rollout_reconcile"} 2',
    ]);
    metrics.forget('rollout', 'web', 'two');
    metrics.reconciled('rollout', 'web', 'five', seconds(0.1));
    expect(await linesOf(metrics, 'rollout_reconcile_count')).toContain(
      'rollout_reconcile_count{namespace="web",name="five"} 1',
    );
  });

  const start = { rolloutStartedAt: '2026-01-01T00:00:00Z' };
  const releases: [string, RolloutStatus['duration'], RolloutStatus['duration'], object | undefined][] = [
    ['has begun', undefined, start, undefined],
    ['goes on', start, { ...start, totalManualPauseDurationSeconds: 5 }, undefined],
    [
      'was promoted',
      start,
      {
        ...start,
        totalManualPauseDurationSeconds: 60,
        finishedAt: '2026-01-01T00:10:00Z',
        completionStatus: 'Promoted',
      },
      { status: 'Promoted', seconds: 600, pausedSeconds: 60 },
    ],
    [
      'is over already',
      { ...start, finishedAt: '2026-01-01T00:10:00Z', completionStatus: 'Aborted' },
      { ...start, finishedAt: '2026-01-01T00:10:00Z', completionStatus: 'Aborted' },
      undefined,
    ],
    [
      'gave way to another while somebody was asked',
      { ...start, manualPauseStartedAt: '2026-01-01T00:01:00Z' },
      { rolloutStartedAt: '2026-01-01T00:05:00Z' },
      { status: 'Superseded', seconds: 300, pausedSeconds: 240 },
    ],
  ];
  test.each(releases)('a release that %s', (_, before, after, expected) => {
    expect(endedRelease(before, after)).toEqual(expected);
  });

  test('the time of a release is told in three parts', async () => {
    const metrics = telemetry();
    const duration = { ...start, totalManualPauseDurationSeconds: 60 };
    metrics.statusWritten(
      { duration },
      { duration: { ...duration, finishedAt: '2026-01-01T00:10:00Z', completionStatus: 'Aborted' } },
    );
    const sums = await Promise.all(
      ['rollout', 'rollout_progression', 'rollout_manual_pause'].map((name) =>
        linesOf(metrics, `${name}_duration_seconds_sum`),
      ),
    );
    expect(sums.flat()).toEqual([
      'rollout_duration_seconds_sum{status="Aborted"} 600',
      'rollout_progression_duration_seconds_sum{status="Aborted"} 540',
      'rollout_manual_pause_duration_seconds_sum{status="Aborted"} 60',
    ]);
  });

  test('weights are told where a router has them, and whether they were seen', async () => {
    const metrics = telemetry();
    const weights = (weight: number, verified?: boolean) => ({
      canary: {
        weights: {
          canary: { weight },
          stable: { weight: 100 - weight },
          ...(verified !== undefined && { verified }),
        },
      },
    });
    metrics.followObjects(() => ({
      rollouts: [
        aRollout('a', routed, weights(20, false)),
        aRollout('b', routed, weights(100)),
        aRollout('c'),
      ],
      analysisRuns: [],
      analysisTemplates: [],
    }));
    expect(await linesOf(metrics, 'sluice_rollout_canary_weight')).toEqual([
      'sluice_rollout_canary_weight{namespace="web",name="a"} 20',
      'sluice_rollout_canary_weight{namespace="web",name="b"} 100',
    ]);
    expect(await linesOf(metrics, 'sluice_rollout_weight_verified')).toEqual([
      'sluice_rollout_weight_verified{namespace="web",name="a"} 0',
    ]);
  });

  test('queues tell how long keys waited and work took', async () => {
    const clock = virtualClock(noon);
    const metrics = telemetry();
    const queue = workQueue({
      clock,
      workers: 1,
      observer: metrics.queue('Rollouts', clock),
      handle: async (key) => {
        await until(clock, addSeconds(clock.now(), 2));
        if (key === 'bad') throw new Error('no');
        return undefined;
      },
    });
    queue.add('good');
    queue.add('bad');
    await clock.advanceTo(addSeconds(noon, 3));
    expect(await linesOf(metrics, 'workqueue_longest_running_processor_seconds')).toEqual([
      'workqueue_longest_running_processor_seconds{name="Rollouts"} 1',
    ]);
    await clock.advanceTo(addSeconds(noon, 4));
    const value = async (name: string) => (await linesOf(metrics, name))[0]?.split(' ')[1];
    expect(await value('workqueue_adds_total')).toBe('2');
    expect(await value('workqueue_queue_duration_seconds_sum')).toBe('2');
    expect(await value('workqueue_work_duration_seconds_sum')).toBe('4');
    expect(await value('workqueue_retries_total')).toBe('1');
    await queue.stop();
  });

  test('a queue tells of itself before anything has happened: what grows must have begun at 0', async () => {
    const metrics = telemetry();
    metrics.queue('Rollouts', virtualClock(noon));
    for (const name of [
      'adds_total',
      'retries_total',
      'queue_duration_seconds_count',
      'work_duration_seconds_count',
    ]) {
      const series = `workqueue_${name}`;
      expect(await linesOf(metrics, series)).toEqual([`${series}{name="Rollouts"} 0`]);
    }
  });

  test('serves every metric of the table, and no other under these names', async () => {
    const metrics = telemetry();
    metrics.followObjects(() => ({ rollouts: [], analysisRuns: [], analysisTemplates: [] }));
    const ended = new AbortController();
    processMetrics(metrics.registry, virtualClock(noon), { version: '1', commit: '' }, ended.signal);
    const served = metrics.registry.getMetricsAsArray();
    const ours = served.filter(({ name }) => !/^(nodejs|process)_/.test(name));
    const table = Object.entries<MetricEntry>(metricTable);
    expect(ours.map(({ name }) => name).sort()).toEqual(
      table
        .filter(([, { origin }]) => origin !== 'process')
        .map(([name]) => name)
        .sort(),
    );
    expect(served.map(({ name }) => name)).toEqual(expect.arrayContaining(table.map(([name]) => name)));
    ended.abort();
  });

  test('two registries in one process do not meet', () => {
    telemetry();
    expect(() => telemetry()).not.toThrow();
  });

  test('templates are listed with the kinds of their sources', async () => {
    const metrics = telemetry();
    const template = (name: string, namespace?: string) => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate',
      metadata: { name, ...(namespace !== undefined && { namespace }) },
      spec: { metrics: [{ name: 'errors', provider: { web: { url: 'http://a' } } }] },
    });
    const analysisTemplates = [template('t', 'shop'), template('cluster')];
    metrics.followObjects(() => ({ rollouts: [], analysisRuns: [], analysisTemplates }));
    expect(await linesOf(metrics, 'analysis_template_info')).toEqual([
      'analysis_template_info{namespace="shop",name="t"} 1',
      'analysis_template_info{namespace="",name="cluster"} 1',
    ]);
    expect(await linesOf(metrics, 'analysis_template_metric_info')).toContain(
      'analysis_template_metric_info{namespace="shop",name="t",type="Web",metric="errors"} 1',
    );
  });

  test.each<[string, object]>([
    ['Prometheus', { prometheus: {} }],
    ['CloudWatch', { cloudWatch: {} }],
    ['Datadog', { datadog: {} }],
    ['Web', { web: {} }],
    ['Job', { job: {} }],
    ['NewRelic', { newRelic: {} }],
    ['Wavefront', { wavefront: {} }],
    ['Graphite', { graphite: {} }],
    ['Influxdb', { influxdb: {} }],
    ['skywalking', { skywalking: {} }],
    ['Kayenta', { kayenta: {} }],
    ['RPCPlugin', { plugin: { 'team/x': {} } }],
    ['Unknown Provider', {}],
  ])('the kind of a source is called %s, as the peer calls it', async (type, provider) => {
    const metrics = telemetry();
    const template = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate',
      metadata: { name: 't', namespace: 'shop' },
      spec: { metrics: [{ name: 'errors', provider }] },
    };
    metrics.followObjects(() => ({ rollouts: [], analysisRuns: [], analysisTemplates: [template] as never }));
    expect(await linesOf(metrics, 'analysis_template_metric_info')).toEqual([
      `analysis_template_metric_info{namespace="shop",name="t",type="${type}",metric="errors"} 1`,
    ]);
  });

  test('questions to metric sources are counted by kind of source only', async () => {
    const metrics = telemetry();
    metrics.query({ provider: 'prometheus', outcome: 'answered', seconds: 0.02 });
    metrics.query({ provider: 'prometheus', outcome: 'shared' });
    metrics.query({ provider: 'web', outcome: 'unreachable', seconds: 10 });
    expect(await linesOf(metrics, 'sluice_metric_queries_total')).toEqual([
      'sluice_metric_queries_total{provider="prometheus",outcome="answered"} 1',
      'sluice_metric_queries_total{provider="web",outcome="unreachable"} 1',
    ]);
    expect(await linesOf(metrics, 'sluice_metric_query_cache_hits_total')).toEqual([
      'sluice_metric_query_cache_hits_total{provider="prometheus"} 1',
    ]);
    expect(await linesOf(metrics, 'sluice_metric_query_duration_seconds_count')).toEqual([
      'sluice_metric_query_duration_seconds_count{provider="prometheus"} 1',
      'sluice_metric_query_duration_seconds_count{provider="web"} 1',
    ]);
  });
});
