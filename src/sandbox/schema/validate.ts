import { isObject, jsonEqual } from '../json.ts';
import {
  type FieldError,
  invalidValue,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from '../status.ts';
import { counterpart, isUnchanged } from './counterpart.ts';
import { matchesFormat } from './formats.ts';
import { passedChecks } from './passed-checks.ts';
import { matchesPattern } from './patterns.ts';
import { memberSchema, type Schema } from './schema.ts';
import { typeFault } from './type-fault.ts';

/**
 * Everything about a custom resource that its schema forbids, in the words of the Kubernetes API server. What has not
 * changed since `previous` is let alone.
 * @param isKnown `previous` was judged by this very schema: an item of its lists is in order wherever it stands.
 */
export function validateSchema(
  value: unknown,
  schema: Schema,
  previous?: unknown,
  isKnown = false,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  check({ value, previous, path: '', errors, isKnown }, schema);
  return errors.length < 2 ? errors : unique(errors);
}

/** What several parts of a schema say of a value is told once. */
const unique = (errors: readonly FieldError[]): readonly FieldError[] => [
  ...new Map(errors.map((error) => [JSON.stringify(error), error])).values(),
];

interface Place {
  readonly value: unknown;
  /** The value at this place before the write; undefined when there is none that corresponds. */
  readonly previous?: unknown;
  readonly path: string;
  readonly errors: FieldError[];
  readonly isKnown: boolean;
}

function check(place: Place, schema: Schema): void {
  const { value, previous, errors } = place;
  if (value === previous && value !== undefined) return;
  const before = errors.length;
  checkAll(place, schema);
  if (errors.length > before && isUnchanged(value, previous)) errors.length = before;
}

function checkAll(place: Place, schema: Schema): void {
  const { value } = place;
  if (value === null && schema.nullable === true) return;
  checkType(place, schema);
  if (schema.enum !== undefined) checkEnum(place, schema.enum);
  if (typeof value === 'string') checkString(place, value, schema);
  if (typeof value === 'number') checkNumber(place, value, schema);
  if (Array.isArray(value)) checkList(place, value, schema);
  if (isObject(value)) checkObject(place, value, schema);
  checkCombinations(place, schema);
}

function checkType({ value, path, errors }: Place, schema: Schema): void {
  const fault = typeFault(value, schema);
  if (fault === undefined) return;
  const [expected, actual] = fault;
  errors.push(
    typeInvalid(path, actual, `${path} in body must be of type ${expected}: ${JSON.stringify(actual)}`),
  );
}

function checkEnum({ value, path, errors }: Place, allowed: readonly unknown[]): void {
  if (allowed.some((candidate) => jsonEqual(candidate, value))) return;
  const texts = allowed.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  errors.push(notSupported(path, value, texts));
}

function checkString({ path, errors }: Place, value: string, schema: Schema): void {
  const { maxLength, minLength, pattern, format } = schema;
  const fails = (rule: string) => errors.push(invalidValue(path, value, `${path} in body ${rule}`));
  const length = maxLength === undefined && minLength === undefined ? 0 : [...value].length;
  if (maxLength !== undefined && length > maxLength) errors.push(tooLong(path, maxLength));
  else if (minLength !== undefined && length < minLength) fails(`should be at least ${minLength} chars long`);
  else if (pattern !== undefined && !matchesPattern(pattern, value)) fails(`should match '${pattern}'`);
  if (format !== undefined && !matchesFormat(format, value)) {
    errors.push(
      typeInvalid(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`),
    );
  }
}

function checkNumber({ path, errors }: Place, value: number, schema: Schema): void {
  const { maximum, minimum, exclusiveMaximum, exclusiveMinimum, multipleOf } = schema;
  const fails = (rule: string) => errors.push(invalidValue(path, value, `${path} in body should be ${rule}`));
  if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    fails(`less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`);
  }
  if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    fails(`greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`);
  }
  if (multipleOf !== undefined && !isWhole(value / multipleOf)) fails(`a multiple of ${multipleOf}`);
}

/** As far as floating point can tell. */
const isWhole = (value: number): boolean => Math.abs(value - Math.round(value)) < 1e-9;

function checkList(place: Place, list: readonly unknown[], schema: Schema): void {
  const { path, errors } = place;
  const { minItems, maxItems, uniqueItems, items } = schema;
  if (maxItems !== undefined && list.length > maxItems) errors.push(tooMany(path, list.length, maxItems));
  if (minItems !== undefined && list.length < minItems) {
    errors.push(invalidValue(path, list.length, `${path} in body should have at least ${minItems} items`));
  }
  if (uniqueItems === true && hasDuplicates(list)) {
    errors.push(invalidValue(path, list, `${path} in body shouldn't contain duplicates`));
  }
  if (items !== undefined) {
    const { previous, isKnown } = place;
    const known = isKnown && Array.isArray(previous) ? previous : undefined;
    for (const [index, value] of list.entries()) {
      if (typeof value === 'object' && value !== null && known?.includes(value) === true) continue;
      const old = counterpart(value, previous, schema);
      check({ value, previous: old, path: `${path}[${index}]`, errors, isKnown }, items);
    }
  }
}

function hasDuplicates(list: readonly unknown[]): boolean {
  return new Set(list.map((item) => JSON.stringify(item))).size < list.length;
}

function checkObject(place: Place, object: Record<string, unknown>, schema: Schema): void {
  const { path, errors } = place;
  const { minProperties, maxProperties } = schema;
  const count = Object.keys(object).length;
  if (maxProperties !== undefined && count > maxProperties) errors.push(tooMany(path, count, maxProperties));
  if (minProperties !== undefined && count < minProperties) {
    errors.push(
      invalidValue(path, count, `${path} in body should have at least ${minProperties} properties`),
    );
  }
  for (const name of schema.required ?? []) {
    if (object[name] === undefined) errors.push(required(join(path, name)));
  }
  const before = isObject(place.previous) ? place.previous : undefined;
  for (const name in object) {
    const value = object[name];
    const old = before?.[name];
    if (value === undefined || value === old) continue;
    const member = memberSchema(schema, name);
    if (member !== undefined)
      check({ value, previous: old, path: join(path, name), errors, isKnown: place.isKnown }, member);
  }
  if (schema['x-kubernetes-embedded-resource'] === true) checkEmbedded(place, object);
}

function checkEmbedded({ path, errors }: Place, object: Record<string, unknown>): void {
  for (const name of ['apiVersion', 'kind']) {
    const value = object[name];
    if (value === undefined || value === '')
      errors.push(required(join(path, name), value === '' ? 'must not be empty' : ''));
  }
}

function checkCombinations(place: Place, schema: Schema): void {
  if (!hasCombinations(schema)) return;
  const { value, path, errors } = place;
  const attempt = (candidate: Schema): FieldError[] => {
    const found: FieldError[] = [];
    check({ value, path, errors: found, isKnown: false }, candidate);
    return found;
  };
  const fails = (rule: string) => errors.push(invalidValue('', '', `${JSON.stringify(path)} must ${rule}`));
  const parts = schema.allOf ?? [];
  const broken = parts.map(attempt).filter((found) => found.length > 0);
  errors.push(...broken.flat());
  if (broken.length > 0)
    fails(`validate all the schemas (allOf)${broken.length === parts.length ? '. None validated' : ''}`);
  if (schema.anyOf !== undefined) {
    const attempts = schema.anyOf.map(attempt);
    if (attempts.every((found) => found.length > 0)) {
      fails('validate at least one schema (anyOf)');
      errors.push(...closest(value, schema.anyOf, attempts));
    }
  }
  if (schema.oneOf !== undefined) {
    const attempts = schema.oneOf.map(attempt);
    const valid = attempts.filter((found) => found.length === 0).length;
    if (valid === 0) {
      fails('validate one and only one schema (oneOf). Found none valid');
      errors.push(...closest(value, schema.oneOf, attempts));
    } else if (valid > 1) {
      fails(`validate one and only one schema (oneOf). Found ${valid} valid alternatives`);
    }
  }
  if (schema.not !== undefined && attempt(schema.not).length === 0) fails('not validate the schema (not)');
}

const hasCombinations = ({ allOf, anyOf, oneOf, not }: Schema): boolean =>
  allOf !== undefined || anyOf !== undefined || oneOf !== undefined || not !== undefined;

const fits = (value: unknown, schema: Schema): boolean => validateSchema(value, schema).length === 0;

/** The complaints of the first of the alternatives that most checks went well with. */
function closest(
  value: unknown,
  alternatives: readonly Schema[],
  attempts: readonly FieldError[][],
): readonly FieldError[] {
  const counts = alternatives.map((schema) => passedChecks(value, schema, fits));
  return attempts[counts.indexOf(Math.max(...counts))] ?? [];
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
