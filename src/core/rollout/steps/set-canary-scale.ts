import { done, wait } from '../../plan.ts';
import { isAtWantedCounts } from '../counts.ts';
import type { StepHandler } from './step.ts';

/** `setCanaryScale`: done when the canary has its own number of pods, whatever the traffic. */
export const setCanaryScale: StepHandler<'setCanaryScale'> = (_scale, { seen, memory, sizes }) =>
  isAtWantedCounts(seen, memory, sizes) ? done : wait('pods for the canary scale');
