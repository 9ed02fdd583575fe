import { isObject, jsonEqual, type MutableJson } from '../json.ts';
import { memberSchema, type Schema } from '../schema/schema.ts';
import { badRequest } from '../status.ts';

/**
 * Strategic merge patch: a merge patch that knows by which key the items of a list belong together.
 * Understands the directives `$patch`, `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…`.
 */
export function strategicMergePatch(target: unknown, patch: unknown, schema: Schema | undefined): unknown {
  if (!isObject(patch)) return patch;
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  if (patch.$patch === 'delete') return {};
  if (patch.$patch !== undefined && patch.$patch !== 'merge') {
    throw badRequest(`Unknown patch type: ${String(patch.$patch)} in map[]`);
  }
  const result = retainedMembers(isObject(target) ? target : {}, patch);
  for (const [name, change] of Object.entries(patch)) {
    if (name.startsWith('$')) continue;
    if (change === null) delete result[name];
    else result[name] = mergeMember(result[name], change, memberSchema(schema, name));
  }
  removePrimitives(result, patch);
  orderElements(result, patch, schema);
  return result;
}

function mergeMember(current: unknown, change: unknown, schema: Schema | undefined): unknown {
  if (isObject(change)) {
    const isReplaced = schema?.['x-kubernetes-patch-strategy'] === 'replace';
    return strategicMergePatch(isReplaced ? {} : current, change, schema);
  }
  if (!Array.isArray(change)) return change;
  const mergesLists = (schema?.['x-kubernetes-patch-strategy'] ?? '').split(',').includes('merge');
  if (!mergesLists) return change.map(cleaned);
  const base = Array.isArray(current) ? current : [];
  const key = schema?.['x-kubernetes-patch-merge-key'];
  return key === undefined ? mergePrimitives(base, change) : mergeByKey(base, change, { key, schema });
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
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
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
  if (!Array.isArray(retained)) return { ...target };
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

/** `$setElementOrder`: the named items stand in this order; others keep their place before the item they preceded. */
function orderElements(result: MutableJson, patch: MutableJson, schema: Schema | undefined): void {
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(orderPrefix) || !Array.isArray(order)) continue;
    const name = directive.slice(orderPrefix.length);
    const list = result[name];
    if (!Array.isArray(list)) continue;
    const key = memberSchema(schema, name)?.['x-kubernetes-patch-merge-key'];
    const identity = (item: unknown) =>
      JSON.stringify(key !== undefined && isObject(item) ? item[key] : item);
    result[name] = arrange(list, order.map(identity), identity);
  }
}

function arrange(
  list: readonly unknown[],
  order: readonly string[],
  identity: (item: unknown) => string,
): readonly unknown[] {
  const rank = new Map(order.map((id, index) => [id, index]));
  const ordered = list
    .filter((item) => rank.has(identity(item)))
    .sort((a, b) => (rank.get(identity(a)) ?? 0) - (rank.get(identity(b)) ?? 0));
  const result: unknown[] = [];
  for (const item of list) result.push(rank.has(identity(item)) ? ordered.shift() : item);
  return result;
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
