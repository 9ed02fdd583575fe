import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Plan } from '../plan.ts';
import { abortedPlan } from './abort-invalid.ts';
import { decideBlueGreen } from './blue-green.ts';
import { decideCanary } from './canary.ts';
import { situationOf } from './identity.ts';
import { invalidSpecPlan, problemOf } from './invalid-spec.ts';
import type { Observed } from './observed.ts';
import type { Situation } from './situation.ts';
import { podSourceOf } from './workload.ts';

/** The next plan for one Rollout. Pure: the same observation and instant give the same plan. */
export function decideRollout(observed: Observed, now: Instant): Plan<RolloutStatus> {
  if (observed.rollout.metadata.deletionTimestamp !== undefined) {
    return { actions: [], events: [], reason: 'the Rollout is being deleted' };
  }
  const pods = podSourceOf(observed);
  const problem = 'error' in pods ? pods.error : problemOf(observed, pods);
  if ('error' in pods || problem !== undefined) {
    return invalidSpecPlan(observed, problem ?? '', {
      now,
      wayBack: abortedPlan(observed, now, decideStrategy),
    });
  }
  return decideStrategy(situationOf(observed, pods, now));
}

function decideStrategy(seen: Situation): Plan<RolloutStatus> {
  return seen.blueGreen === undefined ? decideCanary(seen) : decideBlueGreen(seen);
}
