import { isObject } from '../json.ts';
import { childrenOf, memberSchema, type Schema } from './schema.ts';

/** The author's schema, with the members that every object has: at its root, and in the objects embedded in it. */
export function withEnvelopes(schema: Schema, metadata: Schema): Schema {
  const envelope = { apiVersion: { type: 'string' }, kind: { type: 'string' } };

  const complete = (node: Schema): Schema => {
    if (!isEmbedded(node) && !hasEmbedded(node)) return node;
    const { properties = {}, items, additionalProperties } = node;
    const members = Object.fromEntries(
      Object.entries(properties).map(([name, member]) => [name, complete(member)]),
    );
    return {
      ...node,
      ...(isEmbedded(node)
        ? { properties: { ...envelope, ...members, metadata } }
        : node.properties === undefined
          ? {}
          : { properties: members }),
      ...(items === undefined ? {} : { items: complete(items) }),
      ...(typeof additionalProperties === 'object'
        ? { additionalProperties: complete(additionalProperties) }
        : {}),
    };
  };

  const root = complete(schema);
  return { ...root, properties: { ...envelope, ...root.properties, metadata } };
}

/** Calls back for each object that is embedded in a value. */
export function visitEmbedded(
  value: unknown,
  schema: Schema,
  visit: (object: Record<string, unknown>, path: string) => void,
  path = '',
): void {
  if (!isEmbedded(schema) && !hasEmbedded(schema)) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    for (const [index, item] of value.entries()) visitEmbedded(item, items, visit, `${path}[${index}]`);
    return;
  }
  if (!isObject(value)) return;
  if (isEmbedded(schema)) visit(value, path);
  for (const name in value) {
    const member = memberSchema(schema, name);
    const inner = path === '' ? name : `${path}.${name}`;
    if (member !== undefined) visitEmbedded(value[name], member, visit, inner);
  }
}

const isEmbedded = (schema: Schema): boolean => schema['x-kubernetes-embedded-resource'] === true;

const known = new WeakMap<Schema, boolean>();

/** Whether there is any inside: most branches of a big schema have none and need no visit. */
function hasEmbedded(schema: Schema): boolean {
  const cached = known.get(schema);
  if (cached !== undefined) return cached;
  known.set(schema, false);
  const found = childrenOf(schema).some((child) => isEmbedded(child) || hasEmbedded(child));
  known.set(schema, found);
  return found;
}
