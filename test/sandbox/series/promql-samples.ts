import { type Labels, matchesAll, signatureOf } from '../../../src/sandbox/series/labels.ts';
import type { RawPoint, RawSeries, SeriesReader } from '../../../src/sandbox/series/promql/evaluate.ts';

/** All sample times are counted from here, in seconds. A multiple of every step in use. */
export const originMs = Date.UTC(2026, 0, 1);

interface SampleSeries {
  readonly labels: Labels;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** [seconds since the origin, value] */
  readonly samples: readonly (readonly [number, number])[];
}

function every(
  stepSeconds: number,
  count: number,
  valueAt: (index: number) => number,
): (readonly [number, number])[] {
  return Array.from({ length: count }, (_, index) => [index * stepSeconds, valueAt(index)] as const);
}

/** Counters with resets and gaps, gauges with NaN and infinities, a histogram: what an engine can get wrong. */
export const sampleSeries: readonly SampleSeries[] = [
  counter(
    { job: 'shop', instance: 'a', code: '200' },
    every(15, 80, (index) => index * 30),
  ),
  counter(
    { job: 'shop', instance: 'b', code: '200' },
    every(15, 80, (index) => (index < 40 ? index * 20 : (index - 40) * 25)),
  ),
  counter(
    { job: 'shop', instance: 'a', code: '500' },
    every(15, 80, (index) => Math.floor(index / 3)),
  ),
  counter(
    { job: 'shop', instance: 'b', code: '503' },
    every(15, 80, (index) => index % 7),
  ),
  counter(
    { job: 'cart', instance: 'c', code: '200' },
    every(15, 30, (index) => 1000 + index * 7),
  ),
  counter(
    { job: 'cart', instance: 'd', code: '200' },
    every(37, 20, (index) => index * index),
  ),
  counter({ job: 'late', instance: 'e', code: '200' }, [
    [605, 3],
    [620, 9],
    [640, 10],
  ]),
  gauge(
    'temperature',
    { room: 'kitchen' },
    every(30, 40, (index) => Math.sin(index / 5) * 10),
  ),
  gauge(
    'temperature',
    { room: 'hall' },
    every(30, 40, (index) => 18 + index * 0.25),
  ),
  gauge(
    'temperature',
    { room: 'attic' },
    every(30, 40, (index) => (index % 10 === 3 ? Number.NaN : 5)),
  ),
  gauge(
    'limit',
    { room: 'kitchen', kind: 'upper' },
    every(60, 20, () => 8),
  ),
  gauge(
    'limit',
    { room: 'hall', kind: 'upper' },
    every(60, 20, () => 21),
  ),
  gauge(
    'limit',
    { room: 'hall', kind: 'lower' },
    every(60, 20, () => -3),
  ),
  gauge(
    'room_info',
    { room: 'kitchen', floor: 'ground', owner: 'Ann' },
    every(60, 20, () => 1),
  ),
  gauge(
    'room_info',
    { room: 'hall', floor: 'first', owner: 'Bo' },
    every(60, 20, () => 1),
  ),
  gauge(
    'extreme',
    { kind: 'inf' },
    every(60, 20, () => Number.POSITIVE_INFINITY),
  ),
  gauge(
    'extreme',
    { kind: 'big' },
    every(60, 20, () => 1.5e22),
  ),
  gauge(
    'extreme',
    { kind: 'small' },
    every(60, 20, () => 2.5e-9),
  ),
  gauge(
    'extreme',
    { kind: 'zero' },
    every(60, 20, () => 0),
  ),
  ...histogram('a', [0, 2, 7, 9, 10, 10]),
  ...histogram('b', [1, 1, 1, 5, 8, 13]),
  ...histogram('empty', [0, 0, 0, 0, 0, 0]),
];

function counter(labels: Labels, samples: SampleSeries['samples']): SampleSeries {
  return { labels: { __name__: 'requests_total', ...labels }, type: 'counter', samples };
}

function gauge(name: string, labels: Labels, samples: SampleSeries['samples']): SampleSeries {
  return { labels: { __name__: name, ...labels }, type: 'gauge', samples };
}

function histogram(instance: string, perStep: readonly number[]): SampleSeries[] {
  const bounds = ['0.1', '0.25', '0.5', '1', '2.5', '+Inf'];
  return bounds.map((le, bucket) => ({
    labels: { __name__: 'latency_seconds_bucket', instance, le },
    type: 'histogram',
    samples: every(15, 80, (index) => index * (perStep[bucket] as number)),
  }));
}

/** The samples as the engine reads them. */
export const sampleReader: SeriesReader = {
  select: (matchers) => sampleSeries.filter(({ labels }) => matchesAll(labels, matchers)).map(asRaw),
};

