import type { CanaryStep } from '../../../api/v1alpha1/rollout.ts';
import { done, type Outcome } from '../../plan.ts';
import { analysis } from './analysis.ts';
import { experiment } from './experiment.ts';
import { kindOf } from './kind.ts';
import { pause } from './pause.ts';
import { plugin } from './plugin.ts';
import { setCanaryScale } from './set-canary-scale.ts';
import { setHeaderRoute } from './set-header-route.ts';
import { setMirrorRoute } from './set-mirror-route.ts';
import { setWeight } from './set-weight.ts';
import type { StepHandler, StepKind, StepView } from './step.ts';

/** One handler for each kind of step: a new kind does not compile until it has one. */
const stepHandlers: { readonly [K in StepKind]: StepHandler<K> } = {
  pause,
  setCanaryScale,
  setWeight,
  experiment,
  analysis,
  setHeaderRoute,
  setMirrorRoute,
  plugin,
};

/** Is the step done; and if not, what does it wait for, and until when? */
export function runStep(step: CanaryStep, view: StepView): Outcome {
  const kind = kindOf(step);
  return kind === undefined ? done : runKind(kind, step, view);
}

function runKind<K extends StepKind>(kind: K, step: CanaryStep, view: StepView): Outcome {
  return stepHandlers[kind](step[kind] as NonNullable<CanaryStep[K]>, view);
}
