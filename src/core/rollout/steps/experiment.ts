import { done, wait } from '../../plan.ts';
import { currentExperiment } from '../experiment.ts';
import type { StepHandler } from './step.ts';

/** `experiment`: done when its Experiment is successful. */
export const experiment: StepHandler<'experiment'> = (_experiment, { seen, memory }) =>
  currentExperiment(seen, memory)?.status?.phase === 'Successful' ? done : wait('the experiment of the step');
