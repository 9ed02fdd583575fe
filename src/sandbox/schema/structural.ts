import { type FieldError, forbiddenField, required } from '../status.ts';
import type { Schema } from './schema.ts';

/** What keeps a schema from being structural, as a definition's schema must be. */
export function validateStructure(schema: Schema, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (schema.type !== 'object') {
    errors.push({
      reason: 'FieldValueInvalid',
      field: `${path}.type`,
      text: `Invalid value: ${JSON.stringify(schema.type ?? '')}: must be object at the root`,
    });
  }
  visit(schema, path, errors);
  return errors;
}

function visit(schema: Schema, path: string, errors: FieldError[]): void {
  const isFree =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema.type === undefined && !isFree)
    errors.push(required(`${path}.type`, 'must not be empty for specified object fields'));
  if (
    schema.properties !== undefined &&
    schema.additionalProperties !== undefined &&
    schema.additionalProperties !== false
  ) {
    errors.push(
      forbiddenField(
        `${path}.additionalProperties`,
        'additionalProperties and properties are mutual exclusive',
      ),
    );
  }
  if (schema.type === 'array' && schema.items === undefined)
    errors.push(required(`${path}.items`, 'must be specified'));
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (path.endsWith('openAPIV3Schema') && name === 'metadata') continue;
    visit(member, `${path}.properties[${name}]`, errors);
  }
  if (schema.items !== undefined) visit(schema.items, `${path}.items`, errors);
  if (typeof schema.additionalProperties === 'object')
    visit(schema.additionalProperties, `${path}.additionalProperties`, errors);
}
