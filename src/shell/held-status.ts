import type { ObjectKey } from '../api/meta.ts';
import type { Plan } from '../core/plan.ts';
import { addSeconds, type Instant } from '../kernel/instant.ts';

/**
 * Which Rollouts have numbers that are not written yet. A status that may wait (`Plan.statusMayWait`) is kept from the API server for
 * that long; whatever else changes in the meantime takes it along, so that most of these writes are never made. Forgotten with the
 * process: the next one sees the difference.
 */
export interface HeldStatuses {
  /** Until when this plan's status is kept back; undefined when it is to be written now. */
  until(key: ObjectKey, plan: Plan, now: Instant): Instant | undefined;
  forget(key: ObjectKey): void;
}

export function heldStatuses(): HeldStatuses {
  const due = new Map<ObjectKey, Instant>();
  return {
    until(key, plan, now) {
      if (plan.statusMayWait !== undefined) {
        const until = Math.min(due.get(key) ?? Infinity, addSeconds(now, plan.statusMayWait)) as Instant;
        if (until > now) {
          due.set(key, until);
          return until;
        }
      }
      due.delete(key);
      return undefined;
    },
    forget: (key) => void due.delete(key),
  };
}
