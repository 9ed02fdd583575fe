import { type Clock, until } from '../kernel/clock.ts';
import type { Instant } from '../kernel/instant.ts';

/** Tells one waiter that something has changed. A ring that nobody waits for is heard by the next wait. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, at `at`, or when `signal` aborts. */
  wait(at: Instant, signal: AbortSignal): Promise<void>;
}

export function bell(clock: Clock): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async wait(at, signal) {
      const early = new AbortController();
      wake = () => early.abort();
      if (!rung) await until(clock, at, AbortSignal.any([signal, early.signal]));
      wake = undefined;
      rung = false;
    },
  };
}
