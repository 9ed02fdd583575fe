import type { KubeObject } from '../../../src/api/meta.ts';
import { resources } from '../../../src/api/resources.ts';
import { kinds, replicaSetOf, serviceOf, worldStage } from '../world-support.ts';

interface Slice extends KubeObject {
  endpoints: {
    addresses: string[];
    conditions: { ready: boolean; serving: boolean; terminating: boolean };
    targetRef: { name: string };
  }[];
  ports: { name: string; port: number }[];
}

function stageWithService() {
  const stage = worldStage();
  const slice = () => stage.list<Slice>(resources.endpointSlices)[0] as Slice;
  const ready = () => slice().endpoints.filter(({ conditions }) => conditions.ready).length;
  return { ...stage, slice, ready };
}

describe('the endpoints of a Service', () => {
  test('are its pods, ready or not, with the port that the target port names', async () => {
    const stage = stageWithService();
    await stage.create(resources.services, serviceOf('shop', { app: 'shop' }));
    await stage.create(resources.replicaSets, replicaSetOf('shop', 2));
    await stage.seconds(2);
    expect([stage.slice().endpoints.length, stage.ready()]).toEqual([2, 0]);
    await stage.seconds(1);
    expect(stage.ready()).toBe(2);
    expect(stage.slice().ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
    expect(stage.slice().metadata).toMatchObject({
      name: expect.stringMatching(/^shop-[a-z0-9]{5}$/),
      labels: { 'kubernetes.io/service-name': 'shop' },
      ownerReferences: [{ kind: 'Service', name: 'shop' }],
    });
    const { subsets } = stage.read(kinds.endpoints, 'shop') as KubeObject & {
      subsets: { addresses: unknown[] }[];
    };
    expect(subsets[0]?.addresses).toHaveLength(2);
  });

  test('follow the selector from one revision to another', async () => {
    const stage = stageWithService();
    await stage.create(resources.replicaSets, replicaSetOf('old', 2, { labels: { hash: 'old' } }));
    await stage.create(resources.replicaSets, replicaSetOf('new', 1, { labels: { hash: 'new' } }));
    await stage.create(resources.services, serviceOf('shop', { hash: 'old' }));
    await stage.seconds(5);
    expect(stage.ready()).toBe(2);
    await stage.patch(resources.services, 'shop', { spec: { selector: { hash: 'new' } } });
    await stage.seconds(0);
    expect(stage.slice().endpoints.map(({ targetRef }) => targetRef.name)).toEqual([
      expect.stringMatching(/^new-/),
    ]);
  });

  test('lose a pod as soon as it is told to end, while it still serves', async () => {
    const stage = stageWithService();
    await stage.create(resources.services, serviceOf('shop', { app: 'shop' }));
    await stage.create(
      resources.replicaSets,
      replicaSetOf('shop', 2, { annotations: { 'terminate-seconds': '10' } }),
    );
    await stage.seconds(5);
    await stage.patch(resources.replicaSets, 'shop', { spec: { replicas: 1 } });
    await stage.seconds(1);
    expect(
      stage
        .slice()
        .endpoints.map(({ conditions }) => conditions)
        .sort((one) => (one.ready ? -1 : 1)),
    ).toEqual([
      { ready: true, serving: true, terminating: false },
      { ready: false, serving: true, terminating: true },
    ]);
    await stage.seconds(10);
    expect(stage.slice().endpoints).toHaveLength(1);
  });

  test('are not written again when nothing changed', async () => {
    const stage = stageWithService();
    await stage.create(resources.services, serviceOf('shop', { app: 'shop' }));
    await stage.create(resources.replicaSets, replicaSetOf('shop', 1));
    await stage.seconds(5);
    const before = stage.slice().metadata.resourceVersion;
    await stage.patch(resources.services, 'shop', { metadata: { annotations: { note: 'x' } } });
    await stage.seconds(60);
    expect(stage.slice().metadata.resourceVersion).toBe(before);
  });
});
