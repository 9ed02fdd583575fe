import type { BackgroundAnalysis, RolloutAnalysis } from '../../api/v1alpha1/analysis.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { formatFieldError } from '../../api/validation/field-error.ts';
import { validateRollout } from '../../api/validation/validate-rollout.ts';
import type { PodTemplateSpec } from '../../api/workloads.ts';
import { type TemplateProblem, validateAnalysisUse } from '../analysis/validate-templates.ts';
import type { Observed } from './observed.ts';

/**
 * What is wrong with the Rollout or with what it names, as one sentence; undefined when nothing is.
 * @param template the pods' template when it comes from a workload that the Rollout refers to.
 */
export function problemOf(observed: Observed, template?: PodTemplateSpec): string | undefined {
  const { rollout, services, routers } = observed;
  const [first] = validateRollout(rollout, {
    ...(template !== undefined && { template }),
    services,
    routers,
    templateProblems: templateProblemsOf(observed),
  });
  return first === undefined ? undefined : formatFieldError(first);
}

function templateProblemsOf({ rollout, templates }: Observed): TemplateProblem[] {
  return analysisUses(rollout).flatMap(({ analysis, field, background }) => {
    const problem = validateAnalysisUse({ rollout, analysis, templates, field, background });
    return problem === undefined ? [] : [problem];
  });
}

interface Use {
  readonly analysis: RolloutAnalysis | BackgroundAnalysis;
  readonly field: string;
  readonly background: boolean;
}

/** Every place of the spec that names templates. */
function analysisUses({ spec }: Rollout): readonly Use[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  const base = 'spec.strategy';
  const named: readonly (readonly [string, RolloutAnalysis | undefined, boolean])[] = [
    [`${base}.canary.analysis`, canary?.analysis, true],
    ...(canary?.steps ?? []).map(
      ({ analysis }, index) => [`${base}.canary.steps[${index}].analysis`, analysis, false] as const,
    ),
    [`${base}.blueGreen.prePromotionAnalysis`, blueGreen?.prePromotionAnalysis, false],
    [`${base}.blueGreen.postPromotionAnalysis`, blueGreen?.postPromotionAnalysis, false],
  ];
  return named.flatMap(([field, analysis, background]) =>
    analysis === undefined || (analysis.templates ?? []).length === 0
      ? []
      : [{ field, analysis, background }],
  );
}
