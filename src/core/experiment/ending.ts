import { isCompleted } from '../../api/v1alpha1/analysis.ts';
import type { ExperimentStatus } from '../../api/v1alpha1/experiment.ts';
import { isBad } from '../analysis/badness.ts';
import {
  isTemplateCompleted,
  phaseOfAnalysis,
  type Seen,
  type TemplateSpec,
  templateStatusOf,
} from './situation.ts';

/** Is the experiment to be brought to its end? Not only by its duration, which each template keeps for itself. */
export function isEnding({ spec }: Pick<Seen, 'spec'>, status: ExperimentStatus): boolean {
  return (
    spec.terminate === true ||
    isCompleted(status.phase) ||
    (status.templateStatuses ?? []).some((each) => each.status === 'Failed' || each.status === 'Error') ||
    (status.analysisRuns ?? []).some(({ phase }) => isBad(phase)) ||
    areRequiredSuccessful({ spec }, status)
  );
}

/** Some analyses are required, and every one of them has succeeded. */
export function areRequiredSuccessful({ spec }: Pick<Seen, 'spec'>, status: ExperimentStatus): boolean {
  const required = (spec.analyses ?? []).filter(
    ({ requiredForCompletion }) => requiredForCompletion === true,
  );
  return required.length > 0 && required.every(({ name }) => phaseOfAnalysis(status, name) === 'Successful');
}

/** The pods that a template is to have now: none once it has done its part. */
export function desiredSize(
  seen: Pick<Seen, 'spec'>,
  status: ExperimentStatus,
  template: TemplateSpec,
): number {
  const isOver = isTemplateCompleted(templateStatusOf(status, template.name)?.status);
  return isOver || isEnding(seen, status) ? 0 : (template.replicas ?? 1);
}
