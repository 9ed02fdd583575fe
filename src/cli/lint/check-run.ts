import type { AnalysisRun } from '../../api/v1alpha1/analysis.ts';
import { checkMetrics, checkRules } from './check-template.ts';
import { type Complaint, error } from './finding.ts';

/** An AnalysisRun that somebody creates by hand: all its arguments need values. */
export function checkRun({ spec }: AnalysisRun): readonly Complaint[] {
  const { args = [], metrics } = spec;
  if (metrics.length === 0) return [error('spec.metrics', 'no metrics', 'Add a metric.')];
  const open = args.flatMap(({ name, value, valueFrom }, index) =>
    value === undefined && valueFrom === undefined
      ? [error(`spec.args[${index}]`, `argument ${JSON.stringify(name)} has no value`, 'Give it a value.')]
      : [],
  );
  return [...open, ...checkMetrics(metrics, args), ...checkRules(spec)];
}
