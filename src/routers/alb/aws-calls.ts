import { type BackOff, backOffSeconds } from '../../kernel/back-off.ts';
import { type Clock, until } from '../../kernel/clock.ts';
import { addSeconds, type Instant, later } from '../../kernel/instant.ts';
import type { Random } from '../../kernel/random.ts';
import type { Page } from '../../ports/load-balancers.ts';

/** The calls of one process to AWS: each takes its turn, and after trouble all of them rest. */
export interface AwsCalls {
  send<T>(call: () => Promise<T>): Promise<T>;
  allPages<T>(page: (marker?: string) => Promise<Page<T>>): Promise<T[]>;
  /** Nothing is sent before. */
  readonly restUntil: Instant;
}

/** Below the 10 calls a second that an account is given, and some are left to others. */
const callsPerSecond = 8;
/** Throttling is the account's, not that of one load balancer: everything rests. */
const rest: BackOff = { firstSeconds: 2, longestSeconds: 120, jitter: 0.5 };
/** Pages of one list: 400 each of load balancers and target groups, 100 rules. An answer without an end is a mistake. */
const mostPages = 50;

export function awsCalls({ clock, random }: { readonly clock: Clock; readonly random: Random }): AwsCalls {
  let nextCallAt = clock.now();
  let restSince = clock.now();
  let restUntil = clock.now();
  let failures = 0;

  /** Who waits for its turn while another call fails rests with it. */
  const turn = async () => {
    do {
      const at = later(later(clock.now(), nextCallAt), restUntil);
      nextCallAt = addSeconds(at, 1 / callsPerSecond);
      if (at > clock.now()) await until(clock, at);
    } while (restUntil > clock.now());
  };

  /** Calls that were under way when the first one failed tell nothing new. */
  const restAfter = (begunAt: Instant) => {
    if (failures > 0 && begunAt < restSince) return;
    failures += 1;
    restSince = clock.now();
    restUntil = addSeconds(restSince, backOffSeconds(rest, failures, random));
  };

  const send = async <T>(call: () => Promise<T>): Promise<T> => {
    await turn();
    const begunAt = clock.now();
    try {
      const answer = await call();
      if (begunAt >= restUntil) failures = 0;
      return answer;
    } catch (error) {
      if (!isAboutOneThing(error)) restAfter(begunAt);
      throw error;
    }
  };

  return {
    send,
    async allPages(page) {
      const items = [];
      let marker: string | undefined;
      for (let read = 0; read < mostPages; read += 1) {
        const answer = await send(() => page(marker));
        items.push(...answer.items);
        marker = answer.marker;
        if (marker === undefined || marker === '') return items;
      }
      throw new Error(`the answer has more than ${mostPages} pages`);
    },
    get restUntil() {
      return restUntil;
    },
  };
}

/** Does the thing that was asked for not exist (any more)? */
export function isGone(error: unknown): boolean {
  return error instanceof Error && /NotFound(Exception)?$/.test(error.name);
}

/** AWS answers well, only not to this question: no reason for the others to rest. */
function isAboutOneThing(error: unknown): boolean {
  return isGone(error) || (error instanceof Error && /^(AccessDenied|Validation)/.test(error.name));
}
