import { isObject, jsonEqual, type MutableJson } from '../json.ts';
import { listKind, memberSchema, type Schema } from '../schema/schema.ts';
import { childrenOf, type Fields, gather, memberStep, node } from './fields.ts';

/**
 * Values seen through their schema, as server-side apply sees them: maps member by member, lists by key or by value,
 * and what is atomic, or a list that the schema does not know, as one piece.
 */

const isAtomicMap = (schema: Schema | undefined): boolean => schema?.['x-kubernetes-map-type'] === 'atomic';

/** The members of a map or list that have a path of their own; undefined for a leaf. */
function parts(value: unknown, schema: Schema | undefined): ReadonlyMap<string, Part> | undefined {
  if (isObject(value)) return isAtomicMap(schema) ? undefined : mapParts(value, schema);
  return Array.isArray(value) ? listParts(value, schema) : undefined;
}

interface Part {
  readonly value: unknown;
  readonly schema: Schema | undefined;
  /** A member that the schema names, in contrast to the key of a map. */
  readonly isNamed: boolean;
}

function mapParts(value: MutableJson, schema: Schema | undefined): ReadonlyMap<string, Part> {
  const result = new Map<string, Part>();
  for (const name in value) {
    if (value[name] === undefined) continue;
    const isNamed = schema?.properties !== undefined && Object.hasOwn(schema.properties, name);
    result.set(memberStep(name), { value: value[name], schema: memberSchema(schema, name), isNamed });
  }
  return result;
}

function listParts(
  list: readonly unknown[],
  schema: Schema | undefined,
): ReadonlyMap<string, Part> | undefined {
  if (listKind(schema).kind === 'atomic') return undefined;
  const result = new Map<string, Part>();
  for (const value of list) {
    result.set(stepOf(value, schema), { value, schema: schema?.items, isNamed: false });
  }
  return result;
}

