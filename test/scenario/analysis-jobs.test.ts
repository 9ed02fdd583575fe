import type { KubeObject } from '../../src/api/meta.ts';
import { type ObjectRef, resources } from '../../src/api/resources.ts';
import type { AnalysisRun, Metric } from '../../src/api/v1alpha1/analysis.ts';
import type { Job } from '../../src/api/workloads.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import { crds } from '../support/settings.ts';

/** An embedded cluster with the operator, and one AnalysisRun that belongs to nobody. */
async function runAlone(metrics: object[], spec: object = {}) {
  const simulation = await createSimulation({ crds: crds() });
  const { user, advance } = simulation;
  await user.create(
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      metadata: { name: 'smoke', namespace: 'default' },
      spec: { metrics, ...spec },
    } as KubeObject,
    resources.analysisRuns,
  );
  const ref: ObjectRef = { type: resources.analysisRuns, namespace: 'default', name: 'smoke' };
  return {
    ...simulation,
    pass: (seconds: number) => advance(seconds),
    run: async () => (await user.get(ref)) as AnalysisRun,
    change: (body: object) => user.patch(ref, { kind: 'merge', body }),
    jobs: async () => (await user.list(resources.jobs, { namespace: 'default' })).items as Job[],
  };
}

function jobMetric(name: string, script: string, more: Partial<Metric> & { image?: string } = {}) {
  const { image = 'alpine', ...rest } = more;
  const containers = [{ name: 'main', image, command: ['sh', '-c', script] }];
  const template = { spec: { restartPolicy: 'Never', containers } };
  return { name, ...rest, provider: { job: { spec: { backoffLimit: 0, template } } } };
}

describe('a run that measures by Jobs', () => {
  test('a Job that completes is good; it is owned by the run and says whom it measures for', async () => {
    const { pass, run, jobs } = await runAlone([jobMetric('smoke-test', 'sleep 3')]);
    await pass(2);
    const { metadata, status } = await run();
    const name = `${metadata.uid}.smoke-test.1`;
    const [measurement] = status?.metricResults?.[0]?.measurements ?? [];
    expect(measurement).toMatchObject({
      phase: 'Running',
      metadata: { 'job-name': name, 'job-namespace': 'default' },
    });
    const [found] = await jobs();
    expect(found).toMatchObject({
      metadata: {
        name,
        labels: { 'analysisrun.argoproj.io/uid': metadata.uid },
        annotations: {
          'analysisrun.argoproj.io/name': 'smoke',
          'analysisrun.argoproj.io/namespace': 'default',
          'analysisrun.argoproj.io/metric-name': 'smoke-test',
        },
        ownerReferences: [{ kind: 'AnalysisRun', uid: metadata.uid, controller: true }],
      },
    });
    expect(found?.spec.template.metadata?.labels?.['analysisrun.argoproj.io/uid']).toBe(metadata.uid);
    await pass(10);
    const done = await run();
    expect(done.status).toMatchObject({ phase: 'Successful', metricResults: [{ successful: 1, count: 1 }] });
    expect(done.status?.metricResults?.[0]?.measurements?.[0]).toMatchObject({
      phase: 'Successful',
      startedAt: measurement?.startedAt,
      metadata: { 'job-name': name },
    });
  });

  test('the end of a Job is heard of at once, however long it ran', async () => {
    const { pass, run, jobs } = await runAlone([jobMetric('soak', 'sleep 600')]);
    await pass(700);
    const [found] = (await jobs()) as (Job & { status: { completionTime: string } })[];
    expect((await run()).status?.completedAt).toBe(found?.status.completionTime);
  });

  test('a Job that fails fails the run', async () => {
    const { pass, run } = await runAlone([jobMetric('smoke-test', 'exit 1')]);
    await pass(30);
    expect((await run()).status).toMatchObject({
      phase: 'Failed',
      message: 'Metric "smoke-test" assessed Failed due to failed (1) > failureLimit (0)',
    });
  });

  test('a Job whose image cannot be pulled is inconclusive, and says which', async () => {
    const { pass, run } = await runAlone([jobMetric('smoke-test', 'true', { image: 'does-not-exist:v1' })]);
    await pass(60);
    const { status } = await run();
    expect(status?.phase).toBe('Inconclusive');
    expect(status?.metricResults?.[0]?.measurements?.[0]?.message).toMatch(
      /^Pod .+, container main has terminal error \((ErrImagePull|ImagePullBackOff)\): /,
    );
  });

  test('a run that is told to stop deletes its Job', async () => {
    const { pass, run, jobs, change } = await runAlone([jobMetric('soak', 'sleep 600')]);
    await pass(5);
    await change({ spec: { terminate: true } });
    await pass(5);
    expect(await jobs()).toEqual([]);
    expect((await run()).status).toMatchObject({
      phase: 'Inconclusive',
      metricResults: [{ measurements: [{ phase: 'Inconclusive', message: 'Metric Terminated' }] }],
    });
  });

  test('a run that another metric fails does not leave its Job behind', async () => {
    const { pass, run, jobs } = await runAlone([
      jobMetric('soak', 'sleep 600'),
      {
        name: 'errors',
        provider: { prometheus: { address: 'http://prometheus', query: 'vector(1' } },
        consecutiveErrorLimit: 0,
      },
    ]);
    await pass(5);
    expect((await run()).status?.phase).toBe('Error');
    expect(await jobs()).toEqual([]);
  });

  test('Jobs of measurements that are not remembered any more are removed', async () => {
    const { pass, jobs } = await runAlone([jobMetric('ping', 'sleep 1', { interval: '10s', count: 5 })], {
      measurementRetention: [{ metricName: 'ping', limit: 2 }],
    });
    await pass(120);
    expect((await jobs()).map(({ metadata }) => metadata.name.replace(/^.*\.ping/, 'ping')).sort()).toEqual([
      'ping.4',
      'ping.5',
    ]);
  });

  test('an operator that dies after beginning a Job finds it again', async () => {
    const simulation = await createSimulation({ crds: crds(), crashAfterWrite: 1 });
    const { user, advance } = simulation;
    await user.create(
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AnalysisRun',
        metadata: { name: 'smoke', namespace: 'default' },
        spec: { metrics: [jobMetric('smoke-test', 'sleep 20')] },
      } as KubeObject,
      resources.analysisRuns,
    );
    await advance(60);
    expect(simulation.hasCrashed).toBe(true);
    expect((await user.list(resources.jobs, { namespace: 'default' })).items).toHaveLength(1);
    const ref = { type: resources.analysisRuns, namespace: 'default', name: 'smoke' };
    expect(((await user.get(ref)) as AnalysisRun).status).toMatchObject({ phase: 'Successful' });
  });
});
