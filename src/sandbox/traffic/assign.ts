import type { Pod } from '../../api/workloads.ts';
import { earliest, type Instant, parseInstant } from '../../kernel/instant.ts';
import { isLost } from '../workloads/annotations.ts';
import { trafficAnnotations } from './annotations.ts';
import { type Behaviour, behaviourAt } from './behaviour.ts';
import { type Endpoint, type EndpointIndex, revisionOf, workloadOf } from './endpoints.ts';
import type { FlowProfile } from './flow.ts';
import { type createLatencyProfiles, mixedLatency, refusedLatency } from './latency.ts';
import { type KnownObjects, trafficResources } from './objects.ts';
import { createPodLoads, type PodLoads } from './pod-loads.ts';
import type { Destination, Route } from './route.ts';
import type { RouteTable } from './route-table.ts';

/** Who the requests of one stream go to, as far as labels of metrics tell. */
export interface Target {
  readonly namespace: string;
  readonly service: string;
  /** Empty when nobody was there to serve. */
  readonly workload: string;
  readonly podTemplateHash: string;
  /** Labels `app` and `version` of the pods; empty without them. */
  readonly app: string;
  readonly version: string;
  /** Status code of the requests that fail. */
  readonly failedCode: string;
  readonly canary?: Destination['canary'];
}

/** Requests of one entry to one revision behind one Service, as the caller's side sees them. */
export interface EdgeStream {
  readonly route: Route;
  readonly target: Target;
  /** Why these requests fail all; undefined when pods serve them. */
  readonly lost?: 'no-endpoints' | 'refused';
  readonly isMirror: boolean;
  readonly profile: FlowProfile;
}

/** Requests to one pod through one Service, as the pod's own side sees them. */
export interface PodStream {
  readonly pod: Pod;
  readonly target: Target;
  readonly isMesh: boolean;
  readonly profile: FlowProfile;
}

/** What a change of routes, endpoints or behaviour makes of the streams. Those that are not named go on as they do. */
export interface Reassignment {
  readonly edges: readonly EdgeStream[];
  readonly pods: readonly PodStream[];
  /** Keys of streams that have come to an end. */
  readonly stoppedEdges: readonly string[];
  readonly stoppedPods: readonly string[];
}

/** Spreads what the routes say over the endpoints that are there, route by route. */
export interface Assigner {
  /** Anew for these routes, and for those that share a pod of limited strength with one of them. */
  reassign(changed: Iterable<string>, now: Instant): Reassignment;
  /** The routes of which a pod behaves otherwise by `now`. */
  due(now: Instant): readonly string[];
  /** When the next one will; undefined when none will. */
  nextChangeAt(): Instant | undefined;
}

export function createAssigner(table: RouteTable, objects: KnownObjects, latencyOf: LatencyOf): Assigner {
  const { routes, endpoints } = table;
  const loads = createPodLoads();
  const edgesOf = new Map<string, ReadonlySet<string>>();
  const podsOf = new Map<string, ReadonlySet<string>>();
  /** The parts that each route has in the requests to a pod. */
  const partsOfPod = new Map<
    string,
    { stream: Omit<PodStream, 'profile'>; parts: Map<string, readonly Part[]> }
  >();
  const changesAt = new Map<string, Instant>();

  const affected = (changed: Iterable<string>): Set<string> => {
    const all = new Set(changed);
    for (const key of [...all]) {
      for (const pod of loads.replace(key, podShares(routes.get(key), endpoints))) {
        const known = objects.get<Pod>(trafficResources.pods, ...namespaceAndName(pod));
        if (known?.metadata.annotations?.[trafficAnnotations.maxRequestsPerSecond] === undefined) continue;
        for (const other of loads.routesTo(pod)) all.add(other);
      }
    }
    return all;
  };

  return {
    due: (now) => [...changesAt].flatMap(([key, at]) => (at <= now ? [key] : [])),
    nextChangeAt: () => earliest(...changesAt.values()),
    reassign(changed, now) {
      const edges: EdgeStream[] = [];
      const stoppedEdges: string[] = [];
      const touched = new Set<string>();
      for (const key of affected(changed)) {
        const drafts = draftsOf(routes.get(key), { loads, objects, now, latencyOf, endpoints });
        for (const draft of drafts.edges.values()) edges.push(finished(draft));
        for (const edge of edgesOf.get(key) ?? []) if (!drafts.edges.has(edge)) stoppedEdges.push(edge);
        setOrDelete(edgesOf, key, new Set(drafts.edges.keys()), drafts.edges.size > 0);
        for (const pod of podsOf.get(key) ?? []) {
          partsOfPod.get(pod)?.parts.delete(key);
          touched.add(pod);
        }
        for (const [pod, { parts, ...stream }] of drafts.pods) {
          const entry = partsOfPod.get(pod) ?? { stream, parts: new Map() };
          partsOfPod.set(pod, { stream, parts: entry.parts.set(key, parts) });
          touched.add(pod);
        }
        setOrDelete(podsOf, key, new Set(drafts.pods.keys()), drafts.pods.size > 0);
        setOrDelete(changesAt, key, drafts.changesAt as Instant, drafts.changesAt !== undefined);
      }
      const pods: PodStream[] = [];
      const stoppedPods: string[] = [];
      for (const key of touched) {
        const entry = partsOfPod.get(key);
        const parts = [...(entry?.parts.values() ?? [])].flat();
        if (entry !== undefined && parts.length > 0) pods.push(finished({ ...entry.stream, parts }));
        else {
          partsOfPod.delete(key);
          stoppedPods.push(key);
        }
      }
      return { edges, pods, stoppedEdges, stoppedPods };
    },
  };
}

