import type { Metric } from '../../api/v1alpha1/analysis.ts';
import { parseGoDuration } from '../../kernel/duration.ts';
import { limitsOf } from './limits.ts';
import { noDataProblem } from './no-data.ts';

/** What is wrong with a run's metrics, in the peer's words; undefined when nothing is. */
export function validateMetrics(metrics: readonly Metric[]): string | undefined {
  if (metrics.length === 0) return 'no metrics specified';
  const names = metrics.map(({ name }) => name);
  for (const [index, metric] of metrics.entries()) {
    const problem =
      names.indexOf(metric.name) < index ? `duplicate name '${metric.name}'` : validateMetric(metric);
    if (problem !== undefined) return `metrics[${index}]: ${problem}`;
  }
  return undefined;
}

function validateMetric(metric: Metric): string | undefined {
  return (
    validateLimits(metric) ??
    validateCount(metric) ??
    validateTimes(metric) ??
    validateProvider(metric) ??
    noDataProblem(metric)
  );
}

function validateLimits(metric: Metric): string | undefined {
  const { failureLimit, inconclusiveLimit, consecutiveErrorLimit, consecutiveSuccessLimit } =
    limitsOf(metric);
  if (consecutiveSuccessLimit < 0) return 'consecutiveSuccessLimit must be >= 0';
  if (failureLimit < -1) return 'failureLimit must be >= 0, or -1 to be disabled';
  if (consecutiveSuccessLimit === 0 && failureLimit === -1) {
    return 'failureLimit and consecutiveSuccessLimit cannot both be disabled';
  }
  if (inconclusiveLimit < 0) return 'inconclusiveLimit must be >= 0';
  if (consecutiveErrorLimit < 0) return 'consecutiveErrorLimit must be >= 0';
  return undefined;
}

function validateCount(metric: Metric): string | undefined {
  const { count, failureLimit, inconclusiveLimit, consecutiveSuccessLimit } = limitsOf(metric);
  if (metric.count === undefined || count === undefined || count <= 0) return undefined;
  const needed = failureLimit + consecutiveSuccessLimit;
  if (failureLimit >= 0 && count < needed) {
    const sum = `(${failureLimit} + ${consecutiveSuccessLimit})`;
    return `count (${count}) must be >= failureLimit + consecutiveSuccessLimit ${sum} if both >= 0`;
  }
  if (failureLimit < 0 && count < consecutiveSuccessLimit) return 'count must be >= consecutiveSuccessLimit';
  if (count < inconclusiveLimit) return 'count must be >= inconclusiveLimit';
  if (count > 1 && (metric.interval ?? '') === '') return 'interval must be specified when count > 1';
  return undefined;
}

function validateTimes({ interval = '', initialDelay = '' }: Metric): string | undefined {
  if (interval !== '' && parseGoDuration(interval) === undefined) {
    return `invalid interval string: ${durationProblem(interval)}`;
  }
  if (initialDelay !== '' && parseGoDuration(initialDelay) === undefined) {
    return `invalid startDelay string: ${durationProblem(initialDelay)}`;
  }
  return undefined;
}

function validateProvider({ provider }: Metric): string | undefined {
  const { plugin, ...builtIn } = provider ?? {};
  const named = Object.values(builtIn).filter((settings) => settings !== undefined && settings !== null);
  const total = named.length + Object.keys(plugin ?? {}).length;
  if (total === 0) return 'no provider specified';
  return total > 1 ? 'multiple providers specified' : undefined;
}

/** Why a text is no Go duration, as Go says it. */
export function durationProblem(text: string): string {
  const quoted = JSON.stringify(text);
  if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) return `time: missing unit in duration ${quoted}`;
  const unit = /^[+-]?(?:\d+\.?\d*|\.\d+)([^\d.]+)/.exec(text)?.[1];
  if (unit !== undefined && parseGoDuration(`1${unit}`) === undefined) {
    return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
  }
  return `time: invalid duration ${quoted}`;
}
