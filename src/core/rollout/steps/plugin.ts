import { wait } from '../../plan.ts';
import type { StepHandler } from './step.ts';

/** `plugin`: the peer loads programs into its process, which we do not. Validation refuses the step; nothing skips it. */
export const plugin: StepHandler<'plugin'> = ({ name }) =>
  wait(`a step plugin, ${name}, which is not supported`);