interface Drafts {
  readonly edges: ReadonlyMap<string, EdgeDraft>;
  readonly pods: ReadonlyMap<string, PodDraft>;
  readonly changesAt: Instant | undefined;
}

/** The streams that one route makes. */
function draftsOf(route: Route | undefined, moment: Moment): Drafts {
  const edges = new Map<string, EdgeDraft>();
  const pods = new Map<string, PodDraft>();
  let changesAt: Instant | undefined;
  for (const { destination, isMirror } of route === undefined ? [] : allDestinations(route)) {
    if (route === undefined || destination.share * route.requestsPerSecond === 0) continue;
    const perSecond = destination.share * route.requestsPerSecond;
    const serving = endpointsOf(destination, moment.endpoints);
    if (serving.length === 0) {
      const draft = lostEdge(route, destination, isMirror);
      addPart(edges, edgeKey(draft), draft, perSecond, refusal);
    }
    for (const endpoint of serving) {
      const server = describeServer(endpoint, destination, moment);
      changesAt = earliest(changesAt, server.changesAt);
      const edge: EdgeDraft = { route, target: server.target, isMirror, parts: [] };
      addPart(edges, edgeKey(edge), edge, perSecond / serving.length, server.behaviour);
      if (endpoint.pod === undefined) continue;
      const draft: PodDraft = {
        pod: endpoint.pod,
        target: server.target,
        isMesh: route.kind === 'mesh',
        parts: [],
      };
      addPart(pods, podKey(draft), draft, perSecond / serving.length, server.behaviour);
    }
  }
  return { edges, pods, changesAt };
}

function setOrDelete<T>(map: Map<string, T>, key: string, value: T, isThere: boolean): void {
  if (isThere) map.set(key, value);
  else map.delete(key);
}

function namespaceAndName(key: string): [string, string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}

/** The endpoints that a destination's requests may go to. */
export function endpointsOf(destination: Destination, endpoints: EndpointIndex): readonly Endpoint[] {
  if (destination.refused !== undefined) return [];
  const all = endpoints.get(`${destination.namespace}/${destination.service}`) ?? [];
  const wanted = Object.entries(destination.subset ?? {});
  if (wanted.length === 0) return all;
  return all.filter(({ pod }) => wanted.every(([name, value]) => pod?.metadata.labels?.[name] === value));
}

type LatencyOf = ReturnType<typeof createLatencyProfiles>;

/** What a pod's answers depend on beside the pod. */
interface Moment {
  readonly loads: Pick<PodLoads, 'of'>;
  readonly objects: KnownObjects;
  readonly endpoints: EndpointIndex;
  readonly now: Instant;
  readonly latencyOf: LatencyOf;
}

type Answering = Pick<Behaviour, 'errorRate' | 'latency'>;

interface Server {
  readonly target: Target;
  readonly behaviour: Answering;
  readonly changesAt: Instant | undefined;
}

interface Part {
  readonly perSecond: number;
  readonly behaviour: Answering;
}

type EdgeDraft = Omit<EdgeStream, 'profile'> & { readonly parts: Part[] };
type PodDraft = Omit<PodStream, 'profile'> & { readonly parts: Part[] };

const refusal: Answering = { errorRate: 1, latency: refusedLatency };