function asRaw({ labels, samples }: SampleSeries): RawSeries {
  const points: RawPoint[] = samples.map(([seconds, value]) => ({ at: originMs + seconds * 1000, value }));
  return {
    labels,
    points: (fromMs, toMs) => points.filter(({ at }) => at >= fromMs && at <= toMs),
  };
}

/** The same samples for `promtool tsdb create-blocks-from openmetrics`. */
export function openMetrics(): string {
  const names = [...new Set(sampleSeries.map(({ labels }) => labels.__name__ as string))];
  const lines = names.flatMap((name) => [
    `# TYPE ${name} unknown`,
    ...sampleSeries
      .filter(({ labels }) => labels.__name__ === name)
      .sort((one, other) => (signatureOf(one.labels) < signatureOf(other.labels) ? -1 : 1))
      .flatMap(({ labels, samples }) =>
        samples.map(([seconds, value]) => line(name, labels, seconds, value)),
      ),
  ]);
  return `${lines.join('\n')}\n# EOF\n`;
}

function line(name: string, labels: Labels, seconds: number, value: number): string {
  const pairs = Object.entries(labels)
    .filter(([label]) => label !== '__name__')
    .map(([label, text]) => `${label}="${text}"`);
  const number = Number.isFinite(value)
    ? String(value)
    : Number.isNaN(value)
      ? 'NaN'
      : value > 0
        ? '+Inf'
        : '-Inf';
  return `${name}{${pairs.join(',')}} ${number} ${originMs / 1000 + seconds}`;
}

export interface PromqlCase {
  readonly query: string;
  /** Seconds since the origin; `start` to `end` by `step` for a range query. */
  readonly at: number;
  readonly until?: number;
  readonly step?: number;
}

