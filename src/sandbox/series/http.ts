import { type Instant, parseInstant } from '../../kernel/instant.ts';
import { type Labels, type Matcher, signatureOf } from './labels.ts';
import { PromqlError, type PromqlErrorType } from './promql/errors.ts';
import {
  evaluateInstant,
  evaluateRange,
  pointLimit,
  type RawSeries,
  type SeriesReader,
} from './promql/evaluate.ts';
import { formatValue, parsePromDuration } from './promql/literals.ts';
import { type ParsedQuery, parsePromql, parseSelector } from './promql/parse.ts';
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
  /** JSON, or a text when it is a string. */
  readonly body: unknown;
}

/** Prometheus' HTTP API, as far as clients that only read need it. */
export interface PrometheusHandler {
  handle(request: PrometheusRequest): PrometheusResponse;
}

export function createPrometheusHandler(reader: SeriesReader, now: () => Instant): PrometheusHandler {
  const served = { reader, now, parse: rememberedParser() };
  return { handle: (request) => handlePrometheus(served, request) };
}

interface Served {
  readonly reader: SeriesReader;
  readonly now: () => Instant;
  readonly parse: (query: string) => ParsedQuery;
}

interface Endpoint {
  readonly methods: readonly string[];
  answer(served: Served, form: URLSearchParams): unknown;
}

const readOnly = ['GET'];
const withForms = ['GET', 'POST'];

const endpoints: Readonly<Record<string, Endpoint>> = {
  '/api/v1/query': { methods: withForms, answer: instantQuery },
  '/api/v1/query_range': { methods: withForms, answer: rangeQuery },
  '/api/v1/series': { methods: withForms, answer: seriesQuery },
  '/api/v1/labels': { methods: withForms, answer: labelNames },
  '/api/v1/status/buildinfo': {
    methods: readOnly,
    answer: () => ({ version: '2.42.0', application: 'sluice sandbox' }),
  },
  // What dashboards look for and the sandbox has none of.
  '/api/v1/metadata': { methods: readOnly, answer: metadata },
  '/api/v1/rules': { methods: readOnly, answer: rules },
  '/api/v1/alerts': { methods: readOnly, answer: () => ({ alerts: [] }) },
  '/api/v1/targets': { methods: readOnly, answer: () => ({ activeTargets: [], droppedTargets: [] }) },
  '/api/v1/query_exemplars': { methods: withForms, answer: exemplars },
};

function metadata(_served: Served, form: URLSearchParams): unknown {
  const limit = form.get('limit') ?? '';
  if (limit !== '' && !/^[+-]?\d+$/.test(limit)) throw badData('limit must be a number');
  return {};
}

function rules(_served: Served, form: URLSearchParams): unknown {
  const type = form.get('type') ?? '';
  if (!['', 'alert', 'record'].includes(type.toLowerCase()))
    throw invalid('type', `not supported value ${JSON.stringify(type)}`);
  return { groups: [] };
}

function exemplars(served: Served, form: URLSearchParams): unknown {
  interval(served, form);
  served.parse(form.get('query') ?? '');
  return [];
}

const pages: Readonly<Record<string, string>> = {
  '/-/healthy': 'Prometheus Server is Healthy.\n',
  '/-/ready': 'Prometheus Server is Ready.\n',
};

const statusOf: Readonly<Record<PromqlErrorType, number>> = { bad_data: 400, execution: 422 };

function handlePrometheus(served: Served, { method, url, body }: PrometheusRequest): PrometheusResponse {
  const { pathname, searchParams } = new URL(url, 'http://prometheus');
  const page = pages[pathname];
  if (page !== undefined) return { status: 200, body: page };
  if (method === 'OPTIONS' && pathname.startsWith('/api/v1/')) return { status: 204, body: '' };
  const endpoint = endpoints[pathname] ?? labelValuesEndpoint(pathname);
  if (endpoint === undefined) return { status: 404, body: '404 page not found\n' };
  if (!endpoint.methods.includes(method)) return { status: 405, body: 'Method Not Allowed\n' };
  const form = new URLSearchParams([...new URLSearchParams(body ?? ''), ...searchParams]);
  try {
    return { status: 200, body: { status: 'success', data: endpoint.answer(served, form) } };
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    const failure = { status: 'error', errorType: error.type, error: error.message };
    return { status: statusOf[error.type], body: failure };
  }
}

function instantQuery({ reader, now, parse }: Served, form: URLSearchParams): unknown {
  const atMs = optionalTime(form, 'time', now());
  checkTimeout(form);
  const { expr } = about('query', () => parse(form.get('query') ?? ''));
  const value = evaluateInstant(expr, reader, atMs);
  return { resultType: value.type, result: resultOf(value, atMs) };
}

