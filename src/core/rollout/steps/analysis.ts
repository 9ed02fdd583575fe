import { done, wait } from '../../plan.ts';
import { currentRun, phaseOf } from '../analysis.ts';
import type { StepHandler } from './step.ts';

/** `analysis`: done when its run is successful. A failed one aborts and an inconclusive one holds, before steps are asked. */
export const analysis: StepHandler<'analysis'> = (_analysis, { seen, memory }) =>
  phaseOf(currentRun(seen, memory, 'Step')) === 'Successful' ? done : wait('the analysis of the step');
