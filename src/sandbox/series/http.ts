import { type Instant, parseInstant } from '../../kernel/instant.ts';
import { metricNameLabel } from './labels.ts';
import { checkTypes } from './promql/check.ts';
import { PromqlError } from './promql/errors.ts';
import { evaluateInstant, evaluateRange, pointLimit, type SeriesReader } from './promql/evaluate.ts';
import { formatValue, parsePromDuration } from './promql/literals.ts';
import { parsePromql } from './promql/parse.ts';
import type { MatrixSeries, Value } from './promql/values.ts';

/** A request as any HTTP server hands it over. */
export interface PrometheusRequest {
  readonly method: string;
  /** Path and query string: `/api/v1/query?query=up`. */
  readonly url: string;
  /** A form, `application/x-www-form-urlencoded`, when the method is POST. */
  readonly body?: string;
}

export interface PrometheusResponse {
  readonly status: number;
  readonly body: unknown;
}

/** Prometheus' HTTP API, as far as clients that only read need it. */
export interface PrometheusHandler {
  handle(request: PrometheusRequest): PrometheusResponse;
}

export function createPrometheusHandler(reader: SeriesReader, now: () => Instant): PrometheusHandler {
  return { handle: (request) => handlePrometheus({ reader, now }, request) };
}

interface Served {
  readonly reader: SeriesReader;
  readonly now: () => Instant;
}

type Endpoint = (served: Served, form: URLSearchParams) => unknown;

const endpoints: Readonly<Record<string, Endpoint>> = {
  '/api/v1/query': instantQuery,
  '/api/v1/query_range': rangeQuery,
  '/api/v1/series': seriesQuery,
  '/api/v1/labels': labelNames,
  '/api/v1/status/buildinfo': () => ({ version: '2.42.0', application: 'sluice sandbox' }),
};

function handlePrometheus(served: Served, request: PrometheusRequest): PrometheusResponse {
  const { pathname, searchParams } = new URL(request.url, 'http://prometheus');
  if (pathname === '/-/healthy' || pathname === '/-/ready')
    return { status: 200, body: 'Prometheus is Ready.\n' };
  const endpoint = endpoints[pathname] ?? labelValuesEndpoint(pathname);
  if (endpoint === undefined) return { status: 404, body: '404 page not found\n' };
  if (request.method !== 'GET' && request.method !== 'POST')
    return { status: 405, body: 'Method Not Allowed\n' };
  const form = new URLSearchParams([...new URLSearchParams(request.body ?? ''), ...searchParams]);
  try {
    return { status: 200, body: { status: 'success', data: endpoint(served, form) } };
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    const body = { status: 'error', errorType: error.type, error: error.message };
    return { status: error.type === 'bad_data' ? 400 : 422, body };
  }
}

function instantQuery({ reader, now }: Served, form: URLSearchParams): unknown {
  const atMs = timeOf(form, 'time', now());
  const value = evaluateInstant(parameterized(form), reader, atMs);
  return { resultType: value.type, result: resultOf(value, atMs) };
}

