import { isCompleted } from '../../api/v1alpha1/analysis.ts';
import type { RolloutSpec } from '../../api/v1alpha1/rollout.ts';
import { recordedRuns } from '../../api/v1alpha1/rollout-analyses.ts';
import { addSeconds, type Instant, parseInstant } from '../../kernel/instant.ts';
import { isCanaryComplete } from './counts.ts';
import { isAborted, isPromoted, type Memory } from './memory.ts';
import { hasProgressed } from './progress.ts';
import type { Situation } from './situation.ts';
import { kindOf } from './steps/kind.ts';

/** Seconds without progress until a rollout counts as stuck. Default 600. */
export function deadlineSecondsOf({ progressDeadlineSeconds }: RolloutSpec): number {
  return progressDeadlineSeconds ?? 600;
}

/** Reasons of `Progressing` under which no clock runs. */
const clockStops = new Set(['RolloutAborted', 'RolloutPaused']);

/**
 * When this rollout counts as stuck unless something moves before; undefined while nothing has to move: it waits for a
 * person, for an analysis, or only for old pods to drain.
 */
export function progressDeadline(seen: Situation, memory: Memory): Instant | undefined {
  if (!mustMove(seen, memory)) return undefined;
  const progressing = seen.status.conditions?.find(({ type }) => type === 'Progressing');
  const since = parseInstant(progressing?.lastUpdateTime);
  if (since === undefined || clockStops.has(progressing?.reason ?? '')) return undefined;
  return addSeconds(since, deadlineSecondsOf(seen.spec));
}

/** Once exceeded it stays so until something moves. */
export function isStuck(seen: Situation, memory: Memory): boolean {
  const deadline = progressDeadline(seen, memory);
  const reason = seen.status.conditions?.find(({ type }) => type === 'Progressing')?.reason;
  return deadline !== undefined && (deadline < seen.now || reason === 'ProgressDeadlineExceeded');
}

export function stuckMessage({ canary }: Situation): string {
  return timedOut(canary.name);
}

export function timedOut(replicaSet: string): string {
  return `ReplicaSet "${replicaSet}" has timed out progressing.`;
}

/** With `progressDeadlineAbort`: the cause of an abort, when the update is stuck. Never after promotion. */
export function deadlineCause(seen: Situation, memory: Memory): string | undefined {
  if (seen.spec.progressDeadlineAbort !== true || isPromoted(seen, memory) || memory.startsAnew)
    return undefined;
  if (memory.retried || hasProgressed(seen, seen.status) || !isStuck(seen, memory)) return undefined;
  return stuckMessage(seen);
}

function mustMove(seen: Situation, memory: Memory): boolean {
  if (isAborted(memory) || seen.spec.paused === true || memory.pauses.length > 0) return false;
  if (isPromoted(seen, memory)) return seen.canary.available < seen.replicas; // a threshold is a step's, not the end's
  if (isAnalysing(seen) || isBaking(seen, memory)) return false;
  const kind = kindOf(seen.steps[memory.index]);
  return kind !== 'pause' && kind !== 'analysis' && kind !== 'experiment';
}

/** A run that stands between two stages goes on. An analysis has limits of its own. */
function isAnalysing({ status }: Situation): boolean {
  const { Initial, Bake, PrePromotion, PostPromotion } = recordedRuns(status);
  return [Initial, Bake, PrePromotion, PostPromotion].some(
    (run) => run !== undefined && !isCompleted(run.status),
  );
}

/** Held at all of the traffic, with every pod there: only time has to pass. */
function isBaking(seen: Situation, { index }: Memory): boolean {
  const hasBegun = seen.status.canary?.bakeStartedAt !== undefined && index >= seen.steps.length;
  return hasBegun && isCanaryComplete(seen);
}
