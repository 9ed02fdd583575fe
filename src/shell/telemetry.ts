import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { KubeObject } from '../api/meta.ts';
import type { PlannedEvent } from '../core/plan.ts';
import type { Seconds } from '../kernel/instant.ts';
import type { QueryFacts } from '../ports/metric-provider.ts';
import type { RequestFacts } from './kube-client/transport.ts';
import { type ObjectsSource, objectGauges } from './telemetry-objects.ts';

export type ControllerName = 'rollout' | 'analysis_run' | 'experiment';

/** What the shell tells about itself. Metric names and labels are the peer's where the peer has them. */
export interface Telemetry {
  reconciled(controller: ControllerName, namespace: string, name: string, took: Seconds): void;
  reconcileFailed(controller: ControllerName, namespace: string, name: string): void;
  event(about: KubeObject, event: PlannedEvent): void;
  request(facts: RequestFacts): void;
  watchRestarted(kind: string, reason: string): void;
  query(facts: QueryFacts): void;
  /** Read whenever somebody asks for the metrics. */
  followQueue(name: string, depth: () => number): void;
  /** The objects whose gauges are computed whenever somebody asks for the metrics. */
  followObjects(objects: ObjectsSource): void;
  /** The object is gone: so are its counters and histograms. */
  forget(controller: ControllerName, namespace: string, name: string): void;
}

export interface TelemetryRegistry extends Telemetry {
  readonly registry: Registry;
}

/** The peer's buckets of all reconcile histograms. */
const reconcileBuckets = [0.01, 0.15, 0.25, 0.5, 1];
const objectLabels = ['namespace', 'name'] as const;

/** Metrics in a registry of their own. */
export function telemetry(registry: Registry = new Registry()): TelemetryRegistry {
  const registers = [registry];
  const durations = perController(
    (name) =>
      new Histogram({
        name: `${name}_reconcile`,
        help: `How long the decisions about one ${words(name)} took, with their writes, in seconds.`,
        labelNames: objectLabels,
        buckets: reconcileBuckets,
        registers,
      }),
  );
  const failures = perController(
    (name) =>
      new Counter({
        name: `${name}_reconcile_error`,
        help: `Decisions about one ${words(name)} that failed and were made again.`,
        labelNames: objectLabels,
        registers,
      }),
  );
  const events = new Counter({
    name: 'rollout_events_total',
    help: 'Kubernetes events recorded about one Rollout.',
    labelNames: [...objectLabels, 'type', 'reason'],
    registers,
  });
  const requests = new Counter({
    name: 'controller_clientset_k8s_request_total',
    help: 'Requests to the API server.',
    labelNames: ['kind', 'namespace', 'name', 'verb', 'status_code'],
    registers,
  });
  const restarts = new Counter({
    name: 'sluice_watch_restarts_total',
    help: 'Watches that were opened anew, by kind of object and by reason.',
    labelNames: ['kind', 'reason'],
    registers,
  });
  const queues = new Map<string, () => number>();
  new Gauge({
    name: 'workqueue_depth',
    help: 'Objects that wait for a decision.',
    labelNames: ['name'],
    registers,
    collect() {
      for (const [name, depth] of queues) this.set({ name }, depth());
    },
  });

  return {
    registry,
    reconciled: (controller, namespace, name, took) =>
      durations[controller].observe({ namespace, name }, took),
    reconcileFailed: (controller, namespace, name) => failures[controller].inc({ namespace, name }),
    event: ({ kind, metadata }, { type, reason }) => {
      if (kind !== 'Rollout') return;
      events.inc({ namespace: metadata.namespace ?? '', name: metadata.name, type, reason });
    },
    request: ({ kind, namespace, name, verb, status }) =>
      requests.inc({
        kind,
        namespace: namespace ?? '',
        name: hasNameLabel(kind) ? (name ?? 'N/A') : 'N/A',
        verb: peerVerb(verb),
        status_code: String(status),
      }),
    watchRestarted: (kind, reason) => restarts.inc({ kind, reason }),
    query: metricQueries(registry),
    followQueue: (name, depth) => void queues.set(name, depth),
    followObjects: (objects) => objectGauges(registry, objects),
    forget: (controller, namespace, name) => {
      durations[controller].remove({ namespace, name });
      failures[controller].remove({ namespace, name });
    },
  };
}

/** Labels are kinds of sources only, however many servers and queries there are. */
function metricQueries(registry: Registry): (facts: QueryFacts) => void {
  const registers = [registry];
  const sent = new Counter({
    name: 'sluice_metric_queries_total',
    help: 'Questions sent to metric sources, by kind of source and by what became of them.',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  const shared = new Counter({
    name: 'sluice_metric_query_cache_hits_total',
    help: 'Questions that needed no asking, since an equal one had been asked, or that were sent along with others.',
    labelNames: ['provider'],
    registers,
  });
  const latency = new Histogram({
    name: 'sluice_metric_query_duration_seconds',
    help: 'How long metric sources took to answer, in seconds.',
    labelNames: ['provider'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  return ({ provider, outcome, seconds }) => {
    if (outcome === 'shared') return shared.inc({ provider });
    sent.inc({ provider, outcome });
    if (seconds !== undefined) latency.observe({ provider }, seconds);
  };
}

/** For tests and simulations that do not look. */
export const noTelemetry: Telemetry = {
  reconciled() {},
  reconcileFailed() {},
  event() {},
  request() {},
  watchRestarted() {},
  query() {},
  followQueue() {},
  followObjects() {},
  forget() {},
};

function perController<T>(make: (name: ControllerName) => T): Readonly<Record<ControllerName, T>> {
  return {
    rollout: make('rollout'),
    analysis_run: make('analysis_run'),
    experiment: make('experiment'),
  };
}

function words(controller: ControllerName): string {
  return { rollout: 'Rollout', analysis_run: 'AnalysisRun', experiment: 'Experiment' }[controller];
}

/** As the peer: objects that come and go by the thousand are not counted by name. */
function hasNameLabel(kind: string): boolean {
  return kind !== 'events' && kind !== 'replicasets' && kind !== 'pods';
}

function peerVerb(verb: RequestFacts['verb']): string {
  return verb.charAt(0).toUpperCase() + verb.slice(1);
}
