import type { MeasurementProgress, MetricAnswer } from '../../src/api/measurement.ts';
import type { Measurement, Metric } from '../../src/api/v1alpha1/analysis.ts';
import { evaluateInstant } from '../../src/core/analysis/instant-expression.ts';
import { formatInstant, type Instant, parseInstant } from '../../src/kernel/instant.ts';
import { providerRegistry } from '../../src/metrics/registry.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import type { Http } from '../../src/ports/http.ts';
import type { AnyMetricProvider } from '../../src/ports/metric-provider.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { datadogCases } from './exchanges/datadog.ts';
import type { Exchange, RecordedCase } from './exchanges/exchange.ts';
import { graphiteCases } from './exchanges/graphite.ts';
import { influxdbCases } from './exchanges/influxdb.ts';
import { kayentaCases } from './exchanges/kayenta.ts';
import { newRelicCases } from './exchanges/new-relic.ts';
import { prometheusCases } from './exchanges/prometheus.ts';
import { skywalkingCases } from './exchanges/skywalking.ts';
import { wavefrontCases } from './exchanges/wavefront.ts';
import { webCases } from './exchanges/web.ts';

const now = parseInstant('2026-01-01T09:30:00Z') as Instant;
const run = {
  namespace: 'store',
  name: 'shop',
  uid: 'u',
  startedAt: parseInstant('2026-01-01T09:00:00Z') as Instant,
};
const signal = new AbortController().signal;

/** Plays the recording: each request must be the next one in it. */
function player(wire: readonly Exchange[]): Http & { readonly rest: Exchange[] } {
  const rest = [...wire];
  return {
    rest,
    async request({ method, url, headers = {}, body }) {
      const next = rest.shift();
      if (next === undefined) throw new Error(`not in the recording: ${method} ${url}`);
      const asked = {
        method,
        url,
        headers: { ...headers },
        body: typeof next.request.body === 'object' ? JSON.parse(body ?? 'null') : body,
      };
      expect(asked).toMatchObject(next.request);
      return {
        status: next.status ?? 200,
        headers: next.headers ?? { 'content-type': 'application/json' },
        body: typeof next.body === 'string' ? next.body : JSON.stringify(next.body),
      };
    },
  };
}

function providerOf(kind: keyof Metric['provider'], { secrets = {} }: RecordedCase, http: Http) {
  const registry = providerRegistry({
    http,
    clock: virtualClock(now),
    evaluateInstant,
    jobs: { cluster: {} as Cluster },
    readSecret: async (namespace, name) => secrets[`${namespace ?? ''}/${name}`],
  });
  return registry[kind] as AnyMetricProvider;
}

async function measured(provider: AnyMetricProvider, metric: Metric): Promise<MetricAnswer> {
  if (!('measure' in provider)) throw new Error('takes longer than one call');
  return provider.measure(metric, now, signal, run);
}

/** Begins, and asks again until the end. */
async function followed(
  provider: AnyMetricProvider,
  metric: Metric,
): Promise<readonly MeasurementProgress[]> {
  if ('measure' in provider) throw new Error('answers at once');
  const ask = { metric, run, at: now, attempt: 1, signal };
  const seen = [await provider.start(ask)];
  let measurement: Measurement = { phase: 'Running', startedAt: formatInstant(now) };
  for (let last = seen.at(-1); last?.phase === 'Running' && seen.length < 10; last = seen.at(-1)) {
    measurement = { ...measurement, metadata: { ...measurement.metadata, ...last.metadata } };
    seen.push(await provider.resume({ ...ask, measurement }));
  }
  return seen;
}

const recordings = [
  prometheusCases,
  datadogCases,
  webCases,
  newRelicCases,
  wavefrontCases,
  graphiteCases,
  influxdbCases,
  skywalkingCases,
  kayentaCases,
];

describe.each(recordings)('$kind, after $source', ({ kind, cases }) => {
  test.each(cases)('$title', async (recorded) => {
    const http = player(recorded.wire);
    const provider = providerOf(kind, recorded, http);
    const { interval } = recorded;
    const metric = {
      name: 'm',
      ...(interval !== undefined && { interval }),
      provider: { [kind]: recorded.provider },
    } as unknown as Metric;
    if (recorded.progress !== undefined) {
      expect(await followed(provider, metric)).toMatchObject(recorded.progress);
    } else if (recorded.answer !== undefined) {
      const { value, text, metadata } = recorded.answer;
      const answer = await measured(provider, metric);
      expect({ value: answer.result.value, text: answer.text, metadata: answer.metadata }).toEqual({
        value,
        text,
        metadata,
      });
    } else {
      const asked = 'measure' in provider ? measured(provider, metric) : followed(provider, metric);
      await expect(asked).rejects.toThrow(recorded.error);
    }
    expect(http.rest).toEqual([]);
  });
});

test('the query with its arguments filled in is kept where the peer keeps it', () => {
  const metadata = (kind: 'prometheus' | 'newRelic', query: string) =>
    providerOf(kind, { title: '', provider: {}, wire: [] }, player([])).metadata?.({
      name: 'm',
      provider: { [kind]: { query } },
    });
  expect(metadata('prometheus', 'up')).toEqual({ ResolvedPrometheusQuery: 'up' });
  expect(metadata('newRelic', 'SELECT 1')).toEqual({ ResolvedNewRelicQuery: 'SELECT 1' });
});
