import type { Seconds } from '../kernel/instant.ts';
import { ApiError } from '../ports/cluster.ts';

/** The longest time a server may ask us to stay away; a longer one is a mistake somewhere. */
const longestRetryAfterSeconds = 120;

/** What the server asked for by Retry-After; 0 when it did not ask. */
export function retryAfterOf(error: unknown): Seconds {
  const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) : 0;
  return Math.min(asked, longestRetryAfterSeconds) as Seconds;
}
