import type { KubeObject } from '../api/meta.ts';
import { type ObjectRef, resources } from '../api/resources.ts';
import type { PlannedEvent } from '../core/plan.ts';
import { type Clock, until } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import { addSeconds, formatInstant, type Instant, secondsBetween } from '../kernel/instant.ts';
import type { Log } from '../kernel/log.ts';
import { fnv1a32 } from '../kernel/random.ts';
import { type Cluster, isApiError } from '../ports/cluster.ts';
import { isAlreadyThere } from './create-collision.ts';

/** Writes Kubernetes events about objects. Recording never waits and never fails. */
export interface EventRecorder {
  record(about: KubeObject, event: PlannedEvent): void;
  /** Resolves when everything recorded so far is written or given up. */
  flush(): Promise<void>;
}

export interface EventRecorderOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Told of every event, also of one that is only counted up. */
  readonly onEvent?: (about: KubeObject, event: PlannedEvent) => void;
}

/** The peer's name as a source of events; clients filter by it. */
const component = 'rollouts-controller';
/**
 * Events that wait to be written, a release of 200 Rollouts at once twice over; with more than this the oldest are dropped, they
 * matter least.
 */
const longestQueue = 8000;
/** An equal event within this time is counted up instead of written anew, as client-go does. */
const aggregationSeconds = 600;
/** Events remembered for counting up. */
const eventsRemembered = 4096;
const attempts = 3;
/** Events written at the same time, never two about the same object: each object's come in their order. */
const writers = 8;
/** Names passed over for one event. */
const mostNamesTaken = 100;

/** What its name is made of, together with its object's, and how often it happened. */
interface Written extends Stamp {
  count: number;
  lastAt: Instant;
}

interface Stamp {
  readonly at: Instant;
  readonly sequence: number;
}

interface Waiting {
  readonly about: KubeObject;
  readonly event: PlannedEvent;
  readonly at: Instant;
}

export function eventRecorder(options: EventRecorderOptions): EventRecorder {
  const { clock, log, signal } = options;
  /** By the object that they are about, the one that was served last at the end. */
  const waiting = new Map<string, Waiting[]>();
  let waitingCount = 0;
  /** By the digest of what they say: the texts themselves would be a tenth of the memory of a Rollout. */
  const written = new Map<number, Written>();
  /** By the object, again. */
  const underWay = new Map<string, Promise<void>>();
  let pumping: Promise<void> | undefined;
  let sequence = 0;

  const record = (about: KubeObject, event: PlannedEvent) => {
    options.onEvent?.(about, event);
    const id = objectOf(about);
    const ofObject = waiting.get(id) ?? [];
    waiting.set(id, ofObject);
    ofObject.push({ about: identified(about), event, at: clock.now() });
    waitingCount += 1;
    if (waitingCount > longestQueue) {
      takeNext(waiting.keys().next().value as string);
      log.warn('An event was dropped; too many wait to be written.', { waiting: longestQueue });
    }
    pumpSoon();
  };

  /** Never inside the caller's turn. */
  const pumpSoon = () => {
    pumping ??= Promise.resolve().then(() => {
      pumping = undefined;
      pump();
    });
  };

  const pump = () => {
    while (underWay.size < writers && !signal.aborted) {
      const id = firstFree();
      if (id === undefined) return;
      const writing = writeOrGiveUp(takeNext(id)).finally(() => {
        underWay.delete(id);
        pump();
      });
      underWay.set(id, writing);
    }
  };

  const firstFree = (): string | undefined => {
    for (const id of waiting.keys()) if (!underWay.has(id)) return id;
    return undefined;
  };

  /** The oldest about this object. */
  const takeNext = (id: string): Waiting => {
    const ofObject = waiting.get(id) as Waiting[];
    const next = ofObject.shift() as Waiting;
    waitingCount -= 1;
    waiting.delete(id);
    if (ofObject.length > 0) waiting.set(id, ofObject);
    return next;
  };

  const writeOrGiveUp = async (next: Waiting) => {
    for (let attempt = 1; attempt <= attempts && !signal.aborted; attempt += 1) {
      try {
        return await write(next);
      } catch (error) {
        if (attempt === attempts || isApiError(error, 403) || isApiError(error, 404)) {
          log.warn('An event could not be written.', { event: next.event.reason, reason: messageOf(error) });
          return;
        }
        await until(clock, addSeconds(clock.now(), attempt), signal);
      }
    }
  };

  const write = async ({ about, event, at }: Waiting) => {
    const id = digestOf(about, event);
    const earlier = written.get(id);
    if (earlier !== undefined && secondsBetween(earlier.lastAt, at) <= aggregationSeconds) {
      const count = earlier.count + 1;
      try {
        const body = { count, lastTimestamp: formatInstant(at) };
        await options.cluster.patch(refOf(about, earlier), { kind: 'merge', body }, { signal });
        earlier.count = count;
        earlier.lastAt = at;
        return;
      } catch (error) {
        if (!isApiError(error, 404)) throw error; // events live for an hour; then it is a new one
      }
    }
    const stamp = await create(about, event, at);
    written.delete(id);
    written.set(id, { ...stamp, count: 1, lastAt: at });
    if (written.size > eventsRemembered) written.delete(written.keys().next().value as number);
  };

  /** An operator before this one may have taken names of the same millisecond: those are passed over. */
  const create = async (about: KubeObject, event: PlannedEvent, at: Instant, taken = 0): Promise<Stamp> => {
    sequence += 1;
    const stamp = { at, sequence };
    try {
      await options.cluster.create(eventObject(about, event, stamp), resources.events, { signal });
      return stamp;
    } catch (error) {
      if (!isAlreadyThere(error) || taken >= mostNamesTaken) throw error;
      return create(about, event, at, taken + 1);
    }
  };

  const flush = async () => {
    while (pumping !== undefined || underWay.size > 0) await Promise.all([pumping, ...underWay.values()]);
  };
  return { record, flush };
}

/** Only what an event says of its object: one that waits must not keep an old version of the whole. */
function identified({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } as KubeObject['metadata'] };
}

function objectOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

/**
 * Of 52 bits: among as many events as are remembered two are taken for the same once in 500 million times. Those of objects with different
 * names would still not meet, as the name is part of the event's.
 */
function digestOf({ kind, metadata }: KubeObject, { type, reason, message }: PlannedEvent): number {
  const { namespace, name, uid } = metadata;
  const text = JSON.stringify([kind, namespace, name, uid, type, reason, message]);
  return fnv1a32(text) * 2 ** 20 + (fnv1a32(`again ${text}`) >>> 12);
}

function refOf({ metadata }: KubeObject, { at, sequence }: Stamp): ObjectRef {
  // client-go names events by nanoseconds; ours are unique by their number within the millisecond
  const suffix = (BigInt(at) * 1_000_000n + BigInt(sequence % 1_000_000)).toString(16);
  return {
    type: resources.events,
    namespace: metadata.namespace ?? 'default',
    name: `${metadata.name}.${suffix}`,
  };
}

function eventObject(about: KubeObject, event: PlannedEvent, stamp: Stamp): KubeObject {
  const { name, namespace, uid, resourceVersion } = about.metadata;
  const ref = refOf(about, stamp);
  const at = formatInstant(stamp.at);
  const object = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: ref.name, namespace: ref.namespace },
    involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid, resourceVersion },
    type: event.type,
    reason: event.reason,
    message: event.message,
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
  };
  return object;
}
