import { resources } from '../../../src/api/resources.ts';
import type { Autoscaler } from '../../../src/sandbox/workloads/autoscaler.ts';
import { kinds, replicaSetOf, worldStage } from '../world-support.ts';

async function scaledStage(annotation: string | undefined) {
  const stage = worldStage();
  await stage.create(resources.replicaSets, replicaSetOf('shop', 3));
  await stage.create(kinds.autoscalers, {
    metadata: {
      name: 'shop',
      namespace: 'default',
      annotations: annotation === undefined ? {} : { 'sandbox.sluice.dev/desired-replicas': annotation },
    },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop' },
      minReplicas: 2,
      maxReplicas: 6,
    },
  });
  await stage.seconds(10);
  return stage;
}

describe('a HorizontalPodAutoscaler', () => {
  test.each([
    ['leaves a number within its bounds alone', undefined, 3],
    ['scales to what its annotation asks for', '5', 5],
    ['never above its maximum', '50', 6],
    ['never below its minimum', '0', 2],
  ])('%s', async (_, annotation, expected) => {
    const stage = await scaledStage(annotation);
    expect(stage.pods()).toHaveLength(expected);
    expect(stage.read<Autoscaler>(kinds.autoscalers, 'shop')?.status).toMatchObject({
      currentReplicas: expected,
      desiredReplicas: expected,
    });
  });

  test.each([
    ['3', 'AbleToScale True ReadyForNewScale', 'ScalingLimited False DesiredWithinRange'],
    ['50', 'AbleToScale True ReadyForNewScale', 'ScalingLimited True TooManyReplicas'],
    ['0', 'AbleToScale True ReadyForNewScale', 'ScalingLimited True TooFewReplicas'],
  ])('asked for %s says %s and %s', async (annotation, able, limited) => {
    const stage = await scaledStage(annotation);
    const { conditions = [] } = stage.read<Autoscaler>(kinds.autoscalers, 'shop')?.status ?? {};
    expect(conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual([
      able,
      'ScalingActive True ValidMetricFound',
      limited,
    ]);
  });

  test('says that it is switched off with its target', async () => {
    const stage = await scaledStage(undefined);
    await stage.patch(resources.replicaSets, 'shop', { spec: { replicas: 0 } });
    await stage.seconds(10);
    const { conditions = [] } = stage.read<Autoscaler>(kinds.autoscalers, 'shop')?.status ?? {};
    expect(conditions.map(({ reason }) => reason)).toEqual(['SucceededGetScale', 'ScalingDisabled']);
  });

  test('insists when somebody else changes the replicas, except to none', async () => {
    const stage = await scaledStage('4');
    await stage.patch(resources.replicaSets, 'shop', { spec: { replicas: 1 } });
    await stage.seconds(10);
    expect(stage.pods()).toHaveLength(4);
    await stage.patch(resources.replicaSets, 'shop', { spec: { replicas: 0 } });
    await stage.seconds(10);
    expect(stage.pods()).toHaveLength(0);
    expect(stage.warnings).toEqual([]);
  });
});
