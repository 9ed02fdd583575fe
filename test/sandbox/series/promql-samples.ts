import { type Labels, matchesAll, signatureOf } from '../../../src/sandbox/series/labels.ts';
import type { RawPoint, RawSeries, SeriesReader } from '../../../src/sandbox/series/promql/evaluate.ts';

/** All sample times are counted from here, in seconds. A multiple of every step in use. */
export const originMs = Date.UTC(2026, 0, 1);

interface SampleSeries {
  readonly labels: Labels;
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
  gauge(
    'signed',
    { kind: 'minus' },
    every(60, 20, () => -1.25),
  ),
  gauge(
    'signed',
    { kind: 'down' },
    every(60, 20, () => Number.NEGATIVE_INFINITY),
  ),
  gauge(
    'signed',
    { kind: 'void' },
    every(60, 20, () => Number.NaN),
  ),
  gauge(
    'signed',
    { kind: 'half' },
    every(60, 20, (index) => index - 7.5),
  ),
  gauge(
    'words',
    { text: 'with "quotes"', place: 'Zürich' },
    every(60, 20, () => 4),
  ),
  gauge(
    'words',
    { text: 'a\\b', place: 'x.y' },
    every(60, 20, () => 5),
  ),
  gauge(
    'words',
    { text: 'two\nlines', place: 'xzy' },
    every(60, 20, () => 6),
  ),
  gauge('sparse', { kind: 'one' }, [[400, 7]]),
  gauge('sparse', { kind: 'gone' }, [
    [30, 2],
    [61.5, 2],
    [100.25, 8],
  ]),
  gauge(
    'sparse',
    { kind: 'flat' },
    every(15, 80, () => 3),
  ),
  gauge(
    'sparse',
    { kind: 'spike' },
    every(15, 80, (index) => (index % 9 === 0 ? 1e6 : 0.001)),
  ),
  gauge(
    'twin',
    { room: 'hall' },
    every(60, 20, (index) => index),
  ),
  gauge(
    'twin',
    { room: 'cellar' },
    every(60, 20, (index) => 0 - index),
  ),
  ...buckets('latency_seconds_bucket', 'a', [0, 2, 7, 9, 10, 10]),
  ...buckets('latency_seconds_bucket', 'b', [1, 1, 1, 5, 8, 13]),
  ...buckets('latency_seconds_bucket', 'empty', [0, 0, 0, 0, 0, 0]),
  ...buckets('odd_bucket', 'no-infinity', [1, 2, 3], ['1', '2', '3']),
  ...buckets('odd_bucket', 'only-infinity', [5], ['+Inf']),
  ...buckets('odd_bucket', 'one-bound', [5, 9], ['1', '+Inf']),
  ...buckets('odd_bucket', 'below-zero', [1, 4, 5, 8], ['-2', '-1', '0', '+Inf']),
  ...buckets('odd_bucket', 'twice', [1, 2, 4, 8], ['1', '1.0', '2', '+Inf']),
  ...buckets('odd_bucket', 'falling', [5, 3, 6, 6], ['1', '2', '3', '+Inf']),
  ...buckets('odd_bucket', 'no-number', [1, 3, 4, 6], ['1', 'many', '2', '+Inf']),
  ...buckets('odd_bucket', 'gap', [2, 2, 2, 9, 9], ['1', '2', '4', '8', '+Inf']),
  ...buckets('odd_bucket', 'all-above', [0, 0, 9], ['1', '2', '+Inf']),
  ...buckets('odd_bucket', 'exponent', [1, 3, 4, 6], ['1e-1', '1E0', '1e+01', 'Inf']),
  ...buckets('odd_bucket', 'void', [1, Number.NaN, 6], ['1', '2', '+Inf']),
];

function counter(labels: Labels, samples: SampleSeries['samples']): SampleSeries {
  return { labels: { __name__: 'requests_total', ...labels }, samples };
}

function gauge(name: string, labels: Labels, samples: SampleSeries['samples']): SampleSeries {
  return { labels: { __name__: name, ...labels }, samples };
}

function buckets(
  name: string,
  instance: string,
  perStep: readonly number[],
  bounds: readonly string[] = ['0.1', '0.25', '0.5', '1', '2.5', '+Inf'],
): SampleSeries[] {
  return bounds.map((le, bucket) => ({
    labels: { __name__: name, instance, le },
    samples: every(15, 80, (index) => index * (perStep[bucket] as number)),
  }));
}

/** In the order of their labels, as Prometheus reads its blocks: messages name the series that it meets first. */
const rawSeries = sampleSeries
  .map(asRaw)
  .sort((one, other) => (signatureOf(one.labels) < signatureOf(other.labels) ? -1 : 1));

/** The samples as the engine reads them. */
export const sampleReader: SeriesReader = {
  select: (matchers) => rawSeries.filter(({ labels }) => matchesAll(labels, matchers)),
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
    .map(([label, text]) => `${label}="${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`);
  const number = Number.isFinite(value)
    ? String(value)
    : Number.isNaN(value)
      ? 'NaN'
      : value > 0
        ? '+Inf'
        : '-Inf';
  return `${name}{${pairs.join(',')}} ${number} ${originMs / 1000 + seconds}`;
}
