import type { KubeObject } from '../api/meta.ts';
import { freezeChanged } from './json.ts';

/** One committed write. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** Which table: `pods`, `rollouts.argoproj.io`. */
  readonly resource: string;
  /** The object after the write; of a deletion, the last state with the deletion's resourceVersion. */
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
  readonly revision: number;
}

/** Objects of one resource type, with their recent history. All objects are frozen to their leaves. */
export interface Table {
  readonly resource: string;
  get(namespace: string | undefined, name: string): KubeObject | undefined;
  /** In the order of namespace and name. The array is shared: it is never changed after it was handed out. */
  list(namespace?: string): readonly KubeObject[];
  size(): number;
  /** Position behind the newest change; a reader's cursor into `changesFrom`. */
  end(): number;
  /** The position of the first change after `revision`; undefined when changes since have been forgotten. */
  positionAfter(revision: number): number | undefined;
  /** The change at a position: undefined when it lies ahead, 'lost' when it has been forgotten. */
  changeAt(position: number): Change | undefined | 'lost';
  /** Calls back after every change of this table until the returned function is called. */
  subscribe(wake: () => void): () => void;
}

export interface Store {
  table(resource: string): Table;
  /** The newest resourceVersion of all tables. */
  revision(): number;
  /** Creates or replaces; stamps the resourceVersion, freezes, and returns the stored object. */
  put(resource: string, object: KubeObject): KubeObject;
  remove(resource: string, namespace: string | undefined, name: string): KubeObject | undefined;
  /** Forgets a whole table with its history, as when its CRD goes. */
  drop(resource: string): void;
  /** Runs synchronously after each committed write, in the order of writes, also those that listeners make. */
  onChange(listener: (change: Change) => void): () => void;
  /** Forgets history up to now, as compaction does: older watches get 410. */
  compact(): void;
}

/** How many changes a table remembers for watches that resume. The real server keeps 5 minutes; this bounds memory. */
export const defaultHistoryLength = 8192;

