import { resources } from '../../src/api/resources.ts';
import { seconds } from '../../src/kernel/instant.ts';
import { telemetry } from '../../src/shell/telemetry.ts';
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
    const facts = { verb: 'patch', namespace: 'web', name: 'shop', status: 200 } as const;
    metrics.request({ ...facts, kind: resources.rollouts.plural });
    metrics.request({ ...facts, kind: 'replicasets' });
    expect(await linesOf(metrics, 'controller_clientset_k8s_request_total')).toEqual([
      'controller_clientset_k8s_request_total{kind="rollouts",namespace="web",name="shop",verb="Patch",status_code="200"} 1',
      'controller_clientset_k8s_request_total{kind="replicasets",namespace="web",name="N/A",verb="Patch",status_code="200"} 1',
    ]);
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
      'analysis_template_metric_info{namespace="shop",name="t",type="WebMetric",metric="errors"} 1',
    );
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
