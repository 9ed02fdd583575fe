import { SluiceError } from '../kernel/errors.ts';
import type { Http, HttpRequest, HttpResponse } from '../ports/http.ts';
import { serverOf } from './server-of.ts';

/** Requests that one server gets at a time; the others wait their turn. */
const defaultConcurrency = 8;

/**
 * Spares the servers: a request that may be shared is sent once for all who ask the same at the same time, and no server
 * gets more than `concurrency` requests at once.
 */
export function economicalHttp(http: Http, concurrency = defaultConcurrency): Http {
  const underWay = new Map<string, Promise<HttpResponse>>();
  const turns = new Map<string, Turnstile>();

  const inTurn = async (request: HttpRequest): Promise<HttpResponse> => {
    const server = serverOf(request.url);
    const turn = turns.get(server) ?? turnstile(concurrency);
    turns.set(server, turn);
    await turn.enter();
    try {
      return await http.request(request);
    } finally {
      turn.leave();
      if (turn.idle()) turns.delete(server);
    }
  };

  return {
    request(request) {
      if (request.shared !== true) return inTurn(request);
      const key = keyOf(request);
      let answer = underWay.get(key);
      if (answer === undefined) {
        // one who gives up must not take the answer from the others, so the shared request has no signal
        answer = inTurn({ ...request, signal: undefined }).finally(() => underWay.delete(key));
        underWay.set(key, answer);
      }
      return abortable(answer, request);
    },
  };
}

function keyOf({ method, url, headers, body, timeoutMs, insecure }: HttpRequest): string {
  return JSON.stringify([method, url, headers, body, timeoutMs, insecure]);
}

function abortable(answer: Promise<HttpResponse>, { signal, url }: HttpRequest): Promise<HttpResponse> {
  if (signal === undefined) return answer;
  return new Promise((resolve, reject) => {
    const server = serverOf(url);
    const giveUp = () => reject(new SluiceError('METRIC_UNREACHABLE', `${server}: cancelled`, { server }));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

interface Turnstile {
  enter(): Promise<void>;
  leave(): void;
  idle(): boolean;
}

/** Lets `places` in at a time, in the order of arrival. */
function turnstile(places: number): Turnstile {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return {
    enter() {
      if (inside < places) {
        inside += 1;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    leave() {
      const next = waiting.shift();
      if (next === undefined) inside -= 1;
      else next(); // the place passes on
    },
    idle: () => inside === 0,
  };
}
