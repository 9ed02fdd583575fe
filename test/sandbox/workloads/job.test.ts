import { resources } from '../../../src/api/resources.ts';
import type { Job } from '../../../src/sandbox/workloads/job.ts';
import { template, worldStage } from '../world-support.ts';

async function jobStage(spec: Record<string, unknown>, annotations: Record<string, string> = {}) {
  const stage = worldStage();
  const pod = template({ annotations, spec: { restartPolicy: 'Never' } });
  await stage.create(resources.jobs, {
    metadata: { name: 'check', namespace: 'default' },
    spec: { template: pod, ...spec },
  });
  const job = () => stage.read<Job>(resources.jobs, 'check');
  const end = () => job()?.status?.conditions?.map(({ type, reason }) => `${type} ${reason}`);
  return { ...stage, job, end };
}

describe('a Job', () => {
  test('completes when its pod has succeeded', async () => {
    const stage = await jobStage({}, { 'run-seconds': '20' });
    await stage.seconds(10);
    expect(stage.job()?.status).toMatchObject({ active: 1, startTime: '2026-01-05T12:00:00Z' });
    await stage.seconds(20);
    expect(stage.end()).toEqual(['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached']);
    expect(stage.job()?.status).toMatchObject({ succeeded: 1, completionTime: '2026-01-05T12:00:22Z' });
  });

  test('fails when its pods failed more often than the back-off limit allows', async () => {
    const stage = await jobStage({ backoffLimit: 2 }, { 'exit-code': '1' });
    await stage.seconds(120);
    expect(stage.end()).toEqual(['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded']);
    expect(stage.job()?.status?.failed).toBe(3);
    expect(stage.pods()).toHaveLength(3);
  });

  test('waits longer after each failure', async () => {
    const stage = await jobStage({ backoffLimit: 5 }, { 'exit-code': '1' });
    await stage.seconds(12); // first pod ended at 3 s, the second starts 10 s later
    expect(stage.pods()).toHaveLength(1);
    await stage.seconds(2);
    expect(stage.pods()).toHaveLength(2);
    await stage.seconds(20); // ended at 16 s, the third starts 20 s later
    expect(stage.pods()).toHaveLength(2);
    await stage.seconds(3);
    expect(stage.pods()).toHaveLength(3);
  });

  test('runs as many at once as it may, until enough have succeeded', async () => {
    const stage = await jobStage({ parallelism: 2, completions: 5 });
    await stage.seconds(2);
    expect(stage.pods()).toHaveLength(2);
    await stage.seconds(60);
    expect(stage.job()?.status?.succeeded).toBe(5);
    expect(stage.end()).toEqual(['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached']);
  });

  test('is ended by its deadline, with its pods', async () => {
    const stage = await jobStage({ activeDeadlineSeconds: 30 }, { 'run-seconds': '600' });
    await stage.seconds(40);
    expect(stage.end()).toEqual(['FailureTarget DeadlineExceeded', 'Failed DeadlineExceeded']);
    expect(stage.pods()).toEqual([]);
  });

  test('is removed when its time to live is over, and its pods with it', async () => {
    const stage = await jobStage({ ttlSecondsAfterFinished: 60 });
    await stage.seconds(50);
    expect(stage.job()).toBeDefined();
    await stage.seconds(20);
    expect([stage.job(), stage.pods()]).toEqual([undefined, []]);
  });

  test('does nothing while it is suspended', async () => {
    const stage = await jobStage({ suspend: true });
    await stage.seconds(60);
    expect(stage.pods()).toEqual([]);
    await stage.patch(resources.jobs, 'check', { spec: { suspend: false } });
    await stage.seconds(10);
    expect(stage.end()).toEqual([
      'Suspended JobResumed',
      'SuccessCriteriaMet CompletionsReached',
      'Complete CompletionsReached',
    ]);
    expect(stage.warnings).toEqual([]);
  });

  test('does not count failures that its policy ignores, and tries again', async () => {
    const ignore = { action: 'Ignore', onExitCodes: { operator: 'In', values: [7] } };
    const spec = { backoffLimit: 0, podFailurePolicy: { rules: [ignore] } };
    const stage = await jobStage(spec, { 'exit-code': '7' });
    await stage.seconds(20);
    expect(stage.end()).toBeUndefined();
    expect(stage.pods()).toHaveLength(2);
    expect(stage.job()?.status?.failed ?? 0).toBe(0);
  });

  test('tries each index again after a pause of its own, and notes how often it failed', async () => {
    const limits = { completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 2 };
    const stage = await jobStage(limits, { 'exit-code': '1' });
    await stage.seconds(30);
    const counts = stage
      .pods()
      .map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-index-failure-count']);
    expect(counts.sort()).toEqual(['0', '0', '1', '1']);
    expect(stage.job()?.status?.failedIndexes).toBe('');
    await stage.seconds(60);
    expect(stage.job()?.status).toMatchObject({ failed: 6, failedIndexes: '0,1' });
    expect(stage.end()).toEqual(['FailureTarget FailedIndexes', 'Failed FailedIndexes']);
  });

  test.each([
    ['Failed', 1],
    ['TerminatingOrFailed', 2],
  ])('replaces a pod that is on its way out by %s', async (podReplacementPolicy, expected) => {
    const annotations = { 'run-seconds': '600', 'terminate-seconds': '20' };
    const stage = await jobStage({ podReplacementPolicy }, annotations);
    await stage.seconds(10);
    const [pod] = stage.pods();
    const name = pod?.metadata.name ?? '';
    await stage.world.cluster.delete({ type: resources.pods, namespace: 'default', name });
    await stage.seconds(5);
    expect(stage.pods()).toHaveLength(expected);
    await stage.seconds(20);
    expect(stage.pods()).toHaveLength(1);
  });
});
