import type { KubeObject } from '../../api/meta.ts';
import type { Instant } from '../../kernel/instant.ts';
import { isObject, type MutableJson, valueAt } from '../json.ts';
import type { Column, TableShape } from '../resource.ts';
import { nameColumn, nameOf } from './generic.ts';

export const text = (name: string, priority = 0): Column => ({ name, type: 'string', priority });
export const integer = (name: string): Column => ({ name, type: 'integer' });

/** A table whose first column is the name; `Age` is what the kind makes of its creation time. */
export function table(
  columns: readonly Column[],
  cells: (object: KubeObject, now: Instant) => readonly unknown[],
): TableShape {
  return {
    columns: [nameColumn, ...columns],
    cells: (object, now) => [nameOf(object), ...cells(object, now)],
  };
}

export const at = (object: KubeObject, path: string): unknown => valueAt(object, path.split('.'));
export const count = (object: KubeObject, path: string): number => Number(at(object, path) ?? 0);
export const listAt = (object: KubeObject, path: string): readonly MutableJson[] => {
  const value = at(object, path);
  return Array.isArray(value) ? value.filter(isObject) : [];
};
export const orNone = (value: unknown): string =>
  value === undefined || value === '' ? '<none>' : String(value);

export const containers = (object: KubeObject) => listAt(object, 'spec.template.spec.containers');
export const names = (object: KubeObject) =>
  containers(object)
    .map(({ name }) => name)
    .join(',');
export const images = (object: KubeObject) =>
  containers(object)
    .map(({ image }) => image)
    .join(',');

/** A selector as `kubectl` prints it: `a=b,c in (d,e)`. */
export function selectorText(selector: unknown): string {
  if (!isObject(selector)) return '<none>';
  const labels = isObject(selector.matchLabels) ? selector.matchLabels : {};
  const equalities = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  const expressions = (Array.isArray(selector.matchExpressions) ? selector.matchExpressions : []).map(
    ({ key, operator, values = [] }: { key: string; operator: string; values?: string[] }) => {
      if (operator === 'Exists') return key;
      return operator === 'DoesNotExist'
        ? `!${key}`
        : `${key} ${operator.toLowerCase()} (${values.join(',')})`;
    },
  );
  return [...equalities, ...expressions].join(',') || '<none>';
}
