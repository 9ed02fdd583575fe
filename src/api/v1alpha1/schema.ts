import Type, { type TSchema } from 'typebox';

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
      matchLabels: maybe(stringMap()),
      matchExpressions: maybe(
        list(
          Type.Object({
            key: text(),
            operator: Type.Unsafe<'In' | 'NotIn' | 'Exists' | 'DoesNotExist'>({ type: 'string' }),
            values: maybe(list(text())),
          }),
        ),
      ),
    },
    { ...rules, ...(description && { description }) },
  );

/** Labels and annotations to put on something. */
export const podMetadata = (description?: string) =>
  Type.Object(
    { labels: maybe(stringMap()), annotations: maybe(stringMap()) },
    description === undefined ? {} : { description },
  );
