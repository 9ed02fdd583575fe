import { isObject, type MutableJson } from '../json.ts';
import { memberSchema, preservesUnknown, type Schema } from './schema.ts';

/**
 * Removes the members that the schema does not know, in place, and tells their paths. Nulls go where none is allowed.
 * `apiVersion`, `kind` and `metadata` of the root and of embedded resources always stay.
 */
export function prune(object: MutableJson, schema: Schema): readonly string[] {
  const unknown: string[] = [];
  pruneValue(object, schema, '', true, unknown);
  return unknown.sort();
}

const envelope: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

function pruneValue(value: unknown, schema: Schema, path: string, isRoot: boolean, unknown: string[]): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    value.forEach((item, index) => {
      pruneValue(item, items, `${path}[${index}]`, false, unknown);
    });
    return;
  }
  if (!isObject(value)) return;
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  for (const name of Object.keys(value)) {
    const child = path === '' ? name : `${path}.${name}`;
    const known = memberSchema(schema, name);
    if (known !== undefined && value[name] === null && known.nullable !== true) delete value[name];
    else if (known !== undefined) pruneValue(value[name], known, child, false, unknown);
    else if (!preservesUnknown(schema) && !(isResource && envelope.has(name))) {
      delete value[name];
      unknown.push(child);
    }
  }
}
