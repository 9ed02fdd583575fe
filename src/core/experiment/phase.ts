import { type AnalysisPhase, isCompleted } from '../../api/v1alpha1/analysis.ts';
import type { ExperimentStatus } from '../../api/v1alpha1/experiment.ts';
import { isBad, isWorse } from '../analysis/badness.ts';
import { areRequiredSuccessful } from './ending.ts';
import { isTemplateCompleted, type Seen, templateStatusOf } from './situation.ts';

export interface Judgement {
  readonly phase: AnalysisPhase;
  readonly message: string;
}

/** What templates and analyses together say of an experiment that is not over yet. Source: `reference/experiments.md` §3.5. */
export function judgeExperiment({ spec }: Pick<Seen, 'spec'>, status: ExperimentStatus): Judgement {
  const pods = judgeTemplates(spec, status);
  const measured = judgeAnalyses(spec, status);
  const needsAnalyses = (spec.analyses ?? []).some(
    ({ requiredForCompletion }) => requiredForCompletion === true,
  );
  if (pods.isOver) {
    const decidesByAnalyses = pods.phase === 'Successful' && (isCompleted(measured.phase) || needsAnalyses);
    return decidesByAnalyses ? measured : pods;
  }
  return isBad(measured.phase) || areRequiredSuccessful({ spec }, status) ? measured : pods;
}

/** From good to bad. */
const templateOrder = ['Successful', 'Running', 'Progressing', 'Error', 'Failed'] as const;
type TemplateState = (typeof templateOrder)[number];

function judgeTemplates(
  spec: Seen['spec'],
  status: ExperimentStatus,
): Judgement & { readonly isOver: boolean } {
  let worst: TemplateState = 'Successful';
  let message = '';
  for (const { name } of spec.templates) {
    const found = templateStatusOf(status, name);
    const state = (found?.status ?? 'Progressing') as TemplateState;
    if (templateOrder.indexOf(state) <= templateOrder.indexOf(worst)) continue;
    worst = state;
    message = found?.message ?? '';
  }
  return { phase: worst === 'Progressing' ? 'Pending' : worst, message, isOver: isTemplateCompleted(worst) };
}

/**
 * The worst of the analyses. Once all that are required have succeeded, others that still go on do not matter: the peer
 * waits for those, whose runs it no longer looks at.
 */
function judgeAnalyses(spec: Seen['spec'], status: ExperimentStatus): Judgement {
  let worst: Judgement = { phase: 'Successful', message: '' };
  for (const { name } of spec.analyses ?? []) {
    const found = status.analysisRuns?.find((each) => each.name === name);
    const phase = found === undefined || (found.phase as string) === '' ? 'Successful' : found.phase;
    if (isWorse(phase, worst.phase)) worst = { phase, message: found?.message ?? '' };
  }
  if (areRequiredSuccessful({ spec }, status) && !isBad(worst.phase)) {
    return { phase: 'Successful', message: 'Required AnalysisRuns completed' };
  }
  return worst.phase === 'Pending' ? { ...worst, phase: 'Running' } : worst;
}
