import { resources } from '../../../src/api/resources.ts';
import type { ReplicaSet } from '../../../src/api/workloads.ts';
import { random } from '../../../src/kernel/random.ts';
import type { Deployment } from '../../../src/sandbox/workloads/deployment-types.ts';
import { template, worldStage } from '../world-support.ts';

async function deploymentStage(
  spec: Record<string, unknown> = {},
  options: Parameters<typeof worldStage>[0] = {},
) {
  const stage = worldStage(options);
  await stage.create(resources.deployments, {
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 4, selector: { matchLabels: { app: 'shop' } }, template: template(), ...spec },
  });
  const deployment = () => stage.read<Deployment>(resources.deployments, 'web') as Deployment;
  const condition = (type: string) => deployment().status?.conditions?.find((entry) => entry.type === type);
  const sizes = () =>
    Object.fromEntries(
      stage.list<ReplicaSet>(resources.replicaSets).map(
        ({
          spec: {
            replicas,
            template: { spec: pod },
          },
        }) => [pod?.containers[0]?.image, replicas],
      ),
    );
  const setImage = (image: string, annotations: Record<string, string> = {}) =>
    stage.patch(resources.deployments, 'web', { spec: { template: template({ image, annotations }) } });
  return { ...stage, deployment, condition, sizes, setImage };
}

describe('a Deployment', () => {
  test('runs its pods, and says so', async () => {
    const stage = await deploymentStage();
    await stage.seconds(10);
    expect(stage.deployment().status).toMatchObject({
      replicas: 4,
      updatedReplicas: 4,
      readyReplicas: 4,
      availableReplicas: 4,
      observedGeneration: expect.any(Number),
    });
    expect(stage.condition('Available')).toMatchObject({
      status: 'True',
      reason: 'MinimumReplicasAvailable',
    });
    expect(stage.condition('Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
    });
    expect(stage.deployment().metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '1',
    });
  });

  test('rolls to a new template without ever missing more, or having more, than it may', async () => {
    const stage = await deploymentStage();
    await stage.seconds(10);
    await stage.setImage('shop:v2');
    const seen: string[] = [];
    for (let second = 0; second < 30; second += 1) {
      await stage.seconds(1);
      const { availableReplicas = 0, replicas = 0 } = stage.deployment().status ?? {};
      expect(availableReplicas).toBeGreaterThanOrEqual(3);
      expect(replicas).toBeLessThanOrEqual(5);
      const line = JSON.stringify(stage.sizes());
      if (seen.at(-1) !== line) seen.push(line);
    }
    expect(seen.at(-1)).toBe('{"shop:v1":0,"shop:v2":4}');
    expect(seen.length).toBeGreaterThan(2);
    expect(stage.condition('Progressing')?.reason).toBe('NewReplicaSetAvailable');
  });

  test('stops at a revision that never gets ready, and reports the deadline', async () => {
    const stage = await deploymentStage({ progressDeadlineSeconds: 60 });
    await stage.seconds(10);
    await stage.setImage('shop:v2', { fail: 'never-ready' });
    await stage.seconds(300);
    expect(stage.sizes()).toEqual({ 'shop:v1': 3, 'shop:v2': 2 });
    expect(stage.deployment().status?.availableReplicas).toBe(3);
    expect(stage.condition('Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
    });
  });

  test('goes back to an old template with a new revision number', async () => {
    const stage = await deploymentStage();
    await stage.seconds(10);
    await stage.setImage('shop:v2');
    await stage.seconds(60);
    await stage.setImage('shop:v1');
    await stage.seconds(60);
    expect(stage.sizes()).toEqual({ 'shop:v1': 4, 'shop:v2': 0 });
    expect(stage.deployment().metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  test('recreates only after the old pods are gone', async () => {
    const stage = await deploymentStage({ strategy: { type: 'Recreate' } });
    await stage.seconds(10);
    await stage.setImage('shop:v2');
    await stage.seconds(0.5);
    expect(stage.sizes()).toEqual({ 'shop:v1': 0 });
    await stage.seconds(30);
    expect(stage.sizes()).toEqual({ 'shop:v1': 0, 'shop:v2': 4 });
  });

  test('does not roll while it is paused, and still follows its replicas', async () => {
    const stage = await deploymentStage();
    await stage.seconds(10);
    await stage.patch(resources.deployments, 'web', { spec: { paused: true, replicas: 2 } });
    await stage.setImage('shop:v2');
    await stage.seconds(30);
    expect(stage.sizes()).toEqual({ 'shop:v1': 2 });
  });

  test('keeps as many old revisions as it is asked to', async () => {
    const stage = await deploymentStage({ revisionHistoryLimit: 1, replicas: 1 });
    for (const version of ['v2', 'v3', 'v4']) {
      await stage.seconds(30);
      await stage.setImage(`shop:${version}`);
    }
    await stage.seconds(30);
    expect(Object.keys(stage.sizes()).sort()).toEqual(['shop:v3', 'shop:v4']);
    expect(stage.warnings).toEqual([]);
  });

  test.each([1, 2, 3, 4, 5, 6])(
    'reaches the same end when controllers are slow and disordered, seed %p',
    async (seed) => {
      const stage = await deploymentStage({}, { random: random(seed), maxReactionMs: 900 });
      await stage.seconds(20);
      await stage.setImage('shop:v2');
      for (let step = 0; step < 240; step += 1) {
        await stage.seconds(0.25);
        const ready = stage
          .pods()
          .filter((pod) =>
            pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
          );
        expect(ready.length).toBeGreaterThanOrEqual(3);
      }
      expect(stage.sizes()).toEqual({ 'shop:v1': 0, 'shop:v2': 4 });
      expect(stage.deployment().status).toMatchObject({
        replicas: 4,
        updatedReplicas: 4,
        availableReplicas: 4,
      });
      expect(stage.warnings).toEqual([]);
    },
  );

  test('hands its annotations on to its ReplicaSet, so that the history tells why', async () => {
    const stage = await deploymentStage();
    await stage.seconds(10);
    const cause = { 'kubernetes.io/change-cause': 'first' };
    await stage.patch(resources.deployments, 'web', { metadata: { annotations: cause } });
    await stage.seconds(1);
    await stage.setImage('shop:v2');
    await stage.seconds(60);
    const causes = stage
      .list<ReplicaSet>(resources.replicaSets)
      .map(({ metadata }) => metadata.annotations?.['kubernetes.io/change-cause']);
    expect(causes).toEqual(['first', 'first']);
  });

  test('its pods can be changed when they have limits', async () => {
    const pod = template();
    const containers = pod.spec.containers.map((one) => ({ ...one, resources: { limits: { cpu: '1' } } }));
    const stage = await deploymentStage({ template: { ...pod, spec: { containers } } });
    await stage.seconds(10);
    const name = stage.pods()[0]?.metadata.name ?? '';
    const labelled = await stage.patch(resources.pods, name, { metadata: { labels: { seen: 'yes' } } });
    expect(labelled.metadata.labels).toMatchObject({ seen: 'yes' });
  });
});
