import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { instant } from '../../src/kernel/instant.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { random } from '../../src/kernel/random.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import { type InformerOptions, informer } from '../../src/shell/informer.ts';
import { ownerIndex } from '../../src/shell/object-cache.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { type FakeCluster, fakeCluster } from './fake-cluster.ts';

const type = resources.services;
const service = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'web' },
  spec,
});
const ref = (name: string) => ({ type, namespace: 'web', name });

function bench(prepare: (cluster: FakeCluster) => void = () => {}, options: Partial<InformerOptions> = {}) {
  const clock = virtualClock(instant(0));
  const cluster = fakeCluster();
  prepare(cluster);
  const stopping = new AbortController();
  const restarts: string[] = [];
  const services = informer({
    cluster,
    type,
    clock,
    random: random(3),
    log: silentLog,
    signal: stopping.signal,
    onRestart: (reason) => restarts.push(reason),
    ...options,
  });
  const seen: string[] = [];
  services.onChange(({ type: what, object }) => seen.push(`${what} ${object.metadata.name}`));
  const names = () =>
    services.cache
      .list()
      .map(({ metadata }) => metadata.name)
      .sort();
  return { clock, cluster, services, stopping, restarts, seen, names };
}

describe('an informer', () => {
  test('holds what was there and what changes, and says so', async () => {
    const { clock, cluster, seen, names } = bench((server) => server.put(type, service('a')));
    await clock.advanceBy(0);
    cluster.put(type, service('b'));
    cluster.put(type, service('a', { changed: true }));
    cluster.remove(ref('b'));
    await clock.advanceBy(0);
    expect(seen).toEqual(['added a', 'added b', 'modified a', 'deleted b']);
    expect(names()).toEqual(['a']);
    expect(cluster.calls).toEqual(['list services', 'watch services from 101']);
  });

  test('stops when it is told', async () => {
    const { clock, cluster, stopping } = bench();
    await clock.advanceBy(0);
    stopping.abort();
    await clock.advanceBy(600);
    expect(cluster.openWatches).toBe(0);
    expect(clock.pending).toBe(0);
  });

  const misfortunes: [string, (cluster: FakeCluster) => void, string[]][] = [
    ['a watch that ends', (cluster) => cluster.dropWatches(), ['ended']],
    ['a watch that breaks', (cluster) => cluster.dropWatches(new ApiError(0, '', 'reset')), ['broken']],
    [
      'a version that is too old',
      (cluster) => cluster.dropWatches(new ApiError(410, 'Expired', '')),
      ['expired'],
    ],
    ['a conflict', (cluster) => cluster.dropWatches(new ApiError(409, 'Conflict', '')), ['broken']],
    [
      'an overloaded server',
      (cluster) => cluster.dropWatches(new ApiError(429, 'TooManyRequests', '', 2)),
      ['broken'],
    ],
    ['a failing server', (cluster) => cluster.dropWatches(new ApiError(503, '', '')), ['broken']],
  ];
  test.each(misfortunes)('loses no change over %s', async (_, happen, expected) => {
    const { clock, cluster, restarts, names, services } = bench((server) => {
      server.put(type, service('a'));
      server.put(type, service('b'));
    });
    await clock.advanceBy(0);
    happen(cluster);
    cluster.remove(ref('a'));
    cluster.put(type, service('b', { changed: true }));
    cluster.put(type, service('c'));
    await clock.advanceBy(30);
    expect(names()).toEqual(['b', 'c']);
    expect(services.cache.get('web', 'b')?.spec).toEqual({ changed: true });
    expect(restarts).toEqual(expected);
  });

  test('waits as long as an overloaded server asks for', async () => {
    const { clock, cluster } = bench();
    await clock.advanceBy(0);
    cluster.calls.length = 0;
    cluster.dropWatches(new ApiError(429, 'TooManyRequests', '', 20));
    await clock.advanceBy(19);
    expect(cluster.calls).toEqual([]);
    await clock.advanceBy(2);
    expect(cluster.calls).toEqual(['peek services', 'watch services from 100']);
  });

  test('believes a server whose history went back, and drops what it no longer has', async () => {
    const { clock, cluster, restarts, names, seen } = bench((server) => {
      server.put(type, service('a'));
      server.put(type, service('b'));
    });
    await clock.advanceBy(0);
    cluster.remove(ref('a'));
    await clock.advanceBy(0);
    seen.length = 0;
    cluster.goBackTo(50);
    cluster.put(type, service('b', { restored: true }));
    cluster.put(type, service('z'));
    await clock.advanceBy(10);
    expect(names()).toEqual(['b', 'z']);
    expect(seen).toEqual(['modified b', 'added z']);
    expect(restarts).toContain('wentBack');
    cluster.put(type, service('later'));
    await clock.advanceBy(0);
    expect(names()).toEqual(['b', 'later', 'z']);
  });

  test('comes back to a server that was away for an hour, slower and slower but within half a minute', async () => {
    const { clock, cluster, names } = bench();
    await clock.advanceBy(0);
    cluster.onCall = () => {
      throw new ApiError(0, '', 'connection refused');
    };
    cluster.dropWatches(new ApiError(0, '', 'connection refused'));
    cluster.calls.length = 0;
    await clock.advanceBy(3600);
    expect(cluster.calls.length).toBeLessThan(3600 / 15 + 10);
    cluster.onCall = () => {};
    cluster.put(type, service('new'));
    await clock.advanceBy(31);
    expect(names()).toEqual(['new']);
  });

  test('a type that the server does not know is empty, and is asked for again now and then', async () => {
    const { clock, cluster, services, names } = bench((server) => server.unknownTypes.add('services'));
    await clock.advanceBy(0);
    await expect(services.synced).resolves.toBeUndefined();
    await clock.advanceBy(600);
    expect(cluster.calls.length).toBeLessThanOrEqual(11);
    cluster.unknownTypes.clear();
    cluster.put(type, service('a'));
    await clock.advanceBy(121);
    expect(names()).toEqual(['a']);
  });

  test('a kind of ours without a definition is told with what to do, and asked for every few seconds', async () => {
    const told: unknown[] = [];
    const tell = (message: string, facts?: object) => void told.push({ message, ...facts });
    const absences: boolean[] = [];
    const { clock, cluster } = bench((server) => server.unknownTypes.add('rollouts'), {
      type: resources.rollouts,
      log: { ...silentLog, info: tell, warn: tell },
      onAbsence: (isAbsent) => absences.push(isAbsent),
    });
    await clock.advanceBy(60);
    expect(told).toEqual([
      expect.objectContaining({
        type: 'rollouts.argoproj.io',
        help: expect.stringContaining('kubectl apply --server-side -k config/crds'),
      }),
    ]);
    cluster.unknownTypes.clear();
    await clock.advanceBy(11);
    expect(absences).toEqual([true, false]);
    expect(told).toHaveLength(2);
  });

  test.each([
    ['rollouts.argoproj.io is forbidden: … at the cluster scope', 'Bind the ClusterRole'],
    ['rollouts.argoproj.io is forbidden: … in the namespace "web"', 'Bind the Role'],
  ])('tells what to do about: %s', async (message, help) => {
    const told: object[] = [];
    const { clock, stopping } = bench(
      (server) => {
        server.onCall = () => {
          throw new ApiError(403, 'Forbidden', message);
        };
      },
      { log: { ...silentLog, warn: (_, facts) => void told.push({ ...facts }) } },
    );
    await clock.advanceBy(0);
    stopping.abort();
    expect(told[0]).toMatchObject({ reason: message, help: expect.stringContaining(help) });
  });

  test('nobody waits for ever for a type that we may not read', async () => {
    const { clock, services } = bench((server) => {
      server.onCall = () => {
        throw new ApiError(403, 'Forbidden', 'services is forbidden');
      };
    });
    const ready = services.ready();
    ready.catch(() => {});
    await clock.advanceBy(0);
    await expect(ready).rejects.toThrow('forbidden');
  });

  test('finds objects by their owner and by what its user wants to find them by', async () => {
    const owned = service('a', { color: 'red' });
    owned.metadata.ownerReferences = [
      { apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u1', controller: true },
    ];
    const { clock, cluster, services } = bench((server) => server.put(type, owned), {
      indexers: { color: ({ spec }) => [(spec as { color?: string }).color ?? 'none'] },
    });
    await clock.advanceBy(0);
    expect(services.cache.byIndex(ownerIndex, 'u1')).toHaveLength(1);
    cluster.put(type, { ...owned, spec: { color: 'blue' } });
    await clock.advanceBy(0);
    expect(services.cache.byIndex('color', 'red')).toEqual([]);
    expect(services.cache.byIndex('color', 'blue')).toHaveLength(1);
  });
});

describe('what we wrote ourselves', () => {
  test('is in the cache at once, and its echo is no news', async () => {
    const { clock, cluster, services, seen } = bench((server) => server.put(type, service('a')));
    await clock.advanceBy(0);
    cluster.holdWatches(true);
    const answer = await cluster.patch(ref('a'), { kind: 'merge', body: { spec: { ours: true } } });
    services.cache.noteWrite(answer);
    expect(services.cache.get('web', 'a')?.spec).toEqual({ ours: true });
    cluster.holdWatches(false);
    await clock.advanceBy(0);
    expect(seen).toEqual(['added a', 'modified a']);
  });

  test('is not undone by older news, nor by a list that was read before', async () => {
    const { clock, cluster, services } = bench((server) => server.put(type, service('a')));
    await clock.advanceBy(0);
    cluster.holdWatches(true);
    cluster.put(type, service('a', { theirs: true }));
    const before = await cluster.list(type);
    services.cache.noteWrite(
      await cluster.patch(ref('a'), { kind: 'merge', body: { spec: { ours: true } } }),
    );
    services.cache.noteWrite(await cluster.create(service('new'), type));
    services.cache.replace(before.items, before.resourceVersion, false);
    expect(services.cache.get('web', 'a')?.spec).toEqual({ theirs: true, ours: true });
    expect(services.cache.get('web', 'new')).toBeDefined();
    cluster.holdWatches(false);
    await clock.advanceBy(0);
    expect(services.cache.get('web', 'a')?.spec).toEqual({ theirs: true, ours: true });
  });

  test('a deletion holds although changes from before it still arrive', async () => {
    const { clock, cluster, services, names, seen } = bench((server) => server.put(type, service('a')));
    await clock.advanceBy(0);
    const { uid } = services.cache.get('web', 'a')?.metadata ?? {};
    cluster.holdWatches(true);
    cluster.put(type, service('a', { changed: true }));
    await cluster.delete(ref('a'));
    services.cache.noteDelete('web', 'a', uid);
    cluster.holdWatches(false);
    await clock.advanceBy(0);
    expect(names()).toEqual([]);
    expect(seen).toEqual(['added a', 'deleted a']);
    cluster.put(type, service('a', { second: 'life' }));
    await clock.advanceBy(0);
    expect(names()).toEqual(['a']);
  });

  test('versions are compared as numbers of any size', async () => {
    const { services } = bench();
    const copy = (resourceVersion: string, mark: string): KubeObject => ({
      ...service('a', { mark }),
      metadata: { name: 'a', namespace: 'web', uid: 'u', resourceVersion },
    });
    services.cache.noteWrite(copy('9007199254740993', 'newer'));
    services.cache.noteWrite(copy('9007199254740992', 'older'));
    services.cache.noteWrite(copy('999', 'much older'));
    expect(services.cache.get('web', 'a')?.spec).toEqual({ mark: 'newer' });
  });
});
