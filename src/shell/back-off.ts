import type { Seconds } from '../kernel/instant.ts';
import type { Random } from '../kernel/random.ts';
import { ApiError } from '../ports/cluster.ts';

export interface BackOff {
  readonly firstSeconds: number;
  readonly longestSeconds: number;
  /** Share of the delay that is left to chance, 0 to 1, so that many clients do not come back at once. */
  readonly jitter: number;
}

/** How long to wait after this many failures in a row (1 or more): doubling, bounded. */
export function backOffSeconds(backOff: BackOff, failures: number, random: Random): Seconds {
  const { firstSeconds, longestSeconds, jitter } = backOff;
  const full = Math.min(longestSeconds, firstSeconds * 2 ** Math.min(failures - 1, 40));
  return (full * (1 - jitter * random.next())) as Seconds;
}

/** The longest time a server may ask us to stay away; a longer one is a mistake somewhere. */
const longestRetryAfterSeconds = 120;

/** What the server asked for by Retry-After; 0 when it did not ask. */
export function retryAfterOf(error: unknown): Seconds {
  const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) : 0;
  return Math.min(asked, longestRetryAfterSeconds) as Seconds;
}