function rangeQuery({ reader, parse }: Served, form: URLSearchParams): unknown {
  const startMs = timeOf(form, 'start');
  const endMs = timeOf(form, 'end');
  if (endMs < startMs) throw invalid('end', 'end timestamp must not be before start time');
  const stepMs = durationOf(form, 'step');
  if (stepMs <= 0) {
    const message = 'zero or negative query resolution step widths are not accepted. Try a positive integer';
    throw invalid('step', message);
  }
  if (Math.floor((endMs - startMs) / stepMs) > pointLimit) {
    throw badData(
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  checkTimeout(form);
  const { expr, type } = parse(form.get('query') ?? '');
  if (type !== 'scalar' && type !== 'vector') {
    const found = type === 'matrix' ? 'range vector' : type;
    throw badData(`invalid expression type "${found}" for range query, must be Scalar or instant Vector`);
  }
  const series = evaluateRange(expr, reader, { startMs, endMs, stepMs });
  return { resultType: 'matrix', result: series.sort(byLabels).map(seriesJson) };
}

function seriesQuery(served: Served, form: URLSearchParams): unknown {
  if (form.getAll('match[]').length === 0) throw badData('no match[] parameter provided');
  const [fromMs, toMs] = interval(served, form);
  const matches = about('match[]', () => matchersOf(form));
  return selected(served, matches, fromMs, toMs).map(({ labels }) => sortedLabels(labels));
}

function labelNames(served: Served, form: URLSearchParams): unknown {
  const [fromMs, toMs] = interval(served, form);
  const found = selected(served, matchersOf(form), fromMs, toMs);
  return [...new Set(found.flatMap(({ labels }) => Object.keys(labels)))].sort();
}

function labelValuesEndpoint(pathname: string): Endpoint | undefined {
  const text = /^\/api\/v1\/label\/([^/]+)\/values$/.exec(pathname)?.[1];
  if (text === undefined) return undefined;
  const name = decodeURIComponent(text);
  return {
    methods: readOnly,
    answer(served, form) {
      if (!/^[a-zA-Z_]\w*$/.test(name)) throw badData(`invalid label name: ${JSON.stringify(name)}`);
      const [fromMs, toMs] = interval(served, form);
      const found = selected(served, matchersOf(form), fromMs, toMs);
      const values = found.map(({ labels }) => labels[name] ?? '');
      return [...new Set(values)].filter((value) => value !== '').sort();
    },
  };
}

/** Of each `match[]`. */
function matchersOf(form: URLSearchParams): (readonly Matcher[])[] {
  return form.getAll('match[]').map((text) => {
    const matchers = parseSelector(text);
    if (matchers.some(({ matches }) => !matches(''))) return matchers;
    throw badData('match[] must contain at least one non-empty matcher');
  });
}

/** The series that any of the selectors selects, all without one, which have a sample in the asked time. */
function selected(
  { reader }: Served,
  selectors: readonly (readonly Matcher[])[],
  fromMs: number,
  toMs: number,
): RawSeries[] {
  const found = new Set(
    (selectors.length === 0 ? [[]] : selectors).flatMap((one) => reader.select(one, fromMs)),
  );
  return [...found].filter(({ points }) => points(fromMs, toMs).length > 0).sort(byLabels);
}

/** The interval that a question about labels is asked for: everything so far without bounds. */
function interval({ now }: Served, form: URLSearchParams): [number, number] {
  return [optionalTime(form, 'start', 0), optionalTime(form, 'end', now())];
}

/** Queries are asked again and again; this many are kept parsed. */
const rememberedQueries = 500;

function rememberedParser(): (query: string) => ParsedQuery {
  const known = new Map<string, ParsedQuery>();
  return (query) => {
    const parsed = known.get(query) ?? parsePromql(query);
    if (known.size >= rememberedQueries) known.clear();
    known.set(query, parsed);
    return parsed;
  };
}

function badData(message: string): PromqlError {
  return new PromqlError('bad_data', message);
}

function invalid(name: string, message: string): PromqlError {
  return badData(`invalid parameter "${name}": ${message}`);
}

/** What is wrong is said to be wrong with this parameter. */
function about<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof PromqlError ? invalid(name, error.message) : error;
  }
}

/** Unix seconds with a fraction, or RFC 3339. */
function timeOf(form: URLSearchParams, name: string): number {
  const text = form.get(name) ?? '';
  const atMs = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)
    ? Math.round(Number(text) * 1000)
    : parseInstant(text);
  if (atMs === undefined || Number.isNaN(atMs)) {
    throw invalid(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  }
  return atMs;
}

function optionalTime(form: URLSearchParams, name: string, otherwise: number): number {
  const text = form.get(name) ?? '';
  if (text === '') return otherwise;
  try {
    return timeOf(form, name);
  } catch {
    const problem = `cannot parse ${JSON.stringify(text)} to a valid timestamp`;
    throw invalid(name, `Invalid time value for '${name}': ${problem}`);
  }
}

/** Seconds, or a duration such as `1m30s`; in milliseconds. */
function durationOf(form: URLSearchParams, name: string): number {
  const text = form.get(name) ?? '';
  const amount = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)
    ? Math.round(Number(text) * 1000)
    : parsePromDuration(text);
  if (amount === undefined || !Number.isFinite(amount)) {
    throw invalid(name, `cannot parse ${JSON.stringify(text)} to a valid duration`);
  }
  return amount;
}

/** Nothing here takes long enough for it, but a wrong one is refused. */
function checkTimeout(form: URLSearchParams): void {
  if ((form.get('timeout') ?? '') !== '') durationOf(form, 'timeout');
}

function resultOf(value: Value, atMs: number): unknown {
  switch (value.type) {
    case 'scalar':
      return [atMs / 1000, formatValue(value.value)];
    case 'string':
      return [atMs / 1000, value.value];
    case 'vector':
      return value.samples.map((sample) => ({
        metric: sortedLabels(sample.labels),
        value: [atMs / 1000, formatValue(sample.value)],
      }));
    case 'matrix':
      return [...value.series].sort(byLabels).map(seriesJson);
  }
}

function seriesJson({ labels, points }: MatrixSeries): unknown {
  return {
    metric: sortedLabels(labels),
    values: points.map(({ at, value }) => [at / 1000, formatValue(value)]),
  };
}

/** As Prometheus writes them: by name. */
function sortedLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function byLabels(one: { labels: Labels }, other: { labels: Labels }): number {
  return signatureOf(one.labels) < signatureOf(other.labels) ? -1 : 1;
}
