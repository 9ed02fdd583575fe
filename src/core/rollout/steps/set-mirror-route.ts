import { done } from '../../plan.ts';
import type { StepHandler } from './step.ts';

/** `setMirrorRoute`: the route is part of every split from here on, so the step itself has nothing to wait for. */
export const setMirrorRoute: StepHandler<'setMirrorRoute'> = () => done;
