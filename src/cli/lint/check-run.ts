import type { AnalysisRun } from '../../api/v1alpha1/analysis.ts';
import { applyRules } from '../../core/analysis/rules.ts';
import { checkMetrics } from './check-template.ts';
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
  const found = [...open, ...checkMetrics(metrics, args)];
  const rules = applyRules(
    spec,
    metrics.map(({ name }) => name),
  );
  if (!('error' in rules)) return found;
  const [field = '', ...rest] = rules.error.split(': ');
  const fix = 'Write a regular expression that is found in the name of a metric.';
  return [...found, error(`spec.${field}.metricName`, rest.join(': '), fix)];
}
