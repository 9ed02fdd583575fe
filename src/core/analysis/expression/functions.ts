import { fetch, get, wholeNumber } from './access.ts';
import { aggregate, mean, median } from './aggregate.ts';
import type { Budget } from './budget.ts';
import { formatValue, toJson } from './format.ts';
import { parseGoFloat } from './go-float.ts';
import { equal, isNumeric, less } from './operations.ts';
import { problem } from './problem.ts';
import { sortValues } from './sort.ts';
import { textFunctions } from './text-functions.ts';
import { parseDuration, parseTime } from './time.ts';
import { checkZone } from './time-zone.ts';
import {
  fromJson,
  hasKind,
  isDict,
  isList,
  listOfAny,
  truncate,
  type Value,
  valueTypeName,
  wrap,
} from './values.ts';

export interface CallContext {
  readonly budget: Budget;
  readonly nowNanoseconds: bigint;
}

type Builtin = (args: readonly Value[], context: CallContext) => Value;

/** Calls a built-in that takes values only. The checker has seen the number of arguments, and their types where known. */
export function callBuiltin(name: string, args: readonly Value[], context: CallContext): Value {
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  if (builtin === undefined) throw problem(`unknown builtin ${name}`);
  return builtin(args, context);
}

const builtins: Readonly<Record<string, Builtin>> = {
  ...textFunctions,
  len: ([of = null]) => lengthOf(of),
  type: ([of = null]) => kindName(of),
  abs: ([of = null]) =>
    numeric('abs', of) < 0 ? (typeof of === 'bigint' ? wrap(-of) : -(of as number)) : of,
  ceil: ([of = null]) => Math.ceil(Number(numeric('ceil', of))),
  floor: ([of = null]) => Math.floor(Number(numeric('floor', of))),
  round: ([of = null]) => roundAwayFromZero(Number(numeric('round', of))),
  int: ([of = null]) => toInt(of),
  float: ([of = null]) => toFloat(of),
  string: ([of = null]) => formatValue(of),
  max: (args) => aggregate('max', args, less),
  min: (args) => aggregate('min', args, (a, b) => less(b, a)),
  mean: (args) => mean(args),
  median: (args) => median(args),
  toJSON: ([of = null]) => toJson(of),
  fromJSON: ([of = null]) => readJson(textOf(of)),
  now: (_, { nowNanoseconds }) => ({ kind: 'time', nanoseconds: nowNanoseconds }),
  duration: ([of = null]) => ({ kind: 'duration', nanoseconds: parseDuration(textOf(of)) }),
  date: (args) => readDate(args),
  timezone: ([of = null]) => ({ kind: 'zone', zoneName: checkZone(textOf(of)) }),
  first: ([from = null]) => orNil(() => fetch(from, 0n)),
  last: ([from = null]) => orNil(() => fetch(from, -1n)),
  get: ([from = null, key = null]) => get(from, key),
  take: ([from = null, amount = null]) => take(from, amount),
  keys: ([of = null]) => listOfAny([...entriesOf(of, 'get keys from').keys()]),
  values: ([of = null]) => listOfAny([...entriesOf(of, 'get values from').values()]),
  toPairs: ([of = null]) =>
    listOfAny([...entriesOf(of, 'transform').entries()].map((pair) => listOfAny(pair))),
  fromPairs: ([of = null]) => fromPairs(items('transform', of)),
  reverse: ([of = null], { budget }) => grown(items('reverse', of).toReversed(), budget),
  uniq: ([of = null], { budget }) => uniq(items('uniq', of), budget),
  concat: (args, { budget }) =>
    grown(
      args.flatMap((arg) => items('concat', arg)),
      budget,
    ),
  flatten: ([of = null], { budget }) => grown(flatten(items('flatten', of)), budget),
  sort: ([of = null, order = 'asc'], { budget }) =>
    grown(sortValues(isList(of) ? of.items : [], order), budget),
  bitand: bits((x, y) => x & y),
  bitor: bits((x, y) => x | y),
  bitxor: bits((x, y) => x ^ y),
  bitnand: bits((x, y) => x & ~y),
  bitshl: bits((x, y) => (shift(y) > 63n ? 0n : x << y)),
  bitshr: bits((x, y) => x >> (shift(y) > 63n ? 63n : y)),
  bitushr: bits((x, y) => (shift(y) > 63n ? 0n : BigInt.asUintN(64, x) >> y)),
  bitnot: ([of = null]) => ~wholeArgument(of),
};

/** The text that an argument is; nil and everything else is a problem, as it is for Go. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  throw notOfType(value, 'string');
}

/** A value where a certain type is taken for granted, but the value is of another. */
export function notOfType(value: Value, wanted: string): Error {
  const found = value === null ? 'nil' : valueTypeName(value);
  return problem(`interface conversion: interface {} is ${found}, not ${wanted}`);
}

