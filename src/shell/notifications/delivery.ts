import { renderMessage } from '../../core/notifications/blocks.ts';
import type { ServiceConfig } from '../../core/notifications/config.ts';
import type { Due } from '../../core/notifications/decide.ts';
import { revisionOf } from '../../core/notifications/occurrences.ts';
import type { TemplateContext } from '../../core/notifications/template/functions/function.ts';
import { templateVariables } from '../../core/notifications/variables.ts';
import { type BackOff, backOffSeconds } from '../../kernel/back-off.ts';
import { type Clock, until } from '../../kernel/clock.ts';
import { messageOf, SluiceError } from '../../kernel/errors.ts';
import { addSeconds, type Instant, type Seconds, secondsBetween } from '../../kernel/instant.ts';
import type { Random } from '../../kernel/random.ts';
import type {
  NotificationServices,
  NotificationTools,
  OutgoingMessage,
  RetryLimits,
} from '../../ports/notification-service.ts';
import { blotted } from './blotted.ts';
import { optionsOf, refusalOf } from './service-problems.ts';

export type Outcome =
  | { readonly kind: 'delivered'; readonly seconds: Seconds; readonly attempts: number }
  /** It will be tried again. */
  | { readonly kind: 'failed'; readonly reason: string; readonly attempts: number }
  | { readonly kind: 'givenUp'; readonly reason: string; readonly seconds: Seconds };

export interface DeliveryOptions {
  readonly services: NotificationServices;
  readonly tools: Pick<NotificationTools, 'http' | 'mail'>;
  readonly digest: TemplateContext['digest'];
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly onOutcome: (due: Due, outcome: Outcome) => void;
}

export interface Delivery {
  /** Never waits. What was added before to the same recipient goes first. */
  add(due: Due): void;
  /** Resolves when nothing is being sent; what waits for another attempt may still be there. */
  idle(): Promise<void>;
  /** Messages that wait or are on their way. */
  readonly size: number;
}

/** Messages that may wait; beyond that the newest is given up, and says so. */
const longestQueue = 1000;
/** Sent at the same time, to different recipients. */
const senders = 8;
const backOff: BackOff = { firstSeconds: 1, longestSeconds: 300, jitter: 0.5 };
/** Of one attempt; a service's own limits are shorter, but a server may say a little for ever. */
const attemptSeconds = 60;
/** After so long without success a message is no news any more. */
const longestTrySeconds = 3600;

interface Waiting {
  readonly due: Due;
  readonly addedAt: Instant;
  failures: number;
}

/** What goes to one recipient, in order. */
interface Lane {
  readonly waiting: Waiting[];
  isActive: boolean;
  readyAt: Instant;
}

