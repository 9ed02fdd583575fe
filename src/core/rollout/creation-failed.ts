import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { PlannedEvent } from '../plan.ts';
import { withCondition } from './conditions.ts';

/** What a Rollout says when the API server refuses its ReplicaSet: quota, admission, a wrong template. */
export function creationFailed(
  status: RolloutStatus | undefined,
  replicaSet: string,
  problem: string,
  now: Instant,
): { readonly status: RolloutStatus; readonly event: PlannedEvent } {
  const message = `Failed to create new replica set "${replicaSet}": ${problem}`;
  const reason = 'ReplicaSetCreateError';
  const before = status?.conditions ?? [];
  const isNews = !before.some(
    (condition) => condition.type === 'Progressing' && condition.message === message,
  );
  const verdict = { type: 'Progressing', status: 'False', reason, message } as const;
  return {
    status: { canary: {}, blueGreen: {}, ...status, conditions: withCondition(before, verdict, now, isNews) },
    event: { type: 'Warning', reason, message },
  };
}
