import { type ObjectRef, resources } from '../api/resources.ts';
import type { Share } from '../api/share.ts';
import { type Clock, until } from '../kernel/clock.ts';
import { messageOf, SluiceError } from '../kernel/errors.ts';
import { addSeconds, formatInstant, type Instant, secondsBetween } from '../kernel/instant.ts';
import type { Log } from '../kernel/log.ts';
import type { Random } from '../kernel/random.ts';
import { type Cluster, isApiError } from '../ports/cluster.ts';
import { isHeld, type Lease, runsOutAt, type Seen, shareAnnotation } from './lease.ts';
import { otherLeaders } from './other-leaders.ts';
import { refusalHelp } from './refusal-help.ts';

export interface LeaderElectionOptions {
  readonly cluster: Cluster;
  /** Tells how long things have lasted; one that nobody sets. */
  readonly clock: Clock;
  /** What the clock on the wall says: for the times in the Lease, and because it goes on while the machine sleeps. Default: `clock`. */
  readonly wallClock?: Pick<Clock, 'now'>;
  readonly random: Random;
  readonly log: Log;
  readonly namespace: string;
  readonly name: string;
  /** Who we are; unique among all that want to lead. */
  readonly identity: string;
  /** How long a leader that says nothing keeps the others waiting. Seconds. Default 15. */
  readonly leaseSeconds?: number;
  /** How long a leader that cannot renew goes on. Seconds. Default 10, less than `leaseSeconds`. */
  readonly renewDeadlineSeconds?: number;
  /** Between two attempts. Seconds. Default 2. */
  readonly retrySeconds?: number;
  /** What we lead: kept in the Lease, and never taken while somebody else leads some of it under another name. Default: not told. */
  readonly share?: Share;
  /** Called after each answer of the server, whoever leads: it can be reached. */
  readonly onAnswer?: () => void;
  /** Called whenever the lease is ours for another while. */
  readonly onRenewed?: () => void;
}

export interface Leadership {
  /** Aborts when we must stop at once: somebody else may lead now. */
  readonly lost: AbortSignal;
  /** Throws while it is not certain that nobody else leads: for the instant before a write. */
  assertHeld(): void;
  /** Gives the lease back, so that the next one need not wait for it to run out. */
  release(): Promise<void>;
}

/** Waits until we lead. Undefined when `signal` aborts before that. */
export async function lead(
  options: LeaderElectionOptions,
  signal: AbortSignal,
): Promise<Leadership | undefined> {
  const { clock, random, log, retrySeconds = 2, identity } = options;
  const candidate = leaseCandidate(options);
  const others = options.share === undefined ? undefined : otherLeaders({ ...options, share: options.share });
  while (!signal.aborted) {
    if (await others?.areInTheWay(signal)) {
      // somebody leads a part of what we would: asked again until they end
    } else {
      const askedAt = momentOf(options);
      const holder = await candidate.attempt(signal);
      if (holder === identity) {
        // whoever has looked before we wrote sees us when they look again: of two at most one goes on
        if (!(await others?.areInTheWay(signal))) return keep(candidate, options, askedAt);
        await candidate.giveUp();
      } else if (holder !== undefined) {
        log.debug('Somebody else leads.', { holder });
        await candidate.standBy(signal);
        continue;
      }
    }
    const wait = retrySeconds * (1 + random.next());
    await until(clock, addSeconds(clock.now(), wait), signal);
  }
  return undefined;
}

/** One instant by both clocks. */
interface Moment {
  readonly steady: Instant;
  readonly wall: Instant;
}

function momentOf({ clock, wallClock = clock }: LeaderElectionOptions): Moment {
  return { steady: clock.now(), wall: wallClock.now() };
}

