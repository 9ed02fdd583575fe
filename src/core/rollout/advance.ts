import { formatInstant, type Instant } from '../../kernel/instant.ts';
import type { Outcome } from '../plan.ts';
import { firstHold, toBeJudged } from './gates.ts';
import { isAborted, isPausedFor, type Memory, needsNoProof } from './memory.ts';
import { givesVerdict, type SplitRecord, verdictsWaitUntil } from './observed-split.ts';
import type { Situation } from './situation.ts';
import { sizesAt } from './sizes.ts';
import { runStep } from './steps/index.ts';
import { kindOf } from './steps/kind.ts';
import { pauseEndsAt } from './steps/pause.ts';
import { canaryTraffic, type Traffic } from './weights.ts';

export interface Advance {
  readonly memory: Memory;
  /** Indexes of the steps that this decision completes. */
  readonly completed: readonly number[];
  /** What the step that is reached waits for. */
  readonly waitsFor: string | undefined;
  readonly until: Instant | undefined;
  /** When something else ends, beside what is waited for. */
  readonly looksAgainAt?: Instant;
}

/**
 * Takes the rollout through every step that is done. A `setWeight` is done only with the weight that this plan gives, so
 * one decision never runs past a weight that nobody has seen; pauses are entered with their beginning.
 */
export function advance(
  seen: Situation,
  memory: Memory,
  traffic: Traffic,
  split: SplitRecord | undefined,
): Advance {
  const completed: number[] = [];
  let at = withoutLeftoverPause(seen, memory);
  const stop = (waitsFor: string | undefined, until?: Instant): Advance => ({
    memory: at,
    completed,
    waitsFor,
    until,
  });
  if (isAborted(at) || needsNoProof(seen, at)) return stop(undefined);
  const hold = firstHold(seen, at);
  if (hold !== undefined) {
    const pauseEnds = hold === toBeJudged ? passingPauseEndsAt(seen, at) : undefined;
    if (pauseEnds !== undefined && seen.now >= pauseEnds) at = withoutPause(at);
    return { ...stop(hold), ...(pauseEnds !== undefined && { looksAgainAt: pauseEnds }) };
  }
  for (const [index, step] of seen.steps.entries()) {
    if (index < at.index) continue;
    const outcome = runStep(step, {
      seen,
      memory: at,
      traffic,
      sizes: sizesAt(seen, at, canaryTraffic(seen, traffic)),
    });
    if (outcome.kind === 'wait') {
      at = withPause(seen, at, outcome);
      return stop(outcome.reason, outcome.until);
    }
    const verdictsAt = givesVerdict(seen, index) ? verdictsWaitUntil(seen, split) : undefined;
    if (verdictsAt !== undefined) return stop('enough requests to see the split', verdictsAt);
    completed.push(index);
    at = withoutLeftoverPause(seen, { ...at, index: index + 1, resumed: false }, true);
  }
  return stop(undefined);
}

/** A pause belongs to the step it was entered at; after somebody skipped that step it is over. */
function withoutLeftoverPause({ steps }: Situation, memory: Memory, isOver = false): Memory {
  return !isOver && kindOf(steps[memory.index]) === 'pause' ? memory : withoutPause(memory);
}

function withoutPause(memory: Memory): Memory {
  return { ...memory, pauses: memory.pauses.filter(({ reason }) => reason !== 'CanaryPauseStep') };
}

/**
 * A pause passes while an inconclusive analysis holds the step: from then on the phase tells what really holds it. The step itself is
 * done when somebody resumes, which ends both.
 */
function passingPauseEndsAt({ steps, now }: Situation, memory: Memory): Instant | undefined {
  const { pause } = steps[memory.index] ?? {};
  if (pause === undefined || !isPausedFor(memory, 'CanaryPauseStep')) return undefined;
  return pauseEndsAt(pause.duration, memory, now);
}

function withPause({ now }: Situation, memory: Memory, outcome: Outcome): Memory {
  if (outcome.kind !== 'wait' || outcome.reason !== 'CanaryPauseStep') return memory;
  if (memory.pauses.some(({ reason }) => reason === 'CanaryPauseStep')) return memory;
  const pause = { reason: 'CanaryPauseStep', startTime: formatInstant(now) } as const;
  return { ...memory, pauses: [...memory.pauses, pause] };
}
