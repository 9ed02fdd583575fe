import type { KubeObject } from '../../../src/api/meta.ts';
import { resources } from '../../../src/api/resources.ts';
import type { Change } from '../../../src/sandbox/store.ts';
import { replicaSetOf, worldStage } from '../world-support.ts';

/** Everything as it was created, with the names, numbers and times out of the way that each object has of its own. */
function createdIn(changes: readonly Change[], resource: string) {
  return changes
    .filter((change) => change.resource === resource && change.type === 'ADDED')
    .map(({ object }) => object);
}

const plain = ({ metadata, ...rest }: KubeObject) => {
  const {
    name: _name,
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp,
    managedFields,
    ...own
  } = metadata;
  const entries = (managedFields as readonly { time: string }[]).map(({ time, ...entry }) => ({
    ...entry,
    isAtCreation: time === creationTimestamp,
  }));
  return { ...rest, metadata: { ...own, entries } };
};

describe('what the controllers of the sandbox make many of', () => {
  test('a pod made like the first one of its ReplicaSet differs from it in its name, number and times only', async () => {
    const stage = worldStage();
    const changes: Change[] = [];
    stage.world.server.onChange((change) => changes.push(change));
    await stage.create(resources.replicaSets, replicaSetOf('shop', 1));
    await stage.seconds(60);
    await stage.world.cluster.patch(
      { type: resources.replicaSets, namespace: 'default', name: 'shop' },
      { kind: 'merge', body: { spec: { replicas: 3 } } },
    );
    await stage.seconds(60);
    const [first, ...others] = createdIn(changes, 'pods');
    expect(others).toHaveLength(2);
    for (const other of others) {
      expect(plain(other)).toEqual(plain(first as KubeObject));
      expect(other.metadata.creationTimestamp).not.toBe(first?.metadata.creationTimestamp);
    }
    expect(new Set([first, ...others].map((pod) => pod?.metadata.uid)).size).toBe(3);
    expect(stage.pods().every(({ status }) => status?.phase === 'Running')).toBe(true);
  });

  test('each event says what happened to which object, and its owner owns the same fields', async () => {
    const stage = worldStage();
    const changes: Change[] = [];
    stage.world.server.onChange((change) => changes.push(change));
    await stage.create(resources.replicaSets, replicaSetOf('shop', 2));
    await stage.seconds(10);
    const events = createdIn(changes, 'events') as (KubeObject & {
      message: string;
      reason: string;
      involvedObject: { kind: string; name: string };
    })[];
    const pods = createdIn(changes, 'pods').map(({ metadata }) => metadata.name);
    expect(
      events.filter(({ reason }) => reason === 'SuccessfulCreate').map(({ message }) => message),
    ).toEqual(pods.map((name) => `Created pod: ${name}`));
    expect(
      events
        .filter(({ reason }) => reason === 'Started')
        .map(({ involvedObject }) => involvedObject.name)
        .sort(),
    ).toEqual([...pods].sort());
    expect(new Set(events.map((event) => JSON.stringify(plain(event).metadata.entries))).size).toBe(1);
  });
});
