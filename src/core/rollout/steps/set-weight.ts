import { done, wait } from '../../plan.ts';
import { isAtWantedCounts } from '../counts.ts';
import { hasWeight } from '../weights.ts';
import type { StepHandler } from './step.ts';

/** `setWeight`: done when the pods are there and the traffic is. Without a router the number of pods is the traffic. */
export const setWeight: StepHandler<'setWeight'> = (weight, { seen, memory, traffic, sizes }) => {
  if (!isAtWantedCounts(seen, memory, sizes)) return wait('pods for the weight');
  if (!seen.routed || hasWeight(seen, traffic, weight)) return done;
  if (sizes.canary === 0) return wait('canary pods, of which setCanaryScale asks for none');
  return wait(traffic.unverified ? 'the data plane to confirm the weight' : 'the weight to take effect');
};
