import type { Schema } from './schema.ts';

/**
 * Replaces the references between definitions by the definitions themselves; the result may be cyclic.
 * @param omitsZero whether a member of a definition is not written when it is nothing, 0 or false.
 */
export function linkDefinitions(
  definitions: Readonly<Record<string, Schema>>,
  omitsZero: (definition: string, member: string) => boolean = () => false,
): (name: string) => Schema {
  const linked = new Map<string, Schema>();
  /** References with members of their own, which are copies of a definition and so must wait until it is complete. */
  const unfinished: (() => void)[] = [];

  const byName = (name: string): Schema => {
    const known = linked.get(name);
    if (known !== undefined) return known;
    const definition = definitions[name];
    if (definition === undefined) throw new TypeError(`no definition named ${name}`);
    const target: Schema = {};
    linked.set(name, target); // before its members are linked: a definition may refer to itself
    const node = linkNode(definition);
    const { properties, required = [] } = node;
    for (const member of Object.keys(properties ?? {})) {
      if (required.includes(member) || !omitsZero(name, member)) continue;
      Object.assign(properties?.[member] as Schema, { 'x-omits-zero': true });
    }
    return Object.assign(target, node, { 'x-go-type': name.split('.').slice(-2).join('.') });
  };

  const linkNode = (node: Schema): Schema => {
    const { ref, ...own } = node;
    if (ref !== undefined) return linkReference(ref, own);
    const { properties, items, additionalProperties } = node;
    const isFree = properties === undefined && additionalProperties === undefined && isUntyped(node);
    return {
      ...node,
      'x-builtin': true,
      ...(isFree ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
      ...(properties === undefined ? {} : { properties: mapValues(properties, linkNode) }),
      ...(items === undefined ? {} : { items: linkNode(items) }),
      ...(typeof additionalProperties === 'object'
        ? { additionalProperties: linkNode(additionalProperties) }
        : {}),
    };
  };

  const linkReference = (ref: string, own: Schema): Schema => {
    const definition = byName(ref);
    if (Object.keys(own).length === 0) return definition;
    const copy: Schema = {};
    unfinished.push(() => Object.assign(copy, definition, own));
    return copy;
  };

  return (name) => {
    const schema = byName(name);
    for (const finish of unfinished.splice(0)) finish();
    return schema;
  };
}

/** Nothing is said of what is inside (quantities, raw JSON, `fieldsV1`): anything may be. */
const isUntyped = ({ type }: Schema): boolean => type === undefined || type === 'object';

function mapValues<V>(record: Readonly<Record<string, V>>, change: (value: V) => V): Record<string, V> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
