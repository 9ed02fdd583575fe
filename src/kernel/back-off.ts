import type { Seconds } from './instant.ts';
import type { Random } from './random.ts';

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
