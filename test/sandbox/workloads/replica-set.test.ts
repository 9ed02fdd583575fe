import { resources } from '../../../src/api/resources.ts';
import { replicaSetOf, template, worldStage } from '../world-support.ts';

describe('a ReplicaSet', () => {
  test('has its pods, owned by it, and counts them stage by stage', async () => {
    const stage = worldStage();
    await stage.create(resources.replicaSets, replicaSetOf('shop', 3, { minReadySeconds: 10 }));
    const counts = () => {
      const {
        replicas,
        readyReplicas = 0,
        availableReplicas = 0,
        fullyLabeledReplicas,
      } = stage.replicaSet('shop').status ?? {};
      return [replicas, fullyLabeledReplicas, readyReplicas, availableReplicas];
    };
    await stage.seconds(1);
    expect(counts()).toEqual([3, 3, 0, 0]);
    expect(stage.pods().map(({ metadata }) => metadata.ownerReferences?.[0]?.name)).toEqual([
      'shop',
      'shop',
      'shop',
    ]);
    await stage.seconds(2);
    expect(counts()).toEqual([3, 3, 3, 0]);
    await stage.seconds(9);
    expect(counts()).toEqual([3, 3, 3, 0]);
    await stage.seconds(1);
    expect(counts()).toEqual([3, 3, 3, 3]);
    expect(stage.replicaSet('shop').status?.observedGeneration).toBe(1);
  });

  test('replaces a pod that is deleted', async () => {
    const stage = worldStage();
    await stage.create(resources.replicaSets, replicaSetOf('shop', 2));
    await stage.seconds(10);
    const [doomed] = stage.pods();
    await stage.world.cluster.delete({
      type: resources.pods,
      namespace: 'default',
      name: doomed?.metadata.name ?? '',
    });
    await stage.seconds(10);
    expect(stage.pods()).toHaveLength(2);
    expect(stage.pods().map(({ metadata }) => metadata.uid)).not.toContain(doomed?.metadata.uid);
    expect(stage.replicaSet('shop').status?.readyReplicas).toBe(2);
  });

  test('gives up the pods that serve nobody first, then the youngest', async () => {
    const stage = worldStage();
    await stage.create(resources.replicaSets, replicaSetOf('shop', 2));
    await stage.seconds(30);
    const eldest = stage.pods().map(({ metadata }) => metadata.name);
    await stage.patch(resources.replicaSets, 'shop', { spec: { replicas: 3 } });
    await stage.seconds(30);
    const third = stage.pods().find(({ metadata }) => !eldest.includes(metadata.name))?.metadata.name;
    await stage.patch(resources.pods, eldest[0] ?? '', {
      metadata: { annotations: { 'sandbox.sluice.dev/fail': 'never-ready' } },
    });
    await stage.seconds(1);
    await stage.patch(resources.replicaSets, 'shop', { spec: { replicas: 2 } });
    await stage.seconds(5);
    expect(
      stage
        .pods()
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual([eldest[1], third].sort());
    await stage.patch(resources.replicaSets, 'shop', { spec: { replicas: 1 } });
    await stage.seconds(5);
    expect(stage.pods().map(({ metadata }) => metadata.name)).toEqual([eldest[1]]);
  });

  test('takes over a pod that matches, and lets go of one that no longer does', async () => {
    const stage = worldStage();
    await stage.create(resources.pods, {
      metadata: { name: 'stray', namespace: 'default', labels: { app: 'shop' } },
      spec: template().spec,
    });
    await stage.create(resources.replicaSets, replicaSetOf('shop', 2));
    await stage.seconds(5);
    expect(stage.pods()).toHaveLength(2);
    await stage.patch(resources.pods, 'stray', { metadata: { labels: { app: 'other' } } });
    await stage.seconds(5);
    expect(stage.pods()).toHaveLength(3);
    expect(
      stage.pods().find(({ metadata }) => metadata.name === 'stray')?.metadata.ownerReferences ?? [],
    ).toEqual([]);
  });

  test('tells the story of its pods in events, for an hour', async () => {
    const stage = worldStage();
    const reasons = () => stage.list(resources.events).map((event) => (event as { reason?: string }).reason);
    await stage.create(resources.replicaSets, replicaSetOf('shop', 1));
    await stage.seconds(5);
    expect(reasons().sort()).toEqual(['Scheduled', 'Started', 'SuccessfulCreate']);
    await stage.seconds(3600);
    expect(reasons()).toEqual([]);
  });

  test('keeps an event for an hour after it was last written', async () => {
    const stage = worldStage();
    const note = (name: string) => stage.create(resources.events, eventNamed(name));
    const names = () => stage.list(resources.events).map(({ metadata }) => metadata.name);
    await note('early');
    await stage.seconds(600);
    await note('late');
    await stage.seconds(600);
    const early = { type: resources.events, namespace: 'default', name: 'early' };
    await stage.world.cluster.patch(early, { kind: 'merge', body: { count: 2 } });
    await stage.seconds(2999);
    expect(names()).toEqual(['early', 'late']);
    await stage.seconds(1);
    expect(names()).toEqual(['early']);
    await stage.seconds(600);
    expect(names()).toEqual([]);
  });

  test('goes with its pods', async () => {
    const stage = worldStage();
    await stage.create(resources.replicaSets, replicaSetOf('shop', 3));
    await stage.seconds(10);
    await stage.world.cluster.delete({ type: resources.replicaSets, namespace: 'default', name: 'shop' });
    await stage.seconds(10);
    expect(stage.pods()).toEqual([]);
    expect(stage.warnings).toEqual([]);
  });
});

function eventNamed(name: string): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: 'default' },
    involvedObject: { kind: 'Pod', name: 'shop', namespace: 'default' },
    reason: 'Noted',
  };
}
