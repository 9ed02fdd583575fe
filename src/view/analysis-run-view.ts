import { jobNameKey, rolloutTypeLabel, stepIndexLabel } from '../api/labels.ts';
import type { AnalysisRun, MetricState } from '../api/v1alpha1/analysis.ts';
import { type Instant, parseInstant } from '../kernel/instant.ts';
import { analysisStatus, type Mark, type MarkedStatus, symbols } from './marks.ts';

export interface AnalysisRunView {
  readonly name: string;
  readonly status: MarkedStatus;
  readonly message: string;
  readonly createdAt: Instant | undefined;
  /** An `AnalysisPurpose`, as the label says it; undefined for a run of another origin. */
  readonly purpose: string | undefined;
  readonly stepIndex: number | undefined;
  /** How many measurements came out how: `✔ 3,✖ 1`; empty before the first one. */
  readonly info: string;
  readonly metrics: readonly MetricState[];
  readonly jobs: readonly JobView[];
}

/** A Kubernetes Job that is one measurement of a run. */
export interface JobView {
  readonly name: string;
  readonly metric: string;
  readonly status: MarkedStatus;
  readonly startedAt: Instant | undefined;
}

export function viewAnalysisRun({ metadata, status }: AnalysisRun): AnalysisRunView {
  const metrics = status?.metricResults ?? [];
  const stepIndex = metadata.labels?.[stepIndexLabel];
  return {
    name: metadata.name,
    status: analysisStatus(status?.phase),
    message: status?.message ?? '',
    createdAt: parseInstant(metadata.creationTimestamp),
    purpose: metadata.labels?.[rolloutTypeLabel],
    stepIndex: stepIndex === undefined ? undefined : Number(stepIndex),
    info: countsOf(metrics),
    metrics,
    jobs: metrics.flatMap(jobsOf),
  };
}

function countsOf(metrics: readonly MetricState[]): string {
  const sum = (count: (metric: MetricState) => number | undefined) =>
    metrics.reduce((total, metric) => total + (count(metric) ?? 0), 0);
  const counts: readonly [Mark, number][] = [
    ['healthy', sum((metric) => metric.successful)],
    ['failed', sum((metric) => metric.failed)],
    ['unknown', sum((metric) => metric.inconclusive)],
    ['warning', sum((metric) => metric.error)],
  ];
  return counts
    .filter(([, count]) => count > 0)
    .map(([mark, count]) => `${symbols[mark]} ${count}`)
    .join(',');
}

function jobsOf({ name: metric, measurements = [] }: MetricState): JobView[] {
  return measurements.flatMap(({ metadata, phase, startedAt }) => {
    const name = metadata?.[jobNameKey];
    if (name === undefined) return [];
    return [{ name, metric, status: analysisStatus(phase), startedAt: parseInstant(startedAt) }];
  });
}
