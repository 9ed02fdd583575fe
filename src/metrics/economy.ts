import { type Clock, until } from '../kernel/clock.ts';
import { SluiceError } from '../kernel/errors.ts';
import { addSeconds, secondsBetween } from '../kernel/instant.ts';
import type { Http, HttpRequest, HttpResponse } from '../ports/http.ts';
import type { QueryFacts } from '../ports/metric-provider.ts';
import { serverOf } from './server-of.ts';

export interface EconomyOptions {
  readonly clock: Clock;
  /** Requests that one server gets at a time; the others wait their turn. */
  readonly concurrency: number;
  /** Told of every question that was asked, and of those that needed no asking. */
  readonly onQuery?: (facts: Omit<QueryFacts, 'provider'>) => void;
}

/** Answers kept of one second: more different questions than that are asked again. */
const mostKept = 256;

/** A longer answer is not worth keeping. */
const longestKept = 64 * 1024;

/**
 * Spares the servers: a question that may be shared is asked once for all who ask the same in the same second, and no
 * server gets more than `concurrency` requests at once. Waiting for a turn counts as waiting for the answer.
 */
export function economicalHttp(http: Http, options: EconomyOptions): Http {
  const { clock, concurrency, onQuery = () => {} } = options;
  const turns = new Map<string, Turnstile>();
  const underWay = new Map<string, Promise<HttpResponse>>();
  const kept = new Map<string, HttpResponse>();
  let keptTick = 0;

  const inTurn = async (request: HttpRequest): Promise<HttpResponse> => {
    const server = serverOf(request.url);
    const turn = turns.get(server) ?? turnstile(concurrency);
    turns.set(server, turn);
    const askedAt = clock.now();
    await turnOf(turn, request, clock);
    try {
      const waitedMs = secondsBetween(askedAt, clock.now()) * 1000;
      return await observed({ ...request, timeoutMs: request.timeoutMs - waitedMs });
    } finally {
      turn.leave();
      if (turn.idle()) turns.delete(server);
    }
  };

  const observed = async (request: HttpRequest): Promise<HttpResponse> => {
    const startedAt = clock.now();
    const tell = (outcome: QueryFacts['outcome']) =>
      onQuery({ outcome, seconds: secondsBetween(startedAt, clock.now()) });
    try {
      const answer = await http.request(request);
      tell(answer.status >= 200 && answer.status <= 299 ? 'answered' : 'refused');
      return answer;
    } catch (error) {
      tell('unreachable');
      throw error;
    }
  };

  const shared = (request: HttpRequest, tick: number): Promise<HttpResponse> => {
    if (tick > keptTick) kept.clear();
    keptTick = Math.max(tick, keptTick);
    const key = keyOf(request, tick);
    const known = kept.get(key) ?? underWay.get(key);
    if (known !== undefined) {
      onQuery({ outcome: 'shared' });
      return Promise.resolve(known);
    }
    // one who gives up must not take the answer from the others, so the shared request has no signal
    const answer = inTurn({ ...request, signal: undefined }).finally(() => underWay.delete(key));
    underWay.set(key, answer);
    const keep = (response: HttpResponse) => {
      if (tick === keptTick && isWorthKeeping(response) && kept.size < mostKept) kept.set(key, response);
    };
    answer.then(keep, () => {});
    return answer;
  };

  return {
    request: (request) =>
      request.sharedAt === undefined
        ? inTurn(request)
        : abortable(shared(request, Math.floor(request.sharedAt / 1000)), request),
  };
}

function isWorthKeeping({ status, body }: HttpResponse): boolean {
  return status >= 200 && status <= 299 && body.length <= longestKept;
}

function keyOf(
  { method, url, headers, body, timeoutMs, insecure, sharedKey }: HttpRequest,
  tick: number,
): string {
  return JSON.stringify([tick, sharedKey ?? [method, url, headers, body, timeoutMs, insecure]]);
}

function abortable(answer: Promise<HttpResponse>, { signal, url }: HttpRequest): Promise<HttpResponse> {
  if (signal === undefined) return answer;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(unreachable(url, 'cancelled'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

function unreachable(url: string, problem: string): SluiceError {
  const server = serverOf(url);
  return new SluiceError('METRIC_UNREACHABLE', `${server}: ${problem}`, { server });
}

async function turnOf(turn: Turnstile, { url, signal, timeoutMs }: HttpRequest, clock: Clock): Promise<void> {
  const place = turn.enter();
  if (place === undefined) return;
  const over = new AbortController();
  const late = until(clock, addSeconds(clock.now(), timeoutMs / 1000), over.signal).then(
    () => 'late' as const,
  );
  const gone = whenAborted(signal, over.signal).then(() => 'gone' as const);
  const first = await Promise.race([place.entered, late, gone]);
  over.abort();
  if (first === undefined) return;
  place.giveUp();
  throw unreachable(
    url,
    first === 'gone' ? 'cancelled' : `busy with other questions for ${timeoutMs / 1000} s`,
  );
}

/** Resolves when `signal` aborts; never, when it is not there or `over` aborts first. */
function whenAborted(signal: AbortSignal | undefined, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true, signal: over });
  });
}

interface Turnstile {
  /** Undefined: there was a free place, and it is taken. */
  enter(): Place | undefined;
  leave(): void;
  idle(): boolean;
}

interface Place {
  /** Resolves when the place is free; it is then taken. */
  readonly entered: Promise<undefined>;
  giveUp(): void;
}

/** Lets `places` in at a time, in the order of arrival. */
function turnstile(places: number): Turnstile {
  const waiting = new Set<() => void>();
  let inside = 0;
  const leave = () => {
    const [next] = waiting;
    if (next === undefined) {
      inside -= 1;
      return;
    }
    waiting.delete(next);
    next(); // the place passes on
  };
  return {
    enter() {
      if (inside < places) {
        inside += 1;
        return undefined;
      }
      let enter = () => {};
      const entered = new Promise<undefined>((resolve) => {
        enter = () => resolve(undefined);
      });
      waiting.add(enter);
      // one who gives up in the very moment of entering hands the place on
      return { entered, giveUp: () => (waiting.delete(enter) ? undefined : leave()) };
    },
    leave,
    idle: () => inside === 0,
  };
}
