import { goText } from '../go-text.ts';
import { isObject, jsonEqual, type MutableJson } from '../json.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import { badRequest, StatusError } from '../status.ts';

/**
 * Strategic merge patch: a merge patch that knows by which key the items of a list belong together.
 * Understands the directives `$patch`, `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…`.
 */
export function strategicMergePatch(target: unknown, patch: unknown, schema: Schema | undefined): unknown {
  if (!isObject(patch)) return patch;
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  if (patch.$patch === 'delete') return {};
  if (patch.$patch !== undefined && patch.$patch !== 'merge') {
    throw new StatusError(
      500,
      undefined,
      `unknown patch type: ${String(patch.$patch)} in map: ${goText(patch)}`,
    );
  }
  const result = retainedMembers(isObject(target) ? target : {}, patch);
  for (const [name, change] of Object.entries(patch)) {
    if (name.startsWith('$')) continue;
    if (change === null) delete result[name];
    else result[name] = mergeMember(result[name], change, memberSchema(schema, name));
  }
  removePrimitives(result, patch);
  orderElements(result, { patch, target, schema });
  return result;
}

function mergeMember(current: unknown, change: unknown, schema: Schema | undefined): unknown {
  if (isObject(change)) {
    const isReplaced = schema?.['x-kubernetes-patch-strategy'] === 'replace';
    return strategicMergePatch(isReplaced ? {} : current, change, schema);
  }
  if (!Array.isArray(change)) return change;
  if (!mergesLists(schema)) return change.map(cleaned);
  const base = Array.isArray(current) ? current : [];
  const key = schema?.['x-kubernetes-patch-merge-key'];
  return key === undefined ? mergePrimitives(base, change) : mergeByKey(base, change, { key, schema });
}

function mergesLists(schema: Schema | undefined): boolean {
  return (schema?.['x-kubernetes-patch-strategy'] ?? '').split(',').includes('merge');
}

interface KeyedList {
  readonly key: string;
  readonly schema: Schema | undefined;
}

function mergeByKey(
  base: readonly unknown[],
  change: readonly unknown[],
  { key, schema }: KeyedList,
): unknown[] {
  if (change.some((item) => isObject(item) && item.$patch === 'replace')) {
    return change.filter((item) => !(isObject(item) && item.$patch === 'replace')).map(cleaned);
  }
  const result = [...base];
  for (const item of change) {
    if (!isObject(item) || item[key] === undefined) {
      throw new StatusError(
        500,
        undefined,
        `map: ${goText(item)} does not contain declared merge key: ${key}`,
      );
    }
    const at = result.findIndex((candidate) => isObject(candidate) && jsonEqual(candidate[key], item[key]));
    if (item.$patch === 'delete') {
      if (at !== -1) result.splice(at, 1);
    } else if (at === -1) result.push(strategicMergePatch({}, item, schema?.items));
    else result[at] = strategicMergePatch(result[at], item, schema?.items);
  }
  return result;
}

function mergePrimitives(base: readonly unknown[], change: readonly unknown[]): unknown[] {
  return [...base, ...change.filter((item) => !base.some((candidate) => jsonEqual(candidate, item)))];
}

/** `$retainKeys`: all members but the named ones go. */
function retainedMembers(target: MutableJson, patch: MutableJson): MutableJson {
  const retained = patch.$retainKeys;
  if (retained === undefined) return { ...target };
  const given = Object.keys(patch).filter((name) => !name.startsWith('$'));
  if (!Array.isArray(retained) || given.some((name) => !retained.includes(name)))
    throw badRequest('invalid patch format of retainKeys');
  return Object.fromEntries(Object.entries(target).filter(([name]) => retained.includes(name)));
}

const deletePrefix = '$deleteFromPrimitiveList/';
const orderPrefix = '$setElementOrder/';

function removePrimitives(result: MutableJson, patch: MutableJson): void {
  for (const [directive, gone] of Object.entries(patch)) {
    if (!directive.startsWith(deletePrefix) || !Array.isArray(gone)) continue;
    const name = directive.slice(deletePrefix.length);
    const list = result[name];
    if (Array.isArray(list))
      result[name] = list.filter((item) => !gone.some((value) => jsonEqual(item, value)));
  }
}

interface Ordering {
  readonly patch: MutableJson;
  readonly target: unknown;
  readonly schema: Schema | undefined;
}

/** Merged lists stand in the order of `$setElementOrder`, else of the patch; what only the target has keeps its order. */
function orderElements(result: MutableJson, { patch, target, schema }: Ordering): void {
  for (const [name, list] of Object.entries(result)) {
    const order = patch[orderPrefix + name] ?? patch[name];
    const member = memberSchema(schema, name);
    if (!Array.isArray(list) || !Array.isArray(order) || !mergesLists(member)) continue;
    const key = member?.['x-kubernetes-patch-merge-key'];
    const identity = (item: unknown) =>
      JSON.stringify(key !== undefined && isObject(item) ? item[key] : item);
    const before = isObject(target) && Array.isArray(target[name]) ? target[name] : [];
    result[name] = interleave(list, { wanted: order.map(identity), live: before.map(identity), identity });
  }
}

interface Orders {
  readonly wanted: readonly string[];
  readonly live: readonly string[];
  identity(item: unknown): string;
}

/** Puts each item that is not wanted by name before the first wanted one that stood behind it. */
function interleave(list: readonly unknown[], { wanted, live, identity }: Orders): readonly unknown[] {
  const rank = (order: readonly string[], item: unknown) => order.indexOf(identity(item));
  const named = list
    .filter((item) => rank(wanted, item) !== -1)
    .sort((a, b) => rank(wanted, a) - rank(wanted, b));
  const others = list
    .filter((item) => rank(wanted, item) === -1)
    .sort((a, b) => rank(live, a) - rank(live, b));
  const result: unknown[] = [];
  for (const item of named) {
    const place = rank(live, item);
    while (place !== -1 && others.length > 0 && rank(live, others[0]) < place) result.push(others.shift());
    result.push(item);
  }
  return [...result, ...others];
}

const cleaned = (value: unknown): unknown => (isObject(value) ? withoutDirectives(value) : value);

function withoutDirectives(patch: MutableJson): MutableJson {
  const result: MutableJson = {};
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$') || value === null) continue;
    result[name] = Array.isArray(value) ? value.map(cleaned) : cleaned(value);
  }
  return result;
}
