import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { addSeconds } from '../../kernel/instant.ts';
import type { Plan } from '../plan.ts';
import { abortMessage } from './conditions.ts';
import { progressDeadline, stuckMessage } from './deadline.ts';
import type { Draft } from './draft.ts';
import {
  rolloutAborted,
  rolloutCompleted,
  rolloutPaused,
  rolloutResumed,
  stepCompleted,
  stepsSkipped,
} from './events.ts';
import { isAborted, isPromoted, type Memory } from './memory.ts';
import { countsMayWait } from './only-counts.ts';
import { updatePodMetadata } from './pod-metadata.ts';
import { restart } from './restart.ts';
import type { Situation } from './situation.ts';
import { nextStatus, type StatusParts } from './status.ts';
import { deleteSurplusReplicaSets } from './surplus-replica-sets.ts';
import { deleteSurplusRuns } from './surplus-runs.ts';
import { scaleWorkload } from './workload.ts';

export interface Ending extends Omit<StatusParts, 'restartedAt' | 'drainsAt'> {
  readonly completed: readonly number[];
  /** Seconds after which to look again although nothing changed. */
  readonly retryAt: number | undefined;
}

/** What both strategies end with: pods' upkeep, history, events, status and the next alarm. */
export function finish(seen: Situation, memory: Memory, draft: Draft, ending: Ending): Plan<RolloutStatus> {
  updatePodMetadata(seen, memory, draft);
  const restartedAt = restart(seen, draft);
  const status = nextStatus(seen, memory, {
    ...ending,
    restartedAt,
    drainsAt: (revision) => draft.drainsAt(revision),
  });
  scaleWorkload(seen, status, draft);
  deleteSurplusReplicaSets(seen, memory, draft);
  deleteSurplusRuns(seen, memory, status, draft);
  sayWhatHappened(seen, memory, ending.completed, draft);

  draft.wakeAt(ending.wait.until);
  if (ending.retryAt !== undefined) draft.wakeAt(addSeconds(seen.now, ending.retryAt));
  const deadline = progressDeadline({ ...seen, status }, memory);
  const isExceeded = status.conditions?.some(({ reason }) => reason === 'ProgressDeadlineExceeded');
  if (deadline !== undefined && isExceeded !== true) draft.wakeAt(addSeconds(deadline, 1));
  return draft.plan(seen.observed.rollout, status, {
    reason: reasonOf(status),
    urgent: isAborted(memory),
    statusMayWait: countsMayWait(seen.observed.rollout.status, status),
  });
}

/** The sentence for the log: the phase, and what is waited for. */
function reasonOf({ phase, message, waiting }: RolloutStatus): string {
  const why = message ?? '';
  const what = waiting === undefined ? '' : `; waits for ${waiting.for}`;
  return `${phase}${why === '' ? '' : `: ${why}`}${what}`;
}

function sayWhatHappened(seen: Situation, memory: Memory, completed: readonly number[], draft: Draft): void {
  const { status, canary, steps } = seen;
  saySkips(seen, memory, draft);
  const firstReached = completed.findIndex((index) => steps[index]?.pause === undefined);
  for (const [nth, index] of completed.entries()) {
    const isPassed = firstReached === -1 || nth < firstReached;
    draft.say(stepCompleted(index, steps), isPassed ? 'passed' : 'reached');
  }
  sayPauses(seen, memory, draft);
  const wasAborted = status.conditions?.some(({ reason }) => reason === 'RolloutAborted') === true;
  if (isAborted(memory) && !wasAborted) {
    if (memory.abortCause === stuckMessage(seen)) draft.say(rolloutAborted(memory.abortCause), 'ended');
    draft.say(rolloutAborted(abortMessage(seen, memory)), 'ended');
  }
  if (memory.promotedBecause !== undefined && status.stableRS !== canary.hash) {
    draft.say(rolloutCompleted(canary.number, canary.hash, memory.promotedBecause), 'ended');
  }
}

function saySkips(seen: Situation, memory: Memory, draft: Draft): void {
  const { status, steps } = seen;
  if (!memory.startsAnew || steps.length === 0 || status.currentPodHash === undefined) return;
  if (isPromoted(seen, memory)) draft.say(stepsSkipped('Rollback to stable ReplicaSets'), 'passed');
  else if (memory.fastTrack !== undefined) {
    draft.say(stepsSkipped('Rollback to active ReplicaSets within RollbackWindow'), 'passed');
  }
}

/** Only what the controller itself began or ended: a person's own resume needs no news of it. */
function sayPauses({ status }: Situation, { pauses, abortedAt }: Memory, draft: Draft): void {
  const before = status.pauseConditions ?? [];
  const isOver = (pause: (typeof before)[number]) =>
    !pauses.some(({ reason, startTime }) => reason === pause.reason && startTime === pause.startTime);
  const ended = before.length > 0 && before.every(isOver) && abortedAt === undefined;
  if (ended) draft.say(rolloutResumed(), 'passed');
  const first = pauses[0];
  if (first !== undefined && (before.length === 0 || ended)) draft.say(rolloutPaused(first.reason), 'ended');
}
