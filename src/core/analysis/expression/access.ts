import { problem } from './problem.ts';
import { hasKind, isDict, isList, type Struct, truncate, type Value, valueTypeName } from './values.ts';

/** `from[key]`, `from.key`. What is not there is nil in a map, and a problem anywhere else. */
export function fetch(from: Value, key: Value): Value {
  const sequence = sequenceOf(from);
  if (sequence !== undefined) {
    const index = indexOf(key, sequence.length);
    if (index < 0 || index >= sequence.length) {
      throw problem(`index out of range: ${index} (array length is ${sequence.length})`);
    }
    return sequence[index] as Value;
  }
  if (isDict(from)) return lookUp(from.entries, key, from.name) ?? null;
  if (hasKind(from, 'struct') && typeof key === 'string' && from.fields.has(key))
    return from.fields.get(key) ?? null;
  throw problem(`cannot fetch ${describe(key)} from ${valueTypeName(from)}`);
}

/** Like `fetch`, but nil for whatever is not there. */
export function get(from: Value, key: Value): Value {
  if (from === null) return null;
  const sequence = sequenceOf(from);
  if (sequence !== undefined) return sequence[indexOf(key, sequence.length)] ?? null;
  if (isDict(from)) return lookUp(from.entries, key, from.name) ?? null;
  if (hasKind(from, 'struct') && typeof key === 'string') return from.fields.get(key) ?? null;
  return null;
}

/** `from[start:end]`; bounds outside are moved inside, negative ones count from the end. */
export function slice(from: Value, start: Value | undefined, end: Value | undefined): Value {
  const sequence = sequenceOf(from);
  if (sequence === undefined) throw problem(`cannot slice ${valueTypeName(from)}`);
  const inside = (index: number) => Math.min(Math.max(index, 0), sequence.length);
  const to = end === undefined ? sequence.length : inside(indexOf(end, sequence.length));
  const at = Math.min(start === undefined ? 0 : inside(indexOf(start, sequence.length)), to);
  const items = sequence.slice(at, to);
  if (typeof from !== 'string') return isList(from) ? { ...from, items } : null;
  return new TextDecoder().decode(Uint8Array.from(items.map(Number)));
}

/** Is the needle an element, a key, a field? */
export function isIn(needle: Value, haystack: Value, equal: (a: Value, b: Value) => boolean): boolean {
  if (haystack === null) return false;
  if (isList(haystack)) return haystack.items.some((item) => equal(item, needle));
  if (isDict(haystack)) return lookUp(haystack.entries, needle, haystack.name) !== undefined;
  if (hasKind(haystack, 'struct')) return isField(needle, haystack);
  throw problem(`operator "in" not defined on ${valueTypeName(haystack)}`);
}

function isField(needle: Value, struct: Struct): boolean {
  if (typeof needle === 'string') return struct.fields.has(needle);
  throw problem(`cannot use ${valueTypeName(needle)} as field name of ${struct.name}`);
}

function lookUp(entries: ReadonlyMap<Value, Value>, key: Value, name: string): Value | undefined {
  const byText = name.startsWith('map[string]');
  if (!byText) return entries.get(key);
  if (key === null) return entries.get(''); // the zero value of its key type
  if (typeof key === 'string') return entries.get(key);
  throw problem(
    `reflect.Value.MapIndex: value of type ${valueTypeName(key)} is not assignable to type string`,
  );
}

/** The elements of a list, or the bytes of a text. */
export function sequenceOf(value: Value): readonly Value[] | undefined {
  if (isList(value)) return value.items;
  if (typeof value === 'string') return Array.from(new TextEncoder().encode(value), BigInt);
  return undefined;
}

function indexOf(key: Value, length: number): number {
  const index = Number(wholeNumber(key));
  return index < 0 ? length + index : index;
}

/** Floats are cut off; anything else is no index. */
export function wholeNumber(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return truncate(value);
  throw problem(`invalid operation: int(${valueTypeName(value)})`);
}

function describe(key: Value): string {
  return key === null || typeof key === 'object' ? valueTypeName(key) : String(key);
}
