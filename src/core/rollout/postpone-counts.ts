import type { Condition } from '../../api/meta.ts';
import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { addSeconds, type Instant, parseInstant } from '../../kernel/instant.ts';

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
  if (before === undefined || textWithoutCounts(before) !== textWithoutCounts(next)) return undefined;
  const written = parseInstant(progressingOf(before)?.lastUpdateTime);
  if (written === undefined) return undefined;
  const until = addSeconds(written, countsMayWaitSeconds);
  return until > now ? until : undefined;
}

function progressingOf({ conditions = [] }: RolloutStatus): Condition | undefined {
  return conditions.find(({ type }) => type === 'Progressing');
}

/** Everything but numbers of pods and the sentences that follow from them. */
function textWithoutCounts(status: RolloutStatus): string {
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
  return JSON.stringify(
    sorted({ ...rest, conditions: conditions.map((each) => (isProgress(each) ? 'progress' : each)) }),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]),
  );
}
