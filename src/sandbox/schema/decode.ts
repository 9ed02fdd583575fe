import { canonicalQuantity, quantityAmount } from '../../api/quantity.ts';
import { isObject, type MutableJson } from '../json.ts';
import { memberSchema, preservesUnknown, type Schema } from './schema.ts';

/** A body whose members have types that the kind cannot hold: what Go's JSON decoder says about it. */
export class DecodeError extends Error {}

/**
 * Reads a built-in kind as the real server's decoder does, in place: unknown members go (and are told), nulls go, a wrong
 * type throws.
 * @param known the object before the write; parts that are the same, by identity, have been read already.
 */
export function decode(object: MutableJson, schema: Schema, known?: unknown): readonly string[] {
  const unknown: string[] = [];
  visit(object, schema, root, known, unknown);
  return unknown;
}

/** Where a value stands; put into words only when something is to be said of it. */
interface Place {
  readonly parent: Place | undefined;
  /** The name of a member, the index of an item. */
  readonly step: string | number;
  /** The struct that the member belongs to. */
  readonly owner: Schema | undefined;
  /** The step is the key of a map, which no struct names. */
  readonly isKey?: boolean;
}

const root: Place = { parent: undefined, step: '', owner: undefined };

/** With indexes, for unknown members. */
function pathOf({ parent, step }: Place): string {
  if (parent === undefined) return '';
  const before = pathOf(parent);
  if (typeof step === 'number') return `${before}[${step}]`;
  return before === '' ? step : `${before}.${step}`;
}

/** Without indexes and keys of maps, as Go names a field in its errors. */
function namesOf({ parent, step, isKey }: Place): string {
  if (parent === undefined) return '';
  const before = namesOf(parent);
  if (typeof step === 'number' || isKey === true) return before;
  return before === '' ? step : `${before}.${step}`;
}

function ownerOf({ parent, owner }: Place): string {
  const type = owner?.['x-go-type'];
  return type === undefined && parent !== undefined ? ownerOf(parent) : (type?.split('.').at(-1) ?? '');
}

/** What is `known`, the value that stood there before, has been read already. */
function visit(value: unknown, schema: Schema, place: Place, known: unknown, unknown: string[]): void {
  if (value === known && value !== undefined) return;
  checkType(value, schema, place);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    for (let index = 0; index < value.length; index += 1) {
      const before = Array.isArray(known) ? known[index] : undefined;
      visit(value[index], items, { parent: place, step: index, owner: undefined }, before, unknown);
    }
    return;
  }
  if (!isObject(value) || (preservesUnknown(schema) && schema.properties === undefined)) return;
  const isMap = schema.properties === undefined;
  const old = isObject(known) ? known : undefined;
  // By keys, since members go meanwhile: V8 would compile a for-in over them again and again.
  for (const name of Object.keys(value)) {
    const before = old?.[name];
    const given = value[name];
    if (before !== undefined && given === before) continue;
    const member = memberSchema(schema, name);
    if (member === undefined) {
      delete value[name];
      unknown.push(pathOf({ parent: place, step: name, owner: schema }));
    } else if (typeof given !== 'object' && member.format !== 'byte' && fits(given, member)) {
      // most members are this: nothing inside
      if (member['x-omits-zero'] === true && (given === '' || given === 0 || given === false))
        delete value[name];
      else if (member['x-go-type'] === quantityType) value[name] = readQuantity(given);
    } else if (isMap && given === null) value[name] = zeroOf(member);
    else if (isLeftOut(given, member, schema.required?.includes(name) === true)) delete value[name];
    else visit(given, member, { parent: place, step: name, owner: schema, isKey: isMap }, before, unknown);
  }
}

const quantityType = 'resource.Quantity';
/** What is inside is JSON of any sort, of which nothing is left out. */
const freeType = 'v1.JSON';

const quantityRule =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** A quantity as Go writes what it has read. */
function readQuantity(value: unknown): string {
  const text = String(value);
  if (quantityAmount(text) === undefined) throw new DecodeError(quantityRule);
  return canonicalQuantity(text);
}

/** What Go keeps under the key of a map whose value was null. */
function zeroOf(schema: Schema): unknown {
  if (schema['x-go-type'] === quantityType) return '0';
  if (schema.type === 'string') return '';
  if (schema.type === 'integer' || schema.type === 'number') return 0;
  return schema.type === 'boolean' ? false : schema.type === 'object' ? {} : null;
}

/** Null, and a map or a list without anything in it, are not written by Go where they are optional. */
function isLeftOut(value: unknown, schema: Schema, isRequired: boolean): boolean {
  if (value === null) return true;
  if (isRequired) return false;
  if (Array.isArray(value)) return value.length === 0 && schema['x-go-type'] !== freeType;
  return isObject(value) && schema.additionalProperties !== undefined && Object.keys(value).length === 0;
}

function checkType(value: unknown, schema: Schema, place: Place): void {
  if (value === null) return;
  if (schema.format === 'byte' && typeof value === 'string') checkBase64(value);
  if (fits(value, schema)) return;
  const field = `${ownerOf(place)}.${namesOf(place)}`;
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
