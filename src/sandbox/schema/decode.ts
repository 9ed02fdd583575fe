import { isObject, type MutableJson } from '../json.ts';
import { memberSchema, preservesUnknown, type Schema } from './schema.ts';

/** A body whose members have types that the kind cannot hold: what Go's JSON decoder says about it. */
export class DecodeError extends Error {}

/**
 * Reads a built-in kind as the real server's decoder does, in place: unknown members go (and are told), nulls go, a wrong
 * type throws.
 */
export function decode(object: MutableJson, schema: Schema): readonly string[] {
  const unknown: string[] = [];
  visit(object, schema, '', unknown);
  return unknown;
}

function visit(value: unknown, schema: Schema, path: string, unknown: string[]): void {
  checkType(value, schema, path);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    for (const [index, item] of value.entries()) visit(item, items, `${path}[${index}]`, unknown);
    return;
  }
  if (!isObject(value)) return;
  const isFree = preservesUnknown(schema) && schema.properties === undefined;
  for (const name in value) {
    if (isFree) continue;
    const child = path === '' ? name : `${path}.${name}`;
    const known = memberSchema(schema, name);
    if (known === undefined) {
      if (!preservesUnknown(schema)) {
        delete value[name];
        unknown.push(child);
      }
    } else if (value[name] === null) delete value[name];
    else visit(value[name], known, child, unknown);
  }
}

const goTypes: Readonly<Record<string, string>> = {
  integer: 'int32',
  boolean: 'bool',
  string: 'string',
  number: 'float64',
};

function checkType(value: unknown, schema: Schema, path: string): void {
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (typeof value === 'string' || typeof value === 'number') return;
    throw new DecodeError(
      `json: cannot unmarshal ${jsonType(value)} into Go struct field ${path} of type intstr.IntOrString`,
    );
  }
  const expected = schema.type;
  if (expected === undefined || value === null) return;
  const actual = Array.isArray(value) ? 'array' : typeof value;
  const fits =
    expected === 'integer' || expected === 'number'
      ? actual === 'number' && (expected === 'number' || Number.isInteger(value))
      : expected === actual;
  if (fits) return;
  const type =
    schema.format === 'int64' ? 'int64' : (goTypes[expected] ?? (expected === 'array' ? '[]' : 'struct'));
  throw new DecodeError(
    `json: cannot unmarshal ${jsonType(value)} into Go struct field ${path} of type ${type}`,
  );
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'number' : `number ${value}`;
  return typeof value;
}
