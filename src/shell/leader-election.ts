import type { KubeObject } from '../api/meta.ts';
import { type ObjectRef, resources } from '../api/resources.ts';
import { type Clock, until } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import { addSeconds, formatInstant, type Instant, secondsBetween } from '../kernel/instant.ts';
import type { Log } from '../kernel/log.ts';
import type { Random } from '../kernel/random.ts';
import { type Cluster, isApiError } from '../ports/cluster.ts';

export interface LeaderElectionOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
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
  /** Called after each answer of the server, whoever leads: it can be reached. */
  readonly onAnswer?: () => void;
}

export interface Leadership {
  /** Aborts when we must stop at once: somebody else may lead now. */
  readonly lost: AbortSignal;
  /** Gives the lease back, so that the next one need not wait for it to run out. */
  release(): Promise<void>;
}

interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** What we saw last, and when by our own clock: the times inside a lease come from other machines' clocks. */
interface Seen {
  readonly lease: Lease;
  readonly at: Instant;
}

/** Waits until we lead. Undefined when `signal` aborts before that. */
export async function lead(
  options: LeaderElectionOptions,
  signal: AbortSignal,
): Promise<Leadership | undefined> {
  const { clock, random, log, retrySeconds = 2, identity } = options;
  const candidate = leaseCandidate(options);
  while (!signal.aborted) {
    const holder = await candidate.attempt(signal);
    if (holder === identity) return keep(candidate, options);
    if (holder !== undefined) log.debug('Somebody else leads.', { holder });
    const wait = retrySeconds * (1 + 0.2 * random.next());
    await until(clock, addSeconds(clock.now(), wait), signal);
  }
  return undefined;
}

/** Renews until it cannot, or is told to stop. */
function keep(candidate: Candidate, options: LeaderElectionOptions): Leadership {
  const { clock, log, renewDeadlineSeconds = 10, retrySeconds = 2, identity } = options;
  const lost = new AbortController();
  const released = new AbortController();
  log.info('Leading.', { identity, lease: `${options.namespace}/${options.name}` });

  const renew = async () => {
    let renewedAt = clock.now();
    for (;;) {
      await until(clock, addSeconds(clock.now(), retrySeconds), released.signal);
      if (released.signal.aborted) return;
      const deadline = addSeconds(renewedAt, renewDeadlineSeconds);
      const startedAt = clock.now();
      const holder = await Promise.race([
        candidate.attempt(released.signal),
        until(clock, deadline, released.signal).then(() => undefined),
      ]);
      if (released.signal.aborted) return;
      if (holder === identity) renewedAt = startedAt;
      else if (holder !== undefined || clock.now() >= deadline) break;
    }
    log.error('Leadership is lost.', { identity });
    lost.abort();
  };
  const renewing = renew();

  return {
    lost: lost.signal,
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
  giveUp(): Promise<void>;
}

function leaseCandidate(options: LeaderElectionOptions): Candidate {
  const { cluster, clock, log, identity, leaseSeconds = 15 } = options;
  const ref: ObjectRef = { type: resources.leases, namespace: options.namespace, name: options.name };
  let seen: Seen | undefined;

  const note = (lease: Lease) => {
    const isSame = seen?.lease.metadata.resourceVersion === lease.metadata.resourceVersion;
    seen = { lease, at: isSame && seen !== undefined ? seen.at : clock.now() };
    options.onAnswer?.();
  };
  const isFree = ({ lease, at }: Seen) => {
    const holder = lease.spec?.holderIdentity ?? '';
    const lasts = lease.spec?.leaseDurationSeconds ?? leaseSeconds;
    return holder === '' || holder === identity || secondsBetween(at, clock.now()) >= lasts;
  };

  const write = async (signal: AbortSignal | undefined, holder: string): Promise<string> => {
    const lease = leaseFor(ref, seen?.lease, holder, clock.now(), holder === '' ? 1 : leaseSeconds);
    const how = { priority: 'urgent', ...(signal && { signal }) } as const;
    const answer =
      seen === undefined
        ? await cluster.create(lease, ref.type, how)
        : await cluster.replace(lease, ref.type, how);
    note(answer as Lease);
    return holder;
  };

  return {
    attempt: async (signal) => {
      try {
        const holds = seen?.lease.spec?.holderIdentity === identity;
        if (!holds) {
          // who holds it knows its version, and writes without reading
          const found = (await cluster.get(ref, signal)) as Lease | undefined;
          if (found === undefined) seen = undefined;
          else note(found);
        }
        if (seen !== undefined && !isFree(seen)) return seen.lease.spec?.holderIdentity;
        return await write(signal, identity);
      } catch (error) {
        if (signal.aborted) return undefined;
        if (isApiError(error, 409) || isApiError(error, 404))
          seen = undefined; // read it next time
        else log.warn('The lease could not be read or written.', { reason: messageOf(error) });
        return undefined;
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
  ref: ObjectRef,
  before: Lease | undefined,
  holder: string,
  now: Instant,
  lasts: number,
): Lease {
  const isNewHolder = before?.spec?.holderIdentity !== holder;
  const time = microTime(now);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: before?.metadata ?? {
      name: ref.name,
      ...(ref.namespace !== undefined && { namespace: ref.namespace }),
    },
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
