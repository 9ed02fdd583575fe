import type { Instant } from '../../kernel/instant.ts';
import type { Labels } from './labels.ts';
import type { RawPoint, RawSeries } from './promql/evaluate.ts';
import { scrapeTimes } from './scrape.ts';

/** A value, or what it is at a time. */
export type GaugeValue = number | ((at: Instant) => number);

interface Change {
  readonly atMs: number;
  /** Undefined from when the series has ended. */
  readonly value: GaugeValue | undefined;
}

/** More changes than this of one series are forgotten, oldest first. */
const changeLimit = 10_000;

/** A series that somebody sets by hand. It is sampled at every scrape, and at once when it is set. */
export interface Gauge extends RawSeries {
  set(at: Instant, value: GaugeValue | undefined): void;
}

/** @param nowMs the end of what can be known: no series has samples of the future. */
export function createGauge(labels: Labels, nowMs: () => number): Gauge {
  const changes: Change[] = [];
  return {
    labels,
    set(at, value) {
      if (changes.at(-1)?.atMs === at) changes.pop();
      changes.push({ atMs: at, value });
      if (changes.length > changeLimit) changes.shift();
    },
    points(fromMs, toMs) {
      const end = Math.min(toMs, nowMs());
      return changes.flatMap((change, index) => {
        const until = changes[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
        return pointsOf(change, fromMs, end, until);
      });
    },
  };
}

/** The samples while one value was in force: at its start, and at each scrape before the next. */
function pointsOf({ atMs, value }: Change, fromMs: number, toMs: number, untilMs: number): RawPoint[] {
  if (untilMs <= fromMs || atMs > toMs) return [];
  const start: number[] = atMs >= fromMs ? [atMs] : [];
  if (value === undefined) return start.map((at) => ({ at, value: undefined }));
  const scrapes = scrapeTimes(Math.max(fromMs, atMs + 1), Math.min(toMs, untilMs - 1));
  return [...start, ...scrapes].map((at) => ({
    at,
    value: typeof value === 'number' ? value : value(at as Instant),
  }));
}
