import type { Condition } from '../../api/meta.ts';
import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import { isStuck, stuckMessage } from './deadline.ts';
import { isAborted, isPromoted, type Memory } from './memory.ts';
import type { SplitRecord } from './observed-split.ts';
import { activeRevision, hasProgressed } from './progress.ts';
import { isActiveRegistered } from './registration.ts';
import { allRevisions, type Situation } from './situation.ts';

/** What a condition says, without its times. */
export type Verdict = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/**
 * The list with this condition. Status and reason unchanged: nothing changes, the message neither. The time of transition
 * moves only with the status. The order of the list stays.
 */
export function withCondition(
  conditions: readonly Condition[],
  verdict: Verdict,
  now: Instant,
  refresh = false,
): Condition[] {
  const before = conditions.find(({ type }) => type === verdict.type);
  const isSame = before?.status === verdict.status && before.reason === verdict.reason;
  if (isSame && !refresh) return [...conditions];
  const stamp = formatInstant(now);
  const lastTransitionTime = before?.status === verdict.status ? before.lastTransitionTime : stamp;
  const after: Condition = { ...verdict, lastTransitionTime, lastUpdateTime: stamp };
  return before === undefined
    ? [...conditions, after]
    : conditions.map((condition) => (condition === before ? after : condition));
}

export function withoutCondition(conditions: readonly Condition[], type: string): Condition[] {
  return conditions.filter((condition) => condition.type !== type);
}