/** How an item is named among the others of its list: `v:"x"`, `k:{"name":"a"}`. */
export function stepOf(item: unknown, schema: Schema | undefined): string {
  const kind = listKind(schema);
  if (kind.kind !== 'map') return `v:${JSON.stringify(item)}`;
  const keys: MutableJson = {};
  for (const key of [...kind.keys].sort()) {
    const own = isObject(item) ? item[key] : undefined;
    const value = own ?? memberSchema(schema?.items, key)?.default;
    if (value !== undefined) keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

/** Every path of a value that came into being, its containers included. */
function everything(value: unknown, schema: Schema | undefined): Fields | undefined {
  const members = parts(value, schema);
  if (members === undefined) return undefined;
  const result: Record<string, Fields> = {};
  const repeated =
    Array.isArray(value) && members.size < value.length ? repeatedSteps(value, schema) : undefined;
  for (const [step, part] of members) {
    const below = repeated?.has(step) === true ? undefined : everything(part.value, part.schema);
    result[step] = node(true, below) as Fields;
  }
  return members.size === 0 ? undefined : result;
}

/** Items that stand twice in a list are owned as they are: what is in them cannot be told apart. */
function repeatedSteps(list: readonly unknown[], schema: Schema | undefined): ReadonlySet<string> {
  const steps = list.map((item) => stepOf(item, schema));
  return new Set(steps.filter((step, index) => steps.indexOf(step) < index));
}

/** Every path of a new object. What stands in the empty object already, as Go writes it, did not come into being. */
function everythingNew(value: unknown, schema: Schema | undefined): Fields | undefined {
  if (Array.isArray(value)) return everything(value, schema);
  const members = parts(value, schema);
  if (members === undefined) return undefined;
  return gather(
    [...members].map(([step, part]) => {
      if (part.value === null && schema?.['x-builtin'] === true) return [step, undefined];
      if (!isInEmptyObject(step, part.schema, schema))
        return [step, node(true, everything(part.value, part.schema))];
      const isLeaf = parts(part.value, part.schema) === undefined && !isEmptyMap(part.value);
      return [step, node(isLeaf, everythingNew(part.value, part.schema))];
    }),
  );
}

const isEmptyMap = (value: unknown): boolean => isObject(value) && Object.keys(value).length === 0;

function isInEmptyObject(step: string, member: Schema | undefined, owner: Schema | undefined): boolean {
  if (member?.['x-always-present'] === true) return true;
  const isBuiltin = owner?.['x-builtin'] === true;
  return isBuiltin && member?.type === 'array' && (owner?.required ?? []).includes(step.slice(2));
}

export interface Comparison {
  readonly removed: Fields | undefined;
  /** Modified or added. */
  readonly changed: Fields | undefined;
}

const noDifference: Comparison = { removed: undefined, changed: undefined };

/** What differs between two states of an object. `before` is undefined for an object that is new. */
export function compare(before: unknown, after: unknown, schema: Schema | undefined): Comparison {
  if (before === after) return noDifference;
  if (before === undefined) return { removed: undefined, changed: everythingNew(after, schema) };
  if (isObject(before) && isObject(after) && !isAtomicMap(schema)) return compareMaps(before, after, schema);
  if (Array.isArray(before) && Array.isArray(after) && standInPlace(before, after, schema))
    return compareInPlace(before, after, schema);
  const old = parts(before, schema);
  const fresh = parts(after, schema);
  if (old === undefined || fresh === undefined) {
    if (jsonEqual(before, after)) return noDifference;
    const below = fresh === undefined ? undefined : everything(after, schema);
    return { removed: old && everything(before, schema), changed: node(true, below) };
  }
  const removed: (readonly [string, Fields | undefined])[] = [];
  const changed: (readonly [string, Fields | undefined])[] = [];
  for (const [step, part] of old) {
    const other = fresh.get(step);
    if (other === undefined) removed.push([step, node(true, everything(part.value, part.schema))]);
    else if (other.value !== part.value) {
      const inner = compare(part.value, other.value, part.schema);
      removed.push([step, inner.removed]);
      changed.push([step, inner.changed]);
    }
  }
  for (const [step, part] of fresh) {
    if (!old.has(step)) changed.push([step, node(true, everything(part.value, part.schema))]);
  }
  return { removed: gather(removed), changed: gather(changed) };
}

/** Have the items of two lists the same keys in the same order? Then none needs to be looked for. */
function standInPlace(
  before: readonly unknown[],
  after: readonly unknown[],
  schema: Schema | undefined,
): boolean {
  const kind = listKind(schema);
  if (kind.kind !== 'map' || before.length !== after.length) return false;
  return before.every((item, index) => {
    const other = after[index];
    if (item === other) return true;
    return isObject(item) && isObject(other) && kind.keys.every((key) => item[key] === other[key]);
  });
}

function compareInPlace(
  before: readonly unknown[],
  after: readonly unknown[],
  schema: Schema | undefined,
): Comparison {
  const removed: (readonly [string, Fields | undefined])[] = [];
  const changed: (readonly [string, Fields | undefined])[] = [];
  for (let index = 0; index < before.length; index += 1) {
    const inner = compare(before[index], after[index], schema?.items);
    if (inner.removed === undefined && inner.changed === undefined) continue;
    const step = stepOf(after[index], schema);
    removed.push([step, inner.removed]);
    changed.push([step, inner.changed]);
  }
  return { removed: gather(removed), changed: gather(changed) };
}

/** What differs between two objects, but for the members that every write changes: nobody owns those. */
export function compareObjects(before: object, after: object, schema: Schema | undefined): Comparison {
  return compareMaps(before as MutableJson, after as MutableJson, schema, true);
}

/** Members of the metadata that change on every write. */
const restless: ReadonlySet<string> = new Set(['managedFields', 'resourceVersion']);

/** Member by member, without a view of each as a part: this runs on every write. */
function compareMaps(
  before: MutableJson,
  after: MutableJson,
  schema: Schema | undefined,
  isObjectItself = false,
  isMetadata = false,
): Comparison {
  const removed: Record<string, Fields> = {};
  const changed: Record<string, Fields> = {};
  let [removals, changes] = [0, 0];
  const remove = (name: string, fields: Fields | undefined) => {
    if (fields === undefined) return;
    removed[memberStep(name)] = fields;
    removals += 1;
  };
  const change = (name: string, fields: Fields | undefined) => {
    if (fields === undefined) return;
    changed[memberStep(name)] = fields;
    changes += 1;
  };
  for (const name in before) {
    const value = before[name];
    const other = after[name];
    if (value === other || value === undefined || (isMetadata && restless.has(name))) continue;
    if (other === undefined) remove(name, node(true, everything(value, memberSchema(schema, name))));
    else {
      const member = memberSchema(schema, name);
      const inner =
        isObjectItself && name === 'metadata' && isObject(value) && isObject(other)
          ? compareMaps(value, other, member, false, true)
          : compare(value, other, member);
      remove(name, inner.removed);
      change(name, inner.changed);
    }
  }
  for (const name in after) {
    if (before[name] !== undefined || after[name] === undefined) continue;
    if (isMetadata && restless.has(name)) continue;
    change(name, node(true, everything(after[name], memberSchema(schema, name))));
  }
  return { removed: removals === 0 ? undefined : removed, changed: changes === 0 ? undefined : changed };
}

/** The paths that an applied configuration speaks of. */
export function fieldsOf(config: unknown, schema: Schema | undefined): Fields | undefined {
  const members = parts(config, schema);
  if (members === undefined) return undefined;
  const isMap = isObject(config);
  return gather(
    [...members].map(([step, { value, schema: inner, isNamed }]) => {
      const below = fieldsOf(value, inner);
      const isLeaf = parts(value, inner) === undefined;
      return [step, node(isLeaf || isEmptyMap(value) || !isMap || !isNamed, below)] as const;
    }),
  );
}

/** Something with parts stays as it is where null is applied. */
const isMergeable = (live: unknown, schema: Schema | undefined): boolean =>
  typeof live === 'object' &&
  live !== null &&
  Object.keys(live).length > 0 &&
  parts(live, schema) !== undefined;

/** The live value with an applied configuration laid over it. */
export function mergeTyped(live: unknown, config: unknown, schema: Schema | undefined): unknown {
  if (config === undefined || (config === null && isMergeable(live, schema))) return live;
  if (isObject(live) && isObject(config) && !isAtomicMap(schema)) {
    const result = { ...live };
    for (const name in config) {
      result[name] = mergeTyped(live[name], config[name], memberSchema(schema, name));
    }
    return result;
  }
  if (Array.isArray(live) && Array.isArray(config)) {
    const fresh = listParts(config, schema);
    if (fresh !== undefined) return mergeLists(live, fresh, schema);
  }
  return config;
}

/**
 * Both lists are walked together: what both have stands in the order of the configuration, and what only one has keeps its
 * neighbours. Source: structured-merge-diff v6.3.0, typed/merge.go.
 */
function mergeLists(
  live: readonly unknown[],
  fresh: ReadonlyMap<string, Part>,
  schema: Schema | undefined,
): unknown[] {
  const left = live.map((value) => ({ step: stepOf(value, schema), value }));
  const repeated = repeatedSteps(live, schema);
  const old = new Map(left.map(({ step, value }) => [step, repeated.has(step) ? undefined : value]));
  const right = [...fresh];
  const shared = right.map(([step]) => step).filter((step) => old.has(step));
  const taken = new Set<string>();
  const result: unknown[] = [];
  let [at, freshAt] = [0, 0];
  const takeFresh = () => {
    const [step, part] = right[freshAt] as (typeof right)[number];
    result.push(mergeTyped(old.get(step), part.value, part.schema));
    taken.add(step);
    if (shared[0] === step) shared.shift();
    freshAt += 1;
  };
  while (at < left.length || freshAt < right.length) {
    const item = left[at];
    const next = right[freshAt]?.[0];
    if (item === undefined) takeFresh();
    else if (item.step === next) {
      takeFresh();
      at += 1;
    } else if (!fresh.has(item.step)) {
      result.push(item.value);
      at += 1;
    } else if (next === undefined || (shared[0] !== undefined && shared[0] !== item.step)) at += 1;
    else {
      if (taken.has(item.step)) at += 1;
      takeFresh();
    }
  }
  return result;
}

/** Removes what `last` named and nobody in `owned` names any more. */
export function removeAbandoned(
  value: unknown,
  last: Fields,
  owned: Fields | undefined,
  schema: Schema | undefined,
): unknown {
  const members = parts(value, schema);
  if (members === undefined) return value;
  const result = new Map(members);
  for (const [step, below] of childrenOf(last)) {
    const part = members.get(step);
    if (part === undefined) continue;
    const stillOwned = owned?.[step];
    if (stillOwned === undefined) result.delete(step);
    else result.set(step, { ...part, value: removeAbandoned(part.value, below, stillOwned, part.schema) });
  }
  if (Array.isArray(value)) return [...result.values()].map((part) => part.value);
  return Object.fromEntries([...result].map(([step, part]) => [step.slice(2), part.value]));
}
