import type { Clock } from '../kernel/clock.ts';
import { type Log, silentLog } from '../kernel/log.ts';
import type { Random } from '../kernel/random.ts';
import type { Cluster } from '../ports/cluster.ts';
import { inProcessCluster } from './cluster.ts';
import { expectedCounts, randomCounts } from './series/counts.ts';
import { createPrometheusHandler, type PrometheusHandler } from './series/http.ts';
import type { MetricsFault } from './series/metrics-faults.ts';
import { createMetricsServer, type MetricsServer } from './series/metrics-server.ts';
import { stateMetrics } from './series/state-metrics.ts';
import { createSeriesStore, type SeriesStore } from './series/store.ts';
import { trafficMetrics } from './series/traffic-metrics.ts';
import { type ApiServer, createApiServer } from './server.ts';
import { createTraffic, type Traffic } from './traffic/data-plane.ts';
import type { RouterFault } from './traffic/router-faults.ts';
import type { FateOf } from './workloads/fate.ts';
import { startWorkloads } from './workloads/index.ts';

/** A cluster in this process: API server, workloads, requests and their metrics. It knows no Rollouts. */
export interface World {
  readonly server: ApiServer;
  /** The same server as a client sees it. */
  readonly cluster: Cluster;
  readonly traffic: Traffic;
  readonly series: SeriesStore;
  /** The Prometheus of this world; it always answers. */
  readonly prometheus: PrometheusHandler;
  /** The same as clients reach it, with its faults. */
  readonly metrics: MetricsServer;
  /** How pods that are placed from now on lead their lives, when it is not their own annotations that say so. */
  setFate(fateOf: FateOf | undefined): void;
  stop(): void;
}

export interface WorldOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
  /** Requests per second to a host whose objects name none. Default 20. */
  readonly defaultRequestsPerSecond?: number;
  /** Routers that are slow or deaf, and a metrics server that is slow, wrong or gone. Default: none. */
  readonly routerFaults?: readonly RouterFault[];
  readonly metricsFaults?: readonly MetricsFault[];
  /** How long a built-in controller may take to notice a change. Default 0: the same instant. */
  readonly maxReactionMs?: number;
  /** How many changes of each resource type watches can go back. Default as the server's. */
  readonly historyLength?: number;
  /** Counts whole requests with the chance of real ones, instead of their expectation. Default false. */
  readonly chance?: boolean;
}

export function createWorld(options: WorldOptions): World {
  const { clock, random, log = silentLog } = options;
  const server = createApiServer({
    clock,
    random: random.fork('api-server'),
    log,
    ...(options.historyLength === undefined ? {} : { historyLength: options.historyLength }),
  });
  const nowMs = () => clock.now();
  const states = stateMetrics(() => traffic, nowMs);
  server.onChange(states.hear);
  let fate: FateOf | undefined;
  const stopWorkloads = startWorkloads({
    server,
    clock,
    random: random.fork('workloads'),
    log,
    fateOf: (pod) => fate?.(pod),
    ...(options.maxReactionMs === undefined ? {} : { maxReactionMs: options.maxReactionMs }),
  });
  const traffic = createTraffic({
    clock,
    feed: server.store,
    ...(options.defaultRequestsPerSecond === undefined
      ? {}
      : { defaultRequestsPerSecond: options.defaultRequestsPerSecond }),
    random,
    ...(options.routerFaults === undefined ? {} : { faults: options.routerFaults }),
  });
  const series = createSeriesStore(clock);
  const counting = options.chance === true ? randomCounts(random.fork('requests')) : expectedCounts;
  series.addSource(trafficMetrics(traffic, counting, nowMs));
  series.addSource(states);
  const prometheus = createPrometheusHandler(series, nowMs);
  return {
    server,
    cluster: inProcessCluster(server),
    traffic,
    series,
    prometheus,
    metrics: createMetricsServer(prometheus, {
      clock,
      random,
      ...(options.metricsFaults === undefined ? {} : { faults: options.metricsFaults }),
    }),
    setFate(fateOf) {
      fate = fateOf;
    },
    stop() {
      stopWorkloads();
      traffic.stop();
    },
  };
}
