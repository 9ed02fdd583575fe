import type { AnalysisRun, Metric, MetricState } from '../../api/v1alpha1/analysis.ts';
import { parseInstant } from '../../kernel/instant.ts';
import { analysisStatus, type Mark } from '../../view/marks.ts';
import { metricsAsRun } from '../../view/metrics-as-run.ts';
import { chartedValue, type Threshold, thresholdsOf } from '../../view/thresholds.ts';

/** One metric of a run: what was measured, and what it is measured by. */
export interface MetricChart {
  readonly name: string;
  readonly status: string;
  readonly mark: Mark;
  readonly message: string;
  readonly successCondition: string;
  readonly failureCondition: string;
  readonly isDryRun: boolean;
  /** Lines of the chart; `good` ones limit the success condition, the others the failure condition. */
  readonly thresholds: readonly (Threshold & { readonly of: 'good' | 'bad' })[];
  readonly points: readonly ChartPoint[];
}

export interface ChartPoint {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Undefined when the value is no number, or there is none. */
  readonly value?: number;
  /** As it was measured. */
  readonly text: string;
  readonly status: string;
  readonly mark: Mark;
  readonly message: string;
}

/** A chart of more is a smear; the latest ones count. */
const mostPoints = 200;

export function metricCharts(run: AnalysisRun): MetricChart[] {
  const states = new Map((run.status?.metricResults ?? []).map((state) => [state.name, state]));
  return metricsAsRun(run).map((metric) => chartOf(metric, states.get(metric.name)));
}

function chartOf(metric: Metric, state: MetricState | undefined): MetricChart {
  const { successCondition = '', failureCondition = '' } = metric;
  const { text, mark } = analysisStatus(state?.phase);
  return {
    name: metric.name,
    status: text,
    mark,
    message: state?.message ?? '',
    successCondition,
    failureCondition,
    isDryRun: state?.dryRun === true,
    thresholds: [
      ...thresholdsOf(successCondition).map((line) => ({ ...line, of: 'good' as const })),
      ...thresholdsOf(failureCondition).map((line) => ({ ...line, of: 'bad' as const })),
    ],
    points: (state?.measurements ?? []).slice(-mostPoints).flatMap((measurement) => {
      const at = parseInstant(measurement.finishedAt) ?? parseInstant(measurement.startedAt);
      if (at === undefined) return [];
      const value = chartedValue(measurement.value);
      const judged = analysisStatus(measurement.phase);
      return [
        {
          at,
          ...(value !== undefined && { value }),
          text: measurement.value ?? '',
          status: judged.text,
          mark: judged.mark,
          message: measurement.message ?? '',
        },
      ];
    }),
  };
}
