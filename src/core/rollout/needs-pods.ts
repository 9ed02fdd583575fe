import { podsToRelabelAnnotation } from '../../api/labels.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { ReplicaSet } from '../../api/workloads.ts';
import type { Instant } from '../../kernel/instant.ts';
import { isRestartDue } from './restart.ts';

/** Must the decision see pods? They are many and in no cache: only while they are restarted or get other labels. */
export function needsPods(rollout: Rollout, replicaSets: readonly ReplicaSet[], now: Instant): boolean {
  return (
    isRestartDue(rollout, now) ||
    replicaSets.some(({ metadata }) => metadata.annotations?.[podsToRelabelAnnotation] !== undefined)
  );
}
