import { until } from '../../src/kernel/clock.ts';
import { addSeconds, type Instant, instant } from '../../src/kernel/instant.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';

const start = instant(1_700_000_000_000);

describe('the virtual clock', () => {
  test('runs tasks in order of time, then of scheduling, and shows each its own instant', async () => {
    const clock = virtualClock(start);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name}@${(clock.now() - start) / 1000}`);
    clock.schedule(addSeconds(start, 5), note('c'));
    clock.schedule(addSeconds(start, 1), note('a'));
    clock.schedule(addSeconds(start, 5), note('d'));
    clock.schedule(addSeconds(start, 2), note('b'));
    clock.schedule(addSeconds(start, 60), note('later'));
    await clock.advanceBy(10);
    expect(seen).toEqual(['a@1', 'b@2', 'c@5', 'd@5']);
    expect(clock.now()).toBe(addSeconds(start, 10));
    expect(clock.pending).toBe(1);
    expect(clock.nextAt).toBe(addSeconds(start, 60));
  });

  test('orders many tasks as a sort would', async () => {
    const clock = virtualClock(start, { settle: async () => {} });
    const delays = Array.from({ length: 200 }, (_, index) => (index * 7919) % 101);
    const seen: number[] = [];
    for (const delay of delays) clock.schedule(addSeconds(start, delay), () => seen.push(delay));
    await clock.runUntilIdle();
    expect(seen).toEqual(delays.toSorted((one, other) => one - other));
  });

  test('lets promises that follow from a task happen before the next task', async () => {
    const clock = virtualClock(start);
    const seen: string[] = [];
    const work = async (name: string, at: Instant) => {
      await until(clock, at);
      for (let step = 0; step < 5; step += 1) await Promise.resolve();
      await new Promise<void>((resolve) => setImmediate(resolve));
      seen.push(`${name} done at ${(clock.now() - start) / 1000}`);
    };
    void work('first', addSeconds(start, 1));
    void work('second', addSeconds(start, 2));
    await clock.advanceBy(3);
    expect(seen).toEqual(['first done at 1', 'second done at 2']);
  });

  test('runs what a task schedules, also for the past, and never inside the call', async () => {
    const clock = virtualClock(start);
    const seen: string[] = [];
    clock.schedule(addSeconds(start, 1), () => {
      clock.schedule(start, () => seen.push('inner'));
      seen.push('outer');
    });
    await clock.advanceBy(1);
    expect(seen).toEqual(['outer', 'inner']);
  });

  test('a cancelled task does not run, and cancelling twice or late is harmless', async () => {
    const clock = virtualClock(start);
    let runs = 0;
    const early = clock.schedule(addSeconds(start, 1), () => {
      runs += 1;
    });
    const never = clock.schedule(addSeconds(start, 2), () => {
      runs += 100;
    });
    never();
    never();
    expect(clock.pending).toBe(1);
    await clock.advanceBy(5);
    early();
    expect(runs).toBe(1);
    expect(clock.pending).toBe(0);
  });

  test('does not move by itself', async () => {
    const clock = virtualClock(start);
    let ran = false;
    clock.schedule(start, () => {
      ran = true;
    });
    await Promise.resolve();
    expect(ran).toBe(false);
    await clock.advanceBy(0);
    expect(ran).toBe(true);
  });

  test('refuses to be moved from two places at once, and to go back', async () => {
    const clock = virtualClock(start);
    const first = clock.advanceBy(1);
    await expect(clock.advanceBy(1)).rejects.toThrow('two places at once');
    await first;
    await expect(clock.advanceTo(start)).rejects.toThrow('does not go back');
  });

  test('says so when a program never comes to rest', async () => {
    const clock = virtualClock(start, { settle: async () => {} });
    const again = () => clock.schedule(addSeconds(clock.now(), 1), again);
    again();
    await expect(clock.runUntilIdle()).rejects.toThrow('never comes to rest');
  });
});
