/** Any JSON value, as objects of the API are made of. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}
/** A JSON object that is still being built, so that its members may be set. */
export type MutableJson = Record<string, unknown>;

export function isObject(value: unknown): value is MutableJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at a member, made when there is none: for filling in defaults. */
export function objectAt(parent: object, name: string): MutableJson {
  const members = parent as MutableJson;
  members[name] ??= {};
  return members[name] as MutableJson;
}

/** A deep copy without the members that are undefined, as a trip over the wire would make it. */
export function cloneJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : cloneJson(item))) as T;
  const copy = { ...value }; // member by member, an object of more than a dozen would become a slow dictionary
  for (const key in copy) {
    const member = copy[key];
    if (member === undefined) delete copy[key];
    else if (typeof member === 'object' && member !== null) copy[key] = cloneJson(member);
  }
  return copy;
}

/**
 * A copy that may be changed, of what differs from `old`; the parts that are `old`'s own stay shared. Members that are
 * undefined go.
 */
export function cloneChanged<T>(value: T, old: unknown): T {
  if (value === old || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const before = Array.isArray(old) ? old : [];
    return value.map((item, at) => (item === undefined ? null : cloneChanged(item, before[at]))) as T;
  }
  const before = isObject(old) ? old : undefined;
  const copy = { ...value };
  for (const key in copy) {
    const member = copy[key];
    if (member === undefined) delete copy[key];
    else if (typeof member === 'object' && member !== null) copy[key] = cloneChanged(member, before?.[key]);
  }
  return copy;
}

/** A copy with the members of every object in the order of their names, as Go writes maps. */
export function sortedMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedMembers);
  if (!isObject(value)) return value;
  const sorted: MutableJson = {};
  for (const name of Object.keys(value).sort()) sorted[name] = sortedMembers(value[name]);
  return sorted;
}

/** Freezes a value and all within it. What is frozen already is taken as frozen to its leaves. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const key in value) {
    const member = value[key];
    if (typeof member === 'object') deepFreeze(member);
  }
  return Object.freeze(value);
}

/** The same for what may share parts with `old`, which is frozen: asking whether something is frozen costs a call. */
export function freezeChanged<T>(value: T, old: unknown): T {
  if (value === old || typeof value !== 'object' || value === null) return value;
  if (typeof old !== 'object' || old === null || Object.isFrozen(value)) return deepFreeze(value);
  const before = old as Readonly<Record<string, unknown>>;
  for (const key in value) {
    const member = value[key];
    if (typeof member === 'object') freezeChanged(member, before[key]);
  }
  return Object.freeze(value);
}

/**
 * The fresh value with every part that equals its counterpart in `old` replaced by that very part, so that what has not
 * changed is found by identity. Answers with `old` itself when nothing has. Changes `fresh` in place: where it is shared
 * and frozen, it must be `old`'s own.
 */
export function reuse<T>(fresh: T, old: unknown): T {
  if (fresh === old || typeof fresh !== 'object' || fresh === null || typeof old !== 'object' || old === null)
    return fresh;
  if (Array.isArray(fresh)) return Array.isArray(old) ? (reuseItems(fresh, old) as T) : fresh;
  return Array.isArray(old) ? fresh : (reuseMembers(fresh as MutableJson, old as MutableJson) as T);
}

function reuseItems(fresh: unknown[], old: readonly unknown[]): readonly unknown[] {
  let isSame = fresh.length === old.length;
  for (let index = 0; index < fresh.length; index += 1) {
    const part = reuse(fresh[index], old[index]);
    if (part !== fresh[index]) fresh[index] = part;
    if (part !== old[index]) isSame = false;
  }
  return isSame ? old : fresh;
}

function reuseMembers(fresh: MutableJson, old: MutableJson): MutableJson {
  let isSame = true;
  let members = 0;
  for (const key in fresh) {
    const part = reuse(fresh[key], old[key]);
    if (part !== fresh[key]) fresh[key] = part;
    if (part !== old[key]) isSame = false;
    members += 1;
  }
  if (!isSame) return fresh;
  for (const _key in old) members -= 1;
  return members === 0 ? old : fresh;
}

export function jsonEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, at) => jsonEqual(item, right[at]))
    );
  }
  if (Array.isArray(right)) return false;
  return objectsEqual(left as MutableJson, right as MutableJson);
}

function objectsEqual(left: MutableJson, right: MutableJson): boolean {
  let members = 0;
  for (const key in left) {
    if (left[key] === undefined) continue;
    if (!jsonEqual(left[key], right[key])) return false;
    members += 1;
  }
  for (const key in right) if (right[key] !== undefined) members -= 1;
  return members === 0;
}

/** The value at a chain of member names; undefined where the chain breaks. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (!isObject(current)) return undefined;
    current = current[name];
  }
  return current;
}

/** The object with the value at `path` replaced; shares everything off the path. Undefined removes the member. */
export function withValueAt<T>(object: T, path: readonly string[], value: unknown): T {
  const [name, ...rest] = path;
  if (name === undefined) return value as T;
  const base: MutableJson = isObject(object) ? { ...object } : {};
  const next = rest.length === 0 ? value : withValueAt(base[name], rest, value);
  if (next === undefined) delete base[name];
  else base[name] = next;
  return base as T;
}

/** `.spec.replicas` as a chain of names. Undefined when it is not that simple. */
export function parseSimplePath(path: string): readonly string[] | undefined {
  const names = path.replace(/^\./, '').split('.');
  return names.every((name) => /^[A-Za-z_$][\w$-]*$/.test(name)) ? names : undefined;
}
