import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Plan } from '../plan.ts';
import { decideBlueGreen } from './blue-green.ts';
import { decideCanary } from './canary.ts';
import { situationOf } from './identity.ts';
import { invalidSpecPlan, problemOf } from './invalid-spec.ts';
import type { Observed } from './observed.ts';
import { podSourceOf } from './workload.ts';

/** The next plan for one Rollout. Pure: the same observation and instant give the same plan. */
export function decideRollout(observed: Observed, now: Instant): Plan<RolloutStatus> {
  if (observed.rollout.metadata.deletionTimestamp !== undefined) {
    return { actions: [], events: [], reason: 'the Rollout is being deleted' };
  }
  const pods = podSourceOf(observed);
  if ('error' in pods) return invalidSpecPlan(observed, pods.error, now);
  const problem = problemOf(observed, pods);
  if (problem !== undefined) return invalidSpecPlan(observed, problem, now);
  const seen = situationOf(observed, pods, now);
  return seen.blueGreen === undefined ? decideCanary(seen) : decideBlueGreen(seen);
}
