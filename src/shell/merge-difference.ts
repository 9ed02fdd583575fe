import { sameJson } from '../kernel/same-json.ts';

/**
 * The JSON merge patch (RFC 7386) that makes `before` into `after`: only what differs, null for what is gone.
 * Undefined when nothing differs. Lists are replaced as a whole: the patch knows no other way.
 */
export function mergeDifference(
  before: unknown,
  after: unknown,
): Readonly<Record<string, unknown>> | undefined {
  const old = isMap(before) ? before : {};
  const next = isMap(after) ? after : {};
  const patch: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
    const [from, to] = [old[name], next[name]];
    if (sameJson(from, to)) continue;
    if (to === undefined) patch[name] = null;
    else if (isMap(from) && isMap(to)) patch[name] = mergeDifference(from, to);
    else patch[name] = to;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
