/**
 * Sets of field paths in the form of `managedFields[].fieldsV1`. `f:name` is a member, `k:{…}` a list item by its
 * keys, `v:…` a list item by its value. An empty node is a path in the set; a node with children is in it
 * only when it holds `.` too. The empty set is `undefined`.
 */
export interface Fields {
  readonly [step: string]: Fields;
}

const here: Fields = Object.freeze({});

const memberSteps = new Map<string, string>();
/** More names than schemas have are keys of maps (labels, data), which come and go. */
const stepsKept = 8192;

/** `f:name`. The same text each time, since it becomes the name of a member. */
export function memberStep(name: string): string {
  const known = memberSteps.get(name);
  if (known !== undefined) return known;
  if (memberSteps.size >= stepsKept) memberSteps.clear();
  const step = `f:${name}`;
  memberSteps.set(name, step);
  return step;
}

/** A node with these children, itself in the set or not. */
export function node(isMember: boolean, children: Fields | undefined): Fields | undefined {
  if (children === undefined) return isMember ? here : undefined;
  return isMember ? { '.': here, ...children } : children;
}

export function isMember(fields: Fields): boolean {
  for (const step in fields) {
    if (step === '.') return true;
    return Object.hasOwn(fields, '.');
  }
  return true;
}

export function childrenOf(fields: Fields | undefined): readonly (readonly [string, Fields])[] {
  return fields === undefined ? [] : Object.entries(fields).filter(([step]) => step !== '.');
}

/** Collects children; ends as undefined when there was none. */
export function gather(children: Iterable<readonly [string, Fields | undefined]>): Fields | undefined {
  let result: Record<string, Fields> | undefined;
  for (const [step, child] of children) {
    if (child === undefined) continue;
    result ??= {};
    result[step] = child;
  }
  return result;
}

export function union(left: Fields | undefined, right: Fields | undefined): Fields | undefined {
  if (left === undefined || left === right) return right;
  if (right === undefined) return left;
  let children: Record<string, Fields> | undefined;
  for (const step in left) {
    if (step === '.') continue;
    children ??= {};
    children[step] = left[step] as Fields;
  }
  for (const step in right) {
    if (step === '.') continue;
    children ??= {};
    children[step] = union(children[step], right[step]) as Fields;
  }
  return node(isMember(left) || isMember(right), children);
}

/** Paths of `left` that are not in `right`. */
export function difference(left: Fields | undefined, right: Fields | undefined): Fields | undefined {
  if (left === undefined || right === undefined) return left;
  let children: Record<string, Fields> | undefined;
  for (const step in left) {
    const rest = step === '.' ? undefined : difference(left[step], right[step]);
    if (rest === undefined) continue;
    children ??= {};
    children[step] = rest;
  }
  return node(isMember(left) && !isMember(right), children);
}

export function intersection(left: Fields | undefined, right: Fields | undefined): Fields | undefined {
  if (left === undefined || right === undefined) return undefined;
  let children: Record<string, Fields> | undefined;
  for (const step in left) {
    const other = step === '.' ? undefined : right[step];
    const both = other === undefined ? undefined : intersection(left[step], other);
    if (both === undefined) continue;
    children ??= {};
    children[step] = both;
  }
  return node(isMember(left) && isMember(right), children);
}

/** Does `whole` hold every path of `part`? */
export function includes(whole: Fields | undefined, part: Fields | undefined): boolean {
  if (part === undefined || whole === part) return true;
  if (whole === undefined) return false;
  if (isMember(part) && !isMember(whole)) return false;
  for (const step in part) {
    if (step !== '.' && !includes(whole[step], part[step])) return false;
  }
  return true;
}

/** The set as printed paths, `.spec.containers[name="web"].image`: at each place what ends there, then what goes on. */
export function paths(fields: Fields | undefined, prefix = ''): readonly string[] {
  const steps = [...childrenOf(fields)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return [
    ...steps.filter(([, child]) => isMember(child)).map(([step]) => prefix + printStep(step)),
    ...steps.flatMap(([step, child]) => paths(child, prefix + printStep(step))),
  ];
}

function printStep(step: string): string {
  const rest = step.slice(2);
  if (step.startsWith('f:')) return `.${rest}`;
  if (step.startsWith('v:')) return `[=${rest}]`;
  if (!step.startsWith('k:')) return `[${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}
