import { isObject, type MutableJson } from '../json.ts';
import { memberSchema, preservesUnknown, type Schema } from './schema.ts';

export interface PruneOptions {
  /** Leaves nulls where none is allowed, for the schema to refuse. */
  readonly keepsNulls?: boolean;
}

/**
 * Removes the members that the schema does not know, in place, and tells their paths. Nulls go where none is allowed.
 * `apiVersion`, `kind` and `metadata` of the root and of embedded resources always stay.
 * @param known the object before the write; parts that are the same, by identity, are in order.
 */
export function prune(
  object: MutableJson,
  schema: Schema,
  known?: unknown,
  { keepsNulls = false }: PruneOptions = {},
): readonly string[] {
  const unknown: string[] = [];
  pruneValue({ value: object, known, path: '', isRoot: true, keepsNulls }, schema, unknown);
  return unknown.sort();
}

const envelope: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

interface Place {
  readonly value: unknown;
  readonly known: unknown;
  readonly path: string;
  readonly isRoot: boolean;
  readonly keepsNulls: boolean;
}

function pruneValue(place: Place, schema: Schema, unknown: string[]): void {
  const { value, known, path, isRoot, keepsNulls } = place;
  if (value === known) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    value.forEach((item, index) => {
      const before = Array.isArray(known) ? known[index] : undefined;
      pruneValue(
        { value: item, known: before, path: `${path}[${index}]`, isRoot: false, keepsNulls },
        items,
        unknown,
      );
    });
    return;
  }
  if (!isObject(value)) return;
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  for (const name of Object.keys(value)) {
    const before = isObject(known) ? known[name] : undefined;
    if (value[name] === before) continue;
    const child = path === '' ? name : `${path}.${name}`;
    const member = memberSchema(schema, name);
    if (member !== undefined && value[name] === null) {
      if (member.nullable !== true && !keepsNulls) delete value[name];
    } else if (member !== undefined) {
      pruneValue(
        { value: value[name], known: before, path: child, isRoot: false, keepsNulls },
        member,
        unknown,
      );
    } else if (!preservesUnknown(schema) && !(isResource && envelope.has(name))) {
      delete value[name];
      unknown.push(child);
    }
  }
}
