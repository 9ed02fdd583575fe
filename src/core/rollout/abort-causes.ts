import type { AnalysisPurpose } from '../../api/v1alpha1/rollout-analyses.ts';

/** How the peer says the cause of an abort: one text for both verdicts, as people's alerts match it. */
const causes: Readonly<Record<AnalysisPurpose, string>> = {
  Initial: 'Initial analysis phase error/failed',
  Step: 'Step-based analysis phase error/failed',
  Background: 'Background analysis phase error/failed',
  Bake: 'Bake analysis phase error/failed',
  PrePromotion: 'Blue/green pre-promotion analysis phase error/failed',
  PostPromotion: 'Blue/green post-promotion analysis phase error/failed',
};

/** Why an analysis aborts, with what its run says. */
export function analysisCause(purpose: AnalysisPurpose, message: string | undefined): string {
  return withMessage(causes[purpose], message);
}

export const experimentCause = (message: string | undefined) =>
  withMessage('Experiment analysis phase is error/failed', message);

function withMessage(cause: string, message: string | undefined): string {
  return message === undefined || message === '' ? cause : `${cause}: ${message}`;
}
