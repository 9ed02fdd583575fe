import { goSyntax, goText, goTypeOf } from '../go-text.ts';
import { isObject } from '../json.ts';
import { childrenOf, listKind, memberSchema, preservesUnknown, type Schema } from '../schema/schema.ts';
import { stepOf } from './typed.ts';

interface Rules {
  /** A list may name an item twice: all but what is applied. */
  readonly allowsDuplicates?: boolean;
  /** The value has passed the schema's validation: only parts that `mayHaveTypeFaults` need a look. */
  readonly isStored?: boolean;
  /** A value without faults under the same schema: what is its own, by identity, needs no look. */
  readonly known?: unknown;
}

/**
 * Why a configuration is no value of its schema, as server-side apply says it (structured-merge-diff, `typed`): wrong
 * types, members that the schema does not know, items of a list that cannot be told apart.
 */
export function typeFaults(value: unknown, schema: Schema | undefined, rules: Rules = {}): readonly string[] {
  const faults: string[] = [];
  visit({ value, known: rules.known, parent: undefined, step: '', isFree: false, rules, faults }, schema);
  return faults;
}

interface Place {
  readonly value: unknown;
  readonly known: unknown;
  readonly parent: Place | undefined;
  /** Where it stands in its parent; put into words only when something is to be said of it. */
  readonly step: string | ListStep;
  /** A schema above opts its members into unknown ones. */
  readonly isFree: boolean;
  readonly rules: Rules;
  readonly faults: string[];
}

interface ListStep {
  readonly index: number;
  readonly schema: Schema;
}

function visit(place: Place, schema: Schema | undefined): void {
  const { value } = place;
  if (value === null || value === undefined || schema === undefined) return;
  if (value === place.known && typeof value === 'object') return;
  if (place.rules.isStored === true && !mayHaveTypeFaults(schema)) return;
  const inner = preservesUnknown(schema) ? { ...place, isFree: true } : place;
  const type = schema.type ?? '';
  if (type === '' || type === 'object') {
    if (isObject(value)) visitMap(inner, value, schema);
    else if (type === 'object') tell(place, `expected map, got ${wrapped(value)}`);
    else if (Array.isArray(value)) visitList(inner, value, schema);
  } else if (type === 'array') {
    if (Array.isArray(value)) visitList(inner, value, schema);
    else tell(place, `expected list, got ${wrapped(value)}`);
  } else visitScalar(place, type, schema.format ?? '');
}

function tell(place: Place, fault: string): void {
  const path = pathOf(place);
  place.faults.push(path === '' ? fault : `${path}: ${fault}`);
}

function pathOf({ parent, step, value }: Place): string {
  if (parent === undefined) return '';
  if (typeof step === 'string') return `${pathOf(parent)}.${step}`;
  const { kind } = listKind(step.schema);
  return `${pathOf(parent)}${kind === 'atomic' ? `[${step.index}]` : stepText(value, step.schema)}`;
}

/** A value that `%v` prints. */
const wrapped = (value: unknown): string => `&{${goText(value)}}`;

function visitScalar(place: Place, type: string, format: string): void {
  const { value } = place;
  if (type === 'integer' || type === 'number') {
    if (typeof value !== 'number') tell(place, `expected numeric (int or float), got ${goTypeOf(value)}`);
  } else if (type === 'boolean') {
    if (typeof value !== 'boolean') tell(place, `expected boolean, got ${wrapped(value)}`);
  } else if (format === '' || format === 'byte') {
    if (typeof value !== 'string')
      tell(place, `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
  } else if (typeof value === 'object') tell(place, `expected any scalar, got ${wrapped(value)}`);
}

function visitMap(place: Place, map: Readonly<Record<string, unknown>>, schema: Schema): void {
  const { properties, additionalProperties } = schema;
  const isOpen =
    additionalProperties === undefined && (place.isFree || Object.keys(properties ?? {}).length === 0);
  const before = isObject(place.known) ? place.known : undefined;
  for (const name in map) {
    const value = map[name];
    const known = before?.[name];
    if (value === known) continue;
    const member = memberSchema(schema, name);
    const inner = { ...place, value, known, parent: place, step: name };
    if (member !== undefined) visit(inner, member);
    else if (!isOpen) tell(inner, 'field not declared in schema');
  }
}

function visitList(place: Place, list: readonly unknown[], schema: Schema): void {
  const { kind } = listKind(schema);
  const { isStored = false, allowsDuplicates = isStored } = place.rules;
  const seen = new Set<string>();
  const before = Array.isArray(place.known) && isStored ? place.known : [];
  for (const [index, value] of list.entries()) {
    const known = before[index];
    if (value === known) continue;
    const problem = kind === 'atomic' ? undefined : unnamable(value, schema);
    if (problem !== undefined) {
      tell(place, `element ${index}: ${problem}`);
      return;
    }
    if (kind !== 'atomic' && !allowsDuplicates) {
      const step = stepText(value, schema);
      if (seen.has(step)) tell(place, `duplicate entries for key ${step}`);
      seen.add(step);
    }
    visit({ ...place, value, known, parent: place, step: { index, schema } }, schema.items);
  }
}

/** Why an item has no name of its own among the others. */
function unnamable(item: unknown, schema: Schema): string | undefined {
  const kind = listKind(schema);
  if (kind.kind !== 'map') {
    if (item === null) return "associative list without keys has an element that's an explicit null";
    if (Array.isArray(item)) return 'not supported: associative list with lists as elements';
    return isObject(item) ? "associative list without keys has an element that's a map type" : undefined;
  }
  if (item === null) return 'associative list with keys may not have a null element';
  if (!isObject(item)) return 'associative list with keys may not have non-map elements';
  const hasKey = (key: string) =>
    (item[key] !== undefined && item[key] !== null) || memberSchema(schema.items, key)?.default !== undefined;
  if (kind.keys.some(hasKey)) return undefined;
  const keys = `[${kind.keys.map((key) => JSON.stringify(key)).join(' ')}]`;
  return `associative list with keys has an element that omits all key fields ${keys} (and doesn't have default values for any key fields)`;
}

/** `[name="a"]`, `[="x"]`. */
function stepText(item: unknown, schema: Schema): string {
  const step = stepOf(item, schema);
  const named: unknown = JSON.parse(step.slice(2));
  if (step.startsWith('v:')) return `[=${valueText(named)}]`;
  const keys = Object.entries(named as object);
  return `[${keys.map(([key, value]) => `${key}=${valueText(value)}`).join(',')}]`;
}

/** A value in a path, where nothing stands between the members of a map. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([name, member]) => `${name}=${valueText(member)}`)
    .join('');
}

const known = new WeakMap<Schema, boolean>();

/**
 * Whether something that the schema's validation lets through can have faults of this sort: items of a list that cannot be
 * told apart. Few schemas have such lists, so that most writes need no look.
 */
export function mayHaveTypeFaults(schema: Schema): boolean {
  const cached = known.get(schema);
  if (cached !== undefined) return cached;
  known.set(schema, false);
  const { kind } = listKind(schema);
  const isScalar = !['object', 'array', ''].includes(schema.items?.type ?? '');
  const own = kind === 'set' ? !isScalar : kind === 'map' && schema.items !== undefined;
  const found = own || schema.items?.nullable === true || childrenOf(schema).some(mayHaveTypeFaults);
  known.set(schema, found);
  return found;
}
