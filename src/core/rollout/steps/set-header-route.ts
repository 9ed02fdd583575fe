import { done } from '../../plan.ts';
import type { StepHandler } from './step.ts';

/** `setHeaderRoute`: the route is part of every split from here on, so the step itself has nothing to wait for. */
export const setHeaderRoute: StepHandler<'setHeaderRoute'> = () => done;
