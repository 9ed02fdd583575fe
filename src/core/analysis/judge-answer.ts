import type { MeasurementProgress, MetricAnswer } from '../../api/measurement.ts';
import type { Measurement, Metric } from '../../api/v1alpha1/analysis.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import { judgeMeasurement } from './conditions.ts';
import { lackOfData, sampleCountProblem, unjudged } from './no-data.ts';
import type { SecretValues } from './substitute.ts';

/** When a measurement was begun and when its answer came. */
export interface Span {
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
}

/** The measurement that an answer amounts to. `before`: the same one, which has waited for data until now. */
export function judgeAnswer(
  metric: Metric,
  answer: MetricAnswer,
  span: Span,
  before?: Measurement,
): Measurement {
  return {
    ...verdictOn(metric, answer, span.finishedAt, before),
    startedAt: before?.startedAt ?? formatInstant(span.startedAt),
    value: answer.text,
    ...(answer.metadata !== undefined && { metadata: { ...answer.metadata } }),
  };
}

function verdictOn(
  metric: Metric,
  { result }: MetricAnswer,
  now: Instant,
  before: Measurement | undefined,
): Pick<Measurement, 'phase' | 'message' | 'resumeAt' | 'finishedAt'> {
  const finishedAt = formatInstant(now);
  try {
    const lack = lackOfData(metric, result, now);
    if (lack !== undefined) return unjudged(metric, lack, now, before);
  } catch (error) {
    return { phase: 'Error', message: sampleCountProblem(error, metric), finishedAt };
  }
  const { phase, message = '' } = judgeMeasurement(metric, result, now);
  return { phase, ...(message !== '' && { message }), finishedAt };
}

/** The measurement that a source without any data amounts to, when it says so by an error and the metric knows of it. */
export function judgeAbsence(metric: Metric, span: Span, before?: Measurement): Measurement {
  return {
    ...unjudged(metric, 'no data', span.finishedAt, before),
    startedAt: before?.startedAt ?? formatInstant(span.startedAt),
  };
}

/**
 * The measurement that the progress of a long one amounts to. What it was begun with stays: its start, its metadata.
 * One that is given up says so, unless it has failed.
 */
export function measurementInProgress(
  progress: MeasurementProgress,
  span: Span,
  { before, terminated = false }: { readonly before?: Measurement; readonly terminated?: boolean } = {},
): Measurement {
  const metadata = { ...before?.metadata, ...progress.metadata };
  const begun = {
    startedAt: before?.startedAt ?? formatInstant(span.startedAt),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
  if (progress.phase === 'Running') {
    return { phase: 'Running', ...begun, resumeAt: formatInstant(progress.resumeAt) };
  }
  const message = terminated && progress.phase !== 'Failed' ? 'Metric Terminated' : (progress.message ?? '');
  return {
    phase: progress.phase,
    ...(message !== '' && { message }),
    ...begun,
    finishedAt: formatInstant(span.finishedAt),
    ...(progress.text !== undefined && { value: progress.text }),
  };
}

/** The measurement that a source which could not be asked amounts to. `before`: the one it was asked to go on with. */
export function errorMeasurement(message: string, span: Span, before?: Measurement): Measurement {
  return {
    ...(before?.metadata !== undefined && { metadata: before.metadata }),
    phase: 'Error',
    message,
    startedAt: before?.startedAt ?? formatInstant(span.startedAt),
    finishedAt: formatInstant(span.finishedAt),
  };
}

/** The text with every secret blotted out. */
export function redact(text: string, secrets: SecretValues): string {
  // the longest first, so that a secret which is part of another leaves nothing of it behind
  const values = [...new Set(Object.values(secrets))].filter((value) => value !== '');
  return values
    .sort((a, b) => b.length - a.length)
    .reduce((rest, value) => rest.replaceAll(value, '*****'), text);
}
