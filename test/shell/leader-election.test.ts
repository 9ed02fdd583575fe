import { type ObjectRef, resources } from '../../src/api/resources.ts';
import { overlap, type Share } from '../../src/api/share.ts';
import { addSeconds, type Instant } from '../../src/kernel/instant.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { random } from '../../src/kernel/random.ts';
import { ApiError, type Cluster } from '../../src/ports/cluster.ts';
import { type Leadership, lead } from '../../src/shell/leader-election.ts';
import { leaseNameOf } from '../../src/shell/lease.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { fakeCluster } from './fake-cluster.ts';
import { start } from './stage.ts';

const ref: ObjectRef = { type: resources.leases, namespace: 'sluice', name: 'lock' };

function bench() {
  const running = virtualClock(start);
  let paused = 0;
  let wall = 0;
  /** As a process sees it that was stopped for a while: what was due meanwhile comes late. */
  const clock = {
    ...running,
    advanceBy: running.advanceBy,
    now: () => addSeconds(running.now(), paused),
    schedule: (at: Instant, task: () => void) => running.schedule(addSeconds(at, -paused), task),
  };
  const cluster = fakeCluster();
  const leaders = new Map<string, Leadership>();
  const stop = new AbortController();
  /** Gone all of a sudden: its requests are not answered any more. */
  const dead = new Set<string>();
  const run = (identity: string, share?: Share) =>
    void lead(
      {
        cluster: mortal(cluster, () => dead.has(identity)),
        clock,
        wallClock: { now: () => addSeconds(clock.now(), wall) },
        random: random(1).fork(identity),
        log: silentLog,
        namespace: 'sluice',
        name: share === undefined ? 'lock' : leaseNameOf(share),
        identity,
        ...(share && { share }),
      },
      stop.signal,
    ).then((leadership) => leadership && leaders.set(identity, leadership));
  const holder = () => (cluster.object(ref)?.spec as { holderIdentity?: string } | undefined)?.holderIdentity;
  const pause = (seconds: number) => {
    paused += seconds;
  };
  const setWall = (seconds: number) => {
    wall += seconds;
  };
  return { clock, cluster, leaders, run, holder, stop, dead, pause, setWall };
}

/** The cluster as a process sees it that can be killed. */
function mortal(cluster: Cluster, isDead: () => boolean): Cluster {
  const silence = new Promise<never>(() => {});
  return {
    ...cluster,
    get: (...args) => (isDead() ? silence : cluster.get(...args)),
    list: (...args) => (isDead() ? silence : cluster.list(...args)),
    create: (...args) => (isDead() ? silence : cluster.create(...args)),
    replace: (...args) => (isDead() ? silence : cluster.replace(...args)),
  };
}

