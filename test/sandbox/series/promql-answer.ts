import type { Labels } from '../../../src/sandbox/series/labels.ts';
import { PromqlError } from '../../../src/sandbox/series/promql/errors.ts';
import { evaluateInstant, evaluateRange } from '../../../src/sandbox/series/promql/evaluate.ts';
import { formatValue } from '../../../src/sandbox/series/promql/literals.ts';
import { parsePromql } from '../../../src/sandbox/series/promql/parse.ts';
import { originMs, type PromqlCase, sampleReader } from './promql-samples.ts';

/** An answer without times of the clock: series in order of their labels, values as text. */
export type Answer =
  | { readonly error: string }
  | { readonly type: string; readonly series: readonly (readonly [string, ...string[]])[] };

/** What the sandbox's engine answers. */
export function ourAnswer({ query, at, until, step }: PromqlCase): Answer {
  try {
    const expr = parsePromql(query);
    const time = (seconds: number) => originMs + seconds * 1000;
    if (until !== undefined && step !== undefined) {
      const range = { startMs: time(at), endMs: time(until), stepMs: step * 1000 };
      const series = evaluateRange(expr, sampleReader, range).map(({ labels, points }) =>
        row(
          labels,
          ...points.map((point) => `${point.at / 1000 - originMs / 1000}=${formatValue(point.value)}`),
        ),
      );
      return { type: 'matrix', series: ordered(query, series) };
    }
    const value = evaluateInstant(expr, sampleReader, time(at));
    if (value.type === 'scalar') return { type: 'scalar', series: [['', formatValue(value.value)]] };
    if (value.type === 'string') return { type: 'string', series: [['', value.value]] };
    if (value.type === 'matrix') return { type: 'matrix', series: [] };
    const series = value.samples.map((sample) => row(sample.labels, formatValue(sample.value)));
    return { type: 'vector', series: ordered(query, series) };
  } catch (error) {
    if (error instanceof PromqlError) return { error: error.type };
    throw error;
  }
}

/** The `data` of Prometheus' JSON in the same form. */
export function theirAnswer(query: string, body: PrometheusBody): Answer {
  if (body.data === undefined) return { error: body.errorType ?? '' };
  const { resultType, result } = body.data;
  if (resultType === 'scalar' || resultType === 'string') {
    return { type: resultType, series: [['', String((result as [number, string])[1])]] };
  }
  const series = (result as PrometheusSeries[]).map(({ metric, value, values }) =>
    row(
      metric,
      ...(value === undefined
        ? (values ?? []).map(([at, text]) => `${Number(at) - originMs / 1000}=${text}`)
        : [value[1]]),
    ),
  );
  return { type: resultType, series: ordered(query, series) };
}

export interface PrometheusBody {
  readonly errorType?: string;
  readonly data?: { readonly resultType: string; readonly result: unknown };
}

interface PrometheusSeries {
  readonly metric: Labels;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

function row(labels: Labels, ...values: string[]): [string, ...string[]] {
  return [JSON.stringify(Object.entries(labels).sort()), ...values];
}

/** Only sorting functions promise an order. */
function ordered(query: string, series: [string, ...string[]][]): [string, ...string[]][] {
  const isSorted = /^(sort|topk|bottomk)/.test(query) && !query.includes(' by ');
  return isSorted ? series : series.sort((one, other) => (one[0] < other[0] ? -1 : 1));
}

/** Equal up to the last digits, where the order of additions shows. */
export function roundedAnswer(answer: Answer): Answer {
  if ('error' in answer) return answer;
  const round = (text: string) =>
    text.replace(/-?\d+\.\d+(e[-+]\d+)?$/, (number) => String(Number(Number(number).toPrecision(9))));
  return { ...answer, series: answer.series.map(([labels, ...values]) => [labels, ...values.map(round)]) };
}