/** Sends messages beside everything else: bounded, in order per recipient, again and again while that may help. */
export function delivery(options: DeliveryOptions): Delivery {
  const { clock, signal, onOutcome } = options;
  const random = options.random.fork('notifications/retry');
  const threads: NotificationTools['threads'] = new Map();
  const lanes = new Map<string, Lane>();
  let active = 0;
  let size = 0;
  const waiters: (() => void)[] = [];

  const add = (due: Due) => {
    if (size >= longestQueue) {
      onOutcome(due, {
        kind: 'givenUp',
        reason: `more than ${longestQueue} messages wait`,
        seconds: 0 as Seconds,
      });
      return;
    }
    const id = laneOf(due);
    const lane = lanes.get(id) ?? { waiting: [], isActive: false, readyAt: clock.now() };
    lanes.set(id, lane);
    lane.waiting.push({ due, addedAt: clock.now(), failures: 0 });
    size += 1;
    pump();
  };

  const pump = () => {
    if (signal.aborted) return;
    for (const [id, lane] of lanes) {
      if (active >= senders) return;
      if (lane.isActive || lane.readyAt > clock.now()) continue;
      const [first] = lane.waiting;
      if (first === undefined) {
        lanes.delete(id);
        continue;
      }
      lane.isActive = true;
      active += 1;
      void attempt(lane, first).finally(() => {
        lane.isActive = false;
        active -= 1;
        pump();
        if (active > 0) return;
        for (const waiter of waiters.splice(0)) waiter();
      });
    }
  };

  const attempt = async (lane: Lane, first: Waiting) => {
    await Promise.resolve(); // never inside the caller's turn
    const { due } = first;
    const took = () => secondsBetween(first.addedAt, clock.now());
    const done = (outcome: Outcome) => {
      lane.waiting.shift();
      size -= 1;
      onOutcome(due, outcome);
    };
    try {
      await withinTime((within) => sendMessage(due, { ...options, signal: within }, threads), options);
      done({ kind: 'delivered', seconds: took(), attempts: first.failures + 1 });
    } catch (error) {
      if (signal.aborted) return;
      const reason = blotted(messageOf(error), due.source.config.secrets);
      const isTemporary = error instanceof SluiceError && error.code === 'NOTIFICATION_UNREACHABLE';
      const { most = Infinity, ...pauses } = isTemporary ? retryLimitsOf(due, options.services) : {};
      if (!isTemporary || took() >= longestTrySeconds || first.failures >= most)
        return done({ kind: 'givenUp', reason, seconds: took() });
      first.failures += 1;
      onOutcome(due, { kind: 'failed', reason, attempts: first.failures });
      const asked = Number(error.facts['retryAfterSeconds'] ?? 0);
      const pause = Math.max(
        backOffSeconds({ ...backOff, ...pauses }, first.failures, random),
        Math.min(asked, backOff.longestSeconds),
        pauses.firstSeconds ?? 0,
      );
      lane.readyAt = addSeconds(clock.now(), pause);
      const cancel = clock.schedule(lane.readyAt, pump);
      signal.addEventListener('abort', cancel, { once: true });
    }
  };

  return {
    add,
    idle: () => (active === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    get size() {
      return size;
    },
  };
}

/** Gives an attempt up that does not end, whatever it waits for: the others to this recipient, and a sender, wait for it. */
async function withinTime(
  attempt: (signal: AbortSignal) => Promise<void>,
  { clock, signal }: Pick<DeliveryOptions, 'clock' | 'signal'>,
): Promise<void> {
  const [late, done] = [new AbortController(), new AbortController()];
  const timeUp = until(clock, addSeconds(clock.now(), attemptSeconds), done.signal).then(() => {
    if (done.signal.aborted) return;
    late.abort();
    throw new SluiceError('NOTIFICATION_UNREACHABLE', `no end within ${attemptSeconds} s`);
  });
  try {
    await Promise.race([attempt(AbortSignal.any([signal, late.signal])), timeUp]);
  } finally {
    done.abort();
  }
}

function laneOf({ source, destination: { service, recipient } }: Due): string {
  return JSON.stringify([source.namespace, service, recipient]);
}

function retryLimitsOf({ source, destination }: Due, services: NotificationServices): RetryLimits {
  const config = source.config.services.get(destination.service);
  if (config === undefined) return {};
  const limits = services.get(config.type)?.retryLimits;
  return limits?.({ service: destination.service, options: optionsOf(config, services) }) ?? {};
}

/** One attempt. Throws what the service throws, or what is wrong with its configuration. */
export async function sendMessage(
  due: Due,
  { services, tools, digest, signal }: Pick<DeliveryOptions, 'services' | 'tools' | 'digest' | 'signal'>,
  threads: NotificationTools['threads'] = new Map(),
): Promise<void> {
  const message = outgoing(due, digest);
  const config = due.source.config.services.get(due.destination.service) as ServiceConfig;
  const refusal = refusalOf(config, services);
  if (refusal !== undefined) throw configInvalid(due, refusal);
  const options = optionsOf(config, services);
  await services.get(config.type)?.deliver({ ...message, options }, { ...tools, threads, signal });
}

/** The message as it goes out. Throws when the configuration has no such service or template, or rendering fails. */
export function outgoing(due: Due, digest: TemplateContext['digest']): OutgoingMessage {
  const { source, destination, subject, trigger } = due;
  const { config } = source;
  const service = config.services.get(destination.service);
  if (service === undefined) throw configInvalid(due, `there is no service.${destination.service}`);
  const templates = due.templates.map((name) => {
    const template = config.templates.get(name);
    if (template === undefined) throw configInvalid(due, `there is no template.${name}`);
    return { name, template };
  });
  const variables = templateVariables(subject, config.secrets, destination);
  // what is printed shows everything
  const to = service.type === 'console' ? undefined : { type: service.type, name: destination.service };
  const rendered = renderMessage(templates, variables, { now: subject.now, digest }, to);
  const { namespace = '', name, uid = '', generation } = subject.rollout.metadata;
  const kind: string = subject.rollout.kind;
  const revision = revisionOf(subject.rollout);
  const phase = subject.rollout.status?.phase;
  // a condition may come true again for another version
  const identity = [uid, due.key, ...(due.occurrence === undefined ? [generation ?? 0] : [])].join('/');
  return {
    ...rendered,
    ...destination,
    options: service.options,
    idempotencyKey: digest('sha256', identity).slice(0, 32),
    trigger,
    about: {
      ...(kind !== 'Rollout' && { kind: kind as 'AnalysisRun' | 'Experiment' }),
      namespace,
      name,
      uid,
      ...(revision !== undefined && { revision }),
      ...(phase !== undefined && { phase }),
    },
    at: subject.now,
    ...(subject.abortRecord !== undefined && { abortRecord: subject.abortRecord }),
  };
}

function configInvalid({ destination }: Due, problem: string): SluiceError {
  return new SluiceError('NOTIFICATION_CONFIG_INVALID', `service ${destination.service}: ${problem}`);
}
