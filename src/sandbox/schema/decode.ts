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
  visit(object, schema, { path: '', names: '', owner: '' }, unknown);
  return unknown;
}

interface Place {
  /** With indexes, for unknown members. */
  readonly path: string;
  /** Without indexes and keys of maps, as Go names a field in its errors. */
  readonly names: string;
  /** The struct that the field belongs to. */
  readonly owner: string;
}

function visit(value: unknown, schema: Schema, place: Place, unknown: string[]): void {
  checkType(value, schema, place);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    for (const [index, item] of value.entries()) {
      visit(item, items, { ...place, path: `${place.path}[${index}]` }, unknown);
    }
    return;
  }
  if (!isObject(value) || (preservesUnknown(schema) && schema.properties === undefined)) return;
  const owner = schema['x-go-type']?.split('.').at(-1) ?? place.owner;
  const isMap = schema.properties === undefined;
  for (const name in value) {
    const child = {
      path: place.path === '' ? name : `${place.path}.${name}`,
      names: isMap ? place.names : place.names === '' ? name : `${place.names}.${name}`,
      owner,
    };
    const known = memberSchema(schema, name);
    if (known === undefined) {
      delete value[name];
      unknown.push(child.path);
    } else if (isLeftOut(value[name], known, schema.required?.includes(name) === true)) delete value[name];
    else visit(value[name], known, child, unknown);
  }
}

/** Null, and a map or a list without anything in it, are not written by Go where they are optional. */
function isLeftOut(value: unknown, schema: Schema, isRequired: boolean): boolean {
  if (value === null) return true;
  if (isRequired) return false;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && schema.additionalProperties !== undefined && Object.keys(value).length === 0;
}

function checkType(value: unknown, schema: Schema, place: Place): void {
  if (value === null) return;
  if (schema.format === 'byte' && typeof value === 'string') checkBase64(value);
  if (fits(value, schema)) return;
  const field = `${place.owner}.${place.names}`;
  throw new DecodeError(
    `json: cannot unmarshal ${jsonType(value)} into Go struct field ${field} of type ${goType(schema)}`,
  );
}

function checkBase64(text: string): void {
  const at = text.search(/[^A-Za-z0-9+/=\r\n]/);
  const isWhole = text.replace(/[\r\n]/g, '').length % 4 === 0;
  if (at === -1 && isWhole) return;
  throw new DecodeError(
    `illegal base64 data at input byte ${at === -1 ? text.length - (text.length % 4) : at}`,
  );
}

function fits(value: unknown, schema: Schema): boolean {
  if (schema['x-kubernetes-int-or-string'] === true)
    return typeof value === 'string' || typeof value === 'number';
  const actual = Array.isArray(value) ? 'array' : typeof value;
  switch (schema.type) {
    case undefined:
      return true;
    case 'integer':
      return Number.isInteger(value);
    default:
      return schema.type === actual;
  }
}

const goTypes: Readonly<Record<string, string>> = { boolean: 'bool', string: 'string', number: 'float64' };

function goType(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'intstr.IntOrString';
  if (schema['x-go-type'] !== undefined) return schema['x-go-type'];
  if (schema.type === 'integer') return schema.format ?? 'int32';
  if (schema.type === 'array') return `[]${goType(schema.items ?? {})}`;
  if (typeof schema.additionalProperties === 'object')
    return `map[string]${goType(schema.additionalProperties)}`;
  return goTypes[schema.type ?? ''] ?? 'interface {}';
}

/** What Go's decoder calls the type of a value. */
export function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'number' : `number ${value}`;
  return typeof value;
}
