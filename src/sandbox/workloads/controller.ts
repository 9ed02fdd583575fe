import { type ObjectKey, splitKey } from '../../api/meta.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { messageOf } from '../../kernel/errors.ts';
import { addSeconds, type Instant } from '../../kernel/instant.ts';
import type { Log } from '../../kernel/log.ts';
import type { Random } from '../../kernel/random.ts';
import type { Change } from '../store.ts';
import type { WorkloadApi } from './workload-api.ts';

/** One built-in controller: which keys a change concerns, and how to bring one key in order. */
export interface Controller {
  readonly name: string;
  /** The keys that a change makes worth a look. */
  concerns(change: Change, api: WorkloadApi): readonly ObjectKey[];
  /**
   * Brings one object in order. Everything is read anew, so any number of calls leads to the same end. Answers when to
   * look again although nothing changes; undefined: only on a change.
   */
  reconcile(namespace: string | undefined, name: string, api: WorkloadApi): Instant | undefined;
}

export interface ControllerSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly api: WorkloadApi;
  /** How long a controller takes to notice, drawn evenly up to this. 0: within the same instant. */
  readonly maxReactionMs: number;
}

export interface RunningController {
  hear(change: Change): void;
  stop(): void;
}

const firstRetrySeconds = 1;
const longestRetrySeconds = 60;

/** Runs one controller: each key at most once at a time, retried with growing pauses when the API refuses. */
export function runController(controller: Controller, around: ControllerSurroundings): RunningController {
  const { clock, random, log, api, maxReactionMs } = around;
  const due = new Map<ObjectKey, { at: Instant; cancel: Cancel }>();
  const failures = new Map<ObjectKey, number>();

  const wake = (key: ObjectKey, at: Instant) => {
    const planned = due.get(key);
    if (planned !== undefined && planned.at <= at) return;
    planned?.cancel();
    due.set(key, { at, cancel: clock.schedule(at, () => run(key)) });
  };
  const run = (key: ObjectKey) => {
    due.delete(key);
    const { namespace, name } = splitKey(key);
    try {
      const again = controller.reconcile(namespace, name, api);
      failures.delete(key);
      if (again !== undefined) wake(key, again);
    } catch (error) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      log.warn('a controller of the sandbox will try again', {
        controller: controller.name,
        key,
        error: messageOf(error),
      });
      const pause = Math.min(longestRetrySeconds, firstRetrySeconds * 2 ** (count - 1));
      wake(key, addSeconds(clock.now(), pause));
    }
  };

  return {
    hear(change) {
      const delayMs = maxReactionMs === 0 ? 0 : random.below(maxReactionMs + 1);
      for (const key of controller.concerns(change, api)) wake(key, addSeconds(clock.now(), delayMs / 1000));
    },
    stop() {
      for (const { cancel } of due.values()) cancel();
      due.clear();
    },
  };
}
