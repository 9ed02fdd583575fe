import { sameJson } from '../../../../kernel/same-json.ts';
import { problem } from '../problem.ts';
import {
  fromJson,
  type GoValue,
  isList,
  isMap,
  kindName,
  sorted,
  toJson,
  truth,
  typeName,
} from '../values.ts';
import { isEmpty, textOf } from './conversions.ts';
import { atLeast, exactly, type FunctionTable, list, map, text, whole } from './function.ts';

type GoMap = ReadonlyMap<string, GoValue>;

/** sprig's functions of lists (https://masterminds.github.io/sprig/lists.html). */
const lists: FunctionTable = {
  list: atLeast(0, (args) => args),
  tuple: atLeast(0, (args) => args),
  ...both('first', 1, ([of]) => list(of, 'find first')[0] ?? null),
  ...both('last', 1, ([of]) => list(of, 'find last').at(-1) ?? null),
  ...both('rest', 1, ([of]) => list(of, 'find rest').slice(1)),
  ...both('initial', 1, ([of]) => list(of, 'find initial').slice(0, -1)),
  ...both('append', 2, ([of, item]) => [...list(of, 'push'), item]),
  ...both('push', 2, ([of, item]) => [...list(of, 'push'), item]),
  ...both('prepend', 2, ([of, item]) => [item, ...list(of, 'prepend')]),
  ...both('reverse', 1, ([of]) => list(of, 'find reverse').toReversed()),
  ...both('uniq', 1, ([of]) => unique(list(of, 'find uniq'))),
  ...both('compact', 1, ([of]) => list(of, 'compact').filter((item) => !isEmpty(item))),
  ...both('chunk', 2, ([size, of]) => chunks(whole(size), list(of, 'chunk'))),
  without: atLeast(1, without),
  mustWithout: atLeast(1, without),
  has: exactly(2, ([item, of]) => of !== null && list(of, 'find has').some((each) => same(each, item))),
  mustHas: exactly(2, ([item, of]) => of !== null && list(of, 'find has').some((each) => same(each, item))),
  concat: atLeast(0, (args) => args.flatMap((arg) => list(arg, 'concat'))),
  all: atLeast(0, (args) => args.every((arg) => !isEmpty(arg))),
  any: atLeast(0, (args) => args.some((arg) => !isEmpty(arg))),
};

/** sprig's functions of dictionaries (https://masterminds.github.io/sprig/dicts.html). Names come sorted. */
const maps: FunctionTable = {
  dict: atLeast(0, dictionary),
  get: exactly(2, ([of, key]) => map(of).get(text(key)) ?? ''),
  set: exactly(3, ([of, key, value]) => new Map(mutable(of).set(text(key), value))),
  unset: exactly(2, ([of, key]) => {
    mutable(of).delete(text(key));
    return of;
  }),
  hasKey: exactly(2, ([of, key]) => map(of).has(text(key))),
  keys: atLeast(0, (args) => args.flatMap((arg) => sorted(map(arg)).map(([key]) => key))),
  values: exactly(1, ([of]) => sorted(map(of)).map(([, value]) => value)),
  pluck: atLeast(1, ([key, ...of]) => of.flatMap((each) => found(map(each), text(key)))),
  pick: atLeast(1, ([of, ...keys]) => chosen(map(of), (key) => keys.includes(key))),
  omit: atLeast(1, ([of, ...keys]) => chosen(map(of), (key) => !keys.includes(key))),
  merge: atLeast(1, (args) => args.map(map).reduce((into, from) => merged(from, into))),
  mustMerge: atLeast(1, (args) => args.map(map).reduce((into, from) => merged(from, into))),
  mergeOverwrite: atLeast(1, (args) => args.map(map).reduce(merged)),
  mustMergeOverwrite: atLeast(1, (args) => args.map(map).reduce(merged)),
  dig: atLeast(3, dig),
  deepCopy: exactly(1, ([of]) => of),
  mustDeepCopy: exactly(1, ([of]) => of),
};

