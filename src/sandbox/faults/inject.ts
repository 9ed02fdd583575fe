import { type Cancel, type Clock, until } from '../../kernel/clock.ts';
import { addSeconds, type Instant } from '../../kernel/instant.ts';
import { type Random, random } from '../../kernel/random.ts';
import { type ApiRequest, type ApiResponse, type BodyResponse, json } from '../request.ts';
import { StatusError } from '../status.ts';
import type { FateOf } from '../workloads/fate.ts';
import type { World } from '../world.ts';
import { loseNode, losePods, startFate } from './machines.ts';
import { rememberPast } from './past.ts';
import type { ErrorFault, Fault, FaultPlan, LatencyFault, Span, StartsFault, TimeoutFault } from './plan.ts';
import { factsOf, type RequestFacts, requestLottery } from './requests.ts';
import { watchBook } from './watches.ts';

/** What a fault did to whom. */
export interface Deed {
  readonly at: Instant;
  readonly kind: Fault['kind'];
  /** `503 for patch rollouts/status`. */
  readonly what: string;
}

export interface RunningFaults {
  /** Everything that was done so far, in order: a fault without a deed has shown nothing. */
  readonly deeds: readonly Deed[];
  /** Has a client been held up so lately that it may still be waiting, or about to try again? */
  isDisturbing(): boolean;
  /** Ends all faults; what has been lost stays lost. */
  stop(): void;
}

/** Where faults take hold: a world and its clock. */
export interface FaultSite {
  readonly clock: Clock;
  readonly world: Pick<World, 'server' | 'traffic' | 'metrics' | 'setFate'>;
}