function allDestinations(route: Route) {
  return [
    ...route.destinations.map((destination) => ({ destination, isMirror: false })),
    ...route.mirrors.map((destination) => ({ destination, isMirror: true })),
  ];
}

/** Requests per second of one route to each pod. */
function podShares(route: Route | undefined, endpoints: EndpointIndex): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const { destination } of route === undefined ? [] : allDestinations(route)) {
    const serving = endpointsOf(destination, endpoints);
    const perSecond = (destination.share * (route?.requestsPerSecond ?? 0)) / serving.length;
    for (const { name } of serving) {
      const key = `${destination.namespace}/${name}`;
      shares.set(key, (shares.get(key) ?? 0) + perSecond);
    }
  }
  return shares;
}

function describeServer(
  { name, pod }: Endpoint,
  { namespace, service, canary }: Destination,
  { loads, objects, now, latencyOf }: Moment,
): Server {
  if (pod === undefined || isOutOfReach(pod, objects)) {
    return { target: nobody(namespace, service), behaviour: refusal, changesAt: undefined };
  }
  const startedAt = parseInstant(pod.status?.startTime) ?? now;
  const behaviour = behaviourAt(pod.metadata.annotations ?? {}, (now - startedAt) / 1000, latencyOf);
  const load = loads.of(`${namespace}/${name}`);
  const served = load <= behaviour.maxRequestsPerSecond ? 1 : behaviour.maxRequestsPerSecond / load;
  const labels = pod.metadata.labels ?? {};
  return {
    target: {
      namespace,
      service,
      workload: workloadOf(pod, objects),
      podTemplateHash: revisionOf(labels),
      app: labels['app'] ?? labels['app.kubernetes.io/name'] ?? '',
      version: labels['version'] ?? labels['app.kubernetes.io/version'] ?? '',
      failedCode: behaviour.errorCode,
      ...(canary !== undefined && { canary }),
    },
    behaviour: { errorRate: 1 - (1 - behaviour.errorRate) * served, latency: behaviour.latency },
    changesAt:
      behaviour.changesAfterSeconds === undefined
        ? undefined
        : ((startedAt + behaviour.changesAfterSeconds * 1000) as Instant),
  };
}

function isOutOfReach({ spec }: Pod, objects: KnownObjects): boolean {
  const node = spec?.['nodeName'];
  return typeof node === 'string' && isLost(objects.get(trafficResources.nodes, undefined, node));
}

function nobody(namespace: string, service: string): Target {
  return { namespace, service, workload: '', podTemplateHash: '', app: '', version: '', failedCode: '503' };
}

function lostEdge(route: Route, destination: Destination, isMirror: boolean): EdgeDraft {
  const { namespace, service, refused, canary } = destination;
  const lost = refused === undefined ? 'no-endpoints' : 'refused';
  const target = { ...nobody(namespace, service), ...(canary !== undefined && { canary }) };
  return { route, target, lost, isMirror, parts: [] };
}

export function podKey({ pod, target, isMesh }: Omit<PodStream, 'profile'>): string {
  return JSON.stringify([pod.metadata.uid, isMesh, ...Object.values(target)]);
}

export function edgeKey({ route, target, lost, isMirror }: Omit<EdgeStream, 'profile'>): string {
  const { kind, namespace, name } = route;
  return JSON.stringify([kind, namespace, name, isMirror, lost, ...Object.values(target)]);
}

function addPart<D extends { readonly parts: Part[] }>(
  drafts: Map<string, D>,
  key: string,
  empty: D,
  perSecond: number,
  behaviour: Answering,
): void {
  const draft = drafts.get(key) ?? empty;
  drafts.set(key, draft);
  draft.parts.push({ perSecond, behaviour });
}

function finished<D extends { readonly parts: Part[] }>({
  parts,
  ...stream
}: D): Omit<D, 'parts'> & { profile: FlowProfile } {
  const sum = (read: (part: Part) => number) => parts.reduce((total, part) => total + read(part), 0);
  const isUniform = parts.every(({ behaviour }) => behaviour.latency === parts[0]?.behaviour.latency);
  return {
    ...stream,
    profile: {
      okPerSecond: sum(({ perSecond, behaviour }) => perSecond * (1 - behaviour.errorRate)),
      failedPerSecond: sum(({ perSecond, behaviour }) => perSecond * behaviour.errorRate),
      latency:
        isUniform && parts[0] !== undefined
          ? parts[0].behaviour.latency
          : mixedLatency(parts.map(({ perSecond, behaviour }) => [perSecond, behaviour.latency])),
    },
  };
}
