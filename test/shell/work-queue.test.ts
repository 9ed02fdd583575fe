import { addSeconds, type Instant, instant } from '../../src/kernel/instant.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import { type WorkQueue, type WorkQueueOptions, workQueue } from '../../src/shell/work-queue.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';

const start = instant(0);

function bench(handle: WorkQueueOptions['handle'], workers = 1) {
  const clock = virtualClock(start);
  const failures: string[] = [];
  const queue = workQueue({
    clock,
    workers,
    handle,
    onFailure: (key, _, count) => failures.push(`${key} ${count} @${clock.now()}`),
  });
  return { clock, queue, failures };
}

describe('the work queue', () => {
  test('works once on a key that was added many times', async () => {
    const seen: string[] = [];
    const { clock, queue } = bench(async (key) => void seen.push(key));
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    expect(queue.depth).toBe(2);
    expect(seen).toEqual([]); // never inside the call
    await clock.advanceBy(0);
    expect(seen).toEqual(['a', 'b']);
    expect(queue.depth).toBe(0);
  });

  test('works on one key in one place at a time, and once more when it changed meanwhile', async () => {
    let under = 0;
    let most = 0;
    const releases: (() => void)[] = [];
    const { clock, queue } = bench(async () => {
      under += 1;
      most = Math.max(most, under);
      await new Promise<void>((resolve) => releases.push(resolve));
      under -= 1;
      return undefined;
    }, 4);
    queue.add('a');
    await clock.advanceBy(0);
    queue.add('a');
    queue.add('a');
    await clock.advanceBy(0);
    expect(releases).toHaveLength(1);
    releases.shift()?.();
    await clock.advanceBy(0);
    releases.shift()?.();
    await clock.advanceBy(0);
    expect(releases).toHaveLength(0);
    expect(most).toBe(1);
  });

  test('has room for urgent keys beside workers that are all busy', async () => {
    const begun: string[] = [];
    const { clock, queue } = bench(async (key) => {
      begun.push(key);
      await new Promise(() => {});
      return undefined;
    }, 1);
    for (const key of ['slow', 'waits']) queue.add(key);
    await clock.advanceBy(0);
    queue.add('abort', 'urgent');
    await clock.advanceBy(0);
    expect(begun).toEqual(['slow', 'abort']);
  });

  test('tells who works on a key that it has become urgent', async () => {
    const hurries: AbortSignal[] = [];
    const { clock, queue } = bench(async (_key, _signal, hurry) => {
      hurries.push(hurry);
      await new Promise(() => {});
      return undefined;
    });
    queue.add('a');
    await clock.advanceBy(0);
    queue.add('a');
    expect(hurries.map(({ aborted }) => aborted)).toEqual([false]);
    queue.add('a', 'urgent');
    expect(hurries.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test('never has more keys under way than workers', async () => {
    const running = new Set<string>();
    const { clock, queue } = bench(async (key) => {
      running.add(key);
      await new Promise(() => {});
      return undefined;
    }, 2);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await clock.advanceBy(0);
    expect([...running]).toEqual(['a', 'b']);
    expect(queue.depth).toBe(1);
  });

  test('takes urgent keys first, also those that were waiting as routine', async () => {
    const seen: string[] = [];
    const { clock, queue } = bench(async (key) => void seen.push(key));
    for (const key of ['a', 'b', 'c']) queue.add(key);
    queue.add('c', 'urgent');
    queue.add('d', 'urgent');
    await clock.advanceBy(0);
    expect(seen).toEqual(['c', 'd', 'a', 'b']);
  });

  describe('with keys in the background', () => {
    const isOld = (key: string) => (key.startsWith('old') ? 'background' : 'routine');
    const ordered = async (fill: (queue: WorkQueue) => void): Promise<string[]> => {
      const seen: string[] = [];
      const clock = virtualClock(start);
      const handle = async (key: string) => void seen.push(key);
      const queue = workQueue({ clock, workers: 1, priorityOf: isOld, handle });
      fill(queue);
      await clock.advanceBy(0);
      expect(queue.depth).toBe(0);
      return seen;
    };
    const addAll = (queue: WorkQueue, keys: string) => {
      for (const key of keys.split(' ')) queue.add(key);
    };

    test('takes a new key before all of them', async () => {
      expect(await ordered((queue) => addAll(queue, 'old1 old2 old3 new'))).toEqual([
        'new',
        'old1',
        'old2',
        'old3',
      ]);
    });

    test('takes one of them with every fourth key, however many others come', async () => {
      const seen = await ordered((queue) => addAll(queue, 'old1 old2 old3 a b c d e f g h'));
      expect(seen.join(' ')).toBe('a b c old1 d e f old2 g h old3');
    });

    test('takes one of them in its place among the others once somebody asks for it', async () => {
      const seen = await ordered((queue) => {
        addAll(queue, 'old1 old2 a');
        queue.add('old2', 'routine');
        queue.add('a', 'background'); // nobody puts back what is wanted already
      });
      expect(seen).toEqual(['a', 'old2', 'old1']);
    });

    test('still takes urgent keys first', async () => {
      const seen = await ordered((queue) => {
        addAll(queue, 'old1 old2 a');
        queue.add('old2', 'urgent');
      });
      expect(seen).toEqual(['old2', 'a', 'old1']);
    });
  });

  test('brings a key back when its work asked for it, and forgets what it asked before', async () => {
    const seen: number[] = [];
    const wakes: (Instant | undefined)[] = [addSeconds(start, 60), addSeconds(start, 20), undefined];
    const { clock, queue } = bench(async () => {
      seen.push(clock.now() / 1000);
      return wakes.shift();
    });
    queue.add('a');
    await clock.advanceBy(10);
    queue.add('a');
    await clock.advanceBy(200);
    expect(seen).toEqual([0, 10, 20]);
    expect(clock.pending).toBe(0);
  });

  test('the earliest instant that was asked for counts', async () => {
    const seen: number[] = [];
    const { clock, queue } = bench(async () => void seen.push(clock.now() / 1000));
    queue.at('a', addSeconds(start, 30));
    queue.at('a', addSeconds(start, 10));
    queue.at('a', addSeconds(start, 20));
    await clock.advanceBy(60);
    expect(seen).toEqual([10]);
  });

  test('a failing key comes back after 1 ms, doubling to 10 s, and the others go on', async () => {
    const seen: string[] = [];
    const { clock, queue, failures } = bench(async (key) => {
      if (key === 'bad') throw new Error('broken');
      seen.push(key);
      return undefined;
    });
    queue.add('bad');
    queue.add('good');
    await clock.advanceBy(60);
    expect(seen).toEqual(['good']);
    expect(failures.slice(0, 5)).toEqual(['bad 1 @0', 'bad 2 @1', 'bad 3 @3', 'bad 4 @7', 'bad 5 @15']);
    const instants = failures.map((line) => Number(line.split('@')[1]));
    const [last, beforeLast] = [instants.at(-1) ?? 0, instants.at(-2) ?? 0];
    expect(last - beforeLast).toBe(10_000);
  });

  test('starts from the shortest delay again after a success', async () => {
    const answers = ['fail', 'fail', 'done', 'fail', 'done'];
    const seen: number[] = [];
    const { clock, queue } = bench(async () => {
      seen.push(clock.now());
      if (answers.shift() === 'fail') throw new Error('broken');
      return undefined;
    });
    queue.add('a');
    await clock.advanceBy(1);
    queue.add('a');
    await clock.advanceBy(1);
    expect(seen).toEqual([0, 1, 3, 1000, 1001]);
  });

  test('waits as long as the server asked for', async () => {
    const seen: number[] = [];
    const { clock, queue } = bench(async () => {
      seen.push(clock.now());
      if (seen.length === 1) throw new ApiError(429, 'TooManyRequests', 'slow down', 3);
      return undefined;
    });
    queue.add('a');
    await clock.advanceBy(10);
    expect(seen).toEqual([0, 3000]);
  });

  test('is idle when only times to come are left, and stops without starting anything more', async () => {
    const seen: string[] = [];
    const { clock, queue } = bench(async (key) => {
      seen.push(key);
      return addSeconds(start, 100);
    });
    queue.add('a');
    await queue.idle();
    expect(seen).toEqual(['a']);
    await queue.stop();
    queue.add('b');
    await clock.advanceBy(200);
    expect(seen).toEqual(['a']);
    expect(clock.pending).toBe(0);
  });
});