export function createStore(historyLength = defaultHistoryLength): Store {
  const tables = new Map<string, InnerTable>();
  const listeners = new Set<(change: Change) => void>();
  const undelivered: Change[] = [];
  /** From which revision on a table that is not there yet would know everything. */
  const droppedAt = new Map<string, number>();
  let compactedAt = 0;
  let revision = 1;
  let delivering = false;

  const tableOf = (resource: string): InnerTable => {
    const found = tables.get(resource);
    if (found !== undefined) return found;
    const table = createTable(resource, historyLength, droppedAt.get(resource) ?? compactedAt);
    tables.set(resource, table);
    return table;
  };

  const commit = (change: Change) => {
    tableOf(change.resource).apply(change);
    undelivered.push(change);
    if (delivering) return; // a listener wrote: its change waits until all listeners saw this one
    delivering = true;
    try {
      for (let next = undelivered.shift(); next !== undefined; next = undelivered.shift()) {
        for (const listener of [...listeners]) listener(next);
      }
    } finally {
      delivering = false;
    }
  };

  return {
    table: tableOf,
    revision: () => revision,
    put(resource, object) {
      const { namespace, name } = object.metadata;
      const previous = tableOf(resource).get(namespace, name);
      revision += 1;
      const stored = stamp(object, revision, previous);
      commit({
        type: previous === undefined ? 'ADDED' : 'MODIFIED',
        resource,
        object: stored,
        previous,
        revision,
      });
      return stored;
    },
    remove(resource, namespace, name) {
      const previous = tableOf(resource).get(namespace, name);
      if (previous === undefined) return undefined;
      revision += 1;
      const last = stamp(previous, revision, previous);
      commit({ type: 'DELETED', resource, object: last, previous, revision });
      return last;
    },
    drop(resource) {
      tables.delete(resource);
      droppedAt.set(resource, revision);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    compact() {
      compactedAt = revision;
      for (const table of tables.values()) table.forget(revision);
    },
  };
}

/** An object that was stored before is copied; one that is new is the store's from now on. */
function stamp(object: KubeObject, revision: number, previous: KubeObject | undefined): KubeObject {
  const own = object === previous || Object.isFrozen(object) ? { ...object } : object;
  if (own.metadata === previous?.metadata || Object.isFrozen(own.metadata))
    own.metadata = { ...own.metadata };
  own.metadata.resourceVersion = String(revision);
  return freezeChanged(own, previous);
}

interface InnerTable extends Table {
  apply(change: Change): void;
  forget(revision: number): void;
}

/** Objects of one namespace; `sorted` is rebuilt when names come and go, or values changed, and somebody lists. */
interface Shelf {
  readonly byName: Map<string, KubeObject>;
  sortedNames: string[] | undefined;
  listed: readonly KubeObject[] | undefined;
}

const clusterShelf = '';

function createTable(resource: string, historyLength: number, bornAt: number): InnerTable {
  const shelves = new Map<string, Shelf>();
  const wakers = new Set<() => void>();
  /** `history[0]` stands at position `first`; changes up to `forgotten` are gone. */
  let history: Change[] = [];
  let first = 0;
  let forgotten = bornAt;
  let everything: readonly KubeObject[] | undefined;
  let count = 0;

  const shelfOf = (namespace: string | undefined): Shelf => {
    const key = namespace ?? clusterShelf;
    let shelf = shelves.get(key);
    if (shelf === undefined) {
      shelf = { byName: new Map(), sortedNames: undefined, listed: undefined };
      shelves.set(key, shelf);
    }
    return shelf;
  };

  const apply = (change: Change) => {
    const { namespace, name } = change.object.metadata;
    const shelf = shelfOf(namespace);
    if (change.type === 'DELETED') shelf.byName.delete(name);
    else shelf.byName.set(name, change.object);
    if (change.type !== 'MODIFIED') {
      shelf.sortedNames = undefined;
      count += change.type === 'ADDED' ? 1 : -1;
    }
    shelf.listed = undefined;
    everything = undefined;
    remember(change);
    for (const wake of [...wakers]) wake();
  };

  const remember = (change: Change) => {
    history.push(change);
    // Cut in halves, so that dropping the oldest costs one copy every `historyLength` writes.
    if (history.length >= 2 * historyLength) cut(history.length - historyLength);
  };

  const cut = (amount: number) => {
    const last = history[amount - 1];
    if (last === undefined) return;
    forgotten = Math.max(forgotten, last.revision);
    history = history.slice(amount);
    first += amount;
  };

  return {
    resource,
    get: (namespace, name) => shelves.get(namespace ?? clusterShelf)?.byName.get(name),
    list(namespace) {
      if (namespace !== undefined) return listShelf(shelves.get(namespace));
      everything ??= [...shelves.keys()].sort().flatMap((key) => listShelf(shelves.get(key)));
      return everything;
    },
    size: () => count,
    end: () => first + history.length,
    positionAfter(revision) {
      if (revision < forgotten) return undefined;
      let low = 0;
      let high = history.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((history[middle] as Change).revision <= revision) low = middle + 1;
        else high = middle;
      }
      return first + low;
    },
    changeAt: (position) => (position < first ? 'lost' : history[position - first]),
    subscribe(wake) {
      wakers.add(wake);
      return () => wakers.delete(wake);
    },
    apply,
    forget(revision) {
      cut(history.length);
      forgotten = Math.max(forgotten, revision);
    },
  };
}

function listShelf(shelf: Shelf | undefined): readonly KubeObject[] {
  if (shelf === undefined) return [];
  shelf.sortedNames ??= [...shelf.byName.keys()].sort();
  shelf.listed ??= shelf.sortedNames.map((name) => shelf.byName.get(name) as KubeObject);
  return shelf.listed;
}
