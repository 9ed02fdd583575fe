import Type, { type TProperties, type TSchema } from 'typebox';

/**
 * The words our kinds are described in. One description gives the TypeScript type, the CRD and the check
 * for unknown fields. Built on TypeBox, whose schemas are JSON Schema with a static type attached.
 */

/** A field of the API's `int32`. */
export const int32 = (description?: string) =>
  Type.Integer({ format: 'int32', ...(description && { description }) });
export const text = (description?: string) => Type.String(description === undefined ? {} : { description });
export const flag = (description?: string) => Type.Boolean(description === undefined ? {} : { description });
export const time = (description?: string) =>
  Type.String({ format: 'date-time', ...(description && { description }) });
export const int64 = (description?: string) =>
  Type.Integer({ format: 'int64', ...(description && { description }) });
/** A text of which only these values mean something; the CRD lets others pass, as the peer's does. */
export const oneOf = <T extends string>(description?: string) =>
  Type.Unsafe<T>({ type: 'string', ...(description && { description }) });
export const object = <T extends TProperties>(members: T, description?: string) =>
  Type.Object(members, description === undefined ? {} : { description });
export const maybe = <T extends TSchema>(schema: T) => Type.Optional(schema);
export const list = <T extends TSchema>(items: T, description?: string) =>
  Type.Array(items, description === undefined ? {} : { description });
export const stringMap = (description?: string) =>
  Type.Record(Type.String(), Type.String(), description === undefined ? {} : { description });

/** A number or a text: a count, or a percentage such as `25%`. */
export const intOrString = (description?: string) =>
  Type.Unsafe<number | string>({ 'x-kubernetes-int-or-string': true, ...(description && { description }) });

/** Anything below is kept as it is and described elsewhere: pod templates, plugin configuration. */
export const anything = <T = unknown>(description?: string) =>
  Type.Unsafe<T>({ 'x-kubernetes-preserve-unknown-fields': true, ...(description && { description }) });
export const anyObject = <T = Record<string, unknown>>(description?: string) =>
  Type.Unsafe<T>({
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    ...(description && { description }),
  });

export const labelSelector = (description?: string, rules: Record<string, unknown> = {}) =>
  Type.Object(
    {
      matchLabels: maybe(stringMap('Labels that an object must have, each with exactly this value.')),
      matchExpressions: maybe(
        atomicList(
          object({
            key: text('The label that the expression is about.'),
            operator: oneOf<'In' | 'NotIn' | 'Exists' | 'DoesNotExist'>('In, NotIn, Exists or DoesNotExist.'),
            values: maybe(atomicList(text(), 'Values for In and NotIn; empty for Exists and DoesNotExist.')),
          }),
          'Conditions on labels; all of them must hold.',
        ),
      ),
    },
    { 'x-kubernetes-map-type': 'atomic', ...rules, ...(description && { description }) },
  );

/** A list that one writer owns as a whole. */
function atomicList<T extends TSchema>(items: T, description?: string) {
  return Type.Array(items, { 'x-kubernetes-list-type': 'atomic', ...(description && { description }) });
}

/** Labels and annotations to put on something. */
export const podMetadata = (description?: string) =>
  object(
    {
      labels: maybe(stringMap('Labels to add.')),
      annotations: maybe(stringMap('Annotations to add.')),
    },
    description,
  );
