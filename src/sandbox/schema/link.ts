import type { Schema } from './schema.ts';

/** Replaces the references between definitions by the definitions themselves; the result may be cyclic. */
export function linkDefinitions(definitions: Readonly<Record<string, Schema>>): (name: string) => Schema {
  const linked = new Map<string, Record<string, unknown>>();

  const byName = (name: string): Schema => {
    const known = linked.get(name);
    if (known !== undefined) return known as Schema;
    const definition = definitions[name];
    if (definition === undefined) throw new TypeError(`no definition named ${name}`);
    const target: Record<string, unknown> = {};
    linked.set(name, target); // before its members are linked: a definition may refer to itself
    Object.assign(target, linkNode(definition));
    return target as Schema;
  };

  const linkNode = (node: Schema): Schema => {
    const { ref, ...own } = node;
    if (ref !== undefined) return Object.keys(own).length === 0 ? byName(ref) : { ...byName(ref), ...own };
    const { properties, items, additionalProperties } = node;
    const isFree = properties === undefined && additionalProperties === undefined && isUntyped(node);
    return {
      ...node,
      ...(isFree ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
      ...(properties === undefined ? {} : { properties: mapValues(properties, linkNode) }),
      ...(items === undefined ? {} : { items: linkNode(items) }),
      ...(typeof additionalProperties === 'object'
        ? { additionalProperties: linkNode(additionalProperties) }
        : {}),
    };
  };

  return byName;
}

/** Nothing is said of what is inside (quantities, raw JSON, `fieldsV1`): anything may be. */
const isUntyped = ({ type }: Schema): boolean => type === undefined || type === 'object';

function mapValues<V>(record: Readonly<Record<string, V>>, change: (value: V) => V): Record<string, V> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
