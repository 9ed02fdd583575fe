import type { Clock } from '../kernel/clock.ts';
import { type Instant, instant } from '../kernel/instant.ts';

/**
 * An answer of the embedded cluster says what time it is there and how fast it passes: `1796300000000 20`, in milliseconds
 * since 1970 and in seconds per second. Real API servers say nothing of the kind, and go by the same clock as we.
 */
export const clockHeader = 'sluice-clock';

export function clockHeaderOf(clock: Clock, speed: number): string {
  return `${Math.round(clock.now())} ${speed}`;
}

/** The time of a server, as it was last heard. */
export interface ServerTime {
  /** By our own clock until the server has said another time. */
  now(): Instant;
  /** @param header what an answer carried under `clockHeader`, if anything. */
  heard(header: string | undefined): void;
}

export function serverTime(clock: Clock): ServerTime {
  let last: { readonly theirs: number; readonly ours: Instant; readonly speed: number } | undefined;
  return {
    now: () => {
      const ours = clock.now();
      return last === undefined ? ours : instant(last.theirs + (ours - last.ours) * last.speed);
    },
    heard: (header) => {
      const [theirs = Number.NaN, speed = Number.NaN] = (header ?? '').split(' ').map(Number);
      if (Number.isFinite(theirs) && speed > 0) last = { theirs, ours: clock.now(), speed };
    },
  };
}