function rangeQuery({ reader }: Served, form: URLSearchParams): unknown {
  const range = {
    startMs: timeOf(form, 'start'),
    endMs: timeOf(form, 'end'),
    stepMs: stepOf(form),
  };
  if (range.endMs < range.startMs) throw invalid('end', 'end timestamp must not be before start time');
  if ((range.endMs - range.startMs) / range.stepMs > pointLimit) {
    throw new PromqlError(
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  const expr = parameterized(form);
  const type = checkTypes(expr);
  if (type !== 'scalar' && type !== 'vector') {
    const found = type === 'matrix' ? 'range vector' : type;
    throw invalid(
      'query',
      `invalid expression type "${found}" for range query, must be Scalar or instant Vector`,
    );
  }
  return { resultType: 'matrix', result: evaluateRange(expr, reader, range).sort(byLabels).map(seriesJson) };
}

function seriesQuery(served: Served, form: URLSearchParams): unknown {
  if (form.getAll('match[]').length === 0) throw new PromqlError('bad_data', 'no match[] parameter provided');
  return selected(served, form).map(({ labels }) => labels);
}

function labelNames(served: Served, form: URLSearchParams): unknown {
  return [...new Set(selected(served, form).flatMap(({ labels }) => Object.keys(labels)))].sort();
}

function labelValuesEndpoint(pathname: string): Endpoint | undefined {
  const name = /^\/api\/v1\/label\/([a-zA-Z_][a-zA-Z0-9_]*)\/values$/.exec(pathname)?.[1];
  if (name === undefined) return undefined;
  return (served, form) => {
    const values = selected(served, form).map(({ labels }) => labels[name] ?? '');
    return [...new Set(values)].filter((value) => value !== '').sort();
  };
}

/** The series that any `match[]` selects, all without one, which have a sample in the asked time. */
function selected({ reader, now }: Served, form: URLSearchParams) {
  const fromMs = timeOf(form, 'start', 0 as Instant);
  const toMs = timeOf(form, 'end', now());
  const matches = form.getAll('match[]');
  const found = new Set(
    (matches.length === 0 ? [`{${metricNameLabel}=~".+"}`] : matches).flatMap((text) => {
      const expr = parseParameter('match[]', text);
      if (expr.kind !== 'selector')
        throw invalid('match[]', `expected a selector, got ${JSON.stringify(text)}`);
      return reader.select(expr.matchers);
    }),
  );
  return [...found].filter(({ points }) => points(fromMs, toMs).length > 0).sort(byLabels);
}

function parameterized(form: URLSearchParams) {
  return parseParameter('query', form.get('query') ?? '');
}

function parseParameter(name: string, text: string) {
  try {
    return parsePromql(text);
  } catch (error) {
    throw error instanceof PromqlError && error.type === 'bad_data' ? invalid(name, error.message) : error;
  }
}

function invalid(name: string, message: string): PromqlError {
  return new PromqlError('bad_data', `invalid parameter "${name}": ${message}`);
}

/** Unix seconds with a fraction, or RFC 3339. */
function timeOf(form: URLSearchParams, name: string, otherwise?: Instant): number {
  const text = form.get(name) ?? '';
  if (text === '' && otherwise !== undefined) return otherwise;
  const atMs = /^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(text) ? Math.round(Number(text) * 1000) : parseInstant(text);
  if (atMs === undefined || Number.isNaN(atMs)) {
    throw invalid(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  }
  return atMs;
}

function stepOf(form: URLSearchParams): number {
  const text = form.get('step') ?? '';
  const stepMs = /^[-+]?[\d.]+$/.test(text) ? Math.round(Number(text) * 1000) : parsePromDuration(text);
  if (stepMs === undefined || Number.isNaN(stepMs)) {
    throw invalid('step', `cannot parse ${JSON.stringify(text)} to a valid duration`);
  }
  if (stepMs <= 0) {
    const message = 'zero or negative query resolution step widths are not accepted. Try a positive integer';
    throw invalid('step', message);
  }
  return stepMs;
}

function resultOf(value: Value, atMs: number): unknown {
  switch (value.type) {
    case 'scalar':
      return [atMs / 1000, formatValue(value.value)];
    case 'string':
      return [atMs / 1000, value.value];
    case 'vector':
      return value.samples.map((sample) => ({
        metric: sample.labels,
        value: [atMs / 1000, formatValue(sample.value)],
      }));
    case 'matrix':
      return value.series.map(seriesJson);
  }
}

function seriesJson({ labels, points }: MatrixSeries): unknown {
  return { metric: labels, values: points.map(({ at, value }) => [at / 1000, formatValue(value)]) };
}

function byLabels(
  one: { labels: Record<string, string> },
  other: { labels: Record<string, string> },
): number {
  return JSON.stringify(one.labels) < JSON.stringify(other.labels) ? -1 : 1;
}
