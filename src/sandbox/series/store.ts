import type { Clock } from '../../kernel/clock.ts';
import { createGauge, type Gauge, type GaugeValue } from './gauge.ts';
import { type Labels, type Matcher, matchesAll, metricNameLabel, signatureOf } from './labels.ts';
import type { RawSeries, SeriesReader } from './promql/evaluate.ts';

/** Something that has series: the data plane, or a test. They are asked for only when a query needs them. */
export interface SeriesSource {
  readonly metricNames: readonly string[];
  /** All series of a metric but those that have no sample from `fromMs` on, which may be left out. */
  series(metricName: string, fromMs: number): readonly RawSeries[];
}

/** All series of one world: those that sources compute, and those that somebody sets by hand. */
export interface SeriesStore extends SeriesReader {
  addSource(source: SeriesSource): void;
  /** Sets a series by hand from now on, until it is set again or removed. */
  setGauge(name: string, labels: Labels, value: GaugeValue): void;
  /** Ends a series that was set by hand; its samples stay. */
  removeGauge(name: string, labels: Labels): void;
  /** The names of metrics that have at least one series. */
  metricNames(): string[];
}

export function createSeriesStore(clock: Clock): SeriesStore {
  const sources: SeriesSource[] = [];
  const gauges = new Map<string, Gauge>();
  const gauge = (labels: Labels): Gauge => {
    const key = signatureOf(labels);
    const found = gauges.get(key) ?? createGauge(labels, () => clock.now());
    gauges.set(key, found);
    return found;
  };
  const allSeries = (nameMatchers: readonly Matcher[], fromMs: number): RawSeries[] => [
    ...gauges.values(),
    ...sources.flatMap((source) =>
      source.metricNames
        .filter((name) => nameMatchers.every(({ matches }) => matches(name)))
        .flatMap((name) => source.series(name, fromMs)),
    ),
  ];
  return {
    addSource: (source) => void sources.push(source),
    setGauge: (name, labels, value) => gauge({ ...labels, [metricNameLabel]: name }).set(clock.now(), value),
    removeGauge: (name, labels) => gauge({ ...labels, [metricNameLabel]: name }).set(clock.now(), undefined),
    metricNames: () =>
      [...new Set(allSeries([], 0).map(({ labels }) => labels[metricNameLabel] as string))].sort(),
    select(matchers, fromMs) {
      const nameMatchers = matchers.filter(({ name }) => name === metricNameLabel);
      return allSeries(nameMatchers, fromMs).filter(({ labels }) => matchesAll(labels, matchers));
    },
  };
}