/** Renews until it cannot, or is told to stop. */
function keep(candidate: Candidate, options: LeaderElectionOptions, takenAt: Moment): Leadership {
  const { clock, log, renewDeadlineSeconds = 10, retrySeconds = 2, identity } = options;
  const lost = new AbortController();
  const released = new AbortController();
  log.info('Leading.', { identity, lease: `${options.namespace}/${options.name}` });
  let renewedAt = takenAt;

  let nudge = () => {};
  const nextLook = async () => {
    const nudged = new AbortController();
    nudge = () => nudged.abort();
    await until(
      clock,
      addSeconds(clock.now(), retrySeconds),
      AbortSignal.any([released.signal, nudged.signal]),
    );
    return !released.signal.aborted;
  };
  const renew = async () => {
    while (await nextLook()) {
      const deadline = addSeconds(renewedAt.steady, renewDeadlineSeconds);
      const startedAt = momentOf(options);
      if (startedAt.steady >= deadline) break; // the process was stopped: somebody else may lead by now
      const holder = await Promise.race([
        candidate.attempt(released.signal),
        until(clock, deadline, released.signal).then(() => undefined),
      ]);
      if (released.signal.aborted) return;
      if (holder === identity) renewedAt = startedAt;
      else if (holder !== undefined || clock.now() >= deadline) break;
    }
    if (released.signal.aborted) return;
    log.error('Leadership is lost.', { identity });
    lost.abort();
  };
  const renewing = renew();
  void candidate.whileTouched(() => nudge(), AbortSignal.any([released.signal, lost.signal]));

  return {
    lost: lost.signal,
    assertHeld: () => {
      // timers and answers that were due while the process was stopped may come before the look at the lease
      const { steady, wall } = momentOf(options);
      const silentSeconds = Math.max(
        secondsBetween(renewedAt.steady, steady),
        secondsBetween(renewedAt.wall, wall),
      );
      if (!lost.signal.aborted && silentSeconds < renewDeadlineSeconds) return;
      throw new SluiceError('LEASE_UNCERTAIN', `the Lease was renewed ${Math.round(silentSeconds)} s ago`);
    },
    release: async () => {
      released.abort();
      await renewing;
      if (!lost.signal.aborted) await candidate.giveUp();
    },
  };
}

interface Candidate {
  /** Takes or renews the lease if it may. Who holds it then; undefined when the server did not say. */
  attempt(signal: AbortSignal): Promise<string | undefined>;
  /** Waits until the lease of somebody else is given back or has run out, or may have. */
  standBy(signal: AbortSignal): Promise<void>;
  /** While we lead: tells each time that somebody else writes the lease or deletes it, until `signal` aborts. */
  whileTouched(tell: () => void, signal: AbortSignal): Promise<void>;
  giveUp(): Promise<void>;
}

