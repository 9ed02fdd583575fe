import { instant } from '../../../src/kernel/instant.ts';
import { createPrometheusHandler } from '../../../src/sandbox/series/http.ts';
import type { Labels } from '../../../src/sandbox/series/labels.ts';
import type { HttpCase } from './prometheus-http-cases.ts';
import type { PromqlCase } from './promql-cases.ts';
import type { HttpAnswer } from './promql-records.ts';
import { originMs, sampleReader } from './promql-samples.ts';

/** An answer without times of the clock: series in order of their labels, values as text. */
export type Answer =
  | { readonly error: string; readonly message: string }
  | { readonly type: string; readonly series: readonly Row[] };

/** Labels, then values; those of a range each with its time, `50=1.5`. */
type Row = readonly [string, ...string[]];

export interface PrometheusBody {
  readonly errorType?: string;
  readonly error?: string;
  readonly data?: { readonly resultType: string; readonly result: unknown };
}

interface PrometheusSeries {
  readonly metric: Labels;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** Where and with what a case is asked. */
export function requestOf({ query, at, until, step }: PromqlCase): { path: string; form: URLSearchParams } {
  const time = (seconds: number) => String(originMs / 1000 + seconds);
  return until !== undefined && step !== undefined
    ? {
        path: '/api/v1/query_range',
        form: new URLSearchParams({ query, start: time(at), end: time(until), step: String(step) }),
      }
    : { path: '/api/v1/query', form: new URLSearchParams({ query, time: time(at) }) };
}

/** After the last sample. */
const nowSeconds = 86_400;

const sandboxPrometheus = createPrometheusHandler(sampleReader, () => instant(originMs + nowSeconds * 1000));

/** What the sandbox answers. */
export function ourAnswer(entry: PromqlCase): Answer {
  const { path, form } = requestOf(entry);
  const { body } = sandboxPrometheus.handle({ method: 'POST', url: path, body: String(form) });
  return answerOf(entry.query, body as PrometheusBody);
}

/** What the sandbox answers to a request as such. */
export function ourHttpAnswer({ method, url, body }: HttpCase): HttpAnswer {
  const { status, body: answer } = sandboxPrometheus.handle({
    method,
    url: encodeURI(url).replaceAll('%25', '%'),
    ...(body === undefined ? {} : { body }),
  });
  return { status, body: answer };
}

export function answerOf(query: string, { data, errorType = '', error = '' }: PrometheusBody): Answer {
  if (data === undefined) return { error: errorType, message: error };
  const { resultType, result } = data;
  if (resultType === 'scalar' || resultType === 'string') {
    return { type: resultType, series: [['', String((result as [number, string])[1])]] };
  }
  const series = (result as PrometheusSeries[]).map(({ metric, value, values = [] }): Row => {
    const labels = JSON.stringify(Object.entries(metric).sort());
    if (value !== undefined) return [labels, value[1]];
    return [labels, ...values.map(([at, text]) => `${Number((at - originMs / 1000).toFixed(3))}=${text}`)];
  });
  return { type: resultType, series: ordered(query, series) };
}

/** Only sorting functions promise an order. */
function ordered(query: string, series: Row[]): Row[] {
  const isSorted = /^(sort|topk|bottomk)/.test(query) && !query.includes(' by ');
  return isSorted ? series : series.sort((one, other) => (one[0] < other[0] ? -1 : 1));
}

/** The answer, with the other's text for every number that is the same but for the order of additions. */
export function alignedWith(other: Answer, answer: Answer): Answer {
  if ('error' in answer || 'error' in other) return answer;
  return {
    ...answer,
    series: answer.series.map((row, line) => {
      const [labels, ...values] = row;
      return [labels, ...values.map((text, index) => aligned(other.series[line]?.[index + 1], text))];
    }),
  };
}

const relativeTolerance = 1e-9;
/** Of differences that should be nothing. */
const absoluteTolerance = 1e-12;

function aligned(other: string | undefined, text: string): string {
  const [, time, value] = /^([\d.]+=)?(.*)$/.exec(text) ?? [];
  const [, otherTime, otherValue] = /^([\d.]+=)?(.*)$/.exec(other ?? '') ?? [];
  if (other === undefined || time !== otherTime) return text;
  const [one, two] = [Number(value), Number(otherValue)];
  const tolerance = Math.max(absoluteTolerance, relativeTolerance * Math.abs(two));
  return Math.abs(one - two) <= tolerance ? other : text;
}
