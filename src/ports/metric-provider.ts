import type { MetricAnswer, ProviderKind } from '../api/measurement.ts';
import type { Metric } from '../api/v1alpha1/analysis.ts';
import type { Instant } from '../kernel/instant.ts';

/** The run on whose behalf a source is asked. */
export interface MeasuredRun {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** One metric source. Throws a SluiceError (METRIC_…) when it could not be asked. Secrets arrive resolved and must never be put in a message. */
export interface MetricProvider {
  readonly kind: ProviderKind;
  measure(metric: Metric, at: Instant, signal: AbortSignal, run: MeasuredRun): Promise<MetricAnswer>;
  /** Metadata of the metric's result, such as the resolved query; written once, before the first measurement. */
  metadata?(metric: Metric): Readonly<Record<string, string>>;
}

/** A provider for each kind that is supported; asking for another is refused by name. */
export type ProviderRegistry = Readonly<Partial<Record<ProviderKind, MetricProvider>>>;
