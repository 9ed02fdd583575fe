import { addSeconds, type Instant, instant } from '../../src/kernel/instant.ts';
import { requestQueue } from '../../src/shell/kube-client/request-queue.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';

const routine = { lane: 'own', priority: 'routine' } as const;
const abort = { lane: 'own', priority: 'urgent' } as const;
const never = () => new Promise<void>(() => {});

describe('the queue of requests', () => {
  test('lets an abort pass everything that waits, also while all routine requests go unanswered', async () => {
    const clock = virtualClock(instant(0));
    const queue = requestQueue(clock, { concurrency: 1 });
    const sent: string[] = [];
    let release = () => {};
    const first = queue.run(routine, () => new Promise<void>((resolve) => (release = resolve)));
    const others = ['a', 'b'].map((name) => queue.run(routine, async () => void sent.push(name)));
    await queue.run(abort, async () => void sent.push('abort'));
    expect(queue.waiting).toBe(2);
    release();
    await Promise.all([first, ...others]);
    expect(sent).toEqual(['abort', 'a', 'b']);
  });

  test('lets pass what has become urgent while it waits', async () => {
    const queue = requestQueue(virtualClock(instant(0)), { concurrency: 1 });
    const hurry = new AbortController();
    const sent: string[] = [];
    void queue.run(routine, never);
    void queue.run(routine, async () => void sent.push('other'));
    const waits = queue.run({ ...routine, hurry: hurry.signal }, async () => void sent.push('hurried'));
    hurry.abort();
    await waits;
    await queue.run({ ...routine, hurry: hurry.signal }, async () => void sent.push('its next one'));
    expect(sent).toEqual(['hurried', 'its next one']);
    expect(queue.waiting).toBe(1);
  });

  test('a clock that is set back keeps nobody waiting', async () => {
    const running = virtualClock(instant(0));
    let setSeconds = 0;
    const clock = { ...running, now: () => addSeconds(running.now(), setSeconds) };
    const queue = requestQueue(clock, { perSecond: 1, burst: 1 });
    const sent: string[] = [];
    for (const name of ['a', 'b']) void queue.run(routine, async () => void sent.push(name));
    setSeconds = -3600;
    await running.advanceBy(2);
    expect(sent).toEqual(['a', 'b']);
  });

  test('a clock that is set back after an urgent request holds routine ones back no longer', async () => {
    const running = virtualClock(instant(0));
    let setSeconds = 0;
    // as a timer of the machine: what was asked for lasts as long, whatever the clock says by then
    const clock = {
      now: () => addSeconds(running.now(), setSeconds),
      schedule: (at: Instant, act: () => void) => running.schedule(addSeconds(at, -setSeconds), act),
    };
    const queue = requestQueue(clock);
    await queue.run(abort, async () => {});
    let sent = 0;
    const send = () => {
      sent += 1;
      return never();
    };
    for (let index = 0; index < 5; index += 1) void queue.run(routine, send);
    setSeconds = -3600;
    await running.advanceBy(1);
    expect(sent).toBe(5);
  });

  test('a lane that has used up its rate holds no other up', async () => {
    const clock = virtualClock(instant(0));
    const queue = requestQueue(clock, { perSecond: 1, burst: 1 });
    const sentAt: string[] = [];
    const send = (name: string) => async () => void sentAt.push(`${name}@${clock.now() / 1000}`);
    for (let index = 1; index <= 3; index += 1)
      void queue.run({ lane: 'events', priority: 'routine' }, send(`e${index}`));
    void queue.run(routine, send('status'));
    await clock.advanceBy(5);
    expect(sentAt).toEqual(['e1@0', 'status@0', 'e2@1', 'e3@2']);
  });

  test('events may have what other lanes have no use for, beyond half of their burst', async () => {
    const clock = virtualClock(instant(0));
    const queue = requestQueue(clock, { perSecond: 1, burst: 4 });
    let told = 0;
    const tell = async () => {
      told += 1;
    };
    for (let index = 0; index < 30; index += 1) void queue.run({ lane: 'events', priority: 'routine' }, tell);
    await clock.advanceBy(0);
    expect(told).toBe(4 + 3 * 2); // its own burst, and half of that of each other lane
    await clock.advanceBy(2);
    expect(told).toBe(10 + 4 * 2);
    const sent: string[] = [];
    for (const name of ['a', 'b', 'c']) void queue.run(routine, async () => void sent.push(name));
    await clock.advanceBy(0);
    expect(sent).toEqual(['a', 'b']); // what was kept for it
    await clock.advanceBy(1);
    expect(sent).toEqual(['a', 'b', 'c']);
  });

  test('events beyond the rate are sent by the handful, so that few timers go off; other requests one by one', async () => {
    const clock = virtualClock(instant(0));
    const one = requestQueue(clock, { perSecond: 40, burst: 1 });
    const routineAt: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      void one.run(routine, async () => void routineAt.push(clock.now()));
    }
    await clock.advanceBy(2);
    expect(routineAt).toEqual([0, 25, 50, 75, 100]);
    const many = requestQueue(clock, { perSecond: 40, burst: 8 });
    const from = clock.now();
    const sentAt: number[] = [];
    const tell = async () => void sentAt.push(clock.now() - from);
    for (let index = 0; index < 8 + 12 + 9; index += 1) {
      void many.run({ lane: 'events', priority: 'routine' }, tell);
    }
    await clock.advanceBy(2);
    expect(new Set(sentAt)).toEqual(new Set([0, 100]));
  });

  test('keeps to its rate after a burst, and urgent requests do not wait for it', async () => {
    const clock = virtualClock(instant(0));
    const queue = requestQueue(clock, { perSecond: 2, burst: 3 });
    const sentAt: string[] = [];
    const send = (name: string) => async () => void sentAt.push(`${name}@${clock.now() / 1000}`);
    for (let index = 1; index <= 5; index += 1) void queue.run(routine, send(`r${index}`));
    void queue.run(abort, send('abort'));
    await clock.advanceBy(10);
    expect(sentAt).toEqual(['r1@0', 'r2@0', 'r3@0', 'abort@0', 'r4@1', 'r5@1.5']);
  });

  test('while an urgent one is under way, and for a moment after it, few routine ones begin', async () => {
    const clock = virtualClock(instant(0));
    const queue = requestQueue(clock);
    const answers: (() => void)[] = [];
    const send = () => new Promise<void>((resolve) => answers.push(resolve));
    const answer = async (count: number) => {
      for (const resolve of answers.splice(0, count)) resolve();
      await clock.advanceBy(0);
    };
    let isShut = () => {};
    const shut = () => new Promise<void>((resolve) => (isShut = resolve));
    void queue.run(abort, shut);
    for (let index = 0; index < 30; index += 1) void queue.run(routine, send);
    await clock.advanceBy(0);
    expect(answers).toHaveLength(2);
    await answer(1); // they go on, but not more of them
    expect(answers).toHaveLength(2);
    isShut();
    await clock.advanceBy(0.04);
    expect(answers).toHaveLength(2); // the next step of the abort may follow
    void queue.run(abort, shut);
    await clock.advanceBy(0);
    isShut();
    await clock.advanceBy(0.04);
    expect(answers).toHaveLength(2);
    await clock.advanceBy(0.02);
    expect(answers).toHaveLength(16);
    await answer(16);
    expect(answers).toHaveLength(13);
    expect(clock.pending).toBe(0);
  });

  test('a failed request makes room for the next', async () => {
    const queue = requestQueue(virtualClock(instant(0)), { concurrency: 1 });
    const failed = queue.run(routine, () => Promise.reject(new Error('broken')));
    const next = queue.run(routine, async () => 'sent');
    await expect(failed).rejects.toThrow('broken');
    await expect(next).resolves.toBe('sent');
  });
});
