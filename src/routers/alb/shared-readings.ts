import { type Clock, until } from '../../kernel/clock.ts';
import { messageOf } from '../../kernel/errors.ts';
import { addSeconds, type Instant, later } from '../../kernel/instant.ts';
import type { AwsCalls } from './aws-calls.ts';

/** Who asks for a description, since when it matters, and whom to tell when there is a newer one. */
export interface Reader {
  readonly id: string;
  /** A description that was begun earlier says nothing about what was changed at this instant. */
  readonly since: Instant;
  heard(): void;
}

export interface Reading<T> {
  /** When it was begun. */
  readonly at: Instant;
  readonly says: T | { readonly error: string };
}

/** What many wait to read is read once for all of them. */
export interface SharedReadings<T> {
  /** The latest reading of this name, if one was begun late enough. Asks for a newer one when it is due. */
  read(name: string, reader: Reader): Reading<T> | undefined;
}

/** One thing is read at most this often, however many wait for it: the peer's pause between two looks. */
export const pauseSeconds = 10;
/** Things remembered; beyond, the one that was asked for longest ago is read anew. */
const mostRemembered = 1000;

interface Known<T> {
  latest: Reading<T> | undefined;
  isUnderWay: boolean;
  readonly readers: Map<string, () => void>;
}

export function sharedReadings<T>(
  describe: (name: string) => Promise<T>,
  { clock, calls }: { readonly clock: Clock; readonly calls: AwsCalls },
): SharedReadings<T> {
  const known = new Map<string, Known<T>>();

  const describeOrSayWhyNot = async (name: string): Promise<Reading<T>['says']> => {
    try {
      return await describe(name);
    } catch (error) {
      return { error: messageOf(error) };
    }
  };

  const renew = async (name: string, state: Known<T>): Promise<void> => {
    const at = dueAt(state);
    if (at > clock.now()) await until(clock, at);
    const begunAt = clock.now();
    state.latest = { at: begunAt, says: await describeOrSayWhyNot(name) };
    state.isUnderWay = false;
    const waiting = [...state.readers.values()];
    state.readers.clear();
    for (const heard of waiting) heard();
  };

  const dueAt = ({ latest }: Known<T>): Instant => {
    const due = latest === undefined ? clock.now() : addSeconds(latest.at, pauseSeconds);
    return later(due, calls.restUntil);
  };

  const stateOf = (name: string): Known<T> => {
    const state = known.get(name) ?? { latest: undefined, isUnderWay: false, readers: new Map() };
    known.delete(name);
    known.set(name, state); // the last one now
    if (known.size > mostRemembered) known.delete(known.keys().next().value as string);
    return state;
  };

  return {
    read(name, { id, since, heard }) {
      const state = stateOf(name);
      const { latest } = state;
      const isUsable = latest !== undefined && latest.at >= since;
      if (isUsable && addSeconds(latest.at, pauseSeconds) > clock.now()) return latest;
      state.readers.set(id, heard);
      if (!state.isUnderWay) {
        state.isUnderWay = true;
        void renew(name, state);
      }
      return isUsable ? latest : undefined;
    },
  };
}
