import { type KubeObject, keyOf } from '../api/meta.ts';
import type { Clock } from '../kernel/clock.ts';
import { formatInstant, type Instant } from '../kernel/instant.ts';
import type { Store } from '../sandbox/store.ts';

/**
 * So many writes of one object at one instant are a fight: each writer answers the other's write with its own, and since no
 * time passes it would never end. A release writes an object a handful of times.
 */
export const fightLimit = 500;

export interface FightWatch {
  /** Throws when there was a fight, with the object and its writers. */
  check(): void;
  stop(): void;
}

/** Ends a fight by refusing the writes beyond the limit, so that the run comes to rest and can fail. */
export function watchFights(store: Store, clock: Pick<Clock, 'now'>): FightWatch {
  let at: Instant = clock.now();
  let fight: Error | undefined;
  const writes = new Map<string, { count: number; writers: Set<string>; last: KubeObject }>();
  const unsubscribe = store.onChange(({ resource, object }) => {
    if (clock.now() !== at) {
      at = clock.now();
      writes.clear();
    }
    const key = `${resource} ${keyOf(object)}`;
    const known = writes.get(key) ?? { count: 0, writers: new Set<string>(), last: object };
    for (const writer of writersSince(known.last, object)) known.writers.add(writer);
    writes.set(key, { ...known, count: known.count + 1, last: object });
    if (known.count < fightLimit) return;
    const writers = [...known.writers].sort().join(' and ');
    fight ??= new Error(
      `A write fight: ${key} was written ${fightLimit} times at ${formatInstant(at)} by ${writers}, and no time passes meanwhile.`,
    );
    throw fight;
  });
  return {
    check() {
      if (fight !== undefined) throw fight;
    },
    stop: unsubscribe,
  };
}

/** Whose entries in managedFields the write has changed. */
function writersSince(before: KubeObject, after: KubeObject): string[] {
  const entries = ({ metadata }: KubeObject) =>
    new Map(
      ((metadata.managedFields ?? []) as { manager?: string }[]).map((entry) => [
        entry.manager ?? '',
        JSON.stringify(entry),
      ]),
    );
  const old = entries(before);
  return [...entries(after)].filter(([name, text]) => old.get(name) !== text).map(([name]) => name);
}
