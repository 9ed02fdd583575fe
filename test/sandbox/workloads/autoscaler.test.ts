import type { KubeObject } from '../../../src/api/meta.ts';
import { resources } from '../../../src/api/resources.ts';
import type { Rollout } from '../../../src/api/v1alpha1/rollout.ts';
import type { Autoscaler } from '../../../src/sandbox/workloads/autoscaler.ts';
import { rollout } from '../../support/builders.ts';
import { crds } from '../../support/settings.ts';
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

  test('without annotation says that nothing is measured, once, as on a cluster without a metrics server', async () => {
    const stage = await scaledStage(undefined);
    await stage.seconds(60);
    const { conditions = [] } = stage.read<Autoscaler>(kinds.autoscalers, 'shop')?.status ?? {};
    expect(conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual([
      'AbleToScale True SucceededGetScale',
      'ScalingActive False FailedGetResourceMetric',
    ]);
    const told = stage
      .list<KubeObject & { reason: string; message: string; count: number }>(kinds.events)
      .filter(({ reason }) => reason === 'FailedGetResourceMetric');
    expect(told).toEqual([
      expect.objectContaining({
        count: 1,
        message: expect.stringContaining('sandbox.sluice.dev/desired-replicas'),
      }),
    ]);
  });

  test('shows the metrics from which the size follows that its annotation asks for', async () => {
    const stage = await scaledStage('3');
    const metrics = [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
      },
      {
        type: 'Pods',
        pods: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '500m' } },
      },
    ];
    await stage.patch(kinds.autoscalers, 'shop', {
      metadata: { annotations: { 'sandbox.sluice.dev/desired-replicas': '9' } },
      spec: { metrics },
    });
    await stage.patch(resources.replicaSets, 'shop', { spec: { replicas: 6 } });
    await stage.seconds(10);
    expect(stage.read<Autoscaler & { status: object }>(kinds.autoscalers, 'shop')?.status).toMatchObject({
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 120 } } },
        { type: 'Pods', pods: { metric: { name: 'queue' }, current: { averageValue: '750m' } } },
      ],
    });
  });

  test.each([
    ['0.5', 4],
    ['0.2', 5],
  ])('with a tolerance of %s upwards, of 4 pods asked to be 5 there are %s', async (tolerance, expected) => {
    const stage = await scaledStage('4');
    await stage.patch(kinds.autoscalers, 'shop', {
      metadata: { annotations: { 'sandbox.sluice.dev/desired-replicas': '5' } },
      spec: { behavior: { scaleUp: { tolerance } } },
    });
    await stage.seconds(10);
    expect(stage.pods()).toHaveLength(expected);
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

describe('the behavior of a HorizontalPodAutoscaler', () => {
  const pods = (value: number, periodSeconds: number) => ({ type: 'Pods', value, periodSeconds });
  const percent = (value: number, periodSeconds: number) => ({ type: 'Percent', value, periodSeconds });
  const atOnce = { stabilizationWindowSeconds: 0 };

  /** Sizes at so many seconds after `to` was asked for, by an autoscaler that has stood for an hour. */
  async function sizes(behavior: object, from: number, to: number, moments: readonly number[]) {
    const stage = worldStage();
    await stage.create(resources.replicaSets, replicaSetOf('shop', from));
    await stage.create(kinds.autoscalers, {
      metadata: { name: 'shop', namespace: 'default' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop' },
        minReplicas: 1,
        maxReplicas: 100,
        behavior,
      },
    });
    await stage.seconds(3600);
    await ask(stage, to);
    const found: number[] = [];
    let passed = 0;
    for (const moment of moments) {
      await stage.seconds(moment - passed);
      passed = moment;
      found.push(stage.replicaSet('shop').spec.replicas ?? 1);
    }
    return { found, stage };
  }

  const ask = (stage: ReturnType<typeof worldStage>, replicas: number) =>
    stage.patch(kinds.autoscalers, 'shop', {
      metadata: { annotations: { 'sandbox.sluice.dev/desired-replicas': String(replicas) } },
    });

  test.each([
    ['doubles every 15 s by default', {}, 10, 80, [1, 14, 16, 31], [20, 20, 40, 80]],
    ['adds four where that is more than double', {}, 1, 20, [1, 16, 31], [5, 10, 20]],
    ['waits five minutes before it goes down by default', {}, 10, 2, [1, 299, 301], [10, 10, 2]],
    [
      'takes the slower policy on request',
      { scaleUp: { selectPolicy: 'Min', policies: [pods(2, 60), percent(100, 60)] } },
      10,
      20,
      [1, 59, 61, 121],
      [12, 12, 14, 16],
    ],
    [
      'takes away the greater share of what there is, rounded up',
      { scaleDown: { ...atOnce, policies: [pods(4, 60), percent(10, 60)] } },
      80,
      1,
      [1, 61, 121],
      [72, 64, 57],
    ],
    [
      'never goes down when that is switched off',
      { scaleDown: { selectPolicy: 'Disabled' } },
      10,
      2,
      [1, 4000],
      [10, 10],
    ],
    [
      'never goes up when that is switched off',
      { scaleUp: { selectPolicy: 'Disabled' } },
      2,
      10,
      [1, 4000],
      [2, 2],
    ],
    [
      'waits before it goes up',
      { scaleUp: { stabilizationWindowSeconds: 60 } },
      10,
      12,
      [1, 59, 61],
      [10, 10, 12],
    ],
  ] as const)('%s', async (_, behavior, from, to, moments, expected) => {
    const { found, stage } = await sizes(behavior, from, to, moments);
    expect(found).toEqual(expected);
    expect(stage.warnings).toEqual([]);
  });

  test('holds for a Rollout, through its scale subresource', async () => {
    const stage = worldStage();
    for (const crd of crds()) stage.world.server.installCrd(crd);
    const { metadata, spec } = rollout();
    await stage.create(resources.rollouts, {
      metadata: { name: metadata.name, namespace: 'default' },
      spec: { ...spec, replicas: 2 },
    });
    await stage.create(kinds.autoscalers, {
      metadata: {
        name: 'shop',
        namespace: 'default',
        annotations: { 'sandbox.sluice.dev/desired-replicas': '9' },
      },
      spec: {
        scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: metadata.name },
        maxReplicas: 20,
        behavior: { scaleUp: { policies: [pods(3, 60)] } },
      },
    });
    const size = () => stage.read<Rollout>(resources.rollouts, metadata.name)?.spec.replicas;
    await stage.seconds(1);
    expect(size()).toBe(5);
    await stage.seconds(60);
    expect(size()).toBe(8);
    expect(stage.warnings).toEqual([]);
  });

  test('goes down to the highest size asked for lately', async () => {
    const { stage } = await sizes({}, 10, 2, [1]);
    await stage.seconds(100);
    await ask(stage, 5);
    await stage.seconds(100);
    await ask(stage, 2);
    await stage.seconds(101);
    expect(stage.replicaSet('shop').spec.replicas).toBe(5);
    await stage.seconds(198);
    expect(stage.replicaSet('shop').spec.replicas).toBe(5);
    await stage.seconds(2);
    expect(stage.replicaSet('shop').spec.replicas).toBe(2);
  });

  test.each([
    [{}, 10, 2, 'ScaleDownStabilized', 'DesiredWithinRange'],
    [{ scaleUp: { stabilizationWindowSeconds: 60 } }, 2, 3, 'ScaleUpStabilized', 'DesiredWithinRange'],
    [{}, 10, 80, 'ReadyForNewScale', 'ScaleUpLimit'],
    [{ scaleDown: { ...atOnce, policies: [pods(1, 60)] } }, 10, 2, 'ReadyForNewScale', 'ScaleDownLimit'],
  ])('%j from %d to %d says %s and %s', async (behavior, from, to, able, limited) => {
    const { stage } = await sizes(behavior, from, to, [1]);
    const { conditions = [] } = stage.read<Autoscaler>(kinds.autoscalers, 'shop')?.status ?? {};
    expect(conditions.map(({ reason }) => reason)).toEqual([able, 'ValidMetricFound', limited]);
  });
});
