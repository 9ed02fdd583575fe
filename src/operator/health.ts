import { addSeconds, type Instant, secondsBetween } from '../kernel/instant.ts';
import type { Answer } from './http-server.ts';

/** What the probes look at; whoever learns something writes it here. */
export interface Health {
  /** When the API server answered last about the Lease, or gave the first list of our objects. */
  answeredAt?: Instant;
  /** Since when no request has been answered; absent while they are. */
  unansweredSince?: Instant;
  /** When the Lease was renewed last; absent while somebody else leads. */
  renewedAt?: Instant;
  /** Since when we act; the objects of our kinds may not be known yet. */
  actingSince?: Instant;
  /** The objects of our kinds are known, and decisions are made. */
  isWorking: boolean;
  /** A request was refused for want of a right. */
  isRefused?: boolean;
  /** Kinds of ours that the cluster does not serve, by their plural names. */
  readonly undefinedKinds?: Set<string>;
}

/** Takes note of a request, by its HTTP status; 0 when no answer came. Without a Lease nothing else tells that the server is gone. */
export function noteRequest(health: Health, status: number, now: Instant): void {
  if (status === 0) health.unansweredSince ??= now;
  else delete health.unansweredSince;
  if (status === 403) health.isRefused = true;
}

export interface Limits {
  readonly leaseSeconds: number;
  readonly leaderElect: boolean;
}

/** A leader that has neither renewed nor ended by then is beyond help; client-go gives as much time beside the lease. */
const graceSeconds = 20;

/**
 * Alive, as long as the process answers and, while it leads, renews its Lease. One that waits for the API server is
 * alive: a restart would not bring that back. A process whose event loop hangs does not answer at all.
 */
export function healthz({ renewedAt }: Health, now: Instant, { leaseSeconds, leaderElect }: Limits): Answer {
  if (!leaderElect || renewedAt === undefined) return { status: 200, body: 'ok' };
  const age = secondsBetween(renewedAt, now);
  if (age <= leaseSeconds + graceSeconds) return { status: 200, body: 'ok' };
  return failed([`lease: leads, but has not renewed for ${Math.round(age)} s`]);
}

/** Ready to act: acts with all objects known, or waits for its turn on an API server that answers. */
export function readyz(health: Health, now: Instant, { leaseSeconds, leaderElect }: Limits): Answer {
  const { answeredAt, unansweredSince, actingSince, isWorking, isRefused, undefinedKinds = [] } = health;
  const problems: string[] = [];
  if (answeredAt === undefined && leaderElect) {
    problems.push(isRefused ? 'lease: must not be read or written' : 'api server: has not answered yet');
  }
  if (leaderElect && answeredAt !== undefined && now > addSeconds(answeredAt, leaseSeconds + graceSeconds)) {
    problems.push(`api server: silent for ${Math.round(secondsBetween(answeredAt, now))} s`);
  }
  if (!leaderElect && unansweredSince !== undefined && now > addSeconds(unansweredSince, graceSeconds)) {
    problems.push(`api server: silent for ${Math.round(secondsBetween(unansweredSince, now))} s`);
  }
  if (!isWorking && (actingSince !== undefined || !leaderElect)) {
    problems.push('informers: the first lists are not in yet');
  }
  for (const kind of undefinedKinds) {
    problems.push(`definitions: ${kind} is not installed; kubectl apply --server-side -k config/crds`);
  }
  if (problems.length > 0 && isRefused === true) {
    problems.push('rights: the API server refuses some requests (403); the log names them');
  }
  return problems.length === 0 ? { status: 200, body: 'ok' } : failed(problems);
}

function failed(problems: readonly string[]): Answer {
  return { status: 503, body: `${problems.join('\n')}\n` };
}