function lengthOf(value: Value): Value {
  if (typeof value === 'string') return BigInt([...value].length);
  if (isList(value)) return BigInt(value.items.length);
  if (isDict(value)) return BigInt(value.entries.size);
  throw problem(`invalid argument for len (type ${valueTypeName(value)})`);
}

function kindName(value: Value): string {
  if (value === null) return 'nil';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (typeof value !== 'object') return typeof value === 'boolean' ? 'bool' : 'string';
  switch (value.kind) {
    case 'list':
      return 'array';
    case 'dict':
      return 'map';
    case 'struct':
    case 'namedText':
      return `github.com/aws/aws-sdk-go-v2/service/cloudwatch/${value.name}`;
    default:
      return valueTypeName(value);
  }
}

function numeric(name: string, value: Value): number | bigint {
  if (isNumeric(value)) return value;
  throw problem(`invalid argument for ${name} (type ${valueTypeName(value)})`);
}

function roundAwayFromZero(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

function toInt(value: Value): Value {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return truncate(value);
  if (hasKind(value, 'duration')) return value.nanoseconds;
  if (typeof value !== 'string') throw problem(`invalid operation: int(${valueTypeName(value)})`);
  const parsed = parseInt64(value);
  if (parsed === undefined) throw problem(`invalid operation: int(${value})`);
  return parsed;
}

/** A decimal whole number of 64 bits; undefined for any other text. */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text) || text.length > 100) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return wrap(value) === value ? value : undefined;
}

function toFloat(value: Value): Value {
  if (isNumeric(value)) return Number(value);
  if (typeof value !== 'string') throw problem(`invalid operation: float(${valueTypeName(value)})`);
  const parsed = parseGoFloat(value);
  if (parsed === undefined) throw problem(`invalid operation: float(${value})`);
  return parsed;
}

function readJson(text: string): Value {
  try {
    return fromJson(JSON.parse(text));
  } catch {
    throw problem('invalid JSON');
  }
}

function readDate(args: readonly Value[]): Value {
  const [first = null] = args;
  const given = hasKind(first, 'zone') ? first : undefined;
  const [text = null, layout, zoneName] = given === undefined ? args : args.slice(1);
  const zone = zoneName === undefined ? (given?.zoneName ?? 'UTC') : checkZone(textOf(zoneName));
  return parseTime(textOf(text), layout === undefined ? undefined : textOf(layout), zone);
}

function orNil(read: () => Value): Value {
  try {
    return read();
  } catch {
    return null;
  }
}

function items(action: string, value: Value): readonly Value[] {
  if (isList(value)) return value.items;
  throw problem(`cannot ${action} ${kindName(value)}`);
}

function take(from: Value, amount: Value): Value {
  if (!isList(from)) throw problem(`cannot take from ${kindName(from)}`);
  if (typeof amount !== 'bigint') throw problem(`cannot take ${kindName(amount)} elements`);
  if (amount < 0n) throw problem('reflect.Value.Slice: slice index out of bounds');
  return { ...from, items: from.items.slice(0, Number(amount)) };
}

function entriesOf(value: Value, action: string): ReadonlyMap<Value, Value> {
  if (isDict(value)) return value.entries;
  throw problem(`cannot ${action} ${kindName(value)}`);
}

function fromPairs(pairs: readonly Value[]): Value {
  const entries = new Map<Value, Value>();
  for (const pair of pairs) {
    if (!isList(pair)) throw problem(`invalid pair ${formatValue(pair)}`);
    if (pair.items.length !== 2) throw problem(`invalid pair length ${formatValue(pair)}`);
    entries.set(pair.items[0] as Value, pair.items[1] as Value);
  }
  return { kind: 'dict', name: 'map[interface {}]interface {}', entries };
}

function uniq(all: readonly Value[], budget: Budget): Value {
  const kept: Value[] = [];
  for (const item of all) {
    const seen = kept.some((other) => {
      budget.step();
      return equal(item, other);
    });
    if (!seen) kept.push(item);
  }
  return listOfAny(kept);
}

function flatten(all: readonly Value[]): Value[] {
  return all.flatMap((item) => (isList(item) ? flatten(item.items) : [item]));
}

function grown(all: readonly Value[], budget: Budget): Value {
  budget.grow(all.length);
  return listOfAny(all);
}

function bits(operation: (x: bigint, y: bigint) => bigint): Builtin {
  return ([x = null, y = null]) => wrap(operation(wholeArgument(x), wholeArgument(y)));
}

function wholeArgument(value: Value): bigint {
  if (typeof value === 'bigint') return wholeNumber(value);
  throw problem(`cannot use ${valueTypeName(value)} as argument (type int)`);
}

function shift(by: bigint): bigint {
  if (by < 0n) throw problem(`invalid operation: negative shift count ${by} (type int)`);
  return by;
}
