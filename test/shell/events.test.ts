import { resources } from '../../src/api/resources.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import { eventRecorder } from '../../src/shell/events.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { fakeCluster } from './fake-cluster.ts';
import { aRollout, start } from './stage.ts';

function bench() {
  const clock = virtualClock(start);
  const cluster = fakeCluster();
  const shop = cluster.put(resources.rollouts, aRollout());
  const seen: string[] = [];
  const recorder = eventRecorder({
    cluster,
    clock,
    log: silentLog,
    signal: new AbortController().signal,
    onEvent: (_, { reason }) => seen.push(reason),
  });
  const record = (message: string) =>
    recorder.record(shop, { type: 'Normal', reason: 'RolloutUpdated', message });
  return { clock, cluster, recorder, record, seen };
}

describe('the recorder of events', () => {
  test('writes an event about the object, from the component that clients filter by', async () => {
    const { cluster, record, recorder } = bench();
    record('Rollout updated to revision 2');
    await recorder.flush();
    expect(cluster.bodies[0]).toMatchObject({
      kind: 'Event',
      metadata: { namespace: 'web', name: expect.stringMatching(/^shop\.[0-9a-f]{16}$/) },
      involvedObject: {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        name: 'shop',
        namespace: 'web',
        uid: 'uid-1',
      },
      type: 'Normal',
      reason: 'RolloutUpdated',
      message: 'Rollout updated to revision 2',
      count: 1,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      source: { component: 'rollouts-controller' },
    });
  });

  test('counts an equal event up, and writes it anew after ten minutes', async () => {
    const { clock, cluster, record, seen } = bench();
    record('same');
    await clock.advanceBy(60);
    record('same');
    record('other');
    await clock.advanceBy(601);
    record('same');
    await clock.advanceBy(0);
    expect(cluster.calls.map((call) => call.split(' ')[0])).toEqual(['create', 'patch', 'create', 'create']);
    expect(cluster.bodies[1]).toEqual({ count: 2, lastTimestamp: '2026-01-01T00:01:00Z' });
    expect(seen).toHaveLength(4);
  });

  test('writes an event anew when the one to count up is gone', async () => {
    const { clock, cluster, record } = bench();
    record('same');
    await clock.advanceBy(0);
    const name = (cluster.bodies[0] as { metadata: { name: string } }).metadata.name;
    cluster.remove({ type: resources.events, namespace: 'web', name });
    record('same');
    await clock.advanceBy(0);
    expect(cluster.calls.map((call) => call.split(' ')[0])).toEqual(['create', 'patch', 'create']);
  });

  test('passes over the names that an operator before it took in the same millisecond', async () => {
    const { clock, cluster, record, recorder } = bench();
    record('before the crash');
    await recorder.flush();
    const next = eventRecorder({ cluster, clock, log: silentLog, signal: new AbortController().signal });
    const shop = aRollout();
    next.record(shop, { type: 'Normal', reason: 'RolloutUpdated', message: 'after the crash' });
    await clock.advanceBy(0);
    const { items } = await cluster.list(resources.events);
    expect(items).toHaveLength(2);
    expect(cluster.bodies.at(-1)).toMatchObject({ message: 'after the crash' });
  });

  test('writes about several objects at once, and about each of them in its order', async () => {
    const { cluster, recorder } = bench();
    let underWay = 0;
    let most = 0;
    const create = cluster.create.bind(cluster);
    cluster.create = async (...args) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      const answer = await create(...args);
      underWay -= 1;
      return answer;
    };
    const names = Array.from({ length: 20 }, (_, index) => `shop-${index}`);
    for (const message of ['first', 'second', 'third']) {
      for (const name of names) {
        const rollout = { ...aRollout(), metadata: { ...aRollout().metadata, name } };
        recorder.record(rollout, { type: 'Normal', reason: 'RolloutUpdated', message });
      }
    }
    await recorder.flush();
    const told = cluster.bodies as { involvedObject: { name: string }; message: string }[];
    expect(told).toHaveLength(60);
    for (const name of names) {
      const messages = told.filter((each) => each.involvedObject.name === name).map(({ message }) => message);
      expect(messages).toEqual(['first', 'second', 'third']);
    }
    expect(most).toBe(8);
  });

  test('tries three times, then goes on with the next', async () => {
    const { clock, cluster, record } = bench();
    let failures = 3;
    cluster.onCall = () => {
      if (failures-- > 0) throw new ApiError(500, '', 'broken');
    };
    record('lost');
    record('kept');
    await clock.advanceBy(60);
    expect(cluster.calls).toHaveLength(4);
    expect(cluster.bodies.at(-1)).toMatchObject({ message: 'kept' });
  });

  test('writes what is recorded in any moment, also just as it comes to rest', async () => {
    for (let turns = 0; turns < 30; turns += 1) {
      const { clock, cluster, record } = bench();
      record('first');
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      record('second');
      await clock.advanceBy(0);
      expect(cluster.bodies).toHaveLength(2);
    }
  });

  test('never waits and never fails, and drops the oldest when too many wait', async () => {
    const { clock, cluster, record } = bench();
    for (let index = 0; index < 8500; index += 1) record(`event ${index}`);
    await clock.advanceBy(0);
    expect(cluster.bodies).toHaveLength(8000);
    expect(cluster.bodies[0]).toMatchObject({ message: 'event 500' });
  });
});
