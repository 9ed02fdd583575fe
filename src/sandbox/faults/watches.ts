import { type Clock, until } from '../../kernel/clock.ts';
import { addSeconds, type Instant } from '../../kernel/instant.ts';
import type { WatchLine } from '../request.ts';

/** The open watches of one server. */
export interface WatchBook {
  /** The same stream, which ends when it is dropped, and shows each line as late as `lagSeconds` says when the line comes. */
  follow(resource: string, stream: AsyncIterable<WatchLine>): AsyncIterable<WatchLine>;
  /** Ends the open watches of these resources; of all when none are named. Answers how many. */
  drop(resources: readonly string[] | undefined): number;
}

export function watchBook(clock: Clock, lagSeconds: (resource: string) => number): WatchBook {
  const open = new Set<{ readonly resource: string; readonly drop: () => void }>();
  return {
    follow: (resource, stream) => ({
      [Symbol.asyncIterator]() {
        const iterator = faultyIterator(stream[Symbol.asyncIterator](), clock, () => lagSeconds(resource));
        const entry = {
          resource,
          drop() {
            open.delete(entry);
            iterator.end();
          },
        };
        open.add(entry);
        return {
          next: () => iterator.next(),
          async return() {
            entry.drop();
            return { done: true, value: undefined };
          },
        };
      },
    }),
    drop(resources) {
      const meant = [...open].filter(
        ({ resource }) => resources === undefined || resources.includes(resource),
      );
      for (const watch of meant) watch.drop();
      return meant.length;
    },
  };
}

interface FaultyIterator {
  next(): Promise<IteratorResult<WatchLine>>;
  end(): void;
}

/** Reads ahead, so that the lag counts from when a line came; lines never overtake each other. */
function faultyIterator(
  source: AsyncIterator<WatchLine>,
  clock: Clock,
  lagSeconds: () => number,
): FaultyIterator {
  const waiting: { readonly line: WatchLine; readonly showAt: Instant }[] = [];
  const stop = new AbortController();
  let isOver = false;
  let hasBegun = false;
  let wake: (() => void) | undefined;
  const read = async () => {
    for (let item = await source.next(); item.done !== true && !stop.signal.aborted; ) {
      waiting.push({ line: item.value, showAt: addSeconds(clock.now(), lagSeconds()) });
      wake?.();
      item = await source.next();
    }
    isOver = true;
    wake?.();
  };
  return {
    async next() {
      if (!hasBegun) {
        hasBegun = true;
        void read();
      }
      for (;;) {
        if (stop.signal.aborted) return { done: true, value: undefined };
        const first = waiting[0];
        if (first === undefined) {
          if (isOver) return { done: true, value: undefined };
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else if (first.showAt > clock.now()) await until(clock, first.showAt, stop.signal);
        else {
          waiting.shift();
          return { done: false, value: first.line };
        }
      }
    },
    end() {
      stop.abort();
      void source.return?.();
      wake?.();
    },
  };
}
