import { Environment } from '@marcbachmann/cel-js';
import { isObject, jsonEqual } from '../json.ts';
import { type FieldError, forbiddenField, invalidValue, required } from '../status.ts';
import { childrenOf, memberSchema, type Schema, type ValidationRule } from './schema.ts';

/**
 * What the schema's `x-kubernetes-validations` forbid. Rules are written in CEL; one that the library cannot read is not
 * evaluated, which the definition's own write says in a warning (`unreadableRules`).
 */
export function validateRules(value: unknown, previous: unknown, schema: Schema): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (hasRules(schema)) visit({ value, previous, path: '', schema }, errors);
  return errors;
}

/** How many rules inside a schema are not evaluated. */
export function unreadableRules(schema: Schema): number {
  if (!hasRules(schema)) return 0;
  const own = (schema['x-kubernetes-validations'] ?? []).filter(
    (rule) => compile(rule.rule) === undefined,
  ).length;
  return childrenOf(schema).reduce((sum, child) => sum + unreadableRules(child), own);
}

interface Place {
  readonly value: unknown;
  /** The value at this place before the write; undefined when there is none that corresponds. */
  readonly previous: unknown;
  readonly path: string;
  readonly schema: Schema;
}

function visit(place: Place, errors: FieldError[]): void {
  const { value, previous, path, schema } = place;
  if (value === undefined || value === null || !hasRules(schema)) return;
  for (const rule of schema['x-kubernetes-validations'] ?? []) {
    const error = judge(rule, place);
    if (error !== undefined) errors.push(error);
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (schema.items === undefined) continue;
      const old = counterpart(item, previous, schema);
      visit({ value: item, previous: old, path: `${path}[${index}]`, schema: schema.items }, errors);
    }
  } else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      const inner = memberSchema(schema, name);
      if (inner === undefined) continue;
      const old = isObject(previous) ? previous[name] : undefined;
      visit(
        { value: member, previous: old, path: path === '' ? name : `${path}.${name}`, schema: inner },
        errors,
      );
    }
  }
}

/** Items of a list correspond by their keys; in any other list nothing does. */
function counterpart(item: unknown, previous: unknown, schema: Schema): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined || !Array.isArray(previous))
    return undefined;
  return previous.find(
    (old) => isObject(old) && isObject(item) && keys.every((key) => jsonEqual(old[key], item[key])),
  );
}

function judge(rule: ValidationRule, { value, previous, path, schema }: Place): FieldError | undefined {
  const program = compile(rule.rule);
  if (program === undefined) return undefined;
  const isTransition = usesOldSelf(rule.rule);
  if (isTransition && previous === undefined && rule.optionalOldSelf !== true) return undefined;
  const context = {
    self: toCel(value, schema),
    ...(isTransition ? { oldSelf: previous === undefined ? null : toCel(previous, schema) } : {}),
  };
  const field = rule.fieldPath === undefined ? path : path + rule.fieldPath;
  try {
    if (program(context) === true) return undefined;
  } catch (error) {
    const detail = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    return invalidValue(field, schema.type ?? 'object', `${rule.rule} evaluation error: ${detail}`);
  }
  return failure(rule, field, { context, type: schema.type ?? 'object' });
}

function failure(
  rule: ValidationRule,
  field: string,
  { context, type }: { context: Record<string, unknown>; type: string },
): FieldError {
  const computed =
    rule.messageExpression === undefined ? undefined : compile(rule.messageExpression)?.(context);
  const message =
    typeof computed === 'string' ? computed : (rule.message?.trim() ?? `failed rule: ${rule.rule}`);
  if (rule.reason === 'FieldValueForbidden') return forbiddenField(field, message);
  if (rule.reason === 'FieldValueRequired') return required(field, message);
  return invalidValue(field, type, message);
}

const usesOldSelf = (rule: string): boolean => /\boldSelf\b/.test(rule);

type Program = (context: Record<string, unknown>) => unknown;

const programs = new Map<string, Program | undefined>();
const environment = new Environment({ homogeneousAggregateLiterals: false, enableOptionalTypes: true })
  .registerVariable('self', 'dyn')
  .registerVariable('oldSelf', 'dyn')
  .registerFunction('isIP(dyn): bool', (text: unknown) => isIp(String(text)));

function isIp(text: string): boolean {
  const isFour =
    /^(\d{1,3})(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
  return isFour || (text.includes(':') && /^[0-9a-fA-F:.]+$/.test(text));
}

function compile(rule: string): Program | undefined {
  if (!programs.has(rule)) programs.set(rule, tryCompile(rule));
  return programs.get(rule);
}

function tryCompile(rule: string): Program | undefined {
  try {
    const program = environment.parse(rule.trim());
    return program.check().valid ? (program as Program) : undefined;
  } catch {
    return undefined;
  }
}

/** CEL tells whole numbers from others, which JavaScript does not: the schema decides, or else the value. */
function toCel(value: unknown, schema: Schema | undefined): unknown {
  if (typeof value === 'number') {
    const isWhole = schema?.type === 'integer' || (schema?.type !== 'number' && Number.isInteger(value));
    return isWhole ? BigInt(value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => toCel(item, schema?.items));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.map(([name, member]) => [name, toCel(member, memberSchema(schema, name))]),
  );
}

const known = new WeakMap<Schema, boolean>();

export function hasRules(schema: Schema): boolean {
  const cached = known.get(schema);
  if (cached !== undefined) return cached;
  known.set(schema, false);
  const found = (schema['x-kubernetes-validations'] ?? []).length > 0 || childrenOf(schema).some(hasRules);
  known.set(schema, found);
  return found;
}
