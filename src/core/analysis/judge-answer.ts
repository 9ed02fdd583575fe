import type { MetricAnswer } from '../../api/measurement.ts';
import type { Measurement, Metric } from '../../api/v1alpha1/analysis.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import { judgeMeasurement } from './conditions.ts';
import type { SecretValues } from './substitute.ts';

/** When a measurement was begun and when its answer came. */
export interface Span {
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
}

/** The measurement that an answer amounts to. */
export function judgeAnswer(metric: Metric, answer: MetricAnswer, span: Span): Measurement {
  const { phase, message = '' } = judgeMeasurement(metric, answer.result, span.finishedAt);
  return {
    phase,
    ...(message !== '' && { message }),
    startedAt: formatInstant(span.startedAt),
    finishedAt: formatInstant(span.finishedAt),
    value: answer.text,
    ...(answer.metadata !== undefined && { metadata: { ...answer.metadata } }),
  };
}

/** The measurement that a source which could not be asked amounts to. */
export function errorMeasurement(message: string, span: Span): Measurement {
  return {
    phase: 'Error',
    message,
    startedAt: formatInstant(span.startedAt),
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
