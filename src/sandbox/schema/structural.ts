import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../status.ts';
import { applyDefaults } from './defaults.ts';
import { prune } from './prune.ts';
import { checkRules } from './rule-checks.ts';
import { validateRuleTexts } from './rule-texts.ts';
import { memberSchema, type Schema } from './schema.ts';
import { validateSchema } from './validate.ts';

/** What keeps a schema from being structural, as a definition's schema must be. */
export function validateStructure(schema: Schema, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (schema.type === undefined || schema.type === '')
    errors.push(required(`${path}.type`, 'must not be empty at the root'));
  else if (schema.type !== 'object')
    errors.push(invalidValue(`${path}.type`, schema.type, 'must be object at the root'));
  if (schema.nullable === true)
    errors.push(forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root'));
  validateRootMetadata(schema.properties?.metadata, `${path}.properties[metadata]`, errors);
  visit(schema, { path, isRoot: true, isCorrelated: true }, errors);
  // The types that rules are held against exist only in a schema that is right.
  return errors.length > 0 ? errors : checkRules(schema, path);
}

/** Of the metadata a schema may only narrow the name. */
function validateRootMetadata(metadata: Schema | undefined, path: string, errors: FieldError[]): void {
  const members = Object.keys(metadata?.properties ?? {});
  if (members.every((name) => name === 'name' || name === 'generateName')) return;
  const text =
    'must not specify anything other than name and generateName, but metadata is implicitly specified';
  errors.push(forbiddenField(path, text));
}

interface Place {
  readonly path: string;
  readonly isRoot?: boolean;
  /** Whether a value at this place can be found again in an older state of the object. */
  readonly isCorrelated: boolean;
}

const types: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

function visit(schema: Schema, place: Place, errors: FieldError[]): void {
  const { path, isRoot, isCorrelated } = place;
  if (schema.$ref !== undefined) {
    errors.push(forbiddenField(`${path}.$ref`, '$ref is not supported'));
    return;
  }
  validateType(schema, place, errors);
  validateForbidden(schema, path, errors);
  validateExtensions(schema, path, errors);
  validateListType(schema, path, errors);
  validateDefault(schema, path, errors);
  errors.push(...validateRuleTexts(schema, path, isCorrelated));
  for (const kind of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, part] of (schema[kind] ?? []).entries())
      visitJunctor(part, `${path}.${kind}[${index}]`, schema, errors);
  }
  if (schema.not !== undefined) visitJunctor(schema.not, `${path}.not`, schema, errors);
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (isRoot === true && name === 'metadata') continue;
    visit(member, { path: `${path}.properties[${name}]`, isCorrelated }, errors);
  }
  if (schema.items !== undefined) {
    const isMap = schema['x-kubernetes-list-type'] === 'map';
    visit(schema.items, { path: `${path}.items`, isCorrelated: isCorrelated && isMap }, errors);
  }
  if (typeof schema.additionalProperties === 'object')
    visit(schema.additionalProperties, { path: `${path}.additionalProperties`, isCorrelated }, errors);
}

function validateType(schema: Schema, { path, isRoot }: Place, errors: FieldError[]): void {
  const { type, items, properties, additionalProperties } = schema;
  const isFree =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (type === undefined || type === '') {
    if (!isFree && isRoot !== true)
      errors.push(required(`${path}.type`, 'must not be empty for specified object fields'));
  } else if (!types.includes(type)) errors.push(notSupported(`${path}.type`, type, types));
  if (type === 'array' && items === undefined) errors.push(required(`${path}.items`, 'must be specified'));
  if (properties !== undefined && additionalProperties !== undefined && additionalProperties !== false)
    errors.push(
      forbiddenField(
        `${path}.additionalProperties`,
        'additionalProperties and properties are mutual exclusive',
      ),
    );
}

