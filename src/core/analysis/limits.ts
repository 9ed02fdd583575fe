import type { Metric } from '../../api/v1alpha1/analysis.ts';

/** A metric's numbers with their defaults filled in. */
export interface MetricLimits {
  /** Measurements to take; undefined: no end. */
  readonly count: number | undefined;
  /** Failed measurements that are tolerated; -1 switches the limit off. Default 0. */
  readonly failureLimit: number;
  /** Default 0. */
  readonly inconclusiveLimit: number;
  /** Errors in a row that are tolerated. Default 4. */
  readonly consecutiveErrorLimit: number;
  /** Successes in a row that settle the metric; 0 (the default) switches it off. */
  readonly consecutiveSuccessLimit: number;
}

export function limitsOf(metric: Metric): MetricLimits {
  const count = integerOf(metric.count, 0);
  const once = metric.interval === undefined || metric.interval === '';
  return {
    count: count !== 0 ? count : once ? 1 : undefined,
    failureLimit: integerOf(metric.failureLimit, 0),
    inconclusiveLimit: integerOf(metric.inconclusiveLimit, 0),
    consecutiveErrorLimit: integerOf(metric.consecutiveErrorLimit, 4),
    consecutiveSuccessLimit: integerOf(metric.consecutiveSuccessLimit, 0),
  };
}

/** An int-or-string of the API: a text that is no integer counts as 0, as it does for the peer. */
export function integerOf(value: number | string | undefined, absent: number): number {
  if (value === undefined || value === null) return absent;
  if (typeof value === 'number') return Math.trunc(value);
  return /^[+-]?\d+$/.test(value) ? Number(value) : 0;
}
