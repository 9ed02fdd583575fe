import type { Static } from 'typebox';
import type { MetricAnswer, MetricResult } from '../api/measurement.ts';
import type { Metric, prometheusSchema } from '../api/v1alpha1/analysis.ts';
import { parseGoDuration } from '../kernel/duration.ts';
import { messageOf, SluiceError } from '../kernel/errors.ts';
import { formatPlainFloat } from '../kernel/go-number.ts';
import type { Instant } from '../kernel/instant.ts';
import type { HttpRequest, HttpResponse } from '../ports/http.ts';
import type { MetricProvider } from '../ports/metric-provider.ts';
import { excerpt, jsonObjectOf, misconfigured, refusal } from './answer.ts';
import { authenticated, ownHeaders } from './authentication.ts';
import type { ProviderDependencies } from './dependencies.ts';

type Settings = Static<typeof prometheusSchema>;
type Headers = Record<string, string>;

/** Prometheus, and whatever speaks its HTTP API: Thanos, Mimir, VictoriaMetrics, Amazon Managed Prometheus. */
export function prometheus(dependencies: ProviderDependencies): MetricProvider {
  return {
    kind: 'prometheus',
    metadata: (metric) => ({ ResolvedPrometheusQuery: settingsOf(metric).query ?? '' }),
    async measure(metric, at, signal) {
      const settings = settingsOf(metric);
      const ask: Ask = { ...dependencies, settings, base: baseUrl(settings, dependencies), signal, at };
      const range = settings.rangeQuery;
      const query = settings.query ?? '';
      const answer =
        range === undefined
          ? await send(ask, 'query', { query, time: unixSeconds(at) })
          : await send(ask, 'query_range', { query, ...rangeOf(range, at, dependencies) });
      return readAnswer(answer);
    },
  };
}

interface Ask extends ProviderDependencies {
  readonly settings: Settings;
  readonly base: URL;
  readonly signal: AbortSignal;
  readonly at: Instant;
}

function settingsOf(metric: Metric): Settings {
  return metric.provider.prometheus ?? {};
}

function baseUrl({ address = '', timeout }: Settings, { prometheusAddress = '' }: ProviderDependencies): URL {
  const text = address === '' ? prometheusAddress : address;
  if (text === '') throw misconfigured('prometheus address is not configured');
  const url = URL.parse(text);
  if (url === null || url.host === '') throw misconfigured('prometheus address is not is url format');
  if (timeout !== undefined && timeout < 0) throw misconfigured('prometheus timeout should not be negative');
  return url;
}

/** Asked by POST, and by GET where a proxy or an old server does not allow POST. */
async function send(ask: Ask, endpoint: string, form: Headers): Promise<HttpResponse> {
  const url = new URL(ask.base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/api/v1/${endpoint}`;
  const body = new URLSearchParams([...ask.base.searchParams, ...Object.entries(form)]).toString();
  const posted = await exchange(ask, 'POST', url, body);
  if (![403, 405, 501].includes(posted.status)) return posted;
  url.search = body;
  return exchange(ask, 'GET', url);
}

async function exchange(ask: Ask, method: string, url: URL, body?: string): Promise<HttpResponse> {
  const { http, settings, signal, at } = ask;
  const request: HttpRequest = {
    method,
    url: url.href,
    headers: body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' },
    body,
    timeoutMs: (settings.timeout ?? 30) * 1000,
    insecure: settings.insecure === true,
    signal,
    sharedAt: at,
    sharedKey: JSON.stringify([method, settings]),
  };
  const { authentication } = settings;
  return http.request(
    await authenticated(request, { authentication, own: ownHeaders(settings.headers) }, ask),
  );
}

function rangeOf(
  range: NonNullable<Settings['rangeQuery']>,
  at: Instant,
  dependencies: ProviderDependencies,
): Headers {
  const bound = (side: 'start' | 'end') => {
    try {
      return unixSeconds(dependencies.evaluateInstant(range[side] ?? '', at));
    } catch (error) {
      throw misconfigured(`failed to parse rangeQuery.${side} as time: ${messageOf(error)}`);
    }
  };
  const step = parseGoDuration(range.step ?? '');
  if (step === undefined) {
    const problem = `time: invalid duration ${JSON.stringify(range.step ?? '')}`;
    throw misconfigured(`failed to parse rangeQuery.step as duration: ${problem}`);
  }
  return { start: bound('start'), end: bound('end'), step: formatPlainFloat(step) };
}

/** With its fraction: what was scraped in this very second counts. */
function unixSeconds(at: Instant): string {
  return formatPlainFloat(at / 1000);
}

interface ApiAnswer {
  readonly status?: string;
  readonly errorType?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly data?: { readonly resultType?: string; readonly result?: unknown };
}

function readAnswer(response: HttpResponse): MetricAnswer {
  const { status } = response;
  const speaksOfItself = (status >= 200 && status < 300) || status === 400 || status === 422;
  if (!speaksOfItself) throw refusal(response, statusProblem(status));
  const answer = jsonObjectOf<ApiAnswer>(response, 'bad_response: ');
  if (answer.status !== 'success') {
    const { errorType = 'bad_response', error = `unknown status ${JSON.stringify(answer.status ?? '')}` } =
      answer;
    throw new SluiceError('METRIC_QUERY_REJECTED', `${errorType}: ${excerpt(error)}`);
  }
  const { warnings = [] } = answer;
  return {
    ...readData(answer.data ?? {}),
    ...(warnings.length > 0 && {
      metadata: { warnings: warnings.map((text) => JSON.stringify(text)).join(', ') },
    }),
  };
}

function statusProblem(status: number): string {
  if (status >= 400 && status < 500) return `client_error: client error: ${status}`;
  return status >= 500
    ? `server_error: server error: ${status}`
    : `bad_response: bad response code ${status}`;
}

function readData({
  resultType = '',
  result,
}: NonNullable<ApiAnswer['data']>): Pick<MetricAnswer, 'result' | 'text'> {
  switch (resultType) {
    case 'scalar':
      return scalar(sampleValue(result));
    case 'vector':
      return vector(seriesOf(result).map(({ value, histogram }) => (histogram ? 0 : sampleValue(value))));
    case 'matrix':
      return vector(seriesOf(result).flatMap(({ values = [] }) => values.map(sampleValue)));
    default: {
      const problem = `unexpected value type ${JSON.stringify(resultType)}`;
      throw new SluiceError('METRIC_ANSWER_INVALID', problem);
    }
  }
}

interface Series {
  readonly value?: unknown;
  readonly values?: readonly unknown[];
  readonly histogram?: unknown;
}

function seriesOf(result: unknown): readonly Series[] {
  return Array.isArray(result) ? (result as Series[]) : [];
}

/** `[unix seconds, "value"]`. */
function sampleValue(sample: unknown): number {
  const text: unknown = Array.isArray(sample) ? sample[1] : undefined;
  if (text === 'NaN') return Number.NaN;
  if (typeof text === 'string' && /^[+-]?Inf$/.test(text)) {
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
  if (Number.isNaN(value))
    throw new SluiceError('METRIC_ANSWER_INVALID', 'bad_response: a sample has no number');
  return value;
}

function scalar(value: number): Pick<MetricAnswer, 'result' | 'text'> {
  return { result: { kind: 'scalar', value }, text: formatPlainFloat(value) };
}

function vector(value: readonly number[]): Pick<MetricAnswer, 'result' | 'text'> {
  const result: MetricResult = { kind: 'vector', value };
  return { result, text: `[${value.map(formatPlainFloat).join(',')}]` };
}