function leaseCandidate(options: LeaderElectionOptions): Candidate {
  const { cluster, clock, log, identity, leaseSeconds = 15, retrySeconds = 2 } = options;
  const ref: ObjectRef = { type: resources.leases, namespace: options.namespace, name: options.name };
  let seen: Seen | undefined;

  const note = (lease: Lease) => {
    const isSame = seen?.lease.metadata.resourceVersion === lease.metadata.resourceVersion;
    seen = { lease, at: isSame && seen !== undefined ? seen.at : clock.now() };
    options.onAnswer?.();
  };
  const isFree = (known: Seen) =>
    known.lease.spec?.holderIdentity === identity || !isHeld(known, clock.now(), leaseSeconds);

  const write = async (signal: AbortSignal | undefined, holder: string): Promise<string> => {
    const lease = leaseFor(options, ref, seen?.lease, holder, holder === '' ? 1 : leaseSeconds);
    const how = { priority: 'urgent', ...(signal && { signal }) } as const;
    const answer =
      seen === undefined
        ? await cluster.create(lease, ref.type, how)
        : await cluster.replace(lease, ref.type, how);
    note(answer as Lease);
    if (holder === identity) options.onRenewed?.();
    return holder;
  };

  /** The lease whenever somebody writes it, undefined when it is deleted; ends when it cannot be watched any more. */
  async function* changesOf(
    { metadata: { resourceVersion = '' } }: Lease,
    signal: AbortSignal,
  ): AsyncGenerator<Lease | undefined> {
    const fieldSelector = `metadata.name=${ref.name}`;
    const only = { namespace: options.namespace, fieldSelector, resourceVersion };
    try {
      for await (const event of cluster.watch(ref.type, only, signal)) {
        if (event.type === 'BOOKMARK' || event.object.metadata.name !== ref.name) continue;
        yield event.type === 'DELETED' ? undefined : (event.object as Lease);
      }
    } catch (error) {
      if (!signal.aborted) log.debug('The lease cannot be watched.', { reason: messageOf(error) });
    }
  }

  const takeOrRenew = async (signal: AbortSignal): Promise<string | undefined> => {
    const holds = seen?.lease.spec?.holderIdentity === identity;
    if (!holds) {
      // who holds it knows its version, and writes without reading
      const found = (await cluster.get(ref, signal)) as Lease | undefined;
      if (found !== undefined) note(found);
      // who held a lease that was deleted acts until it finds out, at the latest when the lease would have run out
      else if (seen !== undefined && isFree(seen)) seen = undefined;
    }
    if (seen !== undefined && !isFree(seen)) return seen.lease.spec?.holderIdentity;
    return await write(signal, identity);
  };

  return {
    attempt: async (signal) => {
      for (let isFirst = true; ; isFirst = false) {
        try {
          return await takeOrRenew(signal);
        } catch (error) {
          if (signal.aborted) return undefined;
          const wasTouched = isApiError(error, 409) || isApiError(error, 404);
          if (!wasTouched) {
            const facts = { reason: messageOf(error), ...refusalHelp(error) };
            log.warn('The lease could not be read or written.', facts);
          } else if (seen?.lease.spec?.holderIdentity === identity) seen = undefined; // read it
          if (!wasTouched || !isFirst) return undefined;
        }
      }
    },
    standBy: async (signal) => {
      if (seen === undefined) return;
      const over = new AbortController();
      const end = () => over.abort();
      signal.addEventListener('abort', end);
      let cancel = clock.schedule(runsOutAt(seen, leaseSeconds), end);
      try {
        for await (const found of changesOf(seen.lease, over.signal)) {
          if (found === undefined) continue; // deleted: made anew by its holder, or free when it would have run out
          note(found);
          if (isFree(seen)) return;
          cancel();
          cancel = clock.schedule(runsOutAt(seen, leaseSeconds), end);
        }
        // the watch has ended by itself: ask as one does who cannot watch
        await until(clock, addSeconds(clock.now(), retrySeconds), over.signal);
      } finally {
        cancel();
        signal.removeEventListener('abort', end);
        over.abort();
      }
    },
    whileTouched: async (tell, signal) => {
      while (!signal.aborted) {
        if (seen !== undefined) {
          for await (const found of changesOf(seen.lease, signal)) {
            if (found?.spec?.holderIdentity !== identity) tell();
          }
        }
        await until(clock, addSeconds(clock.now(), retrySeconds), signal);
      }
    },
    giveUp: async () => {
      try {
        await write(undefined, '');
      } catch (error) {
        log.warn('The lease could not be given back; it runs out by itself.', { reason: messageOf(error) });
      }
    },
  };
}

function leaseFor(
  { clock, wallClock = clock, share }: LeaderElectionOptions,
  { name, namespace }: ObjectRef,
  before: Lease | undefined,
  holder: string,
  lasts: number,
): Lease {
  const isNewHolder = before?.spec?.holderIdentity !== holder;
  const time = microTime(wallClock.now());
  const metadata = before?.metadata ?? { name, ...(namespace !== undefined && { namespace }) };
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata:
      share === undefined
        ? metadata
        : { ...metadata, annotations: { ...metadata.annotations, [shareAnnotation]: JSON.stringify(share) } },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: lasts,
      acquireTime: isNewHolder ? time : (before?.spec?.acquireTime ?? time),
      renewTime: time,
      leaseTransitions: (before?.spec?.leaseTransitions ?? 0) + (isNewHolder && before !== undefined ? 1 : 0),
    },
  };
}

/** Leases have times with six digits after the point. */
function microTime(at: Instant): string {
  const milliseconds = String(Math.floor(at) % 1000).padStart(3, '0');
  return formatInstant(at).replace('Z', `.${milliseconds}000Z`);
}
