import { isObject, jsonEqual } from '../json.ts';
import type { Schema } from './schema.ts';

/** What an item of a list was before: items correspond by their keys; in a list that is no map nothing does. */
export function counterpart(item: unknown, previous: unknown, schema: Schema): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined || !Array.isArray(previous))
    return undefined;
  return previous.find(
    (old) => isObject(old) && isObject(item) && keys.every((key) => jsonEqual(old[key], item[key])),
  );
}

/** What was stored before its schema grew stricter may stay as it is ("ratcheting"). */
export function isUnchanged(value: unknown, previous: unknown): boolean {
  return previous !== undefined && jsonEqual(value, previous);
}
