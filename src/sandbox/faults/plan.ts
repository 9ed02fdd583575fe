import type { MetricsFault } from '../series/metrics-faults.ts';
import type { RouterFault } from '../traffic/router-faults.ts';

/**
 * What goes wrong in a simulated cluster, and when. Pure data: it can be written in a file, printed, drawn from a seed and
 * compared. `injectFaults` puts it into force.
 */
export interface FaultPlan {
  /** Decides where chance does: which requests are hit, which pods. Default 1. */
  readonly seed?: number;
  readonly faults: readonly Fault[];
}

export type Fault =
  | LatencyFault
  | ErrorFault
  | TimeoutFault
  | WatchFault
  | StaleReadsFault
  | RestartFault
  | PodsLostFault
  | NodeLostFault
  | StartsFault
  | RoutesFault
  | MetricsServerFault;

export type FaultKind = Fault['kind'];

/** When a fault is in force, counted from when the plan was put into force. */
export interface Span {
  /** Default 0. */
  readonly fromSeconds?: number;
  /** Default: for ever. */
  readonly forSeconds?: number;
}

export type RequestVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** Which requests a fault is about: those that fit all that is named. */
export interface Requests {
  readonly verbs?: readonly RequestVerb[];
  /** Plurals, with the subresource behind a slash: `services`, `rollouts/status`. `rollouts` alone is without subresource. */
  readonly resources?: readonly string[];
  readonly namespaces?: readonly string[];
  /** Programs, by the first word of their user agent. Default: `sluice`, the operator. */
  readonly clients?: readonly string[];
  /** Share of these requests that is hit, 0 to 1. Default 1. */
  readonly chance?: number;
  /** No more than so many. Default: no limit. */
  readonly atMost?: number;
}

/** The answer comes late; the request is carried out when it comes in. */
export interface LatencyFault extends Span {
  readonly kind: 'latency';
  readonly on: Requests;
  readonly seconds: number;
}

/** The server refuses, and does nothing. */
export interface ErrorFault extends Span {
  readonly kind: 'error';
  readonly on: Requests;
  /** 409 Conflict hits updates and patches only, as on a real server. */
  readonly status: 409 | 429 | 500 | 503;
  /** What `Retry-After` says. Default: 1 for 429, nothing for others. */
  readonly retryAfterSeconds?: number;
}

/** No answer comes, and the connection breaks after a while. */
export interface TimeoutFault extends Span {
  readonly kind: 'timeout';
  readonly on: Requests;
  /** Had the request taken effect? The client cannot know. */
  readonly effect: 'before' | 'after';
  /** Default 30. */
  readonly afterSeconds?: number;
}

/** Open watches end. `expired`: and the server has forgotten what happened since, so that going on from there is 410. */
export interface WatchFault {
  readonly kind: 'watch';
  readonly atSeconds: number;
  readonly how: 'dropped' | 'expired';
  /** Plurals. Default: all. */
  readonly resources?: readonly string[];
}

/**
 * The server's watch cache lags: watches, and lists that allow any version (`resourceVersion=0`), show the cluster as it
 * was so long ago. As on a real server a client never sees it go back, and a read without a version is up to date.
 */
export interface StaleReadsFault extends Span {
  readonly kind: 'stale-reads';
  readonly lagSeconds: number;
  /** Plurals. Default: all. */
  readonly resources?: readonly string[];
}

/** The API server goes: connections are refused, watches end, and when it is back its watch history is empty. */
export interface RestartFault {
  readonly kind: 'restart';
  readonly atSeconds: number;
  readonly downSeconds: number;
}

/** Running pods are gone at once, without a word to anybody, as if their machine's memory were full. */
export interface PodsLostFault {
  readonly kind: 'pods-lost';
  readonly atSeconds: number;
  /** So many of those that fit, drawn by chance. Default 1. */
  readonly count?: number;
  readonly pods?: Pods;
}

export interface Pods {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A machine is out of reach: its kubelet is silent, its pods become unready and are evicted in time. */
export interface NodeLostFault {
  readonly kind: 'node-lost';
  readonly atSeconds: number;
  /** Default: for ever. */
  readonly forSeconds?: number;
  /** Default: one drawn by chance. */
  readonly node?: string;
}

/** Pods that are placed in this time start badly, and go on so. */
export interface StartsFault extends Span {
  readonly kind: 'starts';
  readonly how: 'slow' | 'crash' | 'never-ready' | 'image';
  /** Of `slow`: how long until the containers run. Default 60. */
  readonly seconds?: number;
  readonly pods?: Pods;
  /** Share of these pods, 0 to 1. Default 1. */
  readonly chance?: number;
}

/** The data plane applies changes of routes late, or not at all. */
export interface RoutesFault extends Span {
  readonly kind: 'router';
  readonly faults: readonly RouterFault[];
}

/** The metrics server is slow, wrong or gone. */
export interface MetricsServerFault extends Span {
  readonly kind: 'metrics';
  readonly faults: readonly MetricsFault[];
}

/** One line a fault, as a log of a simulation begins with. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'latency':
      return `${requestsText(fault.on)} take ${fault.seconds} s, ${spanText(fault)}`;
    case 'error':
      return `${requestsText(fault.on)} are answered ${fault.status}, ${spanText(fault)}`;
    case 'timeout':
      return `${requestsText(fault.on)} get no answer, lost ${fault.effect} they took effect, ${spanText(fault)}`;
    case 'watch':
      return `watches of ${listText(fault.resources)} are ${fault.how} at ${fault.atSeconds} s`;
    case 'stale-reads':
      return `the watch cache of ${listText(fault.resources)} lags ${fault.lagSeconds} s, ${spanText(fault)}`;
    case 'restart':
      return `the API server is down for ${fault.downSeconds} s at ${fault.atSeconds} s`;
    case 'pods-lost':
      return `${fault.count ?? 1} of ${podsText(fault.pods)} are lost at ${fault.atSeconds} s`;
    case 'node-lost':
      return `node ${fault.node ?? 'by chance'} is lost, ${spanText({ ...fault, fromSeconds: fault.atSeconds })}`;
    case 'starts':
      return `${shareText(fault.chance)}starts of ${podsText(fault.pods)} go wrong (${fault.how}), ${spanText(fault)}`;
    case 'router':
      return `routers fail (${fault.faults.map(({ delaySeconds }) => delaySeconds).join('; ')}), ${spanText(fault)}`;
    case 'metrics':
      return `the metrics server fails (${fault.faults.map(({ kind }) => kind).join(', ')}), ${spanText(fault)}`;
  }
}

function spanText({ fromSeconds = 0, forSeconds }: Span): string {
  return forSeconds === undefined
    ? `from ${fromSeconds} s on`
    : `from ${fromSeconds} s to ${fromSeconds + forSeconds} s`;
}

function requestsText({ verbs, resources, clients = ['sluice'], chance, atMost }: Requests): string {
  const limit = atMost === undefined ? '' : `, at most ${atMost}`;
  return `${shareText(chance)}${verbs?.join(', ') ?? 'all'} requests for ${listText(resources)} by ${clients.join(', ')}${limit}`;
}

const shareText = (chance: number | undefined): string =>
  chance === undefined || chance === 1 ? '' : `${Math.round(chance * 1000) / 10} % of `;

const listText = (names: readonly string[] | undefined): string => names?.join(', ') ?? 'everything';

function podsText({ namespace, labels = {} }: Pods = {}): string {
  const selector = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  return `pods${where}${selector.length === 0 ? '' : ` with ${selector.join(',')}`}`;
}
