import type { RolloutAnalysis } from './analysis.ts';
import type { Rollout, RolloutStatus, RunReference } from './rollout.ts';

/** What a run of a Rollout is for; the value of the label `rollout-type`. `Initial` and `Bake` are ours. */
export type AnalysisPurpose = 'Initial' | 'Background' | 'Step' | 'Bake' | 'PrePromotion' | 'PostPromotion';

/** One place where a Rollout asks for an analysis. */
export interface AnalysisUse {
  readonly purpose: AnalysisPurpose;
  readonly analysis: RolloutAnalysis;
  /** `spec.strategy.canary.steps[1].analysis` */
  readonly field: string;
}

/** Everywhere that a Rollout asks for an analysis; those inside of experiments are the experiments' own. */
export function analysesOf({ spec }: Rollout): readonly AnalysisUse[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  const at = (
    purpose: AnalysisPurpose,
    analysis: RolloutAnalysis | undefined,
    field: string,
  ): AnalysisUse[] => (analysis === undefined ? [] : [{ purpose, analysis, field }]);
  return [
    ...at('Initial', spec.initialAnalysis, 'spec.initialAnalysis'),
    ...at('Background', canary?.analysis, 'spec.strategy.canary.analysis'),
    ...(canary?.steps ?? []).flatMap(({ analysis }, index) =>
      at('Step', analysis, `spec.strategy.canary.steps[${index}].analysis`),
    ),
    ...at('Bake', canary?.bake?.analysis, 'spec.strategy.canary.bake.analysis'),
    ...at('PrePromotion', blueGreen?.prePromotionAnalysis, 'spec.strategy.blueGreen.prePromotionAnalysis'),
    ...at('PostPromotion', blueGreen?.postPromotionAnalysis, 'spec.strategy.blueGreen.postPromotionAnalysis'),
  ];
}

/** The run that the status records for each purpose. */
export function recordedRuns({
  canary,
  blueGreen,
  initialAnalysisRunStatus,
}: RolloutStatus): Readonly<Record<AnalysisPurpose, RunReference | undefined>> {
  return {
    Initial: initialAnalysisRunStatus,
    Background: canary?.currentBackgroundAnalysisRunStatus,
    Step: canary?.currentStepAnalysisRunStatus,
    Bake: canary?.bakeAnalysisRunStatus,
    PrePromotion: blueGreen?.prePromotionAnalysisRunStatus,
    PostPromotion: blueGreen?.postPromotionAnalysisRunStatus,
  };
}
