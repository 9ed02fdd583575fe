import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { earliest, formatInstant, type Instant } from '../../kernel/instant.ts';
import { progressDeadline } from './deadline.ts';
import { firstHold } from './gates.ts';
import { isAborted, isPromoted, type Memory } from './memory.ts';
import { keepsOldPods, unregistered } from './registration.ts';
import { allRevisions, type Revision, type Situation } from './situation.ts';
import { pauseToEnd } from './steps/title.ts';

type Waiting = RolloutStatus['waiting'];

/** What a step or stage waits for; the last word when it says something. */
export interface Wait {
  readonly waitsFor: string | undefined;
  readonly until: Instant | undefined;
}

/** When the pods of a revision that is left behind go; undefined when no time is set. */
export type DrainsAt = (revision: Revision) => Instant | undefined;

/**
 * What the rollout waits for, since when, and until when at the latest. Nothing when it has arrived. `next` is the status
 * that it will be part of: told by what this decision writes, it need not be told again by the next one.
 */
export function nextWaiting(
  seen: Situation,
  memory: Memory,
  next: RolloutStatus,
  { wait, drainsAt }: { readonly wait: Wait; readonly drainsAt: DrainsAt },
): Waiting {
  const found = isPromoted(seen, memory)
    ? (afterPromotion(seen, memory, drainsAt) ?? heldAtRest(seen, memory))
    : isAborted(memory)
      ? afterAbort(seen, drainsAt)
      : duringUpdate(seen, wait);
  if (found === undefined) return undefined;
  const until = found.until ?? progressDeadline({ ...seen, status: next }, memory);
  const before = seen.status.waiting ?? { for: found.for, since: begunAt(next, wait) };
  const since = (before.for === found.for ? before.since : undefined) ?? formatInstant(seen.now);
  return {
    for: found.for,
    since,
    ...(until !== undefined && { until: formatInstant(until) }),
  };
}

/** When it began to wait, from what every controller keeps: another one, which writes no `waiting`, may have begun it. */
function begunAt({ pauseConditions, abortedAt }: RolloutStatus, { waitsFor }: Wait): string | undefined {
  const pause = pauseConditions?.find(({ reason }) => reason === waitsFor);
  return pause?.startTime ?? abortedAt ?? undefined;
}

type Found = { readonly for: string; readonly until?: Instant } | undefined;

function duringUpdate({ canary, replicas }: Situation, { waitsFor, until }: Wait): Found {
  const pods = 'canary pods to become available';
  if (waitsFor !== undefined) {
    return { for: titles[waitsFor] ?? waitsFor, ...(until !== undefined && { until }) };
  }
  return { for: canary.available < replicas ? pods : 'all traffic to reach the canary' };
}

const titles: Readonly<Record<string, string>> = {
  CanaryPauseStep: pauseToEnd,
  BlueGreenPause: 'the promotion of the preview',
};

function afterPromotion(seen: Situation, memory: Memory, drainsAt: DrainsAt): Found {
  if (seen.canary.available < seen.replicas) return { for: 'pods to become available' };
  const until = earliest(
    ...allRevisions(seen).map((revision) => (revision.size > 0 ? drainsAt(revision) : undefined)),
  );
  const others = allRevisions(seen).some((revision) => revision !== seen.canary && revision.size > 0);
  if (others && until === undefined && keepsOldPods(seen, memory)) return { for: unregistered };
  return others ? { for: 'old pods to drain', ...(until !== undefined && { until }) } : undefined;
}

/** A Rollout at rest that somebody holds is shown as paused, so it says for what. */
function heldAtRest(seen: Situation, memory: Memory): Found {
  const hold = firstHold(seen, memory);
  return hold === undefined ? undefined : { for: hold };
}

function afterAbort({ canary, stable, replicas }: Situation, drainsAt: DrainsAt): Found {
  if (stable !== undefined && stable.available < replicas)
    return { for: 'stable pods to take the traffic back' };
  const until = canary.size > 0 ? drainsAt(canary) : undefined;
  if (until !== undefined) return { for: 'the canary to drain', until };
  return { for: 'a retry or a new version' };
}