function validateForbidden(schema: Schema, path: string, errors: FieldError[]): void {
  if (schema.uniqueItems === true)
    errors.push(
      forbiddenField(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
}

function validateExtensions(schema: Schema, path: string, errors: FieldError[]): void {
  const { type, properties } = schema;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'];
  if (preserves === false) {
    const field = `${path}.x-kubernetes-preserve-unknown-fields`;
    errors.push(invalidValue(field, false, 'must be true or undefined'));
  }
  if (schema['x-kubernetes-embedded-resource'] === true) {
    const extension = 'x-kubernetes-embedded-resource is true';
    if (type !== 'object')
      errors.push(invalidValue(`${path}.type`, type ?? '', `must be object if ${extension}`));
    if (preserves !== true && Object.keys(properties ?? {}).length === 0)
      errors.push(
        required(
          `${path}.properties`,
          `must not be empty if ${extension} without x-kubernetes-preserve-unknown-fields`,
        ),
      );
  }
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return;
  const field = `${path}.x-kubernetes-map-type`;
  if (mapType !== 'atomic' && mapType !== 'granular')
    errors.push(notSupported(field, mapType, ['atomic', 'granular']));
  else if (type !== 'object')
    errors.push(
      invalidValue(`${path}.type`, type ?? '', 'must be object if x-kubernetes-map-type is specified'),
    );
}

function validateListType(schema: Schema, path: string, errors: FieldError[]): void {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const { type, items } = schema;
  if (listType === undefined) return;
  if (!['atomic', 'set', 'map'].includes(listType)) {
    errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
    return;
  }
  if (type !== 'array') {
    errors.push(
      invalidValue(`${path}.type`, type ?? '', 'must be array if x-kubernetes-list-type is specified'),
    );
    return;
  }
  if (listType === 'set') validateSetItems(items, `${path}.items`, errors);
  if (listType !== 'map') return;
  const keysField = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0)
    errors.push(required(keysField, 'must not be empty if x-kubernetes-list-type is map'));
  if (items === undefined) return;
  if (items.type !== 'object') {
    const text = "must be object if parent array's x-kubernetes-list-type is map";
    errors.push(invalidValue(`${path}.items.type`, items.type ?? '', text));
    return;
  }
  if (keys.some((key) => memberSchema(items, key) === undefined)) {
    errors.push(invalidValue(keysField, keys, 'entries must all be names of item properties'));
    return;
  }
  for (const key of keys) {
    if (items.required?.includes(key) === true || memberSchema(items, key)?.default !== undefined) continue;
    const text =
      'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
    errors.push(required(`${path}.items.properties[${key}].default`, text));
  }
}

/** Items of a set are told apart as wholes. */
function validateSetItems(items: Schema | undefined, path: string, errors: FieldError[]): void {
  if (items?.type !== 'object') return;
  const mapType = items['x-kubernetes-map-type'];
  if (mapType === 'atomic') return;
  const text = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  errors.push(invalidValue(`${path}.x-kubernetes-map-type`, mapType ?? null, text));
}

/** A default must itself be what the schema allows. */
function validateDefault(schema: Schema, path: string, errors: FieldError[]): void {
  if (schema.default === undefined) return;
  const holder = { default: structuredClone(schema.default) };
  const around: Schema = { type: 'object', properties: { default: { ...schema, default: undefined } } };
  const unknown = prune(holder, around);
  if (unknown.length > 0)
    errors.push(invalidValue(`${path}.default`, schema.default, 'must not have unknown fields'));
  applyDefaults(holder, around);
  for (const fault of validateSchema(holder.default, schema)) {
    errors.push({ ...fault, field: `${path}.default${fault.field === '' ? '' : `.${fault.field}`}` });
  }
}

/** Members that belong to the structure may not stand in the alternatives of a value. */
function visitJunctor(schema: Schema, path: string, structure: Schema, errors: FieldError[]): void {
  const isOfPort = structure['x-kubernetes-int-or-string'] === true;
  if (schema.type !== undefined && schema.type !== '' && !isOfPort)
    errors.push(forbiddenField(`${path}.type`, 'must be empty to be structural'));
  if (schema.default !== undefined)
    errors.push(forbiddenField(`${path}.default`, 'must be undefined to be structural'));
  if (schema.nullable === true)
    errors.push(forbiddenField(`${path}.nullable`, 'must be false to be structural'));
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const inner = memberSchema(structure, name) ?? {};
    visitJunctor(member, `${path}.properties[${name}]`, inner, errors);
  }
  if (schema.items !== undefined) visitJunctor(schema.items, `${path}.items`, structure.items ?? {}, errors);
  for (const kind of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, part] of (schema[kind] ?? []).entries())
      visitJunctor(part, `${path}.${kind}[${index}]`, structure, errors);
  }
  if (schema.not !== undefined) visitJunctor(schema.not, `${path}.not`, structure, errors);
}
