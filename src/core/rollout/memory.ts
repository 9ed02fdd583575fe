import type { PauseReason, RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import { isFastRollback, isWithinRollbackWindow } from './rollback.ts';
import type { Situation } from './situation.ts';

export type PauseCondition = NonNullable<RolloutStatus['pauseConditions']>[number];

/**
 * What a Rollout remembers from one decision to the next. It is read from status, where people and tools also write
 * their wishes: abort, retry, resume, skip, promote in full.
 */
export interface Memory {
  /** The step to be done next, from 0; the number of steps when none is left. */
  readonly index: number;
  /** Hash of what an abort returns to; undefined before the first deployment. */
  readonly stableHash: string | undefined;
  /** RFC 3339; set while aborted. */
  readonly abortedAt: string | undefined;
  /** Why, when it was not a person. */
  readonly abortCause: string | undefined;
  readonly pauses: readonly PauseCondition[];
  /** A person has just ended the pause: it counts for the step that stands at `index` in status, and once. */
  readonly resumed: boolean;
  /** A person has just looked at what was inconclusive: in this decision it does not hold any more, whatever step is reached. */
  readonly overruled: boolean;
  readonly promoteFull: boolean;
  /** The pod template or the steps changed: all begins anew with this decision. */
  readonly startsAnew: boolean;
  /** A person took an abort back: all begins anew, with new analysis runs. */
  readonly retried: boolean;
  /** Going back to what is known already: no steps, pauses or analyses. */
  readonly fastTrack: 'Rollback within window' | 'Fast rollback' | undefined;
  /** The split was wrong until then: what an analysis of a step found before is not trusted. */
  readonly verdictsSince: Instant | undefined;
  /** Set with the decision that promotes: the reason, as its event says it. */
  readonly promotedBecause: string | undefined;
}

export function isAborted({ abortedAt }: Memory): boolean {
  return abortedAt !== undefined;
}

/** Is what the spec asks for the stable revision already? */
export function isPromoted({ canary }: Situation, { stableHash }: Memory): boolean {
  return stableHash === canary.hash;
}

export function isPausedFor({ pauses }: Memory, ...reasons: readonly PauseReason[]): boolean {
  return pauses.some(({ reason }) => reasons.includes(reason));
}

/** Nothing is tried out now: what there is to do needs no step, pause or analysis. */
export function needsNoProof(seen: Situation, memory: Memory): boolean {
  return (
    seen.stable === undefined ||
    isPromoted(seen, memory) ||
    memory.promoteFull ||
    memory.fastTrack !== undefined
  );
}

/** Called off: the way back begins, with the cause when it was not a person. */
export function aborted({ now }: Situation, memory: Memory, cause: string): Memory {
  return { ...memory, index: 0, pauses: [], abortedAt: formatInstant(now), abortCause: cause };
}

/** Stopped until a person has looked. */
export function held(
  { now }: Situation,
  memory: Memory,
  reason: 'InconclusiveAnalysisRun' | 'InconclusiveExperiment',
): Memory {
  if (memory.pauses.some((pause) => pause.reason === reason)) return memory;
  return { ...memory, pauses: [...memory.pauses, { reason, startTime: formatInstant(now) }] };
}

/** Is this the very first version, which an `initialAnalysis` judges before it counts as stable? */
export function isOnTrial({ spec }: Situation, { stableHash, promoteFull }: Memory): boolean {
  return spec.initialAnalysis !== undefined && stableHash === undefined && !promoteFull;
}

/** What status says, once a changed spec and the wishes of people are taken into account. */
export function recall(seen: Situation): Memory {
  const { status } = seen;
  const remembered: Memory = {
    index: clamp(status.currentStepIndex ?? 0, seen.steps.length),
    stableHash: status.stableRS === '' ? undefined : status.stableRS,
    abortedAt: undefined,
    abortCause: undefined,
    pauses: status.pauseConditions ?? [],
    resumed: false,
    overruled: false,
    promoteFull: false,
    startsAnew: false,
    retried: false,
    fastTrack: isFastRollback(seen) ? fastTrackOf(seen) : undefined,
    verdictsSince: undefined,
    promotedBecause: undefined,
  };
  if (isChanged(seen)) return toTheEndIfFast(seen, { ...remembered, index: 0, pauses: [], startsAnew: true });
  return toTheEndIfFast(seen, withWishes(seen, remembered));
}

/** A changed template starts anew. So do changed steps, for an index into the old ones means nothing. */
function isChanged({ status, canary, blueGreen, stepHash }: Situation): boolean {
  if (status.currentPodHash !== canary.hash) return true;
  return blueGreen === undefined && (status.currentStepHash ?? '') !== stepHash;
}

function fastTrackOf(seen: Situation): Memory['fastTrack'] {
  return isWithinRollbackWindow(seen) ? 'Rollback within window' : 'Fast rollback';
}

function withWishes(seen: Situation, memory: Memory): Memory {
  const { status, now } = seen;
  if (isPromoted(seen, memory)) return { ...memory, pauses: [] };
  if (status.promoteFull === true) return { ...memory, promoteFull: true, pauses: [] };
  if (status.abort === true) {
    return { ...memory, index: 0, pauses: [], abortedAt: status.abortedAt ?? formatInstant(now) };
  }
  if (status.abortedAt !== undefined) return { ...memory, index: 0, pauses: [], retried: true };
  const resumed = status.controllerPause === true && memory.pauses.length === 0;
  return { ...memory, resumed, overruled: resumed };
}

function toTheEndIfFast(seen: Situation, memory: Memory): Memory {
  const skips = memory.abortedAt === undefined && needsNoProof(seen, memory);
  if (!skips && !isPromoted(seen, memory)) return memory;
  const pauses = isOnTrial(seen, memory) ? memory.pauses : [];
  return { ...memory, index: seen.steps.length, pauses };
}

function clamp(index: number, steps: number): number {
  return Math.min(Math.max(index, 0), steps);
}
