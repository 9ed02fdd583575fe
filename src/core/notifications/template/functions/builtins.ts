import { problem } from '../problem.ts';
import { formatValue, type GoValue, isKind, isList, isMap, truth, typeName } from '../values.ts';
import { atLeast, exactly, type FunctionTable, text } from './function.ts';
import { sprint, sprintf } from './printf.ts';

/** The functions of text/template itself; `and` and `or` look no further than they must, which is the executor's doing. */
export const builtins: FunctionTable = {
  not: exactly(1, ([value]) => !truth(value)),
  len: exactly(1, ([value]) => length(value)),
  index: atLeast(1, ([of = null, ...keys]) => keys.reduce(at, of)),
  print: atLeast(0, sprint),
  println: atLeast(0, (args) => `${args.map(formatValue).join(' ')}\n`),
  printf: atLeast(1, ([format, ...args]) => sprintf(text(format), args)),
  html: atLeast(0, (args) => escaped(joined(args), htmlEscapes)),
  js: atLeast(0, (args) => jsEscaped(joined(args))),
  urlquery: atLeast(0, (args) =>
    encodeURIComponent(joined(args))
      .replace(/%20/g, '+')
      .replace(/[!'()*]/g, percent),
  ),
  call: atLeast(1, ([callee = null, ...args]) => called(callee, args)),
  eq: atLeast(2, ([first = null, ...others]) => others.some((other) => equal(first, other))),
  ne: exactly(2, ([a, b]) => !equal(a, b)),
  lt: exactly(2, ([a, b]) => less(a, b)),
  le: exactly(2, ([a, b]) => less(a, b) || equal(a, b)),
  gt: exactly(2, ([a, b]) => !(less(a, b) || equal(a, b))),
  ge: exactly(2, ([a, b]) => !less(a, b)),
};

function called(callee: GoValue, args: readonly GoValue[]): GoValue {
  if (!isKind(callee, 'function')) throw problem(`non-function of type ${typeName(callee)}`);
  return callee.call(args);
}

function length(value: GoValue): GoValue {
  if (typeof value === 'string') return BigInt(new TextEncoder().encode(value).length);
  if (isList(value)) return BigInt(value.length);
  if (isMap(value)) return BigInt(value.size);
  if (value === null) throw problem('len of nil pointer');
  throw problem(`len of type ${typeName(value)}`);
}

function at(of: GoValue, key: GoValue): GoValue {
  if (of === null) throw problem('index of untyped nil');
  if (isMap(of)) return of.get(text(key)) ?? null;
  const items = isList(of)
    ? of
    : typeof of === 'string'
      ? [...new TextEncoder().encode(of)].map(BigInt)
      : undefined;
  if (items === undefined) throw problem(`can't index item of type ${typeName(of)}`);
  if (typeof key !== 'bigint') throw problem(`cannot index slice/array with type ${typeName(key)}`);
  if (key < 0n || key >= BigInt(items.length)) throw problem(`index out of range: ${key}`);
  return items[Number(key)] ?? null;
}

type BasicKind = 'bool' | 'integer' | 'float' | 'string' | undefined;

function basicKind(value: GoValue): BasicKind {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'integer';
    case 'number':
      return 'float';
    case 'string':
      return 'string';
    default:
      return isKind(value, 'duration') ? 'integer' : undefined;
  }
}

function equal(a: GoValue, b: GoValue): boolean {
  if (a === null || b === null) return a === b;
  const [first, second] = [basicKind(a), basicKind(b)];
  if (areNumbers(first, second)) return !less(a, b) && !less(b, a);
  if (first !== second) throw problem('incompatible types for comparison');
  if (first !== undefined) return plain(a) === plain(b);
  if (isKind(a, 'time') && isKind(b, 'time')) return a.nanoseconds === b.nanoseconds;
  throw problem(`non-comparable type ${formatValue(a)}: ${typeName(a)}`);
}

function less(a: GoValue, b: GoValue): boolean {
  const [first, second] = [basicKind(a), basicKind(b)];
  if (first === undefined || second === undefined || first === 'bool')
    throw problem('invalid type for comparison');
  if (first !== second && !areNumbers(first, second)) throw problem('incompatible types for comparison');
  return (plain(a) as string | number | bigint) < (plain(b) as string | number | bigint);
}

/**
 * Not as in Go, where 2 and 2.0 cannot be compared: the peer's numbers of a Rollout are floats in messages about events, and
 * integers in those about conditions, and templates are written for either.
 */
function areNumbers(first: BasicKind, second: BasicKind): boolean {
  const isNumber = (kind: BasicKind) => kind === 'integer' || kind === 'float';
  return isNumber(first) && isNumber(second);
}

function plain(value: GoValue): GoValue {
  return isKind(value, 'duration') ? value.nanoseconds : value;
}

function joined(args: readonly GoValue[]): string {
  return args.length === 1 && typeof args[0] === 'string' ? args[0] : sprint(args);
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\uFFFD',
};

function escaped(value: string, escapes: Readonly<Record<string, string>>): string {
  return value.replace(/["'&<>\0]/g, (character) => escapes[character] as string);
}

function jsEscaped(value: string): string {
  return value.replace(/[\\'"<>&=]|\p{Cc}/gu, (character) => {
    if (character === '\\' || character === "'" || character === '"') return `\\${character}`;
    return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
