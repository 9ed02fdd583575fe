import type { Clock } from '../../kernel/clock.ts';
import { addSeconds } from '../../kernel/instant.ts';

export type Priority = 'urgent' | 'routine';

export interface RequestQueue {
  /** Runs `send` when it is its turn: urgent ones before routine ones (invariant I10), else in order. */
  run<T>(priority: Priority, send: () => Promise<T>): Promise<T>;
  readonly waiting: number;
}

export interface RequestLimits {
  /** Requests under way at the same time. Default 16. */
  readonly concurrency?: number;
  /** Requests a second in the long run; urgent ones count, but never wait for it. Default 40, as the peer's `--qps`. */
  readonly perSecond?: number;
  /** Requests that may be sent at once after a quiet time. Default 80, as the peer's `--burst`. */
  readonly burst?: number;
}

/** A bounded number of requests under way, at a bounded rate. */
export function requestQueue(clock: Clock, limits: RequestLimits = {}): RequestQueue {
  const { concurrency = 16, perSecond = 40, burst = 80 } = limits;
  const urgent: (() => void)[] = [];
  const routine: (() => void)[] = [];
  let underWay = 0;
  let tokens = burst;
  let filledAt = clock.now();
  let refillScheduled = false;

  const refill = () => {
    const now = clock.now();
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
  };

  const nextInTurn = (): (() => void) | undefined => {
    if (urgent.length > 0) return urgent.shift();
    if (routine.length === 0) return undefined;
    if (tokens >= 1) return routine.shift();
    if (!refillScheduled) {
      refillScheduled = true;
      clock.schedule(addSeconds(clock.now(), (1 - tokens) / perSecond), () => {
        refillScheduled = false;
        pump();
      });
    }
    return undefined;
  };

  const pump = () => {
    refill();
    while (underWay < concurrency) {
      const start = nextInTurn();
      if (start === undefined) return;
      underWay += 1;
      tokens -= 1;
      start();
    }
  };

  return {
    run: async (priority, send) => {
      await new Promise<void>((resolve) => {
        (priority === 'urgent' ? urgent : routine).push(resolve);
        pump();
      });
      try {
        return await send();
      } finally {
        underWay -= 1;
        pump();
      }
    },
    get waiting() {
      return urgent.length + routine.length;
    },
  };
}
