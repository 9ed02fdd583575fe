import type { MetricAnswer } from '../api/measurement.ts';
import type { Metric } from '../api/v1alpha1/analysis.ts';
import { SluiceError } from '../kernel/errors.ts';
import type { HttpRequest } from '../ports/http.ts';
import type { MetricProvider } from '../ports/metric-provider.ts';
import { misconfigured, requireSuccess } from './answer.ts';
import { type Authentication, authenticated, ownHeaders } from './authentication.ts';
import type { ProviderDependencies } from './dependencies.ts';
import { findAll } from './json-path/find.ts';
import { type Part, parseTemplate } from './json-path/parse.ts';
import { jsonText } from './json-text.ts';

/** `provider.web`. */
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
  readonly authentication?: Authentication;
}

/** Any service that answers with JSON, or with text. */
export function web(dependencies: ProviderDependencies): MetricProvider {
  return {
    kind: 'web',
    async measure(metric, at, signal) {
      const settings = settingsOf(metric);
      const path = parseTemplate(settings.jsonPath || '{$}');
      const { timeoutSeconds = 0, insecure = false, method = 'GET', url = '' } = settings;
      if (!URL.canParse(url)) throw misconfigured('the url is invalid');
      const request: HttpRequest = {
        method,
        url,
        headers: settings.jsonBody === undefined ? {} : { 'content-type': 'application/json' },
        body: bodyOf(settings, method),
        timeoutMs: (timeoutSeconds > 0 ? timeoutSeconds : 10) * 1000,
        insecure,
        signal,
        ...(method === 'GET' && { sharedAt: at }),
      };
      const { authentication } = settings;
      const own = ownHeaders(settings.headers);
      const answer = await dependencies.http.request(
        await authenticated(request, { authentication, own }, { ...dependencies, at }),
      );
      requireSuccess(answer, ({ status }) => `received non 2xx response code: ${status}`);
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