/** Defaults, types and JSON. */
const others: FunctionTable = {
  default: atLeast(1, ([otherwise = null, given]) => (isEmpty(given) ? otherwise : (given as GoValue))),
  coalesce: atLeast(0, (args) => args.find((arg) => !isEmpty(arg)) ?? null),
  empty: exactly(1, ([of]) => isEmpty(of)),
  ternary: exactly(3, ([yes, no, value]) => (truth(value) ? yes : no)),
  fail: exactly(1, ([message]) => {
    throw problem(text(message));
  }),
  typeOf: exactly(1, ([of]) => typeName(of)),
  typeIs: exactly(2, ([name, of]) => typeName(of) === text(name)),
  typeIsLike: exactly(2, ([name, of]) => [text(name), `*${text(name)}`].includes(typeName(of))),
  kindOf: exactly(1, ([of]) => kindName(of)),
  kindIs: exactly(2, ([name, of]) => kindName(of) === text(name)),
  deepEqual: exactly(2, ([a, b]) => same(a, b)),
  ...both('toJson', 1, ([of]) => toJson(of)),
  ...both('toRawJson', 1, ([of]) => toJson(of, true)),
  ...both('toPrettyJson', 1, ([of]) => toJson(of, false, '  ')),
  fromJson: exactly(1, ([of]) => read(text(of)) ?? null),
  mustFromJson: exactly(1, ([of]) => {
    const value = read(text(of));
    if (value === undefined) throw problem('invalid JSON');
    return value;
  }),
};

export const collections: FunctionTable = { ...lists, ...maps, ...others };

/** Under its name, and with `must` before it: ours fail either way. */
function both(name: string, count: number, call: Parameters<typeof exactly>[1]): FunctionTable {
  const made = exactly(count, call);
  return { [name]: made, [`must${name[0]?.toUpperCase()}${name.slice(1)}`]: made };
}

/** Equal in type and value, at every depth. */
function same(a: GoValue, b: GoValue): boolean {
  if (typeName(a) !== typeName(b)) return false;
  return isList(a) || isMap(a)
    ? sameJson(JSON.parse(toJson(a)), JSON.parse(toJson(b)))
    : toJson(a) === toJson(b);
}

function unique(of: readonly GoValue[]): readonly GoValue[] {
  return of.filter((item, index) => of.findIndex((other) => same(other, item)) === index);
}

function without([of, ...items]: readonly GoValue[]): GoValue {
  return list(of, 'find without').filter((each) => !items.some((item) => same(each, item)));
}

function chunks(size: number, of: readonly GoValue[]): GoValue {
  if (size < 1) throw problem('chunk: the size must be 1 or more');
  return Array.from({ length: Math.ceil(of.length / size) }, (_, index) =>
    of.slice(index * size, (index + 1) * size),
  );
}

function dictionary(args: readonly GoValue[]): GoValue {
  const made = new Map<string, GoValue>();
  for (let index = 0; index < args.length; index += 2)
    made.set(textOf(args[index] ?? null), index + 1 < args.length ? (args[index + 1] ?? null) : '');
  return made;
}

function mutable(of: GoValue): Map<string, GoValue> {
  return map(of) as Map<string, GoValue>;
}

function found(of: GoMap, key: string): readonly GoValue[] {
  return of.has(key) ? [of.get(key) ?? null] : [];
}

function chosen(of: GoMap, keep: (key: string) => boolean): GoValue {
  return new Map([...of].filter(([key]) => keep(key)));
}

/** Members of `over` win; members that are maps in both are merged. */
function merged(into: GoMap, over: GoMap): GoMap {
  const result = new Map(into);
  for (const [key, value] of over) {
    const known = result.get(key);
    if (isMap(known) && isMap(value)) result.set(key, merged(known, value));
    else if (!isEmpty(value) || known === undefined) result.set(key, value);
  }
  return result;
}

function dig(args: readonly GoValue[]): GoValue {
  const path = args.slice(0, -2).map(text);
  let value: GoValue = map(args.at(-1));
  for (const key of path) {
    const next: GoValue | undefined = isMap(value) ? value.get(key) : undefined;
    if (next === undefined) return args.at(-2) ?? null;
    value = next;
  }
  return value;
}

function read(json: string): GoValue | undefined {
  try {
    return floats(fromJson(JSON.parse(json)));
  } catch {
    return undefined;
  }
}

/** encoding/json knows no whole numbers. */
function floats(value: GoValue): GoValue {
  if (typeof value === 'bigint') return Number(value);
  if (isList(value)) return value.map(floats);
  return isMap(value) ? new Map([...value].map(([key, item]) => [key, floats(item)])) : value;
}