describe('the election of a leader', () => {
  test('has one winner, who keeps the lease', async () => {
    const { clock, leaders, run, holder } = bench();
    run('a');
    run('b');
    await clock.advanceBy(120);
    expect([...leaders.keys()]).toEqual(['a']);
    expect(holder()).toBe('a');
    expect(leaders.get('a')?.lost.aborted).toBe(false);
  });

  test('passes on at once when the leader gives the lease back', async () => {
    const { clock, leaders, run, holder } = bench();
    run('a');
    run('b');
    await clock.advanceBy(10);
    await leaders.get('a')?.release();
    expect(holder()).toBe('');
    await clock.advanceBy(3);
    expect(holder()).toBe('b');
  });

  test('passes on after the lease has run out when the leader is silent', async () => {
    const { clock, cluster, leaders, run } = bench();
    run('b');
    cluster.put(resources.leases, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'lock', namespace: 'sluice' },
      spec: { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '1999-01-01T00:00:00.000000Z' },
    });
    await clock.advanceBy(14);
    expect(leaders.size).toBe(0); // its clock may be wrong: only our own counts
    await clock.advanceBy(4);
    expect([...leaders.keys()]).toEqual(['b']);
    expect(cluster.object(ref)?.spec).toMatchObject({ leaseTransitions: 1 });
  });

  test('stops a leader that cannot renew, before another one may start', async () => {
    const { clock, cluster, leaders, run } = bench();
    run('a');
    await clock.advanceBy(4);
    cluster.onCall = () => {
      throw new ApiError(0, '', 'connection refused');
    };
    await clock.advanceBy(8);
    expect(leaders.get('a')?.lost.aborted).toBe(false);
    await clock.advanceBy(4);
    expect(leaders.get('a')?.lost.aborted).toBe(true);
  });

  test('stops a leader whose lease somebody else has taken', async () => {
    const { clock, cluster, leaders, run } = bench();
    run('a');
    await clock.advanceBy(4);
    const lease = cluster.object(ref);
    if (lease !== undefined) cluster.put(resources.leases, { ...lease, spec: { holderIdentity: 'b' } });
    await clock.advanceBy(6);
    expect(leaders.get('a')?.lost.aborted).toBe(true);
  });

  test('goes on over a failure that is shorter than its deadline', async () => {
    const { clock, cluster, leaders, run } = bench();
    run('a');
    await clock.advanceBy(4);
    let failures = 3;
    cluster.onCall = () => {
      if (failures-- > 0) throw new ApiError(503, '', 'away');
    };
    await clock.advanceBy(60);
    expect(leaders.get('a')?.lost.aborted).toBe(false);
  });

  test('reads the lease only while it does not hold it', async () => {
    const { clock, cluster, run } = bench();
    run('a');
    await clock.advanceBy(20);
    expect(cluster.calls.filter((call) => call.startsWith('get'))).toHaveLength(1);
    expect(cluster.calls.filter((call) => call.startsWith('replace')).length).toBeGreaterThan(5);
  });

  test('lets the next one lead within the instant in which the lease is given back', async () => {
    const { clock, leaders, run } = bench();
    run('a');
    await clock.advanceBy(1);
    run('b');
    await clock.advanceBy(10.3);
    await leaders.get('a')?.release();
    await clock.advanceBy(0);
    expect([...leaders.keys()]).toEqual(['a', 'b']);
  });

  test('lets the next one lead when the lease of one that was killed runs out, and not before', async () => {
    const { clock, leaders, run, dead } = bench();
    run('a');
    await clock.advanceBy(1);
    run('b');
    await clock.advanceBy(11.5); // renewed at 12 for the last time
    dead.add('a');
    await clock.advanceBy(14.4);
    expect(leaders.has('b')).toBe(false);
    await clock.advanceBy(0.6);
    expect(leaders.has('b')).toBe(true);
  });

  test('stops one that was stopped for longer than its deadline before it looks at the lease', async () => {
    const { clock, cluster, leaders, run, pause } = bench();
    run('a');
    await clock.advanceBy(4);
    const leader = leaders.get('a');
    expect(() => leader?.assertHeld()).not.toThrow();
    pause(30);
    expect(() => leader?.assertHeld()).toThrow('the Lease was renewed 30 s ago'); // whatever runs first
    const before = cluster.calls.length;
    await clock.advanceBy(2);
    expect(leader?.lost.aborted).toBe(true);
    expect(cluster.calls.slice(before)).toEqual([]);
  });

  test('writes nothing after the machine has slept, until the lease is renewed', async () => {
    const { clock, leaders, run, setWall } = bench();
    run('a');
    await clock.advanceBy(4);
    const leader = leaders.get('a');
    setWall(3600); // the steady clock stood still meanwhile
    expect(() => leader?.assertHeld()).toThrow('the Lease was renewed 3600 s ago');
    await clock.advanceBy(2);
    expect(() => leader?.assertHeld()).not.toThrow();
    expect(leader?.lost.aborted).toBe(false);
  });

  test.each([3600, -3600])('does not move when the clock on the wall is set by %d s', async (seconds) => {
    const { clock, cluster, leaders, run, setWall } = bench();
    run('a');
    await clock.advanceBy(1);
    run('b');
    await clock.advanceBy(4);
    setWall(seconds);
    await clock.advanceBy(60);
    expect([...leaders.keys()]).toEqual(['a']);
    cluster.onCall = () => {
      throw new ApiError(0, '', 'connection refused');
    };
    await clock.advanceBy(12);
    expect(leaders.get('a')?.lost.aborted).toBe(true);
  });

  test('does not move when the lease is deleted: its holder makes it anew', async () => {
    const { clock, cluster, leaders, run, holder } = bench();
    run('a');
    await clock.advanceBy(1);
    run('b');
    await clock.advanceBy(4);
    cluster.remove(ref);
    await clock.advanceBy(0);
    expect(holder()).toBe('a');
    await clock.advanceBy(60);
    expect([...leaders.keys()]).toEqual(['a']);
  });

  test('waits until a deleted lease would have run out when its holder does not make it anew', async () => {
    const { clock, cluster, leaders, run, dead } = bench();
    run('a');
    await clock.advanceBy(1);
    run('b');
    await clock.advanceBy(4);
    dead.add('a');
    cluster.remove(ref);
    await clock.advanceBy(12);
    expect(leaders.has('b')).toBe(false);
    await clock.advanceBy(4);
    expect(leaders.has('b')).toBe(true);
  });

  test('ends in the same instant for one whose lease somebody has taken who found none', async () => {
    const { clock, cluster, leaders, run } = bench();
    run('a');
    await clock.advanceBy(4.5);
    const lease = cluster.object(ref);
    if (lease !== undefined) cluster.put(resources.leases, { ...lease, spec: { holderIdentity: 'b' } });
    await clock.advanceBy(0);
    expect(leaders.get('a')?.lost.aborted).toBe(true);
  });

  test('asks now and then when the lease cannot be watched', async () => {
    const { clock, cluster, leaders, run } = bench();
    cluster.onCall = (call) => {
      if (call.startsWith('watch')) throw new ApiError(403, 'Forbidden', 'leases is forbidden');
    };
    run('a');
    await clock.advanceBy(1);
    run('b');
    await clock.advanceBy(20);
    const asked = cluster.calls.filter((call) => call.startsWith('get')).length;
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(15);
    await leaders.get('a')?.release();
    await clock.advanceBy(2);
    expect(leaders.has('b')).toBe(true);
  });
});

