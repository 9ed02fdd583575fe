import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Clock } from '../kernel/clock.ts';
import { addSeconds, secondsBetween } from '../kernel/instant.ts';
import { metricMaker } from '../shell/metric-series.ts';

export interface BuildFacts {
  readonly version: string;
  /** Empty when it was not built from a checkout. */
  readonly commit: string;
}

/** What the process and Node tell of themselves, and which build this is. */
export function processMetrics(
  registry: Registry,
  clock: Clock,
  { version, commit }: BuildFacts,
  signal: AbortSignal,
): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: aMinuteMs });
  for (const suffix of lagStatistics) registry.removeSingleMetric(`nodejs_eventloop_lag_${suffix}_seconds`);
  const make = metricMaker(registry);
  make.gauge('argo_rollouts_controller_info').set({ version }, 1);
  make
    .gauge('build_info')
    .set({ version, goversion: `node ${process.version}`, goarch: process.arch, commit }, 1);
  const worst = eventLoopLag(clock, signal);
  make.gauge('sluice_event_loop_lag_seconds', (set) => set({}, worst()));
}

/**
 * prom-client's own statistics of the event loop need a timer every 10 ms, which takes 0.5 % of a core of a controller
 * with nothing to do; with a slow timer they would tell the timer's pace.
 */
const aMinuteMs = 60_000;
const lagStatistics = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'];

/** Two scrapes a minute apart see half of what happens; of a minute every half would be seen twice. */
const remembered = 30;

/** Looks once a second how late its own timer is. Answers with the worst of the last 30 seconds. */
export function eventLoopLag(clock: Clock, signal: AbortSignal): () => number {
  const lags: number[] = [];
  const look = () => {
    const due = addSeconds(clock.now(), 1);
    const cancel = clock.schedule(due, () => {
      lags.push(Math.max(0, secondsBetween(due, clock.now())));
      if (lags.length > remembered) lags.shift();
      signal.removeEventListener('abort', cancel);
      if (!signal.aborted) look();
    });
    signal.addEventListener('abort', cancel, { once: true });
  };
  look();
  return () => Math.max(0, ...lags);
}
