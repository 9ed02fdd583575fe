import type { MetricAnswer } from '../api/measurement.ts';
import type { Metric } from '../api/v1alpha1/analysis.ts';
import { SluiceError } from '../kernel/errors.ts';
import type { MetricProvider } from '../ports/metric-provider.ts';
import type { ProviderDependencies } from './dependencies.ts';
import { findAll } from './json-path/find.ts';
import { type Part, parseTemplate } from './json-path/parse.ts';
import { jsonText } from './json-text.ts';
import { fetchToken, type OAuth2 } from './oauth2.ts';

/** `provider.web`. Of its `authentication` only OAuth2 is honoured, as by the peer. */
interface Settings {
  readonly url?: string;
  /** Default GET. */
  readonly method?: string;
  readonly headers?: readonly { readonly key: string; readonly value: string }[];
  readonly body?: string;
  readonly jsonBody?: unknown;
  /** Kubernetes JSONPath. Default `{$}`. */
  readonly jsonPath?: string;
  /** Default 10; not positive counts as absent. */
  readonly timeoutSeconds?: number;
  readonly insecure?: boolean;
  readonly authentication?: { readonly oauth2?: OAuth2 };
}

/** Any service that answers with JSON, or with text. */
export function web({ http }: ProviderDependencies): MetricProvider {
  return {
    kind: 'web',
    async measure(metric, _at, signal) {
      const settings = settingsOf(metric);
      const path = parseTemplate(settings.jsonPath || '{$}');
      const { timeoutSeconds = 0, insecure = false, method = 'GET' } = settings;
      const timeoutMs = (timeoutSeconds > 0 ? timeoutSeconds : 10) * 1000;
      const common = { timeoutMs, insecure, signal };
      const headers: Record<string, string> =
        settings.jsonBody === undefined ? {} : { 'content-type': 'application/json' };
      const { oauth2 } = settings.authentication ?? {};
      if (oauth2 !== undefined && Object.keys(oauth2).length > 0) {
        headers.authorization = `Bearer ${await fetchToken(oauth2, { http, ...common })}`;
      }
      for (const { key, value } of settings.headers ?? []) headers[key.toLowerCase()] = value;
      delete headers.host;
      const answer = await http.request({
        ...common,
        method,
        url: settings.url ?? '',
        headers,
        body: bodyOf(settings, method),
        shared: method === 'GET',
      });
      if (answer.status < 200 || answer.status > 299) {
        throw new SluiceError('METRIC_ANSWER_INVALID', `received non 2xx response code: ${answer.status}`);
      }
      return readAnswer(answer.body, path);
    },
  };
}

function settingsOf({ provider }: Metric): Settings {
  return (provider.web ?? {}) as Settings;
}

function bodyOf({ body = '', jsonBody }: Settings, method: string): string | undefined {
  if (body !== '' && jsonBody !== undefined) {
    throw misconfigured('use either Body or JSONBody; both cannot exists for WebMetric payload');
  }
  if (body === '' && jsonBody === undefined) return undefined;
  if (method === 'GET') {
    throw misconfigured('Body/JSONBody can only be used with POST or PUT WebMetric Method types');
  }
  return jsonBody === undefined ? body : JSON.stringify(jsonBody);
}

function readAnswer(body: string, path: readonly Part[]): MetricAnswer {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { result: { kind: 'json', value: body }, text: body };
  }
  const found = findAll(path, parsed).find((values) => values.length > 0);
  if (found === undefined) {
    throw new SluiceError('METRIC_ANSWER_INVALID', 'result of web metric produced no value');
  }
  const value = found[0] ?? null;
  return { result: { kind: 'json', value }, text: jsonText(value) };
}

function misconfigured(problem: string): SluiceError {
  return new SluiceError('METRIC_CONFIG_INVALID', problem);
}