describe('shards', () => {
  const web: Share = { namespaces: ['web'] };
  const rest: Share = { excludedNamespaces: ['web'] };

  test('that have nothing in common act beside each other', async () => {
    const { clock, leaders, run } = bench();
    run('web', web);
    run('rest', rest);
    run('blue', { instanceId: 'blue' });
    await clock.advanceBy(30);
    expect([...leaders.keys()].sort()).toEqual(['blue', 'rest', 'web']);
    expect([...leaders.values()].some(({ lost }) => lost.aborted)).toBe(false);
  });

  test.each<[string, Share]>([
    ['another list with the same namespace in it', { namespaces: ['shop', 'web'] }],
    ['the whole cluster', {}],
    ['what another one leaves out', { excludedNamespaces: ['shop'] }],
  ])('wait while somebody leads %s', async (_, other) => {
    const { clock, leaders, run } = bench();
    run('other', other);
    await clock.advanceBy(5);
    run('web', web);
    await clock.advanceBy(60);
    expect([...leaders.keys()]).toEqual(['other']);
    await leaders.get('other')?.release();
    await clock.advanceBy(5);
    expect(leaders.has('web')).toBe(true);
  });

  test('of which two begin in the same instant: one of them leads in the end', async () => {
    const { clock, leaders, run } = bench();
    run('web', web);
    run('all', {});
    await clock.advanceBy(0);
    expect(leaders.size).toBe(0); // each has seen the other
    await clock.advanceBy(60);
    expect(leaders.size).toBe(1);
  });

  test('wait for the peer’s controller, whose Lease tells nothing but its name', async () => {
    const { clock, cluster, leaders, run } = bench();
    const renewed = () =>
      cluster.put(resources.leases, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'argo-rollouts-controller-lock', namespace: 'sluice' },
        spec: { holderIdentity: 'peer', leaseDurationSeconds: 15, renewTime: String(clock.now()) },
      });
    run('web', web);
    renewed();
    for (let seconds = 0; seconds < 40; seconds += 2) {
      await clock.advanceBy(2);
      renewed();
    }
    expect(leaders.size).toBe(0);
    await clock.advanceBy(19);
    expect(leaders.has('web')).toBe(true);
  });

  test('never lead the same at the same time, however many want to and whenever they die', async () => {
    for (let seed = 0; seed < 30; seed += 1) {
      const { clock, leaders, run, dead } = bench();
      const draw = random(seed);
      const shares = [web, rest, {}, { namespaces: ['shop', 'web'] }, { namespaces: ['shop'] }];
      const names: string[] = [];
      for (let turn = 0; turn < 40; turn += 1) {
        const share = shares[Math.floor(draw.next() * shares.length)] as Share;
        const name = `${names.length}`;
        if (draw.next() < 0.3) {
          names.push(name);
          owned.set(name, share);
          run(name, share);
        }
        const victim = names[Math.floor(draw.next() * names.length)];
        if (victim !== undefined && draw.next() < 0.2) dead.add(victim);
        await clock.advanceBy(draw.next() * 6);
        // one that is dead acts no more; the others stop by themselves when they lose the lease
        const acting = [...leaders].filter(([each, { lost }]) => !lost.aborted && !dead.has(each));
        const pairs = acting.flatMap(([one], index) =>
          acting.slice(index + 1).map(([other]) => [one, other]),
        );
        const both = pairs.filter(([one = '', other = '']) =>
          overlap(owned.get(one) as Share, owned.get(other) as Share),
        );
        expect(both).toEqual([]);
      }
    }
  });
});

const owned = new Map<string, Share>();
