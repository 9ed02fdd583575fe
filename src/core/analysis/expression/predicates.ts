import type { Budget } from './budget.ts';
import { notOfType } from './functions.ts';
import { add } from './operations.ts';
import { problem } from './problem.ts';
import { sortPairs } from './sort.ts';
import { listOfAny, type Value } from './values.ts';

/** One element of the list that is gone through: `#`, `#index`, `#acc`. */
export interface Element {
  readonly item: Value;
  readonly index: number;
  readonly accumulator?: Value;
}

export interface Walk {
  /** What the predicate says of an element; the element itself where there is no predicate. */
  each(element: Element): Value;
  /** The order of `sortBy`, the start of `reduce`. */
  readonly extra: Value | undefined;
  readonly budget: Budget;
}

type PredicateBuiltin = (items: readonly Value[], walk: Walk) => Value;

/** Carries out a built-in that goes through a list. */
export function evaluatePredicate(name: string, items: readonly Value[], walk: Walk): Value {
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  if (builtin === undefined) throw problem(`unknown builtin ${name}`);
  return builtin(items, walk);
}

const holds = (walk: Walk) => (item: Value, index: number) => {
  const said = walk.each({ item, index });
  if (typeof said !== 'boolean') throw notOfType(said, 'bool');
  return said;
};

const builtins: Readonly<Record<string, PredicateBuiltin>> = {
  all: (items, walk) => items.every(holds(walk)),
  none: (items, walk) => !items.some(holds(walk)),
  any: (items, walk) => items.some(holds(walk)),
  one: (items, walk) => items.filter(holds(walk)).length === 1,
  count: (items, walk) => BigInt(items.filter(holds(walk)).length),
  find: (items, walk) => items.find(holds(walk)) ?? null,
  findLast: (items, walk) => items.findLast(holds(walk)) ?? null,
  findIndex: (items, walk) => position(items.findIndex(holds(walk))),
  findLastIndex: (items, walk) => position(items.findLastIndex(holds(walk))),
  filter(items, walk) {
    const kept = items.filter(holds(walk));
    walk.budget.grow(kept.length);
    return listOfAny(kept);
  },
  map(items, walk) {
    walk.budget.grow(items.length);
    return listOfAny(items.map((item, index) => walk.each({ item, index })));
  },
  sum: (items, walk) =>
    items.reduce<Value>((total, item, index) => add(walk.each({ item, index }), total), 0n),
  reduce(items, walk) {
    const [first, ...others] = items;
    if (walk.extra === undefined && first === undefined) {
      throw problem('reduce of empty array with no initial value');
    }
    const rest = walk.extra === undefined ? others : items;
    const skipped = items.length - rest.length;
    return rest.reduce<Value>(
      (accumulator, item, index) => walk.each({ item, index: index + skipped, accumulator }),
      walk.extra === undefined ? (first as Value) : walk.extra,
    );
  },
  groupBy(items, walk) {
    const groups = new Map<Value, Value[]>();
    for (const [index, item] of items.entries()) {
      const key = walk.each({ item, index });
      if (typeof key === 'object' && key !== null) throw problem('runtime error: hash of unhashable type');
      groups.set(key, [...(groups.get(key) ?? []), item]);
    }
    const entries = new Map<Value, Value>([...groups].map(([key, group]) => [key, listOfAny(group)]));
    return { kind: 'dict', name: 'map[interface {}][]interface {}', entries };
  },
  sortBy(items, walk) {
    const order = walk.extra ?? 'asc';
    const pairs = items.map((value, index) => ({ value, key: walk.each({ item: value, index }) }));
    walk.budget.grow(items.length);
    return listOfAny(sortPairs(pairs, order));
  },
};

function position(index: number): Value {
  return index === -1 ? null : BigInt(index);
}
