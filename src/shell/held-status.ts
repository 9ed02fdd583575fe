import type { ObjectKey } from '../api/meta.ts';
import type { Plan } from '../core/plan.ts';
import { addSeconds, type Instant } from '../kernel/instant.ts';

/**
 * How long a status that would only count pods may be kept from the API server, in seconds. Whatever else changes in the
 * meantime takes the numbers along, so that most of these writes are never made. Faces that draw pods (the plugin's tree, the
 * dashboards) read ReplicaSets and pods themselves and are not late by it; an autoscaler looks every 15 s.
 */
const countsMayWaitSeconds = 5;

/** Which Rollouts have numbers that are not written yet. Forgotten with the process: the next one sees the difference. */
export interface HeldStatuses {
  /** Until when this plan's status is kept back; undefined when it is to be written now. */
  until(key: ObjectKey, plan: Plan, now: Instant): Instant | undefined;
  forget(key: ObjectKey): void;
}

export function heldStatuses(): HeldStatuses {
  const due = new Map<ObjectKey, Instant>();
  return {
    until(key, plan, now) {
      const until = due.get(key) ?? addSeconds(now, countsMayWaitSeconds);
      if (plan.statusMayWait === true && until > now) {
        due.set(key, until);
        return until;
      }
      due.delete(key);
      return undefined;
    },
    forget: (key) => void due.delete(key),
  };
}
