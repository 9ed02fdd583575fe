import { resources } from '../../src/api/resources.ts';
import { addSeconds } from '../../src/kernel/instant.ts';
import { clockHeaderOf, serverTime } from '../../src/ports/clock-header.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { fakeCluster } from '../shell/fake-cluster.ts';
import { noon, rollout } from '../support/builders.ts';
import { terminal } from './terminal.ts';

describe('the time of a server', () => {
  test('is ours until it says another, and then passes as fast as there', async () => {
    const ours = virtualClock(noon);
    const time = serverTime(ours);
    expect(time.now()).toBe(noon);
    time.heard(clockHeaderOf(virtualClock(addSeconds(noon, 3600)), 20));
    expect(time.now()).toBe(addSeconds(noon, 3600));
    await ours.advanceTo(addSeconds(noon, 3));
    expect(time.now()).toBe(addSeconds(noon, 3660));
  });

  test.each([[undefined], [''], ['soon'], ['1000'], ['1000 0'], ['1000 fast']])(
    'is not heard from %p',
    (header) => {
      const time = serverTime(virtualClock(noon));
      time.heard(header);
      expect(time.now()).toBe(noon);
    },
  );
});

describe('in a sandbox whose clock is ahead', () => {
  const ahead = addSeconds(noon, 600);
  const shop = rollout();
  shop.metadata.creationTimestamp = '2026-01-01T12:08:00Z';
  const run = async (line: string) => {
    const cluster = fakeCluster();
    cluster.put(resources.rollouts, shop);
    const ended = await terminal({ cluster, serverNow: () => ahead }).run(line);
    return { ...ended, cluster };
  };

  test('ages are those of the sandbox', async () => {
    expect((await run('get rollout shop')).out).toMatch(/⟳ shop +Rollout .* 2m/);
    expect((await run('list rollouts -o wide')).out).toMatch(/ 2m /);
  });

  test('a restart means the pods of until now, by its clock', async () => {
    const { cluster } = await run('restart shop');
    expect(cluster.bodies).toEqual([{ spec: { restartAt: '2026-01-01T12:10:00Z' } }]);
  });
});