/** Puts a plan into force, from now on. The same plan on the same world does the same. */
export function injectFaults(plan: FaultPlan, site: FaultSite): RunningFaults {
  const { clock, world } = site;
  const { server } = world;
  const startedAt = clock.now();
  const stream = random(plan.seed ?? 1).fork('faults');
  const deeds: Deed[] = [];
  const endings: Cancel[] = [];
  const tell = (kind: Fault['kind'], what: string) => void deeds.push({ at: clock.now(), kind, what });
  const atSeconds = (amount: number, task: () => void) =>
    void endings.push(clock.schedule(addSeconds(startedAt, amount), task));
  const during = ({ fromSeconds = 0, forSeconds }: Span, begin: () => Cancel) => {
    let end: Cancel = () => {};
    atSeconds(fromSeconds, () => {
      end = begin();
    });
    if (forSeconds !== undefined) atSeconds(fromSeconds + forSeconds, () => end());
    endings.push(() => end());
  };
  const isInForce = ({ fromSeconds = 0, forSeconds = Number.POSITIVE_INFINITY }: Span) => {
    const now = clock.now();
    const beginsAt = addSeconds(startedAt, fromSeconds);
    return now >= beginsAt && now < beginsAt + forSeconds * 1000;
  };

  const of = <K extends Fault['kind']>(kind: K) =>
    plan.faults.filter((fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind);
  const stale = of('stale-reads');
  const lagOf = (resource: string) =>
    Math.max(
      0,
      ...stale
        .filter((fault) => isInForce(fault) && fault.resources?.includes(resource) !== false)
        .map(({ lagSeconds }) => lagSeconds),
    );
  const watches = watchBook(clock, lagOf);
  const past = rememberPast(server.store, clock, Math.max(0, ...stale.map(({ lagSeconds }) => lagSeconds)));
  endings.push(past.stop);
  let isDown = false;

  const disturbances = plan.faults.flatMap((fault, index) =>
    fault.kind === 'latency' || fault.kind === 'error' || fault.kind === 'timeout'
      ? [{ fault, hits: requestLottery(requestsOf(fault), stream.fork(`${index}/${fault.kind}`)) }]
      : [],
  );

  const before = async (request: ApiRequest): Promise<ApiResponse | undefined> => {
    if (isDown) return refusedConnection();
    const facts = factsOf(request);
    for (const { fault, hits } of disturbances) {
      if (!isInForce(fault) || !hits(facts)) continue;
      tell(fault.kind, `${wordOf(fault)} for ${facts.verb} ${facts.resource}`);
      const answer = await disturb(fault, request, facts, site);
      if (answer !== undefined) return answer;
    }
    return isDown ? refusedConnection() : staleList(request, facts);
  };
  const staleList = (request: ApiRequest, facts: RequestFacts): ApiResponse | undefined => {
    const lag = facts.verb === 'list' ? lagOf(facts.resource) : 0;
    if (lag === 0 || request.query.get('resourceVersion') !== '0') return undefined;
    const query = new URLSearchParams(request.query);
    query.set('resourceVersion', String(past.revisionAt(lag)));
    query.set('resourceVersionMatch', 'Exact');
    tell('stale-reads', `a list of ${facts.resource} as of ${lag} s ago`);
    return server.execute({ ...request, query });
  };

  for (const fault of plan.faults) begin(fault);
  server.faults = {
    before,
    after: (request, response) =>
      response.stream === undefined
        ? response
        : { ...response, stream: watches.follow(factsOf(request).resource, response.stream) },
  };

  function begin(fault: Fault): void {
    switch (fault.kind) {
      case 'watch':
        atSeconds(fault.atSeconds, () => {
          if (fault.how === 'expired') server.store.compact();
          tell('watch', `${watches.drop(fault.resources)} watches ${fault.how}`);
        });
        break;
      case 'restart':
        during({ fromSeconds: fault.atSeconds, forSeconds: fault.downSeconds }, goDown);
        break;
      case 'pods-lost':
        atSeconds(fault.atSeconds, () => {
          for (const name of losePods(fault, server, stream)) tell('pods-lost', `pod ${name} is gone`);
        });
        break;
      case 'node-lost':
        during({ ...fault, fromSeconds: fault.atSeconds }, () => {
          const { name, restore } = loseNode(fault, server, stream);
          tell('node-lost', `node ${name} is out of reach`);
          return restore;
        });
        break;
      case 'router':
        during(fault, () => replaceFaults(world.traffic, fault.faults));
        break;
      case 'metrics':
        during(fault, () => replaceFaults(world.metrics, fault.faults));
        break;
      default: // those that wait for a request or a pod
    }
  }

  function goDown(): Cancel {
    isDown = true;
    tell('restart', `the API server goes, and with it ${watches.drop(undefined)} watches`);
    return () => {
      if (isDown) server.store.compact();
      isDown = false;
    };
  }

  const starts = of('starts');
  if (starts.length > 0) world.setFate(fateOfStarts(starts, isInForce, stream, tell));
  return {
    deeds,
    isDisturbing() {
      if (isDown || stale.some(isInForce)) return true;
      const last = deeds.findLast(({ kind }) => holdingUp.has(kind));
      return last !== undefined && clock.now() < addSeconds(last.at, calmAfterSeconds);
    },
    stop() {
      for (const end of endings) end();
      server.faults = undefined;
      world.setFate(undefined);
    },
  };
}

/** Longer than any client waits for an answer or before it tries again. */
const calmAfterSeconds = 60;
const holdingUp: ReadonlySet<Fault['kind']> = new Set(['latency', 'error', 'timeout', 'watch', 'restart']);

type Disturbing = LatencyFault | ErrorFault | TimeoutFault;

function requestsOf(fault: Disturbing) {
  const isConflict = fault.kind === 'error' && fault.status === 409;
  return isConflict && fault.on.verbs === undefined
    ? { ...fault.on, verbs: ['update', 'patch'] as const }
    : fault.on;
}

const defaultTimeoutSeconds = 30;

/** What comes instead of the server's answer; undefined when the request goes on. */
async function disturb(
  fault: Disturbing,
  request: ApiRequest,
  facts: RequestFacts,
  { world: { server }, clock }: FaultSite,
): Promise<ApiResponse | undefined> {
  const wait = (amount: number) => until(clock, addSeconds(clock.now(), amount));
  switch (fault.kind) {
    case 'latency':
      await wait(fault.seconds);
      return undefined;
    case 'error':
      return refusal(fault, facts);
    case 'timeout':
      if (fault.effect === 'after') server.execute(request);
      await wait(fault.afterSeconds ?? defaultTimeoutSeconds);
      return noAnswer('the connection timed out');
  }
}

function wordOf(fault: Disturbing): string {
  if (fault.kind === 'latency') return `${fault.seconds} s more`;
  return fault.kind === 'error' ? String(fault.status) : `no answer, ${fault.effect} it took effect,`;
}

function refusal({ status, retryAfterSeconds }: ErrorFault, { resource }: RequestFacts): BodyResponse {
  const after = retryAfterSeconds ?? (status === 429 ? 1 : undefined);
  const details = after === undefined ? {} : { retryAfterSeconds: after };
  const [reason, message] = {
    409: [
      'Conflict',
      `Operation cannot be fulfilled on ${resource}: the object has been modified; please apply your changes to the latest version and try again`,
    ],
    429: ['TooManyRequests', 'too many requests, please try again later'],
    500: ['InternalError', 'Internal error occurred: etcdserver: leader changed'],
    503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  }[status] as [string, string];
  const failed = new StatusError(status, reason, message, details);
  const answer = json(failed.status, status);
  if (after === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(after) } };
}

const refusedConnection = () => noAnswer('the connection was refused');

/** Status 0: the client gets nothing and finds its connection broken. */
function noAnswer(why: string): BodyResponse {
  return { status: 0, headers: {}, body: why };
}

function fateOfStarts(
  faults: readonly StartsFault[],
  isInForce: (span: Span) => boolean,
  stream: Random,
  tell: (kind: 'starts', what: string) => void,
): FateOf {
  return (pod) => {
    for (const fault of faults) {
      const fate = isInForce(fault) ? startFate(fault, pod, stream) : undefined;
      if (fate === undefined) continue;
      tell('starts', `pod ${pod.metadata.name} starts badly (${fault.how})`);
      return fate;
    }
    return undefined;
  };
}

/** Until what it returns puts back the faults that were there before. */
function replaceFaults<F>(place: { faults: readonly F[] }, faults: readonly F[]): Cancel {
  const before = place.faults;
  place.faults = faults;
  return () => {
    place.faults = before;
  };
}
