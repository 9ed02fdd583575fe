import type { KubeObject } from '../../api/meta.ts';
import type { Change } from '../store.ts';
import { type Labels, metricNameLabel, signatureOf } from './labels.ts';
import type { RawPoint, RawSeries } from './promql/evaluate.ts';
import { scrapeIntervalMs, scrapeTimes } from './scrape.ts';

/** One number that an exporter shows of an object. */
export interface Sample {
  readonly labels: Labels;
  /** Or what it is at a time, of a state that goes on. */
  readonly value: number | ((atMs: number) => number);
}

/** What the objects of some kinds were at each scrape: exporters of state are asked no more often. */
export interface StateHistory {
  hear(change: Change): void;
  /** One series for each set of labels that `samplesOf` gives an object, of those that had not gone before `fromMs`. */
  series(
    metricName: string,
    resource: string,
    samplesOf: (object: KubeObject) => readonly Sample[],
    fromMs: number,
  ): RawSeries[];
}

/** From which scrape on the object was so; undefined when it had gone. */
interface State {
  readonly fromMs: number;
  readonly object: KubeObject | undefined;
}

/** Of one object, oldest first: an hour of changes at every scrape. */
const stateLimit = 240;
/** Of objects that have gone, the latest so many are remembered. */
const goneLimit = 1000;

/** @param nowMs the end of what can be known. */
export function createStateHistory(resources: ReadonlySet<string>, nowMs: () => number): StateHistory {
  const living = new Map<string, Map<string, State[]>>();
  let gone: { readonly resource: string; readonly states: readonly State[] }[] = [];
  const nextScrape = () => Math.ceil(nowMs() / scrapeIntervalMs) * scrapeIntervalMs;

  return {
    hear({ type, resource, object }) {
      if (!resources.has(resource)) return;
      const objects = living.get(resource) ?? new Map<string, State[]>();
      living.set(resource, objects);
      const uid = object.metadata.uid ?? '';
      const states = objects.get(uid) ?? [];
      const fromMs = nextScrape();
      if (states.at(-1)?.fromMs === fromMs) states.pop();
      states.push({ fromMs, object: type === 'DELETED' ? undefined : object });
      if (states.length > stateLimit) states.shift();
      if (type !== 'DELETED') return void objects.set(uid, states);
      objects.delete(uid);
      if (states.length > 1) gone.push({ resource, states });
      if (gone.length >= 2 * goneLimit) gone = gone.slice(-goneLimit);
    },
    series(metricName, resource, samplesOf, fromMs) {
      const ended = gone.filter(
        (one) => one.resource === resource && (one.states.at(-1) as State).fromMs >= fromMs,
      );
      const all = [...ended.map(({ states }) => states), ...(living.get(resource)?.values() ?? [])];
      return all.flatMap((states) => seriesOf(metricName, states, samplesOf, nowMs));
    },
  };
}

function seriesOf(
  metricName: string,
  states: readonly State[],
  samplesOf: (object: KubeObject) => readonly Sample[],
  nowMs: () => number,
): RawSeries[] {
  const found = new Map<string, { labels: Labels; values: (Sample['value'] | undefined)[] }>();
  for (const [index, { object }] of states.entries()) {
    if (object === undefined) continue;
    for (const { labels, value } of samplesOf(object)) {
      const named = { [metricNameLabel]: metricName, ...labels };
      const key = signatureOf(named);
      const one = found.get(key) ?? { labels: named, values: states.map(() => undefined) };
      one.values[index] = value;
      found.set(key, one);
    }
  }
  return [...found.values()].map(({ labels, values }) => ({
    labels,
    points: (fromMs, toMs) =>
      states.flatMap((state, index) => {
        const untilMs = states[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
        const last = Math.min(toMs, nowMs(), untilMs - 1);
        const before = index === 0 ? undefined : values[index - 1];
        return pointsOf(values[index], before, Math.max(fromMs, state.fromMs), last, state.fromMs);
      }),
  }));
}

/** The scrapes of one state; where the state before had a value and this has none, the mark that the series has ended. */
function pointsOf(
  value: Sample['value'] | undefined,
  before: Sample['value'] | undefined,
  fromMs: number,
  lastMs: number,
  startMs: number,
): RawPoint[] {
  if (value === undefined) {
    return before !== undefined && fromMs === startMs && startMs <= lastMs
      ? [{ at: startMs, value: undefined }]
      : [];
  }
  return scrapeTimes(fromMs, lastMs).map((at) => ({
    at,
    value: typeof value === 'number' ? value : value(at),
  }));
}
