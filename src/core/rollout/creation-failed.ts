import type { Condition } from '../../api/meta.ts';
import type { Rollout, RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { addSeconds, formatInstant, type Instant, parseInstant } from '../../kernel/instant.ts';
import type { PlannedEvent } from '../plan.ts';
import { withCondition } from './conditions.ts';
import { deadlineSecondsOf, timedOut } from './deadline.ts';

/** What is to be shown; without an event when it was told already. */
export interface CreationFailure {
  readonly status: RolloutStatus;
  readonly event: PlannedEvent | undefined;
}

/**
 * What a Rollout says when the API server refuses its ReplicaSet: quota, admission, a wrong template. The rest of the
 * decision is given up and tried again; but the progress deadline runs from the first refusal.
 */
export function creationFailed(
  rollout: Rollout,
  replicaSet: string,
  problem: string,
  now: Instant,
): CreationFailure {
  const { metadata, spec, status = {} } = rollout;
  const conditions = status.conditions ?? [];
  const title = `Failed to create new replica set "${replicaSet}"`;
  const message = `${title}: ${problem}`;
  const before = conditions.find(({ type }) => type === 'Progressing');
  const isKnown = before?.message.startsWith(title) === true || before?.message === timedOut(replicaSet);
  const deadline = addSeconds(deadlineStart(isKnown ? before : undefined, now), deadlineSecondsOf(spec));
  const isLate = before?.reason === 'ProgressDeadlineExceeded' || deadline < now;
  const verdict =
    isKnown && isLate
      ? { reason: 'ProgressDeadlineExceeded', message: timedOut(replicaSet) }
      : { reason: 'ReplicaSetCreateError', message };
  const isOver = verdict.reason === 'ProgressDeadlineExceeded';
  return {
    status: {
      canary: {},
      blueGreen: {},
      ...status,
      conditions: withCondition(
        conditions,
        { type: 'Progressing', status: 'False', ...verdict },
        now,
        !isKnown,
      ),
      observedGeneration: String(metadata.generation ?? 0),
      phase: isOver ? 'Degraded' : 'Progressing',
      message: isOver ? `${verdict.reason}: ${verdict.message}` : 'more replicas need to be updated',
      waiting: {
        for: `the API server to accept the ReplicaSet: ${problem}`,
        since: (isKnown ? status.waiting?.since : undefined) ?? formatInstant(now),
        ...(!isOver && { until: formatInstant(deadline) }),
      },
    },
    event: isKnown ? undefined : { type: 'Warning', reason: 'ReplicaSetCreateError', message },
  };
}

function deadlineStart(known: Condition | undefined, now: Instant): Instant {
  return parseInstant(known?.lastUpdateTime) ?? now;
}
