import { createFlow, type Flow, type FlowProfile } from './flow.ts';

/** A stream and its counters. */
export interface Recorded<S> {
  readonly key: string;
  readonly stream: S;
  readonly flow: Flow;
}

/** The counters of all streams of one sort, also of those that flow no more. */
export interface FlowBook<S> {
  /** What flows otherwise from `atMs` on, and by their keys the streams that stand still. All others go on as they do. */
  record(streams: readonly S[], stopped: Iterable<string>, atMs: number): void;
  /** The sources of these streams are gone, and their counters with them. */
  end(isGone: (stream: S) => boolean, atMs: number): void;
  /** Those whose series has not ended before `fromMs`. */
  since(fromMs: number): readonly Recorded<S>[];
  all(): readonly Recorded<S>[];
}

export interface FlowBookOptions<S> {
  readonly keyOf: (stream: S) => string;
  /** A counter that stands still for so long ends. Default: never. */
  readonly idleLimitMs?: number;
  /** So many counters that have ended are kept, the latest. Default: all. */
  readonly endedLimit?: number;
}

export function createFlowBook<S extends { readonly profile: FlowProfile }>(
  options: FlowBookOptions<S>,
): FlowBook<S> {
  const { keyOf, idleLimitMs = Number.POSITIVE_INFINITY, endedLimit = Number.POSITIVE_INFINITY } = options;
  const living = new Map<string, Recorded<S>>();
  /** In the order in which they ended. */
  let ended: Recorded<S>[] = [];
  /** Since when a living counter stands still, longest first. */
  const idle = new Map<string, number>();

  const finish = (entry: Recorded<S>, atMs: number) => {
    entry.flow.end(atMs);
    living.delete(entry.key);
    idle.delete(entry.key);
    ended.push(entry);
    if (ended.length >= 2 * endedLimit) ended = ended.slice(-endedLimit);
  };
  const endIdle = (atMs: number) => {
    for (const [key, sinceMs] of idle) {
      if (atMs - sinceMs < idleLimitMs) return;
      finish(living.get(key) as Recorded<S>, atMs);
    }
  };

  return {
    record(streams, stopped, atMs) {
      for (const stream of streams) {
        const key = keyOf(stream);
        const entry = living.get(key) ?? { key, stream, flow: createFlow(atMs) };
        living.set(key, entry);
        idle.delete(key);
        entry.flow.change(atMs, stream.profile);
      }
      for (const key of stopped) {
        const entry = living.get(key);
        if (entry === undefined) continue;
        entry.flow.change(atMs, undefined);
        idle.set(key, atMs);
      }
      endIdle(atMs);
    },
    end(isGone, atMs) {
      for (const entry of living.values()) if (isGone(entry.stream)) finish(entry, atMs);
    },
    since(fromMs) {
      const first = ended.findLastIndex(({ flow }) => (flow.endedAtMs() ?? 0) < fromMs) + 1;
      return [...ended.slice(first), ...living.values()];
    },
    all: () => [...ended, ...living.values()],
  };
}
