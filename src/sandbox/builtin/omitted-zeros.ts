import { messages } from './messages.ts';

/** Of definitions that are not in `messages`: members that Go keeps without a pointer, so that zero means not set. */
const further: Readonly<Record<string, readonly string[]>> = {
  CustomResourceColumnDefinition: ['format', 'description', 'priority'],
  CustomResourceDefinitionNames: ['singular', 'listKind'],
  CustomResourceDefinitionSpec: ['preserveUnknownFields'],
  CustomResourceDefinitionVersion: ['deprecated'],
  JSONSchemaProps: [
    ...[
      '$schema',
      'description',
      'exclusiveMaximum',
      'exclusiveMinimum',
      'format',
      'id',
      'nullable',
      'pattern',
    ],
    ...['title', 'type', 'uniqueItems', 'x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string'],
  ],
  ValidationRule: ['message', 'messageExpression', 'fieldPath'],
};

/** Texts, numbers and truth values that Go keeps without a pointer. */
const scalars = new Set(['s', 'i', 'b']);

/**
 * Whether a member is left out of what is stored when it is nothing, 0 or false: Go has no way to tell that it was given.
 * @param definition the OpenAPI name without `io.k8s.`: `api.core.v1.Container`.
 */
export function omitsZero(definition: string, member: string): boolean {
  const [group = '', version = '', kind = ''] = definition.split('.').slice(-3);
  const message = messages[`${group}/${version}.${kind}`];
  if (message === undefined) return further[kind]?.includes(member) === true;
  return message.split(' ').some((field) => {
    const [, name, type = ''] = field.split(':');
    return name === member && scalars.has(type);
  });
}
