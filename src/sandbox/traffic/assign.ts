import type { Pod } from '../../api/workloads.ts';
import { type Instant, parseInstant } from '../../kernel/instant.ts';
import { isLost } from '../workloads/annotations.ts';
import { type Behaviour, behaviourAt } from './behaviour.ts';
import { type Endpoint, type EndpointIndex, revisionOf, workloadOf } from './endpoints.ts';
import type { FlowProfile } from './flow.ts';
import { type createLatencyProfiles, mixedLatency, refusedLatency } from './latency.ts';
import { type KnownObjects, trafficResources } from './objects.ts';
import type { Destination, Route } from './route.ts';

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

export interface Assignment {
  readonly edges: readonly EdgeStream[];
  readonly pods: readonly PodStream[];
  /** When a pod will behave otherwise than now; undefined when none will. */
  readonly changesAt: Instant | undefined;
}

/** Spreads what the routes say over the endpoints that are there. */
export function assignRequests(
  routes: readonly Route[],
  endpoints: EndpointIndex,
  objects: KnownObjects,
  now: Instant,
  latencyOf: LatencyOf,
): Assignment {
  const loads = podLoads(routes, endpoints);
  const servers = new Map<string, Server>();
  const serverOf = (endpoint: Endpoint, destination: Destination): Server => {
    const key = `${destination.namespace}/${destination.service}/${endpoint.name}`;
    const server =
      servers.get(key) ?? describeServer(endpoint, destination, { loads, objects, now, latencyOf });
    servers.set(key, server);
    return server;
  };
  const edges = new Map<string, EdgeDraft>();
  const pods = new Map<string, PodDraft>();
  for (const { route, destination, isMirror } of allDestinations(routes)) {
    const perSecond = destination.share * route.requestsPerSecond;
    if (perSecond === 0) continue;
    const serving = endpointsOf(destination, endpoints);
    if (serving.length === 0) {
      const draft = lostEdge(route, destination, isMirror);
      addPart(edges, edgeKey(draft), draft, perSecond, refusal);
    }
    for (const endpoint of serving) {
      const server = serverOf(endpoint, destination);
      const edge: EdgeDraft = { route, target: server.target, isMirror, parts: [] };
      addPart(edges, edgeKey(edge), edge, perSecond / serving.length, server.behaviour);
      if (endpoint.pod === undefined) continue;
      const isMesh = route.kind === 'mesh';
      const podKey = `${destination.namespace}/${destination.service}/${endpoint.name}/${isMesh}`;
      const draft: PodDraft = { pod: endpoint.pod, target: server.target, isMesh, parts: [] };
      addPart(pods, podKey, draft, perSecond / serving.length, server.behaviour);
    }
  }
  const changes = [...servers.values()].flatMap(({ changesAt }) =>
    changesAt === undefined ? [] : [changesAt],
  );
  return {
    edges: [...edges.values()].map(finished),
    pods: [...pods.values()].map(finished),
    changesAt: changes.length === 0 ? undefined : (Math.min(...changes) as Instant),
  };
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
  readonly loads: ReadonlyMap<string, number>;
  readonly objects: KnownObjects;
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

function allDestinations(routes: readonly Route[]) {
  return routes.flatMap((route) => [
    ...route.destinations.map((destination) => ({ route, destination, isMirror: false })),
    ...route.mirrors.map((destination) => ({ route, destination, isMirror: true })),
  ]);
}

/** Requests per second that reach each pod by all ways together: what its limit is compared with. */
function podLoads(routes: readonly Route[], endpoints: EndpointIndex): ReadonlyMap<string, number> {
  const loads = new Map<string, number>();
  for (const { route, destination } of allDestinations(routes)) {
    const serving = endpointsOf(destination, endpoints);
    for (const { name } of serving) {
      const key = `${destination.namespace}/${name}`;
      const share = (destination.share * route.requestsPerSecond) / serving.length;
      loads.set(key, (loads.get(key) ?? 0) + share);
    }
  }
  return loads;
}

function describeServer(
  { name, pod }: Endpoint,
  { namespace, service }: Destination,
  { loads, objects, now, latencyOf }: Moment,
): Server {
  if (pod === undefined || isOutOfReach(pod, objects)) {
    return { target: nobody(namespace, service), behaviour: refusal, changesAt: undefined };
  }
  const startedAt = parseInstant(pod.status?.startTime) ?? now;
  const behaviour = behaviourAt(pod.metadata.annotations ?? {}, (now - startedAt) / 1000, latencyOf);
  const load = loads.get(`${namespace}/${name}`) ?? 0;
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

function lostEdge(route: Route, { namespace, service, refused }: Destination, isMirror: boolean): EdgeDraft {
  const lost = refused === undefined ? 'no-endpoints' : 'refused';
  return { route, target: nobody(namespace, service), lost, isMirror, parts: [] };
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
