import { isObject } from '../json.ts';
import { duplicate, type FieldError, invalidValue } from '../status.ts';
import { childrenOf, listKind, type Schema } from './schema.ts';

/**
 * Items of a set that stand twice, and items of a list that is a map whose keys do. What was so before may stay so: an
 * object that had such a fault is let alone. Source: apiextensions-apiserver 0.34, schema/listtype and customresource/strategy.go.
 */
export function validateListTypes(value: unknown, previous: unknown, schema: Schema): readonly FieldError[] {
  const faults = faultsOf(value, previous, schema);
  return faults.length > 0 && previous !== undefined && faultsOf(previous, undefined, schema).length > 0
    ? []
    : faults;
}

function faultsOf(value: unknown, previous: unknown, schema: Schema): readonly FieldError[] {
  const errors: FieldError[] = [];
  visit({ value, previous, path: '', errors }, schema);
  return errors;
}

interface Place {
  readonly value: unknown;
  /** What is the same, by identity, is not looked into. */
  readonly previous: unknown;
  readonly path: string;
  readonly errors: FieldError[];
}

function visit(place: Place, schema: Schema): void {
  const { value, previous, path, errors } = place;
  if (value === previous || !hasListTypes(schema)) return;
  if (Array.isArray(value)) {
    errors.push(...listFaults(value, path, schema));
    const { items } = schema;
    if (items === undefined) return;
    const before = new Set<unknown>(Array.isArray(previous) ? previous : []);
    for (const [index, item] of value.entries()) {
      if (typeof item === 'object' && !before.has(item))
        visit({ value: item, previous: undefined, path: `${path}[${index}]`, errors }, items);
    }
  } else if (isObject(value)) {
    const old = isObject(previous) ? previous : undefined;
    for (const name in value) {
      const member = schema.properties?.[name];
      const inner = member ?? schema.additionalProperties;
      if (typeof inner !== 'object') continue;
      const step = member === undefined ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
      visit({ value: value[name], previous: old?.[name], path: step, errors }, inner);
    }
  }
}

function listFaults(list: readonly unknown[], path: string, schema: Schema): readonly FieldError[] {
  const type = listKind(schema);
  if (type.kind !== 'map') return type.kind === 'set' ? repeated(list, path) : [];
  const stray = list.findIndex((item) => item !== null && !isObject(item));
  if (stray === -1)
    return repeated(
      list.map((item) => mapKey(item, type.keys)),
      path,
    );
  return [invalidValue(`${path}[${stray}]`, list[stray], 'must be an object for an array of list-type map')];
}

/** Each identity that stands more than once is told once, where it stands the second time. */
function repeated(identities: readonly unknown[], path: string): readonly FieldError[] {
  const counts = new Map<string, number>();
  return identities.flatMap((identity, index) => {
    const text = JSON.stringify(identity);
    const count = counts.get(text) ?? 0;
    counts.set(text, count + 1);
    return count === 1 ? [duplicate(`${path}[${index}]`, identity)] : [];
  });
}

function mapKey(item: unknown, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, isObject(item) ? item[key] : undefined]));
}

const known = new WeakMap<Schema, boolean>();

function hasListTypes(schema: Schema): boolean {
  const cached = known.get(schema);
  if (cached !== undefined) return cached;
  known.set(schema, false);
  const found = listKind(schema).kind !== 'atomic' || childrenOf(schema).some(hasListTypes);
  known.set(schema, found);
  return found;
}
