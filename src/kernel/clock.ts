import type { Instant } from './instant.ts';

/** Stops a scheduled task; harmless when it has run already. */
export type Cancel = () => void;

/**
 * The only source of time. Production, an accelerated sandbox and a test on virtual time differ
 * in nothing but the clock that is passed in.
 */
export interface Clock {
  now(): Instant;
  /** Runs `task` once, at `at` or as soon after it as possible; never before `schedule` has returned. */
  schedule(at: Instant, task: () => void): Cancel;
}

/** Resolves at `at`; resolves early, without an error, when `signal` aborts. */
export function until(clock: Clock, at: Instant, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const finish = () => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.schedule(at, finish);
    signal?.addEventListener('abort', finish);
  });
}

/** Timers of the platform overflow at 2^31 ms (24.8 days); longer waits are slept in parts of a day. */
const longestSleepMs = 86_400_000;

/**
 * The machine's clock.
 * @param speed simulated seconds per real second; 1 in production, more for an accelerated sandbox.
 */
export function realClock(speed = 1): Clock {
  const startedAt = Date.now();
  return clockOf(() => startedAt + (Date.now() - startedAt) * speed, speed);
}

/**
 * The machine's clock as it was when the process began, and time as it has passed since: nobody sets it, so that it tells how
 * long something has lasted. It does not count while the whole machine sleeps.
 */
export function steadyClock(): Clock {
  return clockOf(() => performance.timeOrigin + performance.now(), 1);
}

function clockOf(read: () => number, speed: number): Clock {
  const now = () => read() as Instant;
  return {
    now,
    schedule(at, task) {
      let timer: NodeJS.Timeout | undefined;
      const arm = () => {
        const waitMs = Math.max(0, (at - now()) / speed);
        timer = setTimeout(waitMs > longestSleepMs ? arm : task, Math.min(Math.ceil(waitMs), longestSleepMs));
      };
      arm();
      return () => clearTimeout(timer);
    },
  };
}
