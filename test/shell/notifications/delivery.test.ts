import { parseNotificationConfig } from '../../../src/core/notifications/config.ts';
import type { Due } from '../../../src/core/notifications/decide.ts';
import { SluiceError } from '../../../src/kernel/errors.ts';
import { random } from '../../../src/kernel/random.ts';
import { checksums } from '../../../src/operator/notifications.ts';
import type { NotificationService, RetryLimits } from '../../../src/ports/notification-service.ts';
import { delivery, type Outcome } from '../../../src/shell/notifications/delivery.ts';
import { virtualClock } from '../../../src/sim/virtual-clock.ts';
import { aRollout, start } from '../stage.ts';

const config = parseNotificationConfig({ 'service.pigeon': '{}', 'template.t': 'message: hello' }, {});

/** A service that does with each message what the test says, and what came of the messages. */
function bench(deliver: (recipient: string) => Promise<void>, retryLimits: RetryLimits = {}) {
  const clock = virtualClock(start);
  const attempts: { to: string; after: number }[] = [];
  const outcomes: (Outcome & { key: string })[] = [];
  const pigeon: NotificationService = {
    ...{ type: 'pigeon', options: [], retryLimits: () => retryLimits },
    deliver: ({ recipient }) => {
      attempts.push({ to: recipient, after: (clock.now() - start) / 1000 });
      return deliver(recipient);
    },
  };
  const sender = delivery({
    ...{ services: new Map([['pigeon', pigeon]]), clock, random: random(1), digest: checksums.digest },
    ...{ tools: { http: { request: unused }, mail: { send: unused } } },
    signal: new AbortController().signal,
    onOutcome: ({ key }, outcome) => outcomes.push({ key, ...outcome }),
  });
  const add = (key: string, recipient = 'ops') =>
    sender.add({
      ...{ key, trigger: 'on-rollout-updated', templates: ['t'], source: { config } },
      ...{ destination: { service: 'pigeon', recipient } },
      subject: { rollout: aRollout(), analysisRuns: [], now: clock.now() },
    } satisfies Due);
  return { clock, attempts, outcomes, sender, add };
}

const unused = () => Promise.reject(new Error('not asked for here'));
const never = () => new Promise<void>(() => {});
const down = () => Promise.reject(new SluiceError('NOTIFICATION_UNREACHABLE', 'down'));

describe('the delivery of messages', () => {
  test('goes on with the others when one recipient never answers', async () => {
    const { clock, add, outcomes, attempts } = bench((to) => (to === 'slow' ? never() : Promise.resolve()));
    add('1', 'slow');
    add('2', 'slow');
    add('3');
    add('4');
    await clock.advanceBy(0);
    expect(outcomes.map(({ key, kind }) => `${key} ${kind}`)).toEqual(['3 delivered', '4 delivered']);
    expect(attempts.filter(({ to }) => to === 'slow')).toHaveLength(1);
  });

  test('gives up an attempt that does not end within a minute, and tries again', async () => {
    let isHanging = true;
    const { clock, add, outcomes } = bench(() => (isHanging ? never() : Promise.resolve()));
    for (let index = 1; index <= 9; index += 1) add(String(index), `slow-${index}`); // more than are sent at a time
    await clock.advanceBy(59);
    expect(outcomes).toEqual([]);
    isHanging = false;
    await clock.advanceBy(1);
    const failed = outcomes.filter(({ kind }) => kind === 'failed');
    expect(failed).toHaveLength(8);
    expect(failed[0]).toMatchObject({ reason: 'no end within 60 s' });
    await clock.advanceBy(5);
    expect(outcomes.filter(({ kind }) => kind === 'delivered')).toHaveLength(9);
  });

  test('holds 1000 messages, and gives up what comes beyond that', async () => {
    const { clock, add, outcomes, sender } = bench(never);
    for (let index = 1; index <= 1001; index += 1) add(String(index));
    expect(sender.size).toBe(1000);
    expect(outcomes).toEqual([
      { key: '1001', kind: 'givenUp', reason: 'more than 1000 messages wait', seconds: 0 },
    ]);
    await clock.advanceBy(0);
    expect(sender.size).toBe(1000);
  });

  test('tries for an hour, ever more rarely, then gives up and goes on with the next', async () => {
    const { clock, add, outcomes, attempts } = bench(down);
    add('1');
    await clock.advanceBy(3599);
    expect(outcomes.every(({ kind }) => kind === 'failed')).toBe(true);
    const pauses = attempts.map(({ after }, index) => after - (attempts[index - 1]?.after ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(300);
    expect(Math.max(...pauses)).toBeGreaterThanOrEqual(150);
    await clock.advanceBy(301);
    const last = outcomes.at(-1) as Extract<Outcome, { kind: 'givenUp' }>;
    expect(last).toMatchObject({ kind: 'givenUp', reason: 'down' });
    expect(last.seconds).toBeGreaterThanOrEqual(3600);
    const before = attempts.length;
    add('2');
    await clock.advanceBy(301);
    expect(attempts.length).toBeGreaterThan(before);
  });

  test('keeps to the limits that the options of a service set', async () => {
    const { clock, add, outcomes, attempts } = bench(down, { most: 2, firstSeconds: 20, longestSeconds: 20 });
    add('1');
    await clock.advanceBy(120);
    expect(attempts.map(({ after }) => after)).toEqual([0, 20, 40]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'givenUp']);
  });
});
