import { Registry } from 'prom-client';
import type { KubeObject } from '../api/meta.ts';
import type { RolloutStatus } from '../api/v1alpha1/rollout.ts';
import type { PlannedEvent } from '../core/plan.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Seconds } from '../kernel/instant.ts';
import type { QueryFacts } from '../ports/metric-provider.ts';
import type { RequestFacts } from './kube-client/transport.ts';
import { type MetricMaker, metricMaker, type ObjectLimit } from './metric-series.ts';
import type { MetricName } from './metric-table.ts';
import { type ObjectsSource, objectGauges } from './telemetry-objects.ts';
import { queueMetrics } from './telemetry-queues.ts';
import { releaseDurations } from './telemetry-releases.ts';
import { type QueueObserver, unobserved } from './work-queue.ts';

export type ControllerName = 'rollout' | 'analysis_run' | 'experiment';

/** One notification about one Rollout. */
export interface NotificationFacts {
  readonly namespace: string;
  readonly name: string;
  /** Of the event that it is about: `Normal` or `Warning`, and its reason. */
  readonly type: string;
  readonly reason: string;
  /** False when it was given up. */
  readonly delivered: boolean;
  readonly seconds: Seconds;
}

/** What the shell tells about itself, under the names of `metricTable`. */
export interface Telemetry {
  reconciled(controller: ControllerName, namespace: string, name: string, took: Seconds): void;
  reconcileFailed(controller: ControllerName, namespace: string, name: string): void;
  event(about: KubeObject, event: PlannedEvent): void;
  /** A status of a Rollout was written: one that ends a release says how long that took. */
  statusWritten(before: RolloutStatus | undefined, after: RolloutStatus): void;
  request(facts: RequestFacts): void;
  watchRestarted(kind: string, reason: string): void;
  query(facts: QueryFacts): void;
  notified(facts: NotificationFacts): void;
  /** Does this process work, or wait until it may? By the name of the Lease; empty without leader election. */
  leading(lease: string, isLeader: boolean): void;
  /** To be told what a queue of that name does. */
  queue(name: string, clock: Clock): QueueObserver;
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

export interface SeriesLimits {
  /** Objects that a metric tells apart by name; what they do beyond is counted as `other`. Default 10,000. */
  readonly mostObjects?: number;
}

/** As many Rollouts as one controller is made for; each has some ten series. */
const mostObjectsByDefault = 10_000;

/** Metrics in a registry of their own. */
export function telemetry(registry: Registry = new Registry(), limits: SeriesLimits = {}): TelemetryRegistry {
  const make = metricMaker(registry);
  const limitOf = objectLimits(make, limits.mostObjects ?? mostObjectsByDefault);
  const decisions = decisionMetrics(make, limitOf);
  const requests = requestMetrics(make, limitOf);
  const restarts = make.counter('sluice_watch_restarts_total');
  const leader = make.gauge('sluice_leader');
  return {
    registry,
    ...decisions,
    request: requests.count,
    statusWritten: releaseDurations(make),
    watchRestarted: (kind, reason) => restarts.inc({ kind, reason }),
    query: queryMetrics(make),
    leading: (lease, isLeader) => leader.set({ lease }, isLeader ? 1 : 0),
    ...queueMetrics(make),
    followObjects: (objects) => objectGauges(make, objects),
    forget: (controller, namespace, name) => {
      decisions.forget(controller, namespace, name);
      requests.forget(resourceOf[controller], namespace, name);
    },
  };
}

/** For tests and simulations that do not look. */
export const noTelemetry: Telemetry = {
  reconciled() {},
  reconcileFailed() {},
  event() {},
  statusWritten() {},
  request() {},
  watchRestarted() {},
  query() {},
  notified() {},
  leading() {},
  queue: () => unobserved,
  followQueue() {},
  followObjects() {},
  forget() {},
};

const resourceOf: Readonly<Record<ControllerName, string>> = {
  rollout: 'rollouts',
  analysis_run: 'analysisruns',
  experiment: 'experiments',
};

/** The bound of one metric whose labels name objects. */
type LimitOf = (name: MetricName) => ObjectLimit;

function objectLimits(make: MetricMaker, most: number): LimitOf {
  const folded = make.counter('sluice_series_folded_total');
  return (name) => ({ most, onFold: () => folded.inc({ metric: name }) });
}

type DecisionMetrics = Pick<Telemetry, 'reconciled' | 'reconcileFailed' | 'event' | 'notified' | 'forget'>;

function decisionMetrics(make: MetricMaker, limitOf: LimitOf): DecisionMetrics {
  const counter = <Name extends MetricName>(name: Name) => make.objectCounter(name, limitOf(name));
  const histogram = (name: MetricName) => make.objectHistogram(name, limitOf(name));
  const perController = <T>(one: (name: ControllerName) => T): Record<ControllerName, T> => ({
    rollout: one('rollout'),
    analysis_run: one('analysis_run'),
    experiment: one('experiment'),
  });
  const durations = perController((name) => histogram(`${name}_reconcile`));
  const failures = perController((name) => counter(`${name}_reconcile_error`));
  const events = counter('rollout_events_total');
  const delivered = counter('notification_send_success');
  const undelivered = counter('notification_send_error');
  const sending = histogram('notification_send');
  const ofRollouts = [events, delivered, undelivered, sending];
  return {
    reconciled: (controller, namespace, name, took) => durations[controller].observe(namespace, name, took),
    reconcileFailed: (controller, namespace, name) => failures[controller].inc(namespace, name, {}),
    event: ({ kind, metadata: { namespace = '', name } }, { type, reason }) => {
      if (kind === 'Rollout') events.inc(namespace, name, { type, reason });
    },
    notified: ({ namespace, name, type, reason, delivered: isDelivered, seconds }) => {
      const counted = isDelivered ? delivered : undelivered;
      counted.inc(namespace, name, { type, reason });
      sending.observe(namespace, name, seconds);
    },
    forget: (controller, namespace, name) => {
      durations[controller].forget(namespace, name);
      failures[controller].forget(namespace, name);
      if (controller === 'rollout') for (const metric of ofRollouts) metric.forget(namespace, name);
    },
  };
}

function requestMetrics(make: MetricMaker, limitOf: LimitOf) {
  const total = 'controller_clientset_k8s_request_total';
  const requests = make.objectCounter(total, limitOf(total));
  const durations = make.histogram('sluice_api_request_duration_seconds');
  const waits = make.histogram('sluice_api_request_wait_seconds');
  return {
    count: ({ kind, namespace = '', name, ...facts }: RequestFacts) => {
      const more = { kind, verb: peerVerb(facts.verb), status_code: String(facts.status) };
      const told = name ?? (facts.verb === 'watch' ? '' : noName);
      requests.inc(namespace, isNamed(kind) ? told : noName, more);
      durations.observe({ verb: facts.verb }, facts.seconds);
      if (facts.waited !== undefined) waits.observe({ priority: facts.waited.as }, facts.waited.seconds);
    },
    forget: (kind: string, namespace: string, name: string) => requests.forget(namespace, name, { kind }),
  };
}

const noName = 'N/A';

/** As the peer for the first two; the others come and go by the thousand just as well. */
function isNamed(kind: string): boolean {
  return !['events', 'replicasets', 'pods', 'jobs'].includes(kind);
}

function peerVerb(verb: RequestFacts['verb']): string {
  return verb.charAt(0).toUpperCase() + verb.slice(1);
}

/** Labels are kinds of sources only, however many servers and queries there are. */
function queryMetrics(make: MetricMaker): Telemetry['query'] {
  const sent = make.counter('sluice_metric_queries_total');
  const shared = make.counter('sluice_metric_query_cache_hits_total');
  const latency = make.histogram('sluice_metric_query_duration_seconds');
  return ({ provider, outcome, seconds }) => {
    if (outcome === 'shared') return shared.inc({ provider });
    sent.inc({ provider, outcome });
    if (seconds !== undefined) latency.observe({ provider }, seconds);
  };
}
