import type { KubeObject } from '../api/meta.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Random } from '../kernel/random.ts';
import type { ResourceRegistry, Surroundings } from './resource.ts';
import type { Schema } from './schema/schema.ts';
import type { Store } from './store.ts';

/** What every verb works with. */
export interface Engine {
  readonly clock: Clock;
  readonly store: Store;
  readonly registry: ResourceRegistry;
  newUid(): string;
  /** Five letters and digits, as the API server appends to `generateName`. */
  newSuffix(): string;
  surroundings(): Surroundings;
  /**
   * Calls back with a write that comes a minute or more after the last call, until the returned function is called: how
   * open watches know that it is time for a bookmark. Nothing is called while nothing is written.
   */
  onHeartbeat(listener: () => void): () => void;
  /** Which schema an object was admitted under: what a later write shares with it is in order under that schema. */
  readonly admitted: WeakMap<KubeObject, Schema>;
  /** Stores a change that the server itself makes to an object: one that was admitted still is. */
  putOwn(resource: string, object: KubeObject, previous: KubeObject): KubeObject;
}

/** How long a watch may go without a line before the next write brings it a bookmark, as on the real server. */
const heartbeatMs = 60_000;

/** Kubernetes leaves out vowels and look-alikes, so that no suffix spells a word. */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

export function createEngine(options: {
  clock: Clock;
  random: Random;
  store: Store;
  registry: ResourceRegistry;
}): Engine {
  const { clock, store, registry } = options;
  const uids = options.random.fork('sandbox/uid');
  const suffixes = options.random.fork('sandbox/generate-name');
  const surroundings = (): Surroundings => ({
    now: clock.now() as Instant,
    list: (resource, namespace) => store.table(resource).list(namespace),
    get: (resource, namespace, name) => store.table(resource).get(namespace, name),
  });
  const heartbeats = new Set<() => void>();
  let lastBeatAt = clock.now();
  store.onChange(() => {
    if (heartbeats.size === 0 || clock.now() - lastBeatAt < heartbeatMs) return;
    lastBeatAt = clock.now();
    for (const beat of [...heartbeats]) beat();
  });
  const admitted = new WeakMap<KubeObject, Schema>();
  return {
    onHeartbeat(listener) {
      heartbeats.add(listener);
      return () => heartbeats.delete(listener);
    },
    clock,
    store,
    registry,
    newUid: () => uuid(() => uids.below(16)),
    newSuffix: () =>
      Array.from({ length: 5 }, () => suffixAlphabet[suffixes.below(suffixAlphabet.length)]).join(''),
    surroundings,
    admitted,
    putOwn(resource, object, previous) {
      const stored = store.put(resource, object);
      const schema = admitted.get(previous);
      if (schema !== undefined) admitted.set(stored, schema);
      return stored;
    },
  };
}

function uuid(nibble: () => number): string {
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (letter) =>
    (letter === 'x' ? nibble() : 8 + (nibble() & 3)).toString(16),
  );
}
