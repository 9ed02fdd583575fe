import { instanceIdLabel } from '../../src/api/labels.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { type ResourceType, resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { runController } from '../../src/operator/main.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { eventually, freePorts } from './support/processes.ts';
import { type RealCluster, startRealCluster } from './support/real-cluster.ts';

const ref = { type: resources.rollouts, namespace: 'default', name: 'shop' };

const named = (name: string, namespace: string, instanceId?: string) => ({
  name,
  namespace,
  ...(instanceId !== undefined && { labels: { [instanceIdLabel]: instanceId } }),
});

function shop(image: string): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace: 'default' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'shop' } },
      template: {
        metadata: { labels: { app: 'shop' } },
        spec: { containers: [{ name: 'main', image }] },
      },
      strategy: { canary: { steps: [{ setWeight: 50 }, { pause: { duration: '1s' } }, { setWeight: 100 }] } },
    },
  };
}

describe('the operator on a real API server', () => {
  let real: RealCluster;
  let cluster: Cluster;
  let kubeconfig: string;
  beforeAll(async () => {
    real = await startRealCluster();
    cluster = real.cluster;
    kubeconfig = real.plane.kubeconfig;
  });
  afterAll(() => real?.stop());

  test('rolls out, serves its metrics and probes, and gives its lease back when it ends', async () => {
    const [metricsPort, healthzPort] = (await freePorts(2)) as [number, number];
    const ending = new AbortController();
    const lines: string[] = [];
    const running = runController(
      ['--kubeconfig', kubeconfig, `--metricsPort=${metricsPort}`, `--healthzPort=${healthzPort}`],
      {
        environment: {},
        version: 'test',
        out: (text) => lines.push(text),
        err: (text) => lines.push(text),
        ending: ending.signal,
      },
    );
    const phase = async () => ((await cluster.get(ref)) as Rollout | undefined)?.status?.phase;
    const hash = async () => ((await cluster.get(ref)) as Rollout | undefined)?.status?.stableRS;
    const page = async (port: number, path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: answer.status, text: await answer.text() };
    };

    await eventually(
      'the operator to be ready',
      async () => (await page(healthzPort, '/readyz')).status === 200,
    );
    expect(await page(healthzPort, '/healthz')).toEqual({ status: 200, text: 'ok' });
    expect((await page(healthzPort, '/nothing')).status).toBe(404);

    await eventually('the CRDs to serve', async () => {
      await cluster.create(shop('shop:v1'), resources.rollouts);
      return true;
    });
    await eventually('the first revision to be healthy', async () => (await phase()) === 'Healthy');
    const first = await hash();
    await cluster.patch(ref, { kind: 'merge', body: { spec: shop('shop:v2').spec } });
    await eventually('the second revision to be promoted', async () => {
      return (await hash()) !== first && (await phase()) === 'Healthy';
    });

    const metrics = await page(metricsPort, '/metrics');
    expect(metrics.text).toContain(
      'rollout_info{namespace="default",name="shop",strategy="canary",traffic_router="",phase="Completed"} 1',
    );
    expect(metrics.text).toContain('nodejs_eventloop_lag_seconds');
    const { items: events } = await cluster.list(resources.events, { namespace: 'default' });
    const reasons = new Set(events.map((event) => (event as KubeObject & { reason?: string }).reason));
    expect(reasons).toContain('RolloutCompleted');

    ending.abort();
    expect(await running).toBe(0);
    const lease = await cluster.get({
      type: resources.leases,
      namespace: 'default',
      name: 'argo-rollouts-controller-lock',
    });
    expect(lease?.spec).toMatchObject({ holderIdentity: '' });
    const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
    expect(errors).toEqual([]);
  });

  test('by instance id, in one namespace, and for AnalysisRuns alone, takes what is its own and nothing else', async () => {
    const ending = new AbortController();
    const lines: string[] = [];
    const run = (...flags: string[]) =>
      runController(['--kubeconfig', kubeconfig, '--metricsPort=0', '--healthzPort=0', ...flags], {
        environment: {},
        version: 'test',
        out: () => {},
        err: (text) => lines.push(text),
        ending: ending.signal,
      });
    for (const name of ['web', 'shop']) {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      await cluster.create(namespace, resources.namespaces);
    }
    const rollouts = [
      named('labelled', 'default', 'blue'),
      named('labelled-otherwise', 'default', 'green'),
      named('plain', 'web'),
      named('plain', 'shop'),
      named('labelled', 'web', 'blue'),
    ];
    for (const metadata of rollouts) {
      await cluster.create({ ...shop('shop:v1'), metadata }, resources.rollouts);
    }
    const measured = (metadata: KubeObject['metadata']): KubeObject => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      metadata,
      spec: { metrics: [{ name: 'never', provider: { plugin: { 'none/such': {} } } }] },
    });
    const runs = [named('labelled', 'default', 'green'), named('plain', 'default')];
    for (const metadata of runs) await cluster.create(measured(metadata), resources.analysisRuns);

    const running = [
      run('--instance-id=blue'),
      run('--namespaced', '--namespace=web'),
      run('--controllers=analysis', '--instance-id=green', '--leader-elect=false'),
    ];
    const phaseOf = async (type: ResourceType, { name, namespace }: { name: string; namespace: string }) =>
      ((await cluster.get({ type, namespace, name })) as Rollout | undefined)?.status?.phase;
    const phases = (type: ResourceType, all: readonly { name: string; namespace: string }[]) =>
      Promise.all(all.map((each) => phaseOf(type, each)));
    await eventually('each to have done its own', async () => {
      const done = await phases(resources.rollouts, rollouts);
      return done.filter((phase) => phase === 'Healthy').length >= 3;
    });
    await eventually('the run to be looked at', () => phaseOf(resources.analysisRuns, runs[0] as never));
    expect(await phases(resources.rollouts, rollouts)).toEqual([
      'Healthy',
      undefined,
      'Healthy',
      undefined,
      'Healthy',
    ]);
    expect(await phases(resources.analysisRuns, runs)).toEqual([expect.any(String), undefined]);
    ending.abort();
    expect(await Promise.all(running)).toEqual([0, 0, 0]);
    const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
    expect(errors).toEqual([]);
  });
});
