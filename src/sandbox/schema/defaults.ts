import { cloneJson, isObject, type MutableJson } from '../json.ts';
import { childrenOf, memberSchema, type Schema } from './schema.ts';

/**
 * Fills in the schema's defaults, in place. Null where a default stands and null is not allowed counts as absent.
 * @param known the object before the write; parts that are the same, by identity, have their defaults.
 */
export function applyDefaults(object: MutableJson, schema: Schema, known?: unknown): void {
  if (hasDefaults(schema)) fill(object, schema, known);
}

function fill(value: unknown, schema: Schema, known: unknown): void {
  if (value === known) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    value.forEach((item, index) => {
      fill(item, items, Array.isArray(known) ? known[index] : undefined);
    });
    return;
  }
  if (!isObject(value)) return;
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (member.default === undefined) continue;
    if (value[name] === undefined || (value[name] === null && member.nullable !== true)) {
      value[name] = cloneJson(member.default);
    }
  }
  for (const name of Object.keys(value)) {
    const member = memberSchema(schema, name);
    if (member === undefined || !hasDefaults(member)) continue;
    fill(value[name], member, isObject(known) ? known[name] : undefined);
  }
}

const known = new WeakMap<Schema, boolean>();

/** Whether there is any default inside: most branches of a big schema have none and need no visit. */
function hasDefaults(schema: Schema): boolean {
  const cached = known.get(schema);
  if (cached !== undefined) return cached;
  known.set(schema, false);
  const found = childrenOf(schema).some((child) => child.default !== undefined || hasDefaults(child));
  known.set(schema, found);
  return found;
}
