import { resources } from '../../src/api/resources.ts';
import type { Rollout, RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';
import { ApiError, type Cluster } from '../../src/ports/cluster.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { type FakeCluster, fakeCluster } from '../shell/fake-cluster.ts';
import { noon, rollout } from '../support/builders.ts';
import { type Terminal, terminal } from './terminal.ts';

const healthy: RolloutStatus = { phase: 'Healthy' };
const paused: RolloutStatus = { phase: 'Paused', message: 'CanaryPauseStep' };
const degraded: RolloutStatus = { phase: 'Degraded', message: 'RolloutAborted: bad' };
const progressing: RolloutStatus = { phase: 'Progressing', message: 'more replicas need to be updated' };

function bench(status: RolloutStatus) {
  const cluster: FakeCluster = fakeCluster();
  const clock = virtualClock(noon);
  const put = (next: RolloutStatus, spec: Partial<Rollout['spec']> = {}) =>
    cluster.put(resources.rollouts, rollout({ status: next, ...spec }));
  put(status);
  const shell: Terminal = terminal({ cluster, clock });
  return { cluster, clock, put, shell };
}

describe('status', () => {
  test.each([
    ['healthy', healthy, 0, 'Healthy\n', ''],
    [
      'degraded',
      degraded,
      1,
      'Degraded - RolloutAborted: bad\n',
      'Error: The rollout is in a degraded state with message: RolloutAborted: bad\n',
    ],
  ])('of a %s rollout ends after one request', async (_, status, code, out, err) => {
    const { cluster, shell } = bench(status);
    expect(await shell.run('status shop')).toEqual({ code, out, err });
    expect(cluster.calls).toEqual(['get rollouts default/shop']);
  });

  test.each([
    ['status shop -w=false', paused, 0, 'Paused - CanaryPauseStep\n', ''],
    ['status shop --no-watch', progressing, 0, 'Progressing - more replicas need to be updated\n', ''],
    ['status --watch=false shop', healthy, 0, 'Healthy\n', ''],
    [
      'status shop --watch=false',
      degraded,
      1,
      'Degraded\n',
      'Error: The rollout is in a degraded state with message: RolloutAborted: bad\n',
    ],
  ])('%s prints the state of now and ends', async (line, status, code, out, err) => {
    expect(await bench(status).shell.run(line)).toEqual({ code, out, err });
  });

  test('prints each new text until the release has ended; a pause is no end', async () => {
    const { clock, put, shell } = bench(progressing);
    const { ended, seen } = shell.start('status shop');
    await clock.advanceBy(1);
    put(paused);
    await clock.advanceBy(1);
    put(paused, { replicas: 9 });
    await clock.advanceBy(3600);
    expect(seen.out).toBe('Progressing - more replicas need to be updated\nPaused - CanaryPauseStep\n');
    put(healthy);
    await clock.advanceBy(1);
    expect(await ended).toMatchObject({ code: 0, err: '' });
    expect(seen.out.endsWith('Paused - CanaryPauseStep\nHealthy\n')).toBe(true);
  });

  test.each([
    ['still going on', progressing, 2, 'Error: Rollout status watch exceeded timeout\n'],
    ['healthy by then', healthy, 0, ''],
    [
      'degraded by then',
      degraded,
      1,
      'Error: The rollout is in a degraded state with message: RolloutAborted: bad\n',
    ],
  ])('at the time-out looks once more: %s', async (_, last, code, err) => {
    const { cluster, clock, put, shell } = bench(progressing);
    const { ended } = shell.start('status shop -t 90s');
    await clock.advanceBy(89);
    cluster.holdWatches(true); // the watch is late, as watches may be
    put(last);
    await clock.advanceBy(1);
    expect(await ended).toMatchObject({ code, err });
  });

  test('ends when the rollout is deleted', async () => {
    const { cluster, clock, shell } = bench(progressing);
    const { ended } = shell.start('status shop');
    await clock.advanceBy(1);
    cluster.remove({ type: resources.rollouts, namespace: 'default', name: 'shop' });
    await clock.advanceBy(1);
    expect(await ended).toMatchObject({
      code: 1,
      err: 'Error: rollout.argoproj.io "shop" not found\nIt is looked for in namespace "default"; -n NAME looks elsewhere.\n',
    });
  });

  describe('while the API server is away', () => {
    const away = (cluster: FakeCluster) => {
      cluster.onCall = () => {
        throw new ApiError(0, '', 'connect ECONNREFUSED');
      };
      cluster.dropWatches(new ApiError(0, '', 'socket hang up'));
    };
    const warning = 'Warning: the API server cannot be read (connect ECONNREFUSED); waiting for it.\n';

    test('says so once, and goes on when it is back', async () => {
      const { cluster, clock, put, shell } = bench(progressing);
      const { ended, seen } = shell.start('status shop');
      await clock.advanceBy(1);
      away(cluster);
      await clock.advanceBy(300);
      expect(seen.err).toBe(warning);
      cluster.onCall = () => {};
      await clock.advanceBy(7);
      expect(seen.err).toBe(`${warning}The API server can be read again.\n`);
      put(healthy);
      await clock.advanceBy(1);
      expect((await ended).code).toBe(0);
    });

    test('times out as one that goes on: nobody knows of it that it is degraded', async () => {
      const { cluster, clock, shell } = bench(progressing);
      const { ended } = shell.start('status shop -t 60s');
      await clock.advanceBy(1);
      away(cluster);
      await clock.advanceBy(60);
      expect(await ended).toMatchObject({
        code: 2,
        err: `${warning}Warning: the API server cannot be read (connect ECONNREFUSED).\nError: Rollout status watch exceeded timeout\n`,
      });
    });
  });

  test('times out in time where the API server accepts the last question and is silent', async () => {
    const { cluster, clock } = bench(progressing);
    let asked = 0;
    const silent: Cluster = {
      ...cluster,
      get: (ref, signal) => {
        asked += 1;
        if (asked === 1) return cluster.get(ref, signal);
        return new Promise((_, refuse) =>
          signal?.addEventListener('abort', () => refuse(new ApiError(0, '', 'aborted'))),
        );
      },
    };
    const { ended } = terminal({ cluster: silent, clock }).start('status shop -t 60s');
    await clock.advanceBy(66);
    expect(await ended).toMatchObject({
      code: 2,
      err: 'Warning: the API server cannot be read (no answer within 5 s).\nError: Rollout status watch exceeded timeout\n',
    });
  });

  test('that is interrupted does not say that the release is healthy, and leaves no watch open', async () => {
    const { cluster, clock, shell } = bench(progressing);
    const { ended, interrupt } = shell.start('status shop');
    await clock.advanceBy(1);
    expect(cluster.openWatches).toBe(1);
    interrupt();
    expect(await ended).toMatchObject({ code: 130, err: '' });
    await clock.advanceBy(1);
    expect([cluster.openWatches, clock.pending]).toEqual([0, 0]);
  });

  test.each(['status shop -t soon', 'status shop -t 5', 'status shop -t -5s'])(
    '%s is refused',
    async (line) => {
      const ended = await bench(healthy).shell.run(line);
      expect(ended.code).toBe(1);
      expect(ended.err).toMatch(/^Error: .*(timeout|argument missing)/);
    },
  );
});
