import type { KubeObject } from '../../api/meta.ts';
import type { Engine } from '../engine.ts';
import { isObject, type MutableJson } from '../json.ts';
import { validateMetadata, validateMetadataChange } from '../metadata.ts';
import type { Resource } from '../resource.ts';
import { hasRules, validateRules } from '../schema/cel.ts';
import { DecodeError, decode } from '../schema/decode.ts';
import { applyDefaults } from '../schema/defaults.ts';
import { visitEmbedded } from '../schema/embedded.ts';
import { validateListTypes } from '../schema/list-types.ts';
import { type PruneOptions, prune } from '../schema/prune.ts';
import { validateScale } from '../schema/scale.ts';
import type { Schema } from '../schema/schema.ts';
import { validateSchema } from '../schema/validate.ts';
import { badRequest, type FieldError, type FieldErrorType, invalid, invalidValue } from '../status.ts';

/** What happens to members that the kind does not know: `fieldValidation` of the request. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/**
 * Drops what the kind does not know and answers with warnings, or refuses, as the client asked.
 * @param known an object that was admitted under the same schema: what it shares is in order.
 */
export function decodeBody(
  object: KubeObject,
  resource: Resource,
  mode: FieldValidation,
  duplicates: readonly string[] = [],
  known?: KubeObject,
): readonly string[] {
  const unknown = knownMembersOnly(object, resource, known);
  if (mode === 'Ignore') return [];
  const texts = [
    ...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`),
    ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
  ];
  if (texts.length === 0) return [];
  if (mode === 'Warn') return texts;
  throw badRequest(decodeMessage(resource, `strict decoding error: ${texts.join(', ')}`));
}

/** The same for what somebody applied: nulls where none is allowed are no wish to leave something out. */
export function decodeApplied(object: KubeObject, resource: Resource): void {
  knownMembersOnly(object, resource, undefined, { keepsNulls: true });
}

function knownMembersOnly(
  object: KubeObject,
  resource: Resource,
  known: KubeObject | undefined,
  options: PruneOptions = {},
): readonly string[] {
  const { schema } = resource;
  if (schema === undefined) return [];
  try {
    if (resource.builtin) return decode(object as unknown as MutableJson, schema, known);
    const metadata = schema.properties?.metadata;
    const unknown =
      metadata === undefined
        ? []
        : decode(object.metadata as unknown as MutableJson, metadata, known?.metadata);
    return [
      ...unknown.map((path) => `metadata.${path}`),
      ...decodeEmbedded(object, schema),
      ...prune(object as unknown as MutableJson, schema, known, options),
    ];
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw Object.assign(badRequest(decodeMessage(resource, error.message)), { cause: error });
  }
}

/** Objects inside of a custom resource have metadata like any other. */
function decodeEmbedded(object: KubeObject, schema: Schema): readonly string[] {
  const unknown: string[] = [];
  visitEmbedded(object, schema, ({ metadata }, path) => {
    const shape = schema.properties?.metadata;
    if (!isObject(metadata) || shape === undefined) return;
    const quoted = JSON.stringify(metadata);
    try {
      unknown.push(...decode(metadata, shape).map((member) => `${path}.metadata.${member}`));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new DecodeError(`${path}.metadata: Invalid value: ${quoted}: ${error.message}`, { cause: error });
    }
  });
  return unknown;
}

function decodeMessage({ kind, version }: Resource, problem: string): string {
  return `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${problem}`;
}

/**
 * Fills in defaults, then refuses the object with 422 and everything that is wrong with it. Changes `object` in place.
 * @param known as in `decodeBody`.
 */
export function admit(
  engine: Engine,
  resource: Resource,
  object: KubeObject,
  previous?: KubeObject,
  known?: KubeObject,
): void {
  const around = engine.surroundings();
  const { strategy, schema } = resource;
  if (!resource.builtin && schema !== undefined)
    applyDefaults(object as unknown as MutableJson, schema, known);
  strategy.defaults?.(object, previous, around);
  refuse(resource, object, [
    ...validateMetadata(object, resource, previous),
    ...(previous === undefined ? [] : validateMetadataChange(object, previous, resource.builtin)),
    ...(resource.builtin || schema === undefined
      ? []
      : validateCustom(object, previous, resource, known !== undefined)),
    ...(strategy.validate?.(object, previous, around) ?? []),
  ]);
}

/** The same for a write through the status door, of which only metadata and status are new. */
export function admitStatus(
  resource: Resource,
  object: KubeObject,
  previous: KubeObject,
  known?: KubeObject,
): void {
  const { strategy, schema, builtin } = resource;
  const { status } = object;
  const statusSchema = schema?.properties?.status;
  if (!builtin && statusSchema !== undefined && isObject(status))
    applyDefaults(status, statusSchema, known?.status);
  if (isObject(status)) strategy.statusDefaults?.(status, previous.status);
  const errors =
    builtin || statusSchema === undefined || status === undefined
      ? []
      : validateSchema(status, statusSchema, previous.status, known !== undefined).map((error) => ({
          ...error,
          field: inStatus(error.field),
        }));
  refuse(resource, object, [
    ...validateMetadata(object, resource, previous),
    ...validateMetadataChange(object, previous, builtin),
    ...(builtin ? [] : withRules(errors, object, previous, resource)),
    ...(strategy.validateStatus?.(object) ?? []),
  ]);
}

const inStatus = (field: string): string => (field === '' ? 'status' : `status.${field}`);

function refuse(resource: Resource, object: KubeObject, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', errors);
}

function validateCustom(
  object: KubeObject,
  previous: KubeObject | undefined,
  resource: Resource,
  isKnown: boolean,
): readonly FieldError[] {
  return withRules(
    validateSchema(object, resource.schema ?? {}, previous, isKnown),
    object,
    previous,
    resource,
  );
}

/** Adds what the paths of the scale subresource, the types of lists and the rules of the schema forbid. */
function withRules(
  found: readonly FieldError[],
  object: KubeObject,
  previous: KubeObject | undefined,
  { schema, scale }: Resource,
): readonly FieldError[] {
  const errors = [
    ...found,
    ...(scale === undefined ? [] : validateScale(object, scale)),
    ...(schema === undefined ? [] : validateListTypes(object, previous, schema)),
  ];
  if (schema === undefined || !hasRules(schema)) return errors;
  // Rules presume the members and types that the schema demands.
  if (errors.some(({ reason }) => blocking.has(reason))) return [...errors, rulesNotChecked];
  return [...errors, ...validateRules(object, previous, schema)];
}

const blocking: ReadonlySet<FieldErrorType> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const rulesNotChecked = invalidValue(
  '',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);
