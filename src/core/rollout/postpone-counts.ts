import type { Condition } from '../../api/meta.ts';
import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { addSeconds, type Instant, parseInstant } from '../../kernel/instant.ts';
import { sameJson } from '../../kernel/same-json.ts';

/**
 * How long a status write may wait that would only count pods, after the last progress that was written. Pods of a new
 * ReplicaSet appear, become ready and available in quick succession; each would cost a write that nobody needs. Seconds.
 */
const countsMayWaitSeconds = 1;

/** Until when the write may wait; undefined when it must be done now, because something else changed or it waited enough. */
export function countsWaitUntil(
  before: RolloutStatus | undefined,
  next: RolloutStatus,
  now: Instant,
): Instant | undefined {
  if (before === undefined || !sameJson(withoutCounts(before), withoutCounts(next))) return undefined;
  const written = parseInstant(progressingOf(before)?.lastUpdateTime);
  if (written === undefined) return undefined;
  const until = addSeconds(written, countsMayWaitSeconds);
  return until > now ? until : undefined;
}

function progressingOf({ conditions = [] }: RolloutStatus): Condition | undefined {
  return conditions.find(({ type }) => type === 'Progressing');
}

/** Everything but numbers of pods and the sentences that follow from them. */
function withoutCounts(status: RolloutStatus): unknown {
  const {
    replicas: _replicas,
    updatedReplicas: _updated,
    readyReplicas: _ready,
    availableReplicas: _available,
    HPAReplicas: _counted,
    message: _message,
    waiting: _waiting,
    conditions = [],
    ...rest
  } = status;
  const isProgress = ({ type, status: value }: Condition) => type === 'Progressing' && value === 'True';
  return { ...rest, conditions: conditions.map((each) => (isProgress(each) ? 'progress' : each)) };
}