function find(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** The conditions after this decision. `next` is the status that they will be part of. */
export function nextConditions(seen: Situation, memory: Memory, next: RolloutStatus): Condition[] {
  const { now, status } = seen;
  const before: readonly Condition[] = withoutCondition(status.conditions ?? [], 'InvalidSpec');
  const isHealthy = isRolloutHealthy(seen, memory, next);
  const isPaused = seen.spec.paused === true || memory.pauses.length > 0;
  let conditions = [...before];
  const set = (verdict: Verdict, refresh = false) => {
    conditions = withCondition(conditions, verdict, now, refresh);
  };
  const wasHealthy = find(before, 'Healthy')?.status === 'True';
  if (isHealthy && !isPaused) set(healthy('True'));
  else if (find(before, 'Healthy') !== undefined) set(healthy('False'));

  set(completed(isPromoted(seen, memory)));
  if (isPaused) set(paused('True'));
  else if (find(before, 'Paused') !== undefined) set(paused('False'));

  const progressing = progressingVerdict(seen, memory, {
    next,
    isHealthy,
    lostHealth: wasHealthy && !isHealthy,
  });
  if (progressing !== undefined) set(progressing.verdict, progressing.refresh);
  set(available(seen, next));
  const split = next.canary?.observedSplit;
  if (split === undefined) conditions = withoutCondition(conditions, 'SplitObserved');
  else set(splitObserved(split));
  return withReplicaFailure(seen, conditions);
}

/** All pods are of the version asked for, available, and nothing else is left. */
function isRolloutHealthy(seen: Situation, memory: Memory, next: RolloutStatus): boolean {
  const { replicas, canary, steps, blueGreen } = seen;
  if (canary.pods !== replicas || (next.availableReplicas ?? 0) !== replicas) return false;
  if (blueGreen !== undefined) {
    if (!isPromoted(seen, memory) && !isActiveRegistered(seen)) return false;
    const preview = blueGreen.previewService === undefined || next.blueGreen?.previewSelector === canary.hash;
    return preview && next.blueGreen?.activeSelector === canary.hash;
  }
  return isPromoted(seen, memory) && memory.index === steps.length && next.replicas === replicas;
}

interface Facts {
  readonly next: RolloutStatus;
  readonly isHealthy: boolean;
  readonly lostHealth: boolean;
}

interface Progress {
  readonly verdict: Verdict;
  /** Written also when status and reason stay: something moved, the deadline starts anew. */
  readonly refresh?: boolean;
}

/** Asked in this order: what a person did outranks what pods do. */
function progressingVerdict(seen: Situation, memory: Memory, facts: Facts): Progress | undefined {
  const { canary, spec } = seen;
  const promotedNow = isPromoted(seen, memory);
  const reasonBefore = find(seen.status.conditions ?? [], 'Progressing')?.reason;
  if (isAborted(memory))
    return { verdict: progressing('False', 'RolloutAborted', abortMessage(seen, memory)) };
  if (memory.retried)
    return { verdict: progressing('Unknown', 'RolloutRetry', 'Retrying Rollout after abort') };
  if (!promotedNow && (spec.paused === true || memory.pauses.length > 0)) {
    return { verdict: progressing('Unknown', 'RolloutPaused', 'Rollout is paused') };
  }
  if (!canary.exists) {
    const verdict = progressing('True', 'NewReplicaSetCreated', `Created new replica set "${canary.name}"`);
    return { verdict, refresh: true };
  }
  if (reasonBefore === undefined) {
    return { verdict: progressing('True', 'FoundNewReplicaSet', `Found new replica set "${canary.name}"`) };
  }
  if (isSettled(facts.next, reasonBefore) && !facts.lostHealth && !memory.startsAnew) return undefined;
  if (facts.isHealthy) {
    const message = `ReplicaSet "${canary.name}" has successfully progressed.`;
    return { verdict: progressing('True', 'NewReplicaSetAvailable', message), refresh: memory.startsAnew };
  }
  return movementVerdict(seen, memory, facts, reasonBefore);
}

function movementVerdict(
  seen: Situation,
  memory: Memory,
  facts: Facts,
  reasonBefore: string,
): Progress | undefined {
  const { canary } = seen;
  if (facts.lostHealth && isPromoted(seen, memory)) {
    return {
      verdict: progressing('True', 'ReplicaSetNotAvailable', 'Rollout does not have minimum availability'),
    };
  }
  if (facts.lostHealth || memory.startsAnew || hasProgressed(seen, facts.next)) {
    const message = `ReplicaSet "${canary.name}" is progressing.`;
    return { verdict: progressing('True', 'ReplicaSetUpdated', message), refresh: true };
  }
  if (reasonBefore === 'RolloutPaused') {
    return { verdict: progressing('Unknown', 'RolloutResumed', 'Rollout is resumed') };
  }
  if (isStuck(seen, memory)) {
    return { verdict: progressing('False', 'ProgressDeadlineExceeded', stuckMessage(seen)) };
  }
  return undefined;
}

/** Finished before, and every pod is available: what moves now is no rollout. */
function isSettled({ replicas, availableReplicas }: RolloutStatus, reasonBefore: string): boolean {
  return reasonBefore === 'NewReplicaSetAvailable' && replicas === availableReplicas;
}

export function abortMessage({ canary }: Situation, { abortCause }: Memory): string {
  const message = `Rollout aborted update to revision ${canary.number}`;
  return abortCause === undefined ? message : `${message}: ${abortCause}`;
}

function progressing(status: Condition['status'], reason: string, message: string): Verdict {
  return { type: 'Progressing', status, reason, message };
}

function splitObserved({ state, message }: SplitRecord): Verdict {
  const status = state === 'SplitMatches' ? 'True' : state === 'SplitDiffers' ? 'False' : 'Unknown';
  return { type: 'SplitObserved', status, reason: state, message };
}

function healthy(status: 'True' | 'False'): Verdict {
  const message = status === 'True' ? 'Rollout is healthy' : 'Rollout is not healthy';
  return { type: 'Healthy', status, reason: 'RolloutHealthy', message };
}

function completed(isCompleted: boolean): Verdict {
  return {
    type: 'Completed',
    status: isCompleted ? 'True' : 'False',
    reason: 'RolloutCompleted',
    message: 'RolloutCompleted',
  };
}

function paused(status: 'True' | 'False'): Verdict {
  return { type: 'Paused', status, reason: 'RolloutPaused', message: 'Rollout is paused' };
}

function available(seen: Situation, next: RolloutStatus): Verdict {
  const active = activeRevision(seen);
  const isAvailable =
    seen.blueGreen === undefined
      ? (next.availableReplicas ?? 0) >= seen.replicas
      : active !== undefined && active.size === seen.replicas && active.available === seen.replicas;
  return {
    type: 'Available',
    status: isAvailable ? 'True' : 'False',
    reason: 'AvailableReason',
    message: isAvailable ? 'Rollout has minimum availability' : 'Rollout does not have minimum availability',
  };
}

/** A ReplicaSet that cannot create pods (quota, admission) says so; the Rollout repeats it while it lasts. */
function withReplicaFailure(seen: Situation, conditions: readonly Condition[]): Condition[] {
  for (const { replicaSet } of allRevisions(seen)) {
    const failure = replicaSet.status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
    if (failure?.status === undefined) continue;
    const { status, reason = '', message = '' } = failure;
    return withCondition(conditions, { type: 'ReplicaFailure', status, reason, message }, seen.now);
  }
  return withoutCondition(conditions, 'ReplicaFailure');
}
