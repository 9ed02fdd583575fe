import type { MeasurementProgress, MetricAnswer, ProviderKind } from '../api/measurement.ts';
import type { Measurement, Metric } from '../api/v1alpha1/analysis.ts';
import type { Instant } from '../kernel/instant.ts';

/** The run on whose behalf a source is asked. */
export interface MeasuredRun {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Absent until the run's first status is written. */
  readonly startedAt?: Instant;
}

/** What every metric source has. It throws a SluiceError (METRIC_…) when it could not be asked. */
export interface MetricSource {
  readonly kind: ProviderKind;
  /** Metadata of the metric's result, such as the resolved query; written once, before the first measurement. */
  metadata?(metric: Metric): Readonly<Record<string, string>>;
}

/** A source that answers in one call. Secrets arrive resolved and must never be put in a message. */
export interface MetricProvider extends MetricSource {
  measure(metric: Metric, at: Instant, signal: AbortSignal, run: MeasuredRun): Promise<MetricAnswer>;
}

/**
 * A source whose answer takes longer than one call, and which judges by itself. Whoever starts a measurement writes down
 * what came of it and asks again, maybe as another process: everything needed then is in the measurement's metadata.
 */
export interface LongRunningProvider extends MetricSource {
  /** Begins a measurement. Called again for the same `attempt` after a crash, it finds what it has begun. */
  start(ask: MeasurementAsk): Promise<MeasurementProgress>;
  /** Looks how a measurement is getting on. */
  resume(ask: OngoingAsk): Promise<MeasurementProgress>;
  /** Gives it up. Absent: it cannot be given up, and its end is not waited for. */
  terminate?(ask: OngoingAsk): Promise<MeasurementProgress>;
  /** Removes what measurements have left behind that are no longer remembered. */
  forget?(measurements: readonly Measurement[], run: MeasuredRun): Promise<void>;
}

export interface MeasurementAsk {
  readonly metric: Metric;
  readonly run: MeasuredRun;
  readonly at: Instant;
  /** 1 for the metric's first measurement; errors count. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

export interface OngoingAsk extends MeasurementAsk {
  readonly measurement: Measurement;
}

export type AnyMetricProvider = MetricProvider | LongRunningProvider;

/** A provider for each kind that is supported; asking for another is refused by name. */
export type ProviderRegistry = Readonly<Partial<Record<ProviderKind, AnyMetricProvider>>>;

/** One question to a metric source, as telemetry sees it. */
export interface QueryFacts {
  readonly provider: ProviderKind;
  /** `shared`: somebody else had just asked the same, or asked together with this. */
  readonly outcome: 'answered' | 'refused' | 'unreachable' | 'shared';
  /** How long the source took; absent when it was not asked. */
  readonly seconds?: number;
}
