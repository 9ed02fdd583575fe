import type { Static } from 'typebox';
import type { MeasurementProgress } from '../api/measurement.ts';
import type { kayentaSchema } from '../api/v1alpha1/providers.ts';
import { SluiceError } from '../kernel/errors.ts';
import { addSeconds, formatInstant } from '../kernel/instant.ts';
import type { Http, HttpRequest, HttpResponse } from '../ports/http.ts';
import type { LongRunningProvider, MeasurementAsk, OngoingAsk } from '../ports/metric-provider.ts';
import { jsonObjectOf, misconfigured, refusal } from './answer.ts';
import type { ProviderDependencies } from './dependencies.ts';
import { lookBack } from './time-window.ts';

type Settings = Static<typeof kayentaSchema>;
type Scope = Settings['scopes'][number]['controlScope'];

const timeoutMs = 15_000;
const pollSeconds = 15;
const executionKey = 'canaryExecutionId';

/**
 * Kayenta compares canary and stable by itself and gives a score from 0 to 100. Its canary calls:
 * https://github.com/spinnaker/kayenta/blob/master/docs/canary-config.md and the Swagger page of a running server.
 * An execution cannot be called off.
 */
export function kayenta({ http }: ProviderDependencies): LongRunningProvider {
  return {
    kind: 'kayenta',
    async start(ask) {
      const settings = settingsOf(ask);
      const server = serverAt(settings.address, http, ask);
      const payload = payloadOf(settings, ask);
      const config = await findConfig(settings, server);
      const accounts = new URLSearchParams({
        application: settings.application,
        metricsAccountName: settings.metricsAccountName,
        configurationAccountName: settings.configurationAccountName,
        storageAccountName: settings.storageAccountName,
      });
      const answer = await server('POST', `/canary/${encodeURIComponent(config)}?${accounts}`, payload);
      if (answer.status !== 200) throw refusal(answer, 'Invalid Response');
      const { canaryExecutionId: execution } = jsonObjectOf<{ canaryExecutionId?: unknown }>(answer);
      if (typeof execution !== 'string') {
        throw new SluiceError('METRIC_ANSWER_INVALID', `the answer has no ${executionKey}`);
      }
      return later(ask, { [executionKey]: execution });
    },
    async resume(ask) {
      const settings = settingsOf(ask);
      const execution = ask.measurement.metadata?.[executionKey];
      if (execution === undefined) {
        throw new SluiceError('METRIC_ANSWER_INVALID', `the measurement has no ${executionKey}`);
      }
      const server = serverAt(settings.address, http, ask);
      const answer = await server('GET', `/canary/${encodeURIComponent(execution)}`);
      if (answer.status !== 200) throw refusal(answer, `Invalid Response: HTTP ${answer.status}`);
      return progressOf(answer, settings, ask);
    },
  };
}

function settingsOf({ metric }: MeasurementAsk): Settings {
  return metric.provider.kayenta as Settings;
}

type Server = (method: string, path: string, body?: unknown) => Promise<HttpResponse>;

function serverAt(address: string, http: Http, { signal }: MeasurementAsk): Server {
  return (method, path, body) => {
    const request: HttpRequest = { method, url: `${address.replace(/\/$/, '')}${path}`, timeoutMs, signal };
    if (body === undefined) return http.request(request);
    const headers = { 'content-type': 'application/json' };
    return http.request({ ...request, headers, body: JSON.stringify(body) });
  };
}

async function findConfig(settings: Settings, server: Server): Promise<string> {
  const search = new URLSearchParams({
    application: settings.application,
    // as the peer: the account that stores results is also asked for the configuration
    configurationAccountName: settings.storageAccountName,
  });
  const answer = await server('GET', `/canaryConfig?${search}`);
  if (answer.status !== 200) throw refusal(answer, `Invalid Response: HTTP ${answer.status}`);
  const configs = jsonObjectOf<readonly { readonly id?: unknown; readonly name?: unknown }[]>(answer);
  const found = Array.isArray(configs)
    ? configs.find(({ name }) => name === settings.canaryConfigName)
    : undefined;
  if (typeof found?.id !== 'string') throw misconfigured('Canary config not found');
  return found.id;
}

/** What is compared, from when to when. */
function payloadOf({ scopes, threshold, lookback }: Settings, { metric, run, at }: MeasurementAsk) {
  const end = formatInstant(at);
  const start = () => {
    if (lookback === true) return formatInstant(run.startedAt ?? at);
    const { interval = '' } = metric;
    try {
      return formatInstant(addSeconds(at, -lookBack(interval)));
    } catch (error) {
      throw misconfigured(`Invalid duration ${JSON.stringify(interval)}: ${(error as Error).message}`);
    }
  };
  const scope = (of: Scope) => ({
    scope: of.scope,
    location: of.region,
    step: of.step,
    start: of.start || start(),
    end: of.end || end,
  });
  const pairs = scopes.map(({ name, controlScope, experimentScope }) => {
    for (const side of ['start', 'end'] as const) {
      if (((controlScope[side] ?? '') === '') !== ((experimentScope[side] ?? '') === '')) {
        throw misconfigured(`controlScope.${side} and experimentScope.${side} must both be set or be empty`);
      }
    }
    return [name, { controlScope: scope(controlScope), experimentScope: scope(experimentScope) }] as const;
  });
  return {
    scopes: Object.fromEntries(pairs),
    thresholds: { pass: threshold.pass, marginal: threshold.marginal },
  };
}

function later({ at }: MeasurementAsk, metadata: Readonly<Record<string, string>> = {}): MeasurementProgress {
  return { phase: 'Running', resumeAt: addSeconds(at, pollSeconds), metadata };
}

interface Execution {
  readonly complete?: unknown;
  readonly result?: { readonly judgeResult?: { readonly score?: { readonly score?: unknown } } };
}

function progressOf(answer: HttpResponse, { threshold }: Settings, ask: OngoingAsk): MeasurementProgress {
  const { complete, result } = jsonObjectOf<Execution>(answer);
  if (typeof complete !== 'boolean')
    throw new SluiceError('METRIC_ANSWER_INVALID', 'Missing Complete Status');
  if (!complete) return later(ask);
  const score = result?.judgeResult?.score?.score;
  if (typeof score !== 'number') throw new SluiceError('METRIC_ANSWER_INVALID', 'Missing Score');
  const whole = Math.trunc(score);
  return { phase: verdict(whole, threshold), text: String(whole) };
}

function verdict(score: number, { pass, marginal }: Settings['threshold']) {
  if (score >= pass) return 'Successful';
  return score >= marginal ? 'Inconclusive' : 'Failed';
}
