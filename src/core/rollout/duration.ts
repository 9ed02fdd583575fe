import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { formatInstant, parseInstant, secondsBetween } from '../../kernel/instant.ts';
import { isCanaryComplete } from './counts.ts';
import { isAborted, isPausedFor, isPromoted, type Memory } from './memory.ts';
import type { Situation } from './situation.ts';

type Duration = NonNullable<RolloutStatus['duration']>;

/** How long this rollout has taken, and how much of it a person took: feeds three histograms and the faces. */
export function nextDuration(seen: Situation, memory: Memory): Duration | undefined {
  const before = seen.status.duration;
  if (memory.startsAnew || memory.retried) return begun(seen, memory, before);
  if (before?.rolloutStartedAt === undefined || before.finishedAt !== undefined) return before;
  return finished(seen, memory, withPause(seen, memory, before));
}

/** A new clock, unless all is there already. Going back in the middle of an update lets its clock run on. */
function begun(seen: Situation, memory: Memory, before: Duration | undefined): Duration | undefined {
  const isRunning = before?.rolloutStartedAt !== undefined && before.finishedAt === undefined;
  if (isRunning && memory.fastTrack !== undefined) {
    return finished(seen, memory, { ...before, completionStatus: 'FastRolledBack' });
  }
  if (isPromoted(seen, memory) && isCanaryComplete(seen)) return before;
  return withPause(seen, memory, { rolloutStartedAt: formatInstant(seen.now) });
}

function finished(seen: Situation, memory: Memory, duration: Duration): Duration {
  const completionStatus = completionOf(seen, memory, duration);
  if (completionStatus === undefined) return duration;
  const { manualPauseStartedAt: _over, ...rest } = withoutPause(seen, duration);
  return { ...rest, finishedAt: formatInstant(seen.now), completionStatus };
}

function completionOf(seen: Situation, memory: Memory, duration: Duration): string | undefined {
  if (isAborted(memory)) return 'Aborted';
  if (!isPromoted(seen, memory) || !isCanaryComplete(seen)) return undefined;
  return memory.promotedBecause === 'Full promotion requested'
    ? 'FastPromoted'
    : (duration.completionStatus ?? 'Promoted');
}

function withPause(seen: Situation, memory: Memory, duration: Duration): Duration {
  if (!isPausedByPerson(seen, memory)) return withoutPause(seen, duration);
  return duration.manualPauseStartedAt === undefined
    ? { ...duration, manualPauseStartedAt: formatInstant(seen.now) }
    : duration;
}

function withoutPause({ now }: Situation, duration: Duration): Duration {
  const { manualPauseStartedAt, ...rest } = duration;
  const since = parseInstant(manualPauseStartedAt);
  if (since === undefined) return duration;
  const total = (duration.totalManualPauseDurationSeconds ?? 0) + Math.round(secondsBetween(since, now));
  return { ...rest, totalManualPauseDurationSeconds: total };
}

/** Waiting for a person: not for a timer, and not for pods. */
function isPausedByPerson({ spec, steps, blueGreen }: Situation, memory: Memory): boolean {
  if (spec.paused === true || isPausedFor(memory, 'InconclusiveAnalysisRun', 'InconclusiveExperiment'))
    return true;
  if (isPausedFor(memory, 'BlueGreenPause')) return blueGreen?.autoPromotionEnabled === false;
  return isPausedFor(memory, 'CanaryPauseStep') && steps[memory.index]?.pause?.duration === undefined;
}
