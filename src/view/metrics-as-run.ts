import type { AnalysisRun, Metric } from '../api/v1alpha1/analysis.ts';
import { resolveMetrics } from '../core/analysis/substitute.ts';

/** A run's metrics with its arguments filled in, for a limit may come from one. A secret stays hidden. */
export function metricsAsRun({ spec }: AnalysisRun): readonly Metric[] {
  const resolved = resolveMetrics(spec.metrics, spec.args);
  return 'metrics' in resolved ? resolved.metrics : spec.metrics;
}
