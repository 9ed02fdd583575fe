import type { KubeObject } from '../../api/meta.ts';
import type { Instant } from '../../kernel/instant.ts';
import { sortedMembers } from '../json.ts';
import type { TableShape } from '../resource.ts';
import { ageColumn, ageOf, nameColumn, nameOf, sinceText } from './generic.ts';
import { compileJsonPath } from './json-path.ts';

/** A column as a CustomResourceDefinition describes it. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

/** The table of a custom resource: its own columns, or its age when it has none. */
export function customTable(columns: readonly PrinterColumn[] | undefined): TableShape {
  if (columns === undefined || columns.length === 0) {
    return {
      columns: [nameColumn, { ...ageColumn, type: 'date' }],
      cells: (object, now) => [nameOf(object), ageOf(object, now)],
    };
  }
  const readers = columns.map((column) => ({ ...column, read: compileJsonPath(column.jsonPath) }));
  return {
    columns: [nameColumn, ...columns],
    cells: (object: KubeObject, now: Instant) => [
      nameOf(object),
      ...readers.map(({ read, type }) => cellOf(read(object), type, now)),
    ],
  };
}

/** The first value found, as the column's type wants it; null when there is none. */
function cellOf(found: readonly unknown[], type: string, now: Instant): unknown {
  const [value] = found;
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'date':
      return sinceText(String(value), now);
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : Number(value);
    case 'boolean':
      return value === true || value === 'true';
    default:
      return typeof value === 'object' ? JSON.stringify(sortedMembers(value)) : String(value);
  }
}
