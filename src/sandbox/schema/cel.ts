import { isObject } from '../json.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, required } from '../status.ts';
import type { CelNode } from './cel-check.ts';
import { withFirstFaults } from './cel-faults.ts';
import { celEnvironment } from './cel-library.ts';
import { withPlainOptionals } from './cel-optionals.ts';
import { celValues, optionalValue } from './cel-values.ts';
import { counterpart, isUnchanged } from './counterpart.ts';
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
  const { value, previous, schema } = place;
  if (value === undefined || value === null || !hasRules(schema)) return;
  if (value === previous && typeof value === 'object') visitUnchanged(place, value, errors);
  else visitAll(place, errors);
}

/** Parts that no rule objected to when nothing in them changed, with the schemas whose rules were asked. */
const settled = new WeakMap<object, WeakSet<Schema>>();

/** The same part before and after: rules say of it, each time, what they said the first time. */
function visitUnchanged(place: Place, value: object, errors: FieldError[]): void {
  if (settled.get(value)?.has(place.schema) === true) return;
  const before = errors.length;
  visitAll(place, errors);
  if (errors.length > before) return;
  const schemas = settled.get(value) ?? new WeakSet<Schema>();
  settled.set(value, schemas.add(place.schema));
}

function visitAll(place: Place, errors: FieldError[]): void {
  const { value, previous, path, schema } = place;
  for (const rule of schema['x-kubernetes-validations'] ?? []) {
    const error = judge(rule, place);
    if (error === undefined || (!usesOldSelf(rule.rule) && isUnchanged(value, previous))) continue;
    errors.push(error);
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (schema.items === undefined) continue;
      const old = counterpart(item, previous, schema);
      visit({ value: item, previous: old, path: `${path}[${index}]`, schema: schema.items }, errors);
    }
  } else if (isObject(value)) {
    for (const name in value) {
      const member = value[name];
      const inner = memberSchema(schema, name);
      if (inner === undefined || !hasRules(inner)) continue;
      const old = isObject(previous) ? previous[name] : undefined;
      const step = isNamed(schema, name) ? (path === '' ? name : `${path}.${name}`) : `${path}[${name}]`;
      visit({ value: member, previous: old, path: step, schema: inner }, errors);
    }
  }
}

const isNamed = ({ properties }: Schema, name: string): boolean =>
  properties !== undefined && Object.hasOwn(properties, name);

function judge(rule: ValidationRule, { value, previous, path, schema }: Place): FieldError | undefined {
  const program = compile(rule.rule);
  if (program === undefined) return undefined;
  const isTransition = usesOldSelf(rule.rule);
  const isOptional = rule.optionalOldSelf === true;
  if (isTransition && previous === undefined && !isOptional) return undefined;
  const field = rule.fieldPath === undefined ? path : path + rule.fieldPath;
  const type = schema.type ?? '';
  try {
    const old = previous === undefined ? undefined : toCel(previous, schema);
    const context = {
      self: toCel(value, schema),
      ...(isTransition ? { oldSelf: isOptional ? optionalValue(old) : old } : {}),
    };
    return program(context) === true ? undefined : failure(rule, field, { context, type });
  } catch (error) {
    const detail = firstLine(error);
    const said = inGoWords(detail);
    return invalidValue(field, type, `${said} evaluating rule: ${rule.message ?? rule.rule}`);
  }
}

/** The library's faults in the words of Go's; our own are in them already. */
const inGoWords = (detail: string): string =>
  goWords[detail] ?? (/^[A-Z][a-z]/.test(detail) ? detail.charAt(0).toLowerCase() + detail.slice(1) : detail);

const goWords: Readonly<Record<string, string>> = {
  'int() type error: cannot convert to int': "type conversion error from 'string' to 'int'",
  'double() type error: cannot convert to double': "type conversion error from 'string' to 'double'",
  'uint() type error: cannot convert to uint': "type conversion error from 'string' to 'uint'",
};

function failure(
  rule: ValidationRule,
  field: string,
  { context, type }: { context: Record<string, unknown>; type: string },
): FieldError {
  const message = messageOf(rule, context);
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbiddenField(field, message);
    case 'FieldValueRequired':
      return required(field, message);
    case 'FieldValueDuplicate':
      return duplicate(field, type);
    default:
      return invalidValue(field, type, message);
  }
}

/** The computed message, when it comes out as one line of text; the written one else. */
function messageOf(rule: ValidationRule, context: Record<string, unknown>): string {
  const written = rule.message?.trim() ?? `failed rule: ${rule.rule.trim()}`;
  if (rule.messageExpression === undefined) return written;
  try {
    const computed = compile(rule.messageExpression)?.(context);
    const isLine = typeof computed === 'string' && computed.trim() !== '' && !computed.includes('\n');
    return isLine ? computed : written;
  } catch {
    return written;
  }
}

export const usesOldSelf = (rule: string): boolean => /\boldSelf\b/.test(rule);

type Program = (context: Record<string, unknown>) => unknown;

const programs = new Map<string, Program | undefined>();
const environment = celEnvironment();
const toCel = celValues(environment);

function compile(rule: string): Program | undefined {
  if (!programs.has(rule)) programs.set(rule, tryCompile(rule));
  return programs.get(rule);
}

function tryCompile(rule: string): Program | undefined {
  try {
    const program = environment.parse(inOurWords(rule));
    withFirstFaults(program.ast);
    return program.check().valid ? (program as Program) : undefined;
  } catch {
    return undefined;
  }
}

/** Why a rule cannot be one: it is no CEL. One that the evaluator cannot read for another reason has no fault here. */
export function ruleFault(rule: string): string | undefined {
  try {
    environment.parse(inOurWords(rule));
    return undefined;
  } catch (error) {
    return firstLine(error);
  }
}

/** A rule as it is written, for whoever looks into it; undefined when it cannot be read. */
export function parsedRule(rule: string): CelNode | undefined {
  try {
    return environment.parse(rule).ast as unknown as CelNode;
  } catch {
    return undefined;
  }
}

const firstLine = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);

/** Its `matches` knows the patterns of JavaScript only, and its `duration` no zero without a unit; ours take what Go takes. */
const inOurWords = (rule: string): string =>
  withPlainOptionals(withPlainHas(rule.trim()))
    .replace(/\.matches\(/g, '.re2Matches(')
    .replace(/(^|[^\w.])duration\(/g, '$1goDuration(');

/** The library's `has` knows chains of members only; one with an index in it asks for the member by `in`. */
function withPlainHas(rule: string): string {
  return rule.replace(/\bhas\(([\w.]+(?:\[[^[\]]*\][\w.]*)+)\.(\w+)\)/g, "('$2' in $1)");
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
