import { problem } from './problem.ts';
import { hasKind, isDict, isList, type List, type Value, valueTypeName, wrap } from './values.ts';

/** `left operator right` for the operators that always look at both sides. */
export function operate(operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case '<':
    case '>':
    case '<=':
    case '>=':
      return compare(operator, left, right);
    case '+':
      return add(left, right);
    case '-':
      return subtract(left, right);
    case '*':
      return multiply(left, right);
    case '/':
      return (
        toNumber(left, () => noOperation('/', left, right)) /
        toNumber(right, () => noOperation('/', left, right))
      );
    case '%':
      return modulo(left, right);
    default: // ** and ^
      return power(floatOf(left), floatOf(right));
  }
}

export function less(left: Value, right: Value): boolean {
  return compare('<', left, right);
}

type Ordering = '<' | '>' | '<=' | '>=';

function compare(operator: Ordering, left: Value, right: Value): boolean {
  const pair = ordered(left, right);
  if (pair === undefined) throw noOperation(operator, left, right);
  const [a, b] = pair;
  switch (operator) {
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
  }
}

/** Both sides as things that can be ordered; undefined when they are of different kinds. */
function ordered(
  left: Value,
  right: Value,
): [number, number] | [bigint, bigint] | [string, string] | undefined {
  if (typeof left === 'bigint' && typeof right === 'bigint') return [left, right];
  if (isNumeric(left) && isNumeric(right)) return [Number(left), Number(right)];
  if (typeof left === 'string' && typeof right === 'string') return [left, right];
  for (const kind of ['time', 'duration'] as const) {
    if (hasKind(left, kind) && hasKind(right, kind)) return [left.nanoseconds, right.nanoseconds];
  }
  return undefined;
}

export function isNumeric(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Numbers by value; lists element by element when one is of mixed values; everything else strictly. */
export function equal(left: Value, right: Value): boolean {
  const pair = ordered(left, right);
  if (pair !== undefined) return pair[0] === pair[1];
  if (isList(left) && isList(right) && (isMixed(left) || isMixed(right))) {
    return sameItems(left, right, equal);
  }
  return deepEqual(left, right);
}

const isMixed = ({ name }: List) => name === '[]interface {}';

function sameItems(left: List, right: List, same: (a: Value, b: Value) => boolean): boolean {
  if (left.items.length !== right.items.length) return false;
  return left.items.every((item, index) => same(item, right.items[index] as Value));
}

/** The same type and the same content: a whole number is no float here. */
function deepEqual(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (valueTypeName(left) !== valueTypeName(right)) return false;
  if (isList(left) && isList(right)) return sameItems(left, right, deepEqual);
  if (isDict(left) && isDict(right)) return sameEntries(left.entries, right.entries);
  if (hasKind(left, 'struct') && hasKind(right, 'struct')) return sameEntries(left.fields, right.fields);
  if (hasKind(left, 'namedText') && hasKind(right, 'namedText')) return left.text === right.text;
  if (hasKind(left, 'zone') && hasKind(right, 'zone')) return left.zoneName === right.zoneName;
  return (hasKind(left, 'time') || hasKind(left, 'duration')) && equal(left, right);
}

function sameEntries(left: ReadonlyMap<Value, Value>, right: ReadonlyMap<Value, Value>): boolean {
  if (left.size !== right.size) return false;
  return [...left].every(([key, value]) => right.has(key) && deepEqual(value, right.get(key) as Value));
}

/** Texts that are joined may not outgrow this; the language bounds elements only. */
const longestText = 10_000_000;

export function add(left: Value, right: Value): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') return wrap(left + right);
  if (isNumeric(left) && isNumeric(right)) return Number(left) + Number(right);
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length + right.length > longestText) throw problem('memory budget exceeded');
    return left + right;
  }
  if (hasKind(left, 'time') && hasKind(right, 'duration')) {
    return { kind: 'time', nanoseconds: left.nanoseconds + right.nanoseconds };
  }
  if (hasKind(left, 'duration') && (hasKind(right, 'time') || hasKind(right, 'duration'))) {
    return { kind: right.kind, nanoseconds: left.nanoseconds + right.nanoseconds };
  }
  throw noOperation('+', left, right);
}

function subtract(left: Value, right: Value): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') return wrap(left - right);
  if (isNumeric(left) && isNumeric(right)) return Number(left) - Number(right);
  if (hasKind(left, 'time') && hasKind(right, 'time')) {
    return { kind: 'duration', nanoseconds: left.nanoseconds - right.nanoseconds };
  }
  if ((hasKind(left, 'time') || hasKind(left, 'duration')) && hasKind(right, 'duration')) {
    return { kind: left.kind, nanoseconds: left.nanoseconds - right.nanoseconds };
  }
  throw noOperation('-', left, right);
}

function multiply(left: Value, right: Value): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') return wrap(left * right);
  if (isNumeric(left) && isNumeric(right)) return Number(left) * Number(right);
  if (hasKind(left, 'duration') || hasKind(right, 'duration')) {
    const factors = [left, right].map((side) => (hasKind(side, 'duration') ? side.nanoseconds : side));
    const [a, b] = factors as [Value, Value];
    if (typeof a === 'bigint' && typeof b === 'bigint') return { kind: 'duration', nanoseconds: wrap(a * b) };
    if (isNumeric(a) && isNumeric(b)) {
      return { kind: 'duration', nanoseconds: BigInt(Math.trunc(Number(a) * Number(b)) || 0) };
    }
  }
  throw noOperation('*', left, right);
}

function modulo(left: Value, right: Value): Value {
  if (typeof left !== 'bigint' || typeof right !== 'bigint') throw noOperation('%', left, right);
  if (right === 0n) throw problem('runtime error: integer divide by zero');
  return wrap(left % right);
}

/** As Go's: one to any power is one, and the root of -1 to infinity too. */
function power(base: number, exponent: number): number {
  if (base === 1) return 1;
  if (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent)) return 1;
  return base ** exponent;
}

export function floatOf(value: Value): number {
  return toNumber(value, () => problem(`invalid operation: float(${valueTypeName(value)})`));
}

function toNumber(value: Value, otherwise: () => Error): number {
  if (isNumeric(value)) return Number(value);
  throw otherwise();
}

export function negate(value: Value): Value {
  if (typeof value === 'bigint') return wrap(-value);
  if (typeof value === 'number') return -value;
  throw problem(`invalid operation: - ${valueTypeName(value)}`);
}

function noOperation(operator: string, left: Value, right: Value): Error {
  return problem(`invalid operation: ${valueTypeName(left)} ${operator} ${valueTypeName(right)}`);
}
