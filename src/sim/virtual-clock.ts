import type { Cancel, Clock } from '../kernel/clock.ts';
import { invariant } from '../kernel/errors.ts';
import { addSeconds, type Instant } from '../kernel/instant.ts';

/** A clock that stands still until it is told to move, and then moves from task to task without waiting. */
export interface VirtualClock extends Clock {
  /**
   * Runs everything that is due up to `at`, in order of time and then of scheduling, and lets the program come to rest
   * after each task. Ends with `now() === at`. Without a wait, `advanceTo(now())` lets the program come to rest once.
   */
  advanceTo(at: Instant): Promise<void>;
  advanceBy(seconds: number): Promise<void>;
  /** Moves until nothing is scheduled. Programs with periodic tasks never get there: they run into the bound, which throws. */
  runUntilIdle(): Promise<void>;
  /** How many tasks wait. */
  readonly pending: number;
  /** How many tasks have run so far. */
  readonly ran: number;
  /** When the next task is due; undefined when none waits. */
  readonly nextAt: Instant | undefined;
}

export interface VirtualClockOptions {
  /** Lets the program come to rest: everything that needs no time to pass has happened. Default: a few turns of the event loop. */
  readonly settle?: () => Promise<void>;
}

interface Task {
  readonly at: Instant;
  readonly sequence: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** More tasks than this in one `runUntilIdle` mean that something schedules itself for ever. */
const idleTaskLimit = 100_000;

/** Virtual time. Everything happens on the caller's turn, so the same program gives the same run. */
export function virtualClock(start: Instant, options: VirtualClockOptions = {}): VirtualClock {
  const settle = options.settle ?? settleEventLoop;
  const tasks: Task[] = []; // a binary heap, soonest first
  let now = start;
  let sequence = 0;
  let cancelledTasks = 0;
  let tasksRun = 0;
  let advancing = false;

  const schedule = (at: Instant, run: () => void): Cancel => {
    sequence += 1;
    const task: Task = { at: Math.max(at, now) as Instant, sequence, run, cancelled: false };
    pushTask(tasks, task);
    return () => {
      if (task.cancelled) return;
      task.cancelled = true;
      cancelledTasks += 1;
    };
  };

  const dropCancelled = () => {
    while (tasks[0]?.cancelled === true) {
      popTask(tasks);
      cancelledTasks -= 1;
    }
  };

  const advance = async (limit: number, taskLimit: number) => {
    invariant(!advancing, 'The virtual clock is moved from two places at once.');
    advancing = true;
    try {
      await settle();
      for (let ran = 0; ; ran += 1) {
        dropCancelled();
        const next = tasks[0];
        if (next === undefined || next.at > limit) return;
        invariant(ran < taskLimit, 'The virtual clock never comes to rest.', { ran });
        popTask(tasks);
        next.cancelled = true; // cancelling what has run is harmless
        tasksRun += 1;
        now = next.at;
        next.run();
        await settle();
      }
    } finally {
      advancing = false;
    }
  };

  const advanceTo = async (at: Instant) => {
    invariant(at >= now, 'The virtual clock does not go back.', { now, at });
    await advance(at, Number.POSITIVE_INFINITY);
    now = at;
  };

  return {
    now: () => now,
    schedule,
    advanceTo,
    advanceBy: (amount) => advanceTo(addSeconds(now, amount)),
    runUntilIdle: () => advance(Number.POSITIVE_INFINITY, idleTaskLimit),
    get pending() {
      return tasks.length - cancelledTasks;
    },
    get ran() {
      return tasksRun;
    },
    get nextAt() {
      dropCancelled();
      return tasks[0]?.at;
    },
  };
}

/**
 * A turn of the event loop runs all promise reactions that are due; what itself waits for a turn (streams, mocked HTTP)
 * gets a few more. The number is fixed, so a run does not depend on the machine's speed.
 */
const settleTurns = 4;

async function settleEventLoop(): Promise<void> {
  for (let turn = 0; turn < settleTurns; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** A simulation that plays for long lets the machine's own events through now and then, such as a signal to stop. */
const settlesPerTurn = 1000;

/**
 * For a program that waits for nothing but promises: all their reactions have run when the next tick comes, and a turn of
 * the event loop, which costs a system call, is not needed.
 */
export function settlePromises(): () => Promise<void> {
  let count = 0;
  return async () => {
    count += 1;
    if (count % settlesPerTurn === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve) => process.nextTick(resolve));
  };
}

function isSooner(one: Task, other: Task): boolean {
  return one.at < other.at || (one.at === other.at && one.sequence < other.sequence);
}

function pushTask(heap: Task[], task: Task): void {
  let index = heap.length;
  heap.push(task);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as Task;
    if (!isSooner(task, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = task;
}

function popTask(heap: Task[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isSooner(heap[child + 1] as Task, heap[child] as Task)) child += 1;
    if (!isSooner(heap[child] as Task, last)) break;
    heap[index] = heap[child] as Task;
    index = child;
  }
  heap[index] = last;
}
