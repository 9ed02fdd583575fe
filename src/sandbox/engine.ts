import type { Clock } from '../kernel/clock.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Random } from '../kernel/random.ts';
import type { ResourceRegistry, Surroundings } from './resource.ts';
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
}

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
  return {
    clock,
    store,
    registry,
    newUid: () => uuid(() => uids.below(16)),
    newSuffix: () =>
      Array.from({ length: 5 }, () => suffixAlphabet[suffixes.below(suffixAlphabet.length)]).join(''),
    surroundings,
  };
}

function uuid(nibble: () => number): string {
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (letter) =>
    (letter === 'x' ? nibble() : 8 + (nibble() & 3)).toString(16),
  );
}
