import { instant } from '../../src/kernel/instant.ts';
import { requestQueue } from '../../src/shell/kube-client/request-queue.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';

describe('the queue of requests', () => {
  test('lets an abort pass everything that waits', async () => {
    const clock = virtualClock(instant(0));
    const queue = requestQueue(clock, { concurrency: 1 });
    const sent: string[] = [];
    let release = () => {};
    const first = queue.run('routine', () => new Promise<void>((resolve) => (release = resolve)));
    const others = ['a', 'b'].map((name) => queue.run('routine', async () => void sent.push(name)));
    const urgent = queue.run('urgent', async () => void sent.push('abort'));
    await clock.advanceBy(0);
    expect(queue.waiting).toBe(3);
    release();
    await Promise.all([first, ...others, urgent]);
    expect(sent).toEqual(['abort', 'a', 'b']);
  });

  test('keeps to its rate after a burst, and urgent requests do not wait for it', async () => {
    const clock = virtualClock(instant(0));
    const queue = requestQueue(clock, { perSecond: 2, burst: 3 });
    const sentAt: string[] = [];
    const send = (name: string) => async () => void sentAt.push(`${name}@${clock.now() / 1000}`);
    for (let index = 1; index <= 5; index += 1) void queue.run('routine', send(`r${index}`));
    void queue.run('urgent', send('abort'));
    await clock.advanceBy(10);
    expect(sentAt).toEqual(['r1@0', 'r2@0', 'r3@0', 'abort@0', 'r4@1', 'r5@1.5']);
  });

  test('a failed request makes room for the next', async () => {
    const queue = requestQueue(virtualClock(instant(0)), { concurrency: 1 });
    const failed = queue.run('routine', () => Promise.reject(new Error('broken')));
    const next = queue.run('routine', async () => 'sent');
    await expect(failed).rejects.toThrow('broken');
    await expect(next).resolves.toBe('sent');
  });
});
