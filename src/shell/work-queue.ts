import { type BackOff, backOffSeconds } from '../kernel/back-off.ts';
import type { Cancel, Clock } from '../kernel/clock.ts';
import { addSeconds, earliest, type Instant } from '../kernel/instant.ts';
import { random } from '../kernel/random.ts';
import { retryAfterOf } from './retry-after.ts';

/** In this order; of work in the background every fourth key is taken at the latest, so that it never stands still. */
export type WorkPriority = 'urgent' | 'routine' | 'background';

export interface WorkQueue {
  /**
   * The key wants attention. Twice before it gets it is once, in the higher priority; while it has it, once more
   * afterwards. Without a priority it has the one of `priorityOf`.
   */
  add(key: string, priority?: WorkPriority): void;
  /** Like `add` at that instant; the earliest one asked for counts. */
  at(key: string, at: Instant): void;
  /** Resolves when nothing is under way and nothing waits, other than for a time to come. */
  idle(): Promise<void>;
  /** Takes no more work; resolves when what was under way has ended. */
  stop(): Promise<void>;
  /** Keys that want attention now and do not have it. */
  readonly depth: number;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Keys under way at the same time; a few urgent ones have room beside them, so that none waits for slow routine work (I10). */
  readonly workers: number;
  /**
   * Does the work. Resolves to when it wants the key back if nothing happens before; that replaces what an earlier
   * call asked for. When it fails the key comes back after a growing delay. `hurry` aborts when the key was added as urgent
   * meanwhile: the sooner this look ends, the sooner the urgent one begins.
   */
  readonly handle: (key: string, signal: AbortSignal, hurry: AbortSignal) => Promise<Instant | undefined>;
  /** How much a key matters when nobody says, a timer for example. Default: all are routine. */
  readonly priorityOf?: (key: string) => Exclude<WorkPriority, 'urgent'>;
  /** Told of what happens to the keys; must not throw. */
  readonly observer?: QueueObserver;
  /** Told of every failure; must not throw. */
  readonly onFailure?: (key: string, error: unknown, failures: number) => void;
}

/** What a queue tells of its keys. */
export interface QueueObserver {
  /** A key has begun to wait. */
  added(key: string): void;
  /** Its work begins. */
  begun(key: string): void;
  ended(key: string): void;
  /** Its work failed, and is done again after a pause. */
  retried(): void;
}

export const unobserved: QueueObserver = { added() {}, begun() {}, ended() {}, retried() {} };

/** As the peer: 1 ms doubling to 10 s. One key never disturbs another, so there is no need for chance. */
const failureBackOff: BackOff = { firstSeconds: 0.001, longestSeconds: 10, jitter: 0 };
const noChance = random(0);
const priorities: readonly WorkPriority[] = ['urgent', 'routine', 'background'];
/** Of so many keys that are not urgent one is from the background, when one waits there. */
const backgroundTurn = 4;
/** Urgent keys that are worked on although all workers are busy. */
const urgentWorkers = 4;

interface KeyState {
  /** Waits in the list of that priority. */
  queued?: WorkPriority | undefined;
  /** While it is worked on: tells that it is urgent by now. */
  active?: AbortController | undefined;
  /** Asked for while active. */
  again?: WorkPriority | undefined;
  dueAt?: Instant | undefined;
  cancelTimer?: Cancel | undefined;
  failures: number;
}