const instantQueries: readonly string[] = [
  'requests_total',
  'requests_total{job="shop"}',
  'requests_total{code=~"5..", job!="cart"}',
  'requests_total{code!~"2..|404"}',
  '{__name__=~"temp.*", room=~"(?i)HALL"}',
  'requests_total{nothing=""}',
  'rate(requests_total[1m])',
  'rate(requests_total[5m])',
  'rate(requests_total[40s])',
  'rate(requests_total[10s])',
  'rate(requests_total[5m] offset 2m)',
  'rate(requests_total[5m] offset -30s)',
  'increase(requests_total[2m])',
  'increase(requests_total{job="late"}[10m])',
  'irate(requests_total[5m])',
  'delta(temperature[3m])',
  'idelta(temperature[3m])',
  'deriv(temperature[5m])',
  'predict_linear(temperature[5m], 600)',
  'changes(temperature[10m])',
  'resets(requests_total[10m])',
  'avg_over_time(temperature[5m])',
  'min_over_time(temperature[5m])',
  'max_over_time(temperature[5m])',
  'sum_over_time(temperature[5m])',
  'count_over_time(requests_total[5m])',
  'stddev_over_time(temperature[5m])',
  'stdvar_over_time(requests_total[5m])',
  'last_over_time(temperature[5m])',
  'present_over_time(temperature[5m])',
  'quantile_over_time(0.9, temperature[5m])',
  'quantile_over_time(1.5, temperature[5m])',
  'absent_over_time(nothing{job="x", kind=~"y"}[5m])',
  'absent_over_time(temperature[5m])',
  'absent(nothing{job="x", job="y", kind="z"})',
  'absent(temperature)',
  'absent(sum(nothing))',
  'sum(requests_total)',
  'sum by (job) (requests_total)',
  'sum(requests_total) by (job, nothing)',
  'sum without (instance) (requests_total)',
  'avg by (code) (requests_total)',
  'min(requests_total) without (code)',
  'max(temperature)',
  'min(temperature)',
  'count by (job) (requests_total)',
  'group by (room) (temperature)',
  'stddev(requests_total)',
  'stdvar by (job) (requests_total)',
  'quantile(0.5, requests_total)',
  'quantile by (job) (0.9, requests_total)',
  'quantile(-1, requests_total)',
  'topk(2, requests_total)',
  'topk by (job) (1, requests_total)',
  'bottomk(3, temperature)',
  'count_values("value", limit)',
  'count_values by (room) ("value", limit)',
  'count_values("value", extreme)',
  'requests_total / 2',
  '2 ^ limit',
  '-limit ^ 2',
  '-2 ^ 2',
  '2 ^ 3 ^ 2',
  '10 % 4 - -3',
  '-7 % 3',
  '1 / 0',
  '0 / 0',
  'limit > 5',
  'limit > bool 5',
  '5 < limit',
  '5 < bool limit',
  '1 == bool 1',
  'temperature != temperature',
  'temperature + limit',
  'temperature > on (room) group_left () limit{kind="upper"}',
  'limit * on (room) group_left (owner, floor) room_info',
  'room_info * on (room) group_right (owner) limit',
  'limit - ignoring (kind) group_left temperature',
  'temperature > on (room) room_info',
  'temperature * ignoring (room) limit',
  'temperature and on (room) room_info',
  'temperature unless on (room) room_info',
  'temperature or limit',
  'room_info or on (room) temperature',
  'sum(rate(requests_total{code=~"5.."}[5m])) / sum(rate(requests_total[5m]))',
  'sum(rate(requests_total{code=~"9.."}[5m])) / sum(rate(requests_total[5m]))',
  'sum(rate(requests_total{code=~"9.."}[5m])) or vector(0)',
  'histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))',
  'histogram_quantile(0.5, rate(latency_seconds_bucket[1m]))',
  'histogram_quantile(0, latency_seconds_bucket)',
  'histogram_quantile(1, latency_seconds_bucket)',
  'histogram_quantile(1.1, latency_seconds_bucket)',
  'histogram_quantile(0.9, latency_seconds_bucket{le!="+Inf"})',
  'abs(-limit)',
  'ceil(temperature)',
  'floor(temperature)',
  'round(temperature)',
  'round(temperature, 0.1)',
  'sqrt(limit)',
  'exp(limit)',
  'ln(limit)',
  'log2(limit)',
  'log10(limit)',
  'sgn(limit)',
  'clamp(temperature, 0, 10)',
  'clamp(temperature, 10, 0)',
  'clamp_min(temperature, 6)',
  'clamp_max(temperature, 6)',
  'scalar(limit{kind="lower"})',
  'scalar(limit)',
  'vector(3)',
  'time()',
  'pi()',
  'timestamp(temperature)',
  'timestamp(temperature + 0)',
  'sort(limit)',
  'sort_desc(temperature)',
  'label_replace(limit, "place", "$1-$2", "room", "(.)(.*)")',
  'label_replace(limit, "room", "", "room", "hall")',
  'label_replace(limit, "kind", "x", "nothing", "a")',
  'label_join(limit, "both", "/", "kind", "room")',
  'extreme',
  'extreme * 1e300 * 1e300',
  'max_over_time(rate(requests_total[1m])[5m:30s])',
  'sum_over_time(limit[5m:])',
  'count_over_time(temperature[10m:1m] offset 1m)',
  'min_over_time((temperature - 3)[4m:45s])',
  `temperature @ ${originMs / 1000 + 300}`,
  'temperature @ end() - temperature @ start()',
  `rate(requests_total[2m] @ ${originMs / 1000 + 700} offset 1m)`,
  '"a text"',
  '1.5e3 + 0x10',
  'Inf - inf',
  'rate(requests_total[5m:15s])',
  'sum(requests_total{job="shop"}) by (code) > 10 and on (code) sum(requests_total) by (code) < 5000',
  '(temperature)',
  '+temperature',
  'rate(requests_total[1h])',
  'rate(requests_total{job="cart"}[3m])',
  'requests_total{instance="c"}',
];

/** Queries that Prometheus refuses; only that they fail, and how, is compared. */
export const refusedQueries: readonly string[] = [
  '',
  'sum(',
  'requests_total{job="shop"',
  'rate(requests_total)',
  'sum(requests_total[5m])',
  '1 > 2',
  'requests_total[5m] + 1',
  'requests_total and 1',
  '{job=~".*"}',
  'requests_total{job=~"("}',
  'rate(requests_total[0s])',
  'topk(requests_total)',
  'topk(requests_total, 2)',
  'clamp(temperature, 1)',
  'time(1)',
  'no_such_function(temperature)',
  'limit offset',
  'sum(temperature) offset 5m',
  '"unterminated',
  '1 + bool 2',
  'limit and on (room) group_left () temperature',
  'temperature * on (room) limit',
  'limit / on (room) limit',
  'rate({__name__=~"temperature|limit"}[5m]) + on (room) limit',
  'label_replace(limit, "room", "same", "kind", ".*")',
  'label_replace(limit, "1x", "a", "b", "c")',
];

export const promqlCases: readonly PromqlCase[] = [
  ...instantQueries.flatMap((query) => [450, 652].map((at) => ({ query, at }))),
  ...[
    'sum by (job) (rate(requests_total[1m]))',
    'temperature > 6',
    'time()',
    'increase(requests_total{job=~"late|cart"}[2m])',
    'max_over_time(temperature[2m:20s])',
    'temperature @ start() + on (room) temperature @ end()',
    'histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[1m])))',
  ].map((query) => ({ query, at: 0, until: 1500, step: 50 })),
];
