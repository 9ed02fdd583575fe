import type { Condition } from '../../api/meta.ts';
import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { sameJson } from '../../kernel/same-json.ts';

/**
 * Does the next status differ in nothing but numbers of pods? Pods of a new ReplicaSet appear, become ready and available in
 * quick succession; each would cost a write that no decision needs: whatever follows from the numbers, such as a condition, a
 * step or the phase, is a difference of another kind.
 */
export function isOnlyCounts(before: RolloutStatus | undefined, next: RolloutStatus): boolean {
  return (
    before !== undefined && !sameJson(before, next) && sameJson(withoutCounts(before), withoutCounts(next))
  );
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
