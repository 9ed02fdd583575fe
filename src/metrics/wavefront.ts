import type { MetricAnswer } from '../api/measurement.ts';
import { SluiceError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/instant.ts';
import type { HttpResponse } from '../ports/http.ts';
import type { MetricProvider } from '../ports/metric-provider.ts';
import { excerpt, jsonObjectOf, misconfigured, requireSuccess } from './answer.ts';
import type { ProviderDependencies } from './dependencies.ts';

const timeoutMs = 30_000;

/** Beside the controller: a token for each address. */
const tokensSecret = 'wavefront-api-tokens';

/** Wavefront (VMware Aria Operations for Applications), by its chart API: `/api/v2/chart/api` of its REST description. */
export function wavefront({ http, readSecret }: ProviderDependencies): MetricProvider {
  return {
    kind: 'wavefront',
    async measure({ provider }, at, signal) {
      const { address = '', query = '' } = provider.wavefront ?? {};
      const token = (await readSecret(undefined, tokensSecret))?.[address] ?? '';
      if (token === '') throw misconfigured('API token not found');
      const answer = await http.request({
        method: 'GET',
        url: `https://${address}/api/v2/chart/api?${parameters(query, at)}`,
        headers: { authorization: `Bearer ${token}` },
        timeoutMs,
        signal,
        sharedAt: at,
      });
      requireSuccess(answer, ({ status, body }) => `wavefront: status ${status}: ${excerpt(body)}`);
      return readChart(answer, Math.floor(at / 1000));
    },
  };
}

/** One point a series, at this very second; what lies outside the window may be it. */
function parameters(query: string, at: Instant): URLSearchParams {
  const now = String(Math.floor(at / 1000) * 1000);
  return new URLSearchParams({
    q: query,
    s: now,
    e: now,
    g: 's',
    p: '1',
    i: 'true',
    autoEvents: 'false',
    listmode: 'false',
    strict: 'false',
    includeObsoleteMetrics: 'false',
  });
}

interface Chart {
  readonly timeseries?: readonly { readonly data?: readonly (readonly [number, number])[] }[];
  readonly warnings?: string;
  readonly errorMessage?: string;
}

function readChart(answer: HttpResponse, startSeconds: number): MetricAnswer {
  const { timeseries = [], warnings = '', errorMessage = '' } = jsonObjectOf<Chart>(answer, 'wavefront: ');
  if (errorMessage !== '') {
    throw new SluiceError('METRIC_QUERY_REJECTED', `wavefront: ${excerpt(errorMessage)}`);
  }
  if (timeseries.length === 0) {
    throw new SluiceError('METRIC_NO_DATA', 'No TimeSeries found in response from Wavefront');
  }
  const points = timeseries.map(({ data = [] }) => nearest(data, startSeconds));
  const shown = (texts: readonly string[]) =>
    texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(',')}]`;
  const value = points.map((point) => point.value);
  return {
    result: value.length === 1 ? { kind: 'scalar', value: value[0] as number } : { kind: 'vector', value },
    text: shown(value.map((each) => each.toFixed(2))),
    metadata: {
      timestamps: shown(points.map((point) => String(point.seconds))),
      drift: shown(points.map((point) => String(Math.abs(point.seconds - startSeconds)))),
      ...(warnings !== '' && { warnings: excerpt(warnings) }),
    },
  };
}

interface Point {
  readonly seconds: number;
  readonly value: number;
}

function nearest(data: readonly (readonly [number, number])[], startSeconds: number): Point {
  const points = data.map(([seconds, value]) => ({ seconds, value }));
  const [first, ...others] = points;
  if (first === undefined || points.some(({ value }) => typeof value !== 'number')) {
    throw new SluiceError('METRIC_ANSWER_INVALID', 'wavefront: a series has no points');
  }
  const distance = ({ seconds }: Point) => Math.abs(seconds - startSeconds);
  return others.reduce((best, point) => (distance(point) < distance(best) ? point : best), first);
}
