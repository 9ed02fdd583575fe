import { isObject } from '../json.ts';

/**
 * JSON merge patch (RFC 7396) as the API server's library carries it out (evanphx/json-patch): what does not meet an object
 * loses the nulls inside, those of objects in lists too. Shares what the patch does not touch.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(target)) return withoutNulls(patch);
  if (!isObject(patch)) return patch;
  const result = { ...target };
  for (const name in patch) {
    const change = patch[name];
    if (change === null) {
      if (name in result) delete result[name];
    } else result[name] = typeof change === 'object' ? mergePatch(result[name], change) : change;
  }
  return result;
}

function withoutNulls(value: unknown): unknown {
  if (!hasNulls(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

function hasNulls(value: unknown): boolean {
  if (typeof value !== 'object') return false;
  if (value === null) return true;
  if (Array.isArray(value))
    return value.some((item) => typeof item === 'object' && item !== null && hasNulls(item));
  for (const name in value) if (hasNulls((value as Readonly<Record<string, unknown>>)[name])) return true;
  return false;
}