/** A queue of keys, not of objects: who works on a key looks up how it stands then. */
export function workQueue(options: WorkQueueOptions): WorkQueue {
  const { clock, workers, handle, observer = unobserved, priorityOf = () => 'routine' } = options;
  const states = new Map<string, KeyState>();
  const lists: Record<WorkPriority, string[]> = { urgent: [], routine: [], background: [] };
  const stopping = new AbortController();
  let waiters: (() => void)[] = [];
  let active = 0;
  let waiting = 0;
  let pumpIsDue = false;
  /** Keys taken since the last one from the background. */
  let passedBackground = 0;

  const stateOf = (key: string): KeyState => {
    const known = states.get(key);
    if (known !== undefined) return known;
    const state: KeyState = { failures: 0 };
    states.set(key, state);
    return state;
  };

  const add = (key: string, priority: WorkPriority = priorityOf(key)) => {
    if (stopping.signal.aborted) return;
    const state = stateOf(key);
    if (state.active !== undefined) {
      state.again = higher(state.again, priority);
      if (priority === 'urgent') state.active.abort();
    } else if (higher(state.queued, priority) !== state.queued) {
      if (state.queued === undefined) {
        waiting += 1;
        observer.added(key);
      }
      state.queued = priority; // an entry in the other list is skipped when its turn comes
      lists[priority].push(key);
    }
    pumpSoon();
  };

  /** Never inside the call: whoever adds keys may be in the middle of a change of what the work looks at. */
  const pumpSoon = () => {
    if (pumpIsDue) return;
    pumpIsDue = true;
    queueMicrotask(() => {
      pumpIsDue = false;
      pump();
    });
  };

  const wakeAt = (key: string, state: KeyState, at: Instant | undefined) => {
    state.cancelTimer?.();
    state.dueAt = at;
    state.cancelTimer =
      at === undefined
        ? undefined
        : clock.schedule(at, () => {
            state.dueAt = undefined;
            state.cancelTimer = undefined;
            add(key);
          });
  };

  const take = (priority: WorkPriority): string | undefined => {
    for (let key = lists[priority].shift(); key !== undefined; key = lists[priority].shift()) {
      if (states.get(key)?.queued === priority) return key;
    }
    return undefined;
  };

  const nextKey = (): string | undefined => {
    const urgent = active < workers + urgentWorkers ? take('urgent') : undefined;
    if (urgent !== undefined || active >= workers) return urgent;
    passedBackground += 1;
    const routine = passedBackground < backgroundTurn ? take('routine') : undefined;
    if (routine !== undefined) return routine;
    const background = take('background');
    if (background !== undefined) passedBackground = 0;
    return background ?? take('routine');
  };

  const pump = () => {
    while (!stopping.signal.aborted) {
      const key = nextKey();
      if (key === undefined) break;
      void work(key, stateOf(key));
    }
    if (active === 0 && waiting === 0) {
      for (const resolve of waiters) resolve();
      waiters = [];
    }
  };

  const work = async (key: string, state: KeyState) => {
    state.queued = undefined;
    waiting -= 1;
    const hurry = new AbortController();
    state.active = hurry;
    active += 1;
    observer.begun(key);
    wakeAt(key, state, undefined);
    try {
      const next = await handle(key, stopping.signal, hurry.signal);
      state.failures = 0;
      if (!stopping.signal.aborted) wakeAt(key, state, earliest(next, state.dueAt));
    } catch (error) {
      state.failures += 1;
      // what breaks because we are ending is no failure
      if (!stopping.signal.aborted) options.onFailure?.(key, error, state.failures);
      observer.retried();
      const wait = Math.max(retryAfterOf(error), backOffSeconds(failureBackOff, state.failures, noChance));
      if (!stopping.signal.aborted) wakeAt(key, state, addSeconds(clock.now(), wait));
    }
    state.active = undefined;
    active -= 1;
    observer.ended(key);
    const again = state.again;
    state.again = undefined;
    if (again !== undefined) add(key, again);
    else if (state.dueAt === undefined && state.failures === 0) states.delete(key);
    pumpSoon();
  };

  const idle = () =>
    new Promise<void>((resolve) => {
      waiters.push(resolve);
      pumpSoon();
    });

  return {
    add,
    at: (key, at) => {
      if (stopping.signal.aborted) return;
      const state = stateOf(key);
      if (state.dueAt === undefined || at < state.dueAt) wakeAt(key, state, at);
    },
    idle,
    stop: () => {
      stopping.abort();
      for (const state of states.values()) {
        state.cancelTimer?.();
        state.queued = undefined;
      }
      waiting = 0;
      return idle();
    },
    get depth() {
      return waiting;
    },
  };
}

function higher(one: WorkPriority | undefined, other: WorkPriority): WorkPriority {
  if (one === undefined) return other;
  return priorities.indexOf(one) <= priorities.indexOf(other) ? one : other;
}
