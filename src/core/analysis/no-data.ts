import type { MetricResult } from '../../api/measurement.ts';
import type { Measurement, Metric } from '../../api/v1alpha1/analysis.ts';
import { parseGoDuration } from '../../kernel/duration.ts';
import { messageOf } from '../../kernel/errors.ts';
import { addSeconds, earliest, formatInstant, type Instant, parseInstant } from '../../kernel/instant.ts';
import { conditionEnvironment } from './expression/condition-environment.ts';
import { evaluateExpression } from './expression/expression.ts';
import { retrySeconds } from './schedule.ts';

/** What may be made of an answer that is not enough to judge. */
export const noDataPolicies = ['wait', 'inconclusive', 'fail', 'pass'] as const;
export type NoDataPolicy = (typeof noDataPolicies)[number];

/** How long `wait` waits when `noDataTimeout` does not say, in seconds. */
export const defaultNoDataTimeout = 600;

/** Does the metric tell an answer without data from a bad one? Without the additive fields everything is as with the peer. */
export function knowsNoData({ noData, minimumSamples }: Metric): boolean {
  return noData !== undefined || minimumSamples !== undefined;
}

/**
 * What an answer lacks to be judged: `no data`, or how many samples there are of how many. Undefined when it is enough.
 * Throws CONDITION_INVALID when `sampleCount` cannot be evaluated.
 */
export function lackOfData(metric: Metric, result: MetricResult, now: Instant): string | undefined {
  if (!knowsNoData(metric)) return undefined;
  const found = samplesIn(result);
  if (found === 0) return 'no data';
  const needed = metric.minimumSamples ?? 1;
  const counted = metric.sampleCount === undefined ? found : countedBy(metric.sampleCount, result, now);
  return counted >= needed ? undefined : `${counted} of ${needed} samples`;
}

/** Values that a condition could look at. NaN is none: it is what a rate over no requests amounts to. */
export function samplesIn({ kind, value }: MetricResult): number {
  switch (kind) {
    case 'scalar':
    case 'optionalScalar':
      return value === undefined || value === null || Number.isNaN(value) ? 0 : 1;
    case 'vector':
      return value.filter((each) => !Number.isNaN(each)).length;
    case 'cloudwatch':
      return value.reduce<number>((sum, each) => sum + valuesOf(each), 0);
    case 'json':
      if (value === null || value === undefined || value === '') return 0;
      if (Array.isArray(value)) return value.length;
      return typeof value === 'object' && Object.keys(value).length === 0 ? 0 : 1;
  }
}

function valuesOf(result: unknown): number {
  const { Values } = (result ?? {}) as { Values?: unknown };
  return Array.isArray(Values) ? Values.length : 0;
}

function countedBy(expression: string, result: MetricResult, now: Instant): number {
  const { value } = evaluateExpression(expression, conditionEnvironment(result, now));
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  return 0; // nothing, or no number: there is nothing to judge
}

/**
 * The measurement that an answer without enough data amounts to. With `wait` it goes on: it counts neither for nor against
 * the release, and is taken again after the interval, until data comes or the time for it is over. Then it is inconclusive.
 */
export function unjudged(
  metric: Metric,
  lack: string,
  now: Instant,
  before: Measurement | undefined,
): Pick<Measurement, 'phase' | 'message' | 'resumeAt' | 'finishedAt'> {
  const finishedAt = formatInstant(now);
  const { noData = 'wait' } = metric;
  if (noData === 'pass')
    return { phase: 'Successful', message: `${lack}: passed, as noData says`, finishedAt };
  if (noData === 'fail') return { phase: 'Failed', message: `${lack}: failed, as noData says`, finishedAt };
  const message = `not enough data: ${lack}`;
  if (noData === 'inconclusive') return { phase: 'Inconclusive', message, finishedAt };
  const since = parseInstant(before?.startedAt) ?? now;
  const until = addSeconds(since, parseGoDuration(metric.noDataTimeout ?? '') ?? defaultNoDataTimeout);
  if (until <= now)
    return { phase: 'Inconclusive', message: `${message}, since ${formatInstant(since)}`, finishedAt };
  const pause = parseGoDuration(metric.interval ?? '') ?? retrySeconds;
  return {
    phase: 'Running',
    message: `${message}; waiting for it since ${formatInstant(since)} until ${formatInstant(until)}`,
    resumeAt: formatInstant(earliest(addSeconds(now, pause), until) ?? until),
  };
}

/** What is wrong with the fields about missing data; undefined when nothing is. */
export function noDataProblem(metric: Metric): string | undefined {
  const { noData, minimumSamples, noDataTimeout, sampleCount, provider } = metric;
  const judgesItself = (['job', 'kayenta'] as const).find((kind) => provider[kind] !== undefined);
  if (judgesItself !== undefined && knowsNoData(metric)) {
    return `noData and minimumSamples are not for a ${judgesItself} metric, which judges by itself`;
  }
  if (noData !== undefined && !noDataPolicies.includes(noData)) {
    return `noData must be one of ${noDataPolicies.join(', ')}`;
  }
  if (minimumSamples !== undefined && minimumSamples < 1) return 'minimumSamples must be >= 1';
  if (sampleCount !== undefined && minimumSamples === undefined) return 'sampleCount needs minimumSamples';
  if (noDataTimeout === undefined) return undefined;
  if ((noData ?? (minimumSamples === undefined ? undefined : 'wait')) !== 'wait') {
    return 'noDataTimeout needs noData: wait';
  }
  return (parseGoDuration(noDataTimeout) ?? 0) > 0
    ? undefined
    : `invalid noDataTimeout: ${JSON.stringify(noDataTimeout)} is no duration above 0`;
}

/** Why `sampleCount` is no expression over such a result; undefined when it is one. */
export function sampleCountProblem(error: unknown, { sampleCount = '' }: Metric): string {
  return `could not evaluate sampleCount ${JSON.stringify(sampleCount)}: ${messageOf(error)}`;
}
