import type { KubeObject } from '../../api/meta.ts';
import { isObject, parseSimplePath, valueAt } from '../json.ts';
import type { ScalePaths } from '../resource.ts';
import { type FieldError, invalidValue } from '../status.ts';

/** What keeps an object from being read as a Scale. */
export function validateScale(object: KubeObject, paths: ScalePaths): readonly FieldError[] {
  return [paths.specReplicasPath, paths.statusReplicasPath].flatMap((path) => {
    const value = valueAt(object, parseSimplePath(path) ?? []);
    if (value === undefined || value === null) return [];
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      const detail = `${path} accessor error: ${goValue(value)} is of the type ${goType(value)}, expected int64`;
      return [invalidValue(path, 0, detail)];
    }
    return value < 0 ? [invalidValue(path, value, 'should be a non-negative integer')] : [];
  });
}

const goValue = (value: unknown): string =>
  isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}
