import type { Rollout, RolloutStatus } from '../api/v1alpha1/rollout.ts';
import type { Action, Plan, PlannedEvent } from '../core/plan.ts';
import { tellsOf } from '../core/rollout/events.ts';
import { applyAction } from './apply-action.ts';
import { type ApplyContext, type ApplyOptions, patchRollout } from './apply-context.ts';
import { mergeDifference } from './merge-difference.ts';

/** What was written; for the log. */
export interface Applied {
  /** Actions that changed something, as words: `createReplicaSet shop-5d8c7f9b64`. */
  readonly actions: readonly string[];
  readonly wroteStatus: boolean;
}

/**
 * Carries out a plan. Actions in order, each idempotent; then the status, once and only what differs; then events: a
 * crash in between only repeats work. Anything that somebody else changed since the observation ends in a conflict,
 * and the plan is forgotten, but for the events that tell of actions already carried out.
 */
export async function applyPlan(
  rollout: Rollout,
  plan: Plan<RolloutStatus>,
  options: ApplyOptions,
): Promise<Applied> {
  const context: ApplyContext = {
    ...options,
    rollout,
    namespace: rollout.metadata.namespace,
    priority: plan.urgent === true ? 'urgent' : 'routine',
  };
  const actions: string[] = [];
  const carriedOut: Action[] = [];
  const tell = (events: readonly PlannedEvent[]) => {
    for (const event of events) options.record(context.rollout, event);
  };
  try {
    for (const action of plan.actions) {
      const done = await applyAction(action, context);
      if (done === undefined) continue;
      actions.push(done);
      carriedOut.push(action);
    }
    const wroteStatus = plan.status !== undefined && (await writeStatus(plan.status, context));
    tell(plan.events);
    return { actions, wroteStatus };
  } catch (error) {
    tell(plan.events.filter((event) => carriedOut.some((action) => tellsOf(event, action))));
    throw error;
  }
}

/** As a difference, so that what a person writes at the same time is kept, and under the version that was observed. */
async function writeStatus(status: RolloutStatus, context: ApplyContext): Promise<boolean> {
  const difference = mergeDifference(context.rollout.status, status);
  if (difference === undefined) return false;
  await patchRollout({ status: difference }, context, 'status');
  return true;
}
