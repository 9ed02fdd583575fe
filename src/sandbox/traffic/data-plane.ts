import { keyOf } from '../../api/meta.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { addSeconds, type Instant } from '../../kernel/instant.ts';
import type { Random } from '../../kernel/random.ts';
import { createAssigner, type EdgeStream, edgeKey, endpointsOf, type PodStream, podKey } from './assign.ts';
import { type EndpointIndex, revisionOf } from './endpoints.ts';
import { createFlowBook, type Recorded } from './flow-book.ts';
import { createLatencyProfiles } from './latency.ts';
import {
  type ChangeFeed,
  createObjectBook,
  matters,
  type ObjectChange,
  routeResources,
  type TrafficResource,
  trafficResources,
} from './objects.ts';
import type { Destination, Route } from './route.ts';
import { createRouteTable } from './route-table.ts';
import { type RouterFault, routeDelaySeconds } from './router-faults.ts';
import { answersTo } from './routes.ts';

/** The share of a host's requests that one revision gets. Shares sum to 1 less what nobody serves. */
export interface RevisionShare {
  /** Label `rollouts-pod-template-hash` (or `pod-template-hash`) of the pods; empty when they have neither. */
  readonly podTemplateHash: string;
  /** 0 to 1. */
  readonly share: number;
}

/** Where the routes send requests, whether or not anybody is there. */
export interface RoutedDestination extends Destination {
  readonly readyEndpoints: number;
  /** The revision that the destination's subset or ready pods belong to; undefined when there is none, or several. */
  readonly podTemplateHash: string | undefined;
}

/** Requests since the world began. Fractions are possible: what is counted is the expectation. */
export interface RequestTotals {
  readonly total: number;
  readonly failed: number;
  /** Those of `failed` that found no ready pod behind their destination, or no such subset. */
  readonly failedForLackOfPods: number;
}

/** A host name as callers write it, or the name of a VirtualService, an Ingress or a Service. */
export interface HostRef {
  readonly namespace: string;
  readonly host: string;
}

/** The data plane: turns routes and the behaviour of pods into requests. It knows no Rollouts. */
export interface Traffic {
  /** How the requests to a host, or those behind a Service, are divided among revisions now. */
  effectiveSplit(ref: HostRef): readonly RevisionShare[];
  /** What the routes of a host say now, destination by destination. */
  routedTo(ref: HostRef): readonly RoutedDestination[];
  /** Of one host, or of all. Mirrored requests are not counted: nobody waits for their answers. */
  totals(ref?: HostRef): RequestTotals;
  /** Routers that are slow or deaf: which changes of route objects take effect late, or never. May be set at any time. */
  faults: readonly RouterFault[];
  /** The streams of requests whose counters have not ended before a time, for the metrics. */
  edgeFlows(fromMs: number): readonly Recorded<EdgeStream>[];
  podFlows(fromMs: number): readonly Recorded<PodStream>[];
  stop(): void;
}

export interface TrafficOptions {
  readonly clock: Clock;
  readonly feed: ChangeFeed;
  /** Load of a host whose objects name none. Default 20. */
  readonly defaultRequestsPerSecond?: number;
  readonly random: Random;
  readonly faults?: readonly RouterFault[];
}

const defaultLoad = 20;

