import { finishesAt } from '../../experiment/situation.ts';
import { done, wait } from '../../plan.ts';
import { currentExperiment } from '../experiment.ts';
import type { StepHandler } from './step.ts';

/** `experiment`: done when its Experiment is successful. A failed one aborts and an inconclusive one holds, before steps are asked. */
export const experiment: StepHandler<'experiment'> = (_experiment, { seen, memory }) => {
  const current = currentExperiment(seen, memory);
  if (current?.status?.phase === 'Successful') return done;
  if (current === undefined) return wait('the experiment of the step');
  const pods = current.status?.phase === 'Running' ? '' : ' to have its pods';
  const until = current.status === undefined ? undefined : finishesAt(current.spec, current.status);
  return wait(`experiment ${current.metadata.name}${pods}`, until);
};
