import { type ObjectRef, resources } from '../../src/api/resources.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { random } from '../../src/kernel/random.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import { type Leadership, lead } from '../../src/shell/leader-election.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { fakeCluster } from './fake-cluster.ts';
import { start } from './stage.ts';

const ref: ObjectRef = { type: resources.leases, namespace: 'sluice', name: 'lock' };

function bench() {
  const clock = virtualClock(start);
  const cluster = fakeCluster();
  const leaders = new Map<string, Leadership>();
  const stop = new AbortController();
  const run = (identity: string) =>
    void lead(
      {
        cluster,
        clock,
        random: random(1).fork(identity),
        log: silentLog,
        namespace: 'sluice',
        name: 'lock',
        identity,
      },
      stop.signal,
    ).then((leadership) => leadership && leaders.set(identity, leadership));
  const holder = () => (cluster.object(ref)?.spec as { holderIdentity?: string } | undefined)?.holderIdentity;
  return { clock, cluster, leaders, run, holder, stop };
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
});
