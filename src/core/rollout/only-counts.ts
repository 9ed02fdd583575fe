import type { Condition } from '../../api/meta.ts';
import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { sameJson } from '../../kernel/same-json.ts';

/**
 * How long a status may wait that differs in nothing but numbers of pods, in seconds; undefined when something else differs, or
 * nothing. Pods of a new ReplicaSet appear, become ready and available in quick succession; each would cost a write that no
 * decision needs: whatever follows from the numbers, such as a condition, a step or the phase, is a difference of another kind.
 * Faces that draw pods (the plugin's tree, the dashboards) read ReplicaSets and pods themselves and are not late by it; an
 * autoscaler looks every 15 s.
 */
export function countsMayWait(before: RolloutStatus | undefined, next: RolloutStatus): number | undefined {
  const isOnlyCounts =
    before !== undefined && !sameJson(before, next) && sameJson(withoutCounts(before), withoutCounts(next));
  if (!isOnlyCounts) return undefined;
  return next.phase === 'Healthy' || next.phase === 'Paused' ? secondsAtRest : secondsUnderWay;
}

/** Something worth a write comes soon, and takes the numbers along. */
const secondsUnderWay = 5;
/** Nothing else is to come, be it for days at a pause: long enough for the pods that go with one write of a size, or one restart. */
const secondsAtRest = 0.5;

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
