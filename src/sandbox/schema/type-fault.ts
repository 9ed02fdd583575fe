import { isKnownFormat } from './formats.ts';
import type { Schema } from './schema.ts';

/**
 * The type that was expected and the one that was found, in the names of the API server's messages; undefined when they
 * agree. Where a format is given, and the value is neither text nor list, both are told by their format, and with a
 * text's format a list passes: so does the validator of the API server (kube-openapi, `typeValidator`).
 */
export function typeFault(
  value: unknown,
  schema: Schema,
): readonly [expected: string, actual: string] | undefined {
  const types = typesOf(schema);
  const format = schema.format !== undefined && isKnownFormat(schema.format) ? schema.format : '';
  if (value === null || value === undefined)
    return types.length === 0 || schema.nullable === true ? undefined : [types.join(','), 'null'];
  if (types.length === 0 && format === '') return undefined;
  const actual = typeName(value);
  const fits = types.includes(actual) || (actual === 'integer' && types.includes('number'));
  if (actual !== 'string' && actual !== 'array') {
    if (format !== '' && !fits && goFormat[actual] !== format) return [format, goFormat[actual] ?? ''];
  } else if (format !== '' && !types.includes('number') && !types.includes('integer')) return undefined;
  return fits ? undefined : [types.join(','), actual];
}

function typesOf(schema: Schema): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string'];
  return schema.type === undefined || schema.type === '' ? [] : [schema.type];
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** The formats of the types that JSON is decoded to. */
const goFormat: Readonly<Record<string, string>> = { integer: 'int64', number: 'float64' };