export function createTraffic(options: TrafficOptions): Traffic {
  const { clock, feed, defaultRequestsPerSecond = defaultLoad } = options;
  const book = createObjectBook();
  for (const resource of watched)
    for (const object of feed.table(resource).list()) book.put(resource, object);
  const table = createRouteTable(book, defaultRequestsPerSecond);
  const assigner = createAssigner(table, book, createLatencyProfiles());
  const edges = createFlowBook<EdgeStream>({ keyOf: edgeKey, idleLimitMs });
  const pods = createFlowBook<PodStream>({ keyOf: podKey, endedLimit });
  const pending = new Set<Cancel>();
  const chance = options.random.fork('router-faults');
  /** The latest change of each object that has taken effect: a slower one that is older must not undo it. */
  const latest = new Map<string, number>();
  let changes = 0;
  let dirtySince: Instant | undefined = clock.now();
  let wakeUp: Cancel = () => {};

  /** Puts what has changed since into force, as of when it changed. */
  const settle = () => {
    if (dirtySince === undefined) return;
    const at = dirtySince;
    dirtySince = undefined;
    const changed = assigner.reassign([...table.refresh(), ...assigner.due(at)], at);
    edges.record(changed.edges, changed.stoppedEdges, at);
    pods.record(changed.pods, changed.stoppedPods, at);
    wakeAtNextBehaviour();
  };
  const markDirty = () => {
    const now = clock.now();
    if (dirtySince !== undefined && dirtySince < now) settle();
    dirtySince ??= now;
  };
  const wakeAtNextBehaviour = () => {
    wakeUp();
    const changesAt = assigner.nextChangeAt();
    if (changesAt === undefined) return;
    wakeUp = clock.schedule(changesAt, () => {
      markDirty();
      settle();
    });
  };
  const apply = ({ type, resource, object }: ObjectChange) => {
    markDirty();
    const { namespace, name } = object.metadata;
    const previous = book.get(resource as TrafficResource, namespace, name);
    if (type === 'DELETED') book.remove(resource, object);
    else book.put(resource, object);
    table.hear({ type, resource, object, previous });
    if (type !== 'DELETED' || resource !== trafficResources.pods) return;
    pods.end(({ pod }) => pod.metadata.uid === object.metadata.uid, clock.now());
  };
  const hear = (change: ObjectChange) => {
    if (!watched.has(change.resource) || !matters(change)) return;
    if (!routeResources.has(change.resource)) return apply(change);
    changes += 1;
    const turn = changes;
    const delaySeconds = routeDelaySeconds(change, traffic.faults, chance);
    if (delaySeconds === 0) return applyInTurn(change, turn);
    if (delaySeconds === Number.POSITIVE_INFINITY) return;
    const cancel = clock.schedule(addSeconds(clock.now(), delaySeconds), () => {
      pending.delete(cancel);
      applyInTurn(change, turn);
    });
    pending.add(cancel);
  };
  const applyInTurn = (change: ObjectChange, turn: number) => {
    const key = `${change.resource}/${keyOf(change.object)}`;
    if ((latest.get(key) ?? 0) > turn) return;
    latest.set(key, turn);
    apply(change);
  };

  const unsubscribe = feed.onChange(hear);
  const routesOf = ({ namespace, host }: HostRef) =>
    [...table.routes.values()].filter((route) => answersTo(route, namespace, host));

  const traffic: Traffic = {
    faults: options.faults ?? [],
    effectiveSplit(ref) {
      settle();
      return splitOf(routedDestinations(ref, routesOf(ref)), table.endpoints);
    },
    routedTo(ref) {
      settle();
      return routedDestinations(ref, routesOf(ref)).map((destination) =>
        describe(destination, table.endpoints),
      );
    },
    totals(ref) {
      settle();
      const now = clock.now();
      const wanted = edges
        .all()
        .filter(
          ({ stream }) =>
            !stream.isMirror && (ref === undefined || answersTo(stream.route, ref.namespace, ref.host)),
        );
      return sumTotals(wanted, now);
    },
    edgeFlows(fromMs) {
      settle();
      return edges.since(fromMs);
    },
    podFlows(fromMs) {
      settle();
      return pods.since(fromMs);
    },
    stop() {
      unsubscribe();
      wakeUp();
      for (const cancel of pending) cancel();
    },
  };
  return traffic;
}

const watched: ReadonlySet<string> = new Set(Object.values(trafficResources));

/** So many pods that are gone have metrics, the latest. */
const endedLimit = 4000;

/** A proxy that has sent a revision nothing for an hour forgets its counters: there is a new revision with every release. */
const idleLimitMs = 3_600_000;

/** The destinations of a host; of a Service that stands behind a route, the Service alone. */
function routedDestinations({ namespace, host }: HostRef, routes: readonly Route[]): Destination[] {
  const total = routes.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
  if (routes.length === 0) {
    const [service = host] = host.split('.');
    return [{ namespace, service, share: 1 }];
  }
  return routes.flatMap(({ destinations, requestsPerSecond }) => {
    const part = total === 0 ? 1 / routes.length : requestsPerSecond / total;
    return destinations.map((destination) => ({ ...destination, share: destination.share * part }));
  });
}

function splitOf(destinations: readonly Destination[], endpoints: EndpointIndex): RevisionShare[] {
  const shares = new Map<string, number>();
  for (const destination of destinations) {
    const serving = endpointsOf(destination, endpoints);
    for (const { pod } of serving) {
      if (pod === undefined) continue;
      const hash = revisionOf(pod.metadata.labels);
      shares.set(hash, (shares.get(hash) ?? 0) + destination.share / serving.length);
    }
  }
  return [...shares].map(([podTemplateHash, share]) => ({ podTemplateHash, share }));
}

function describe(destination: Destination, endpoints: EndpointIndex): RoutedDestination {
  const serving = endpointsOf(destination, endpoints);
  const hashes = new Set(serving.map(({ pod }) => revisionOf(pod?.metadata.labels)));
  const bySubset = revisionOf(destination.subset);
  const [only] = hashes.size === 1 ? [...hashes] : [];
  return {
    ...destination,
    readyEndpoints: serving.length,
    podTemplateHash: bySubset === '' ? only : bySubset,
  };
}

function sumTotals(flows: readonly Recorded<EdgeStream>[], now: Instant): RequestTotals {
  let [total, failed, failedForLackOfPods] = [0, 0, 0];
  for (const { stream, flow } of flows) {
    const counts = flow.countsAt(now);
    const failures = counts[1] ?? 0;
    total += (counts[0] ?? 0) + failures;
    failed += failures;
    if (stream.lost !== undefined) failedForLackOfPods += failures;
  }
  return { total, failed, failedForLackOfPods };
}
