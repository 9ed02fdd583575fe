/**
 * A structural schema: what CustomResourceDefinitions carry, and what the built-in kinds are described with.
 * Only what the server acts upon is named.
 */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
  /** Built-in kinds only: how a strategic merge patch treats the field. */
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  /** Built-in kinds only: a struct that stands in every object, if only empty. */
  readonly 'x-always-present'?: boolean;
  /** Built-in kinds only: nothing, 0 and false are not written, since Go cannot tell them from a member that was not set. */
  readonly 'x-omits-zero'?: boolean;
  /** Built-in kinds only: says that it is one of theirs. */
  readonly 'x-builtin'?: boolean;
  /** Built-in kinds only: package and type in Go (`v1.Container`), which decoding errors name. */
  readonly 'x-go-type'?: string;
  /** Built-in kinds only: the name of another definition, before linking. */
  readonly ref?: string;
}

export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** What `additionalProperties: true` says of a member: it may be there, and nothing is known of it. */
const unknownMember: Schema = {};

/** The schema of a member of an object; undefined when the schema does not know the member. */
export function memberSchema(schema: Schema | undefined, name: string): Schema | undefined {
  if (schema === undefined) return undefined;
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  if (additionalProperties === true) return unknownMember;
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** The schemas of members and items. */
export function childrenOf({ properties = {}, items, additionalProperties }: Schema): readonly Schema[] {
  return [
    ...Object.values(properties),
    ...(items === undefined ? [] : [items]),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ];
}

export function preservesUnknown(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

/** How the items of a list are told apart when two lists are merged. */
export type ListKind =
  | { readonly kind: 'map'; readonly keys: readonly string[] }
  | { readonly kind: 'set' | 'atomic' };

export function listKind(schema: Schema | undefined): ListKind {
  const type = schema?.['x-kubernetes-list-type'];
  if (type === 'map') return { kind: 'map', keys: schema?.['x-kubernetes-list-map-keys'] ?? [] };
  return { kind: type === 'set' ? 'set' : 'atomic' };
}
