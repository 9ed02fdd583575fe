import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { instant } from '../../src/kernel/instant.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { random } from '../../src/kernel/random.ts';
import { caches } from '../../src/shell/caches.ts';
import { objectCache, orphanIndex, ownerIndex } from '../../src/shell/object-cache.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { fakeCluster } from './fake-cluster.ts';

const ref = { type: resources.services, namespace: 'web', name: 'shop' };
const written = (color: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'shop',
    namespace: 'web',
    managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:spec': {} } }],
  },
  spec: { color },
});

async function followed() {
  const clock = virtualClock(instant(0));
  const cluster = fakeCluster();
  cluster.put(resources.services, written('blue'));
  const stopping = new AbortController();
  const known = caches({
    ...{ cluster, clock, random: random(3), log: silentLog, signal: stopping.signal },
    onChange: () => {},
  });
  known.of(resources.services);
  await clock.advanceBy(0);
  return { clock, cluster, known };
}

describe('what the caches keep of an object', () => {
  const ways: [string, (given: Awaited<ReturnType<typeof followed>>) => Promise<unknown>, string][] = [
    ['the first list', async () => {}, 'blue'],
    [
      'the watch',
      async ({ cluster, clock }) => {
        cluster.put(resources.services, written('green'));
        await clock.advanceBy(0);
      },
      'green',
    ],
    [
      'the answer to our own write',
      ({ known }) => known.cluster.patch(ref, { kind: 'merge', body: { spec: { color: 'red' } } }),
      'red',
    ],
  ];
  test.each(ways)(
    'is without the record of who wrote what, when it comes with %s',
    async (_, come, color) => {
      const given = await followed();
      await come(given);
      const kept = given.known.get(ref);
      expect(kept?.spec).toEqual({ color });
      expect(kept?.metadata).not.toHaveProperty('managedFields');
    },
  );

  test('whoever wrote gets that record in the answer', async () => {
    const { known } = await followed();
    const answer = await known.cluster.patch(ref, { kind: 'merge', body: { spec: { color: 'red' } } });
    expect(answer.metadata.managedFields).toHaveLength(1);
  });
});

describe('an index', () => {
  const owned = (name: string, owner: string | undefined, version: number): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'web',
      resourceVersion: String(version),
      ...(owner !== undefined && {
        ownerReferences: [{ apiVersion: 'v1', kind: 'Rollout', name: 'x', uid: owner, controller: true }],
      }),
    },
  });

  test.each(['before', 'after'])(
    'that is first asked %s the objects come holds one, several and none',
    (when) => {
      const cache = objectCache(() => {});
      const under = (index: string, value: string) =>
        cache.byIndex(index, value).map(({ metadata }) => metadata.name);
      if (when === 'before') expect([under(ownerIndex, 'a'), under(orphanIndex, 'web')]).toEqual([[], []]);
      cache.apply('ADDED', owned('one', 'a', 1));
      cache.apply('ADDED', owned('free', undefined, 2));
      expect([under(ownerIndex, 'a'), under(orphanIndex, 'web')]).toEqual([['one'], ['free']]);
      cache.apply('ADDED', owned('two', 'a', 3));
      cache.apply('MODIFIED', owned('one', 'a', 4));
      expect(under(ownerIndex, 'a')).toEqual(['one', 'two']);
      expect(cache.byIndex(ownerIndex, 'a')[0]?.metadata.resourceVersion).toBe('4');
      cache.apply('MODIFIED', owned('one', 'b', 5));
      cache.apply('MODIFIED', owned('free', 'b', 6));
      expect(['a', 'b'].map((owner) => under(ownerIndex, owner))).toEqual([['two'], ['one', 'free']]);
      expect(under(orphanIndex, 'web')).toEqual([]);
      cache.apply('DELETED', owned('two', 'a', 7));
      expect(under(ownerIndex, 'a')).toEqual([]);
      expect(cache.list('web')).toHaveLength(2);
    },
  );
});
