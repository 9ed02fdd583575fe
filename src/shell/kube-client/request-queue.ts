import type { Clock } from '../../kernel/clock.ts';
import { addSeconds, type Instant } from '../../kernel/instant.ts';

export type Priority = 'urgent' | 'routine';

/**
 * What a request is about. Each lane has a rate of its own, as each client has in the peer's process, so that a busy one holds no
 * other up: events never delay the release that they tell of. What the others have no use for, events may have: so the telling ends
 * soon after the releases do.
 */
export type Lane = 'builtIn' | 'own' | 'routes' | 'events';

export interface Turn {
  readonly lane: Lane;
  readonly priority: Priority;
  /** Makes a routine request that still waits an urgent one. */
  readonly hurry?: AbortSignal | undefined;
}

export interface RequestQueue {
  /**
   * Runs `send` when it is its turn: urgent ones before routine ones (invariant I10), else in order within their lane. While
   * an urgent one is under way, few routine ones begin.
   */
  run<T>(turn: Turn, send: () => Promise<T>): Promise<T>;
  readonly waiting: number;
}

export interface RequestLimits {
  /** Routine requests under way at the same time; a few urgent ones have room beside them. Default 16. */
  readonly concurrency?: number;
  /** Requests a second in the long run, in each lane; urgent ones count, but never wait for it. Default 40, as the peer's `--qps`. */
  readonly perSecond?: number;
  /** Requests of a lane that may be sent at once after a quiet time. Default 80, as the peer's `--burst`. */
  readonly burst?: number;
}

/** Requests under way at the same time, urgent ones aside. */
export const routineRequests = 16;
/** Routine requests that go on while an urgent one is under way: the server is to have time for that one. */
const routineBesideUrgent = 2;
/** From a breach to a closed gate several urgent requests follow each other: so long after one the next is waited for. Seconds. */
const nextUrgentSeconds = 0.05;
/**
 * Events that have used up their rate are sent by the handful, what may be sent in this time together: to wake up for each alone
 * takes more processor time than to send it. Other requests come one by one, so that an abort never meets a crowd. Seconds.
 */
const eventsWaitSeconds = 0.1;
/** What other lanes keep for themselves, as a share of their burst, when they have nothing to send and events have. */
const keptShare = 0.5;
/** Urgent requests that need not wait until a routine one is answered, however slow the server is. */
export const urgentRequests = 8;

type Start = (as: Priority) => void;

interface Waiting {
  readonly start: Start;
  /** It has its turn, or waits among the urgent ones now. */
  isTaken: boolean;
}

interface LaneState {
  readonly waiting: Waiting[];
  tokens: number;
  filledAt: Instant;
  refillIsDue: boolean;
}

/** A bounded number of requests under way, at a bounded rate. */
export function requestQueue(clock: Clock, limits: RequestLimits = {}): RequestQueue {
  const { concurrency = routineRequests, perSecond = 40, burst = 80 } = limits;
  const urgent: { readonly start: Start; readonly lane: LaneState }[] = [];
  const newLane = (): LaneState => ({
    waiting: [],
    tokens: burst,
    filledAt: clock.now(),
    refillIsDue: false,
  });
  const lanes: Record<Lane, LaneState> = {
    builtIn: newLane(),
    own: newLane(),
    routes: newLane(),
    events: newLane(),
  };
  /** In the order in which they are served next: the one that was served goes last. */
  const order = Object.values(lanes);
  const underWay: Record<Priority, number> = { urgent: 0, routine: 0 };
  let waiting = 0;
  /** Ends of urgent requests after which the next may still come; counted, since the clock may be set back meanwhile. */
  let calmTimers = 0;

  const refill = (lane: LaneState) => {
    const now = clock.now();
    const passed = Math.max(0, now - lane.filledAt); // less when somebody has set the clock back
    lane.tokens = Math.min(burst, lane.tokens + (passed / 1000) * perSecond);
    lane.filledAt = now;
  };

  /** Whose rate the next request of this lane counts for; undefined while it has to wait. Only events use what others leave. */
  const payerOf = (lane: LaneState): LaneState | undefined => {
    refill(lane);
    if (lane.tokens >= 1) return lane;
    return lane === lanes.events ? order.find(hasToSpare) : undefined;
  };

  const hasToSpare = (lane: LaneState): boolean => {
    if (lane.waiting.some(({ isTaken }) => !isTaken)) return false;
    refill(lane);
    return lane.tokens - 1 >= burst * keptShare;
  };

  const pumpWhenFilled = (lane: LaneState) => {
    if (lane.refillIsDue) return;
    lane.refillIsDue = true;
    const handful = Math.min(lane.waiting.length, burst, Math.floor(perSecond * eventsWaitSeconds));
    const enough = lane === lanes.events ? Math.max(1, handful) : 1;
    clock.schedule(addSeconds(clock.now(), (enough - lane.tokens) / perSecond), () => {
      lane.refillIsDue = false;
      pump();
    });
  };

  const begin = (payer: LaneState, start: Start, as: Priority) => {
    waiting -= 1;
    underWay[as] += 1;
    payer.tokens -= 1;
    start(as);
  };

  const end = (as: Priority) => {
    underWay[as] -= 1;
    if (as === 'urgent') keepCalm();
  };

  const keepCalm = () => {
    calmTimers += 1;
    clock.schedule(addSeconds(clock.now(), nextUrgentSeconds), () => {
      calmTimers -= 1;
      if (calmTimers === 0) pump();
    });
  };

  const mayBeginRoutine = (): boolean => {
    const isCalm = underWay.urgent > 0 || calmTimers > 0;
    const most = isCalm ? Math.min(concurrency, routineBesideUrgent) : concurrency;
    return underWay.routine < most;
  };

  /** True when one was sent. */
  const sendRoutine = (): boolean => {
    for (const [index, lane] of order.entries()) {
      while (lane.waiting[0]?.isTaken === true) lane.waiting.shift();
      if (lane.waiting.length === 0) continue;
      const payer = payerOf(lane);
      if (payer === undefined) {
        pumpWhenFilled(lane);
        continue;
      }
      const next = lane.waiting.shift() as Waiting;
      next.isTaken = true;
      order.push(...order.splice(index, 1));
      begin(payer, next.start, 'routine');
      return true;
    }
    return false;
  };

  const pump = () => {
    while (underWay.urgent + underWay.routine < concurrency + urgentRequests) {
      const next = urgent.shift();
      if (next === undefined) break;
      begin(next.lane, next.start, 'urgent');
    }
    while (mayBeginRoutine() && sendRoutine());
  };

  const waitInLane = (lane: LaneState, start: Start, hurry: AbortSignal | undefined) => {
    const entry: Waiting = { start, isTaken: false };
    lane.waiting.push(entry);
    hurry?.addEventListener(
      'abort',
      () => {
        if (entry.isTaken) return;
        entry.isTaken = true;
        urgent.push({ start, lane });
        pump();
      },
      { once: true },
    );
  };

  return {
    run: async ({ lane: name, priority, hurry }, send) => {
      const lane = lanes[name];
      const as = await new Promise<Priority>((resolve) => {
        waiting += 1;
        if (priority === 'urgent' || hurry?.aborted === true) urgent.push({ start: resolve, lane });
        else waitInLane(lane, resolve, hurry);
        pump();
      });
      try {
        return await send();
      } finally {
        end(as);
        pump();
      }
    },
    get waiting() {
      return waiting;
    },
  };
}
