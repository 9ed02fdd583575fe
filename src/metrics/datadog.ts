import type { MetricAnswer } from '../api/measurement.ts';
import type { Metric } from '../api/v1alpha1/analysis.ts';
import { parseGoDuration } from '../kernel/duration.ts';
import { SluiceError } from '../kernel/errors.ts';
import { addSeconds, type Instant } from '../kernel/instant.ts';
import type { HttpResponse } from '../ports/http.ts';
import type { MeasuredRun, MetricProvider } from '../ports/metric-provider.ts';
import { excerpt, refusal } from './answer.ts';
import { readScalars, readSeries } from './datadog-answer.ts';
import { type DatadogCredentials, datadogCredentials } from './datadog-credentials.ts';
import type { ProviderDependencies } from './dependencies.ts';
import { lookBack } from './time-window.ts';

/** `provider.datadog`. */
export interface DatadogSettings {
  /** How far to look back. Default 5m. */
  readonly interval?: string;
  readonly query?: string;
  readonly queries?: Readonly<Record<string, string>>;
  readonly formula?: string;
  /** Default v1. */
  readonly apiVersion?: string;
  /** v2 only. Default last. */
  readonly aggregator?: string;
  /** Default 10s. */
  readonly requestTimeout?: string;
  readonly secretRef?: { readonly name?: string; readonly namespaced?: boolean };
}

/** Datadog's metric queries, version 1 and 2 of its API. */
export function datadog(dependencies: ProviderDependencies): MetricProvider {
  return {
    kind: 'datadog',
    async measure(metric, at, signal, run) {
      const settings = settingsOf(metric);
      const problem = settingsProblem(settings);
      if (problem !== undefined) throw new SluiceError('METRIC_CONFIG_INVALID', problem);
      const timeoutMs = timeoutSeconds(settings) * 1000;
      const credentials = await credentialsFor(settings, run, dependencies);
      const request = settings.apiVersion === 'v2' ? scalarRequest : seriesRequest;
      const { method, path, body } = request(settings, at);
      const answer = await dependencies.http.request({
        method,
        url: `${credentials.address.replace(/\/$/, '')}${path}`,
        headers: {
          'content-type': 'application/json',
          'dd-api-key': credentials.apiKey,
          'dd-application-key': credentials.appKey,
        },
        body,
        timeoutMs,
        signal,
        sharedAt: at,
      });
      return readAnswer(settings, answer);
    },
  };
}

function settingsOf({ provider }: Metric): DatadogSettings {
  return (provider.datadog ?? {}) as DatadogSettings;
}

function credentialsFor(
  { secretRef }: DatadogSettings,
  run: MeasuredRun,
  dependencies: ProviderDependencies,
): Promise<DatadogCredentials> {
  return datadogCredentials(secretRef, run.namespace, dependencies);
}

const review = 'Please review the Analysis Template.';

/** The first contradiction in the settings, in the peer's words. */
function settingsProblem(settings: DatadogSettings): string | undefined {
  const { query = '', queries = {}, formula = '', aggregator = '', apiVersion = 'v1' } = settings;
  const named = Object.keys(queries).length;
  if (apiVersion !== 'v1' && apiVersion !== 'v2')
    return `apiVersion ${apiVersion} is neither v1 nor v2. ${review}`;
  if (query === '' && named === 0) return `Must have either a query or queries. ${review}`;
  if (query !== '' && named > 0) return `Cannot have both a query and queries. ${review}`;
  if (apiVersion === 'v1' && query === '') {
    return `Query is empty. API Version v1 only supports using the query parameter in your Analysis Template.`;
  }
  if (named === 0 && formula !== '') return `Formula are only valid when queries are set. ${review}`;
  if (named > 1 && formula === '') return 'When multiple queries are provided you must include a formula.';
  if (apiVersion === 'v1' && aggregator !== '') return `Aggregator is not supported in v1. ${review}`;
  return undefined;
}

function timeoutSeconds({ requestTimeout = '10s' }: DatadogSettings): number {
  const seconds = parseGoDuration(requestTimeout);
  if (seconds === undefined) {
    const cause = `time: invalid duration ${JSON.stringify(requestTimeout)}`;
    throw new SluiceError(
      'METRIC_CONFIG_INVALID',
      `Could not parse the request timeout: ${cause}. ${review}`,
    );
  }
  if (seconds > 0) return seconds;
  const problem = `Request timeout must be a positive duration (e.g. 30s). ${review}`;
  throw new SluiceError('METRIC_CONFIG_INVALID', problem);
}

interface Question {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

function lookBackSeconds({ interval = '' }: DatadogSettings): number {
  return lookBack(interval === '' ? '5m' : interval);
}

function seriesRequest(settings: DatadogSettings, at: Instant): Question {
  const to = Math.floor(at / 1000);
  const from = Math.floor(addSeconds(at, -lookBackSeconds(settings)) / 1000);
  const search = new URLSearchParams({ from: String(from), query: settings.query ?? '', to: String(to) });
  return { method: 'GET', path: `/api/v1/query?${search}` };
}

function scalarRequest(settings: DatadogSettings, at: Instant): Question {
  const { query = '', queries, formula = '', aggregator = '' } = settings;
  const to = Math.floor(at / 1000) * 1000;
  const asked = query === '' ? Object.entries(queries ?? {}) : [['query', query] as const];
  const attributes = {
    from: addSeconds(to as Instant, -lookBackSeconds(settings)),
    to,
    queries: asked.map(([name, text]) => ({
      aggregator: aggregator === '' ? 'last' : aggregator,
      data_source: 'metrics',
      name,
      query: text,
    })),
    formulas: formula === '' ? [] : [{ formula }],
  };
  const body = JSON.stringify({ data: { attributes, type: 'scalar_request' } });
  return { method: 'POST', path: '/api/v2/query/scalar', body };
}

function readAnswer({ apiVersion }: DatadogSettings, answer: HttpResponse): MetricAnswer {
  const { status, body } = answer;
  if (status === 401 || status === 403) {
    throw refusal(answer, `received authentication error response code: ${status} ${excerpt(body)}`);
  }
  if (status !== 200) throw refusal(answer, `received non 2xx response code: ${status} ${excerpt(body)}`);
  return apiVersion === 'v2' ? readScalars(answer) : readSeries(answer);
}
