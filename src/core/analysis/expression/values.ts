/**
 * A value during evaluation. Whole numbers are bigint and floats are number, since the language tells them apart and
 * wraps whole numbers at 64 bits. Nothing here has a prototype that an expression could reach.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | List
  | Dict
  | Struct
  | NamedText
  | Time
  | Duration
  | Zone;

/** `name` is the list's own type; lists of different types are never equal, unless one is of mixed values. */
export interface List {
  readonly kind: 'list';
  readonly name: '[]interface {}' | '[]float64' | '[]int' | '[]string' | '[]uint8' | `[]${string}`;
  readonly items: readonly Value[];
}

export interface Dict {
  readonly kind: 'dict';
  readonly name: string;
  readonly entries: ReadonlyMap<Value, Value>;
}

export interface Struct {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: ReadonlyMap<string, Value>;
}

/** A text of a type of its own, which equals only texts of the same type. */
export interface NamedText {
  readonly kind: 'namedText';
  readonly name: string;
  readonly text: string;
}

export interface Time {
  readonly kind: 'time';
  /** Since the epoch. */
  readonly nanoseconds: bigint;
}

export interface Duration {
  readonly kind: 'duration';
  readonly nanoseconds: bigint;
}

/** A time zone by its IANA name. */
export interface Zone {
  readonly kind: 'zone';
  readonly zoneName: string;
}

export function listOfAny(items: readonly Value[]): List {
  return { kind: 'list', name: '[]interface {}', items };
}

export function isList(value: Value): value is List {
  return hasKind(value, 'list');
}

export function isDict(value: Value): value is Dict {
  return hasKind(value, 'dict');
}

export function hasKind<K extends Exclude<Value, null | boolean | bigint | number | string>['kind']>(
  value: Value,
  kind: K,
): value is Extract<Value, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}

/** The name of a value's type, as messages show it. */
export function valueTypeName(value: Value): string {
  if (value === null) return '<nil>';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float64';
    case 'string':
      return 'string';
    default:
  }
  switch (value.kind) {
    case 'time':
      return 'time.Time';
    case 'duration':
      return 'time.Duration';
    case 'zone':
      return '*time.Location';
    default:
      return value.name;
  }
}

/** The bits that a 64-bit whole number keeps. */
export function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** A float cut to a whole number; what does not fit becomes the smallest one, as on the peer's machines. */
export function truncate(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) return -(2n ** 63n);
  return BigInt(Math.trunc(value));
}

/** What JSON holds: its numbers are floats, its objects maps from text. */
export function fromJson(json: unknown, depth = 0): Value {
  if (depth > 1000) return null; // deeper than any answer; JSON.parse bounds nothing
  if (json === null || json === undefined) return null;
  if (typeof json !== 'object') return fromScalar(json);
  if (Array.isArray(json)) return listOfAny(json.map((item) => fromJson(item, depth + 1)));
  const entries = Object.entries(json).map(([key, item]) => [key, fromJson(item, depth + 1)] as const);
  return { kind: 'dict', name: 'map[string]interface {}', entries: new Map<Value, Value>(entries) };
}

/** JSON has no whole numbers of their own; a source that tells them apart answers with bigints. */
function fromScalar(scalar: unknown): Value {
  const known = ['boolean', 'number', 'string', 'bigint'].includes(typeof scalar);
  return known ? (scalar as boolean | number | string | bigint) : null;
}
