import { goStructs } from '../../api/pod-struct-table.ts';
import { canonicalQuantity } from '../../api/quantity.ts';
import { formatInstant, parseInstant } from '../../kernel/instant.ts';

/**
 * JSON as Go prints a typed Kubernetes object: members in the order of the struct, empty ones left out by the rule of each,
 * map keys sorted, quantities canonical, unknown members dropped. Two objects that mean the same print the same.
 * Text is built, not an object to be printed: an object of JavaScript puts keys such as `10` first.
 * @param type Go type, such as `PodTemplateSpec` or `[]CanaryStep`.
 */
export function goJson(value: unknown, type: string, dialect: Dialect = kubernetes): string {
  if (type.startsWith('*')) return isNil(value) ? 'null' : goJson(value, type.slice(1), dialect);
  if (type.startsWith('[]') && type !== '[]byte') {
    const item = type.slice(2);
    return Array.isArray(value) ? list(value.map((each) => goJson(each, item, dialect))) : 'null';
  }
  if (type.startsWith('map[')) return sortedMap(value, type.slice(type.indexOf(']') + 1), dialect);
  if (type === 'ResourceList') return sortedMap(value, 'resource.Quantity', dialect);
  const members = dialect.structs[type];
  return members === undefined
    ? goText(scalarOf(value, type, dialect))
    : `{${membersOf(asRecord(value), members, dialect).join(',')}}`;
}

export interface Dialect {
  /** The structs that types are made of. */
  readonly structs: Readonly<Record<string, readonly string[]>>;
  /** How a resource quantity is printed. */
  quantity(value: string | number): string;
}

export const kubernetes: Dialect = { structs: goStructs, quantity: canonicalQuantity };

/** Any JSON value as Go prints it: compact, with map keys sorted and what means something to HTML escaped. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return list(value.map(goText));
  if (typeof value === 'object' && value !== null) {
    return `{${sortedKeys(value)
      .map((key) => `${goText(key)}:${goText((value as Record<string, unknown>)[key])}`)
      .join(',')}}`;
  }
  const wellFormed = typeof value === 'string' ? value.toWellFormed() : value;
  return JSON.stringify(wellFormed ?? null).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function list(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}

function scalarOf(value: unknown, type: string, { quantity }: Dialect): unknown {
  switch (type) {
    case 'resource.Quantity':
      return quantity((value ?? '0') as string | number);
    case 'Time':
      return typeof value === 'string' ? inUtc(value) : null;
    default:
      return value ?? zeroOf(type);
  }
}

function membersOf(value: Record<string, unknown>, members: readonly string[], dialect: Dialect): string[] {
  return members.flatMap((line) => {
    const [name = '', rule, type = ''] = line.split('|');
    if (rule === 'inline') return membersOf(value, dialect.structs[type.replace('*', '')] ?? [], dialect);
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (rule === 'omit' && isEmptyInGo(found, type, dialect)) return [];
    if (rule === 'omitzero' && isNil(found)) return [];
    return [`${goText(name)}:${goJson(found, type, dialect)}`];
  });
}

/** As Go's `omitempty` sees it: a struct is never empty, a pointer only when it is nil. */
export function isEmptyInGo(value: unknown, type: string, dialect: Dialect = kubernetes): boolean {
  const isStruct = type in dialect.structs || type === 'resource.Quantity' || type === 'intstr.IntOrString';
  if (isNil(value)) return !isStruct;
  if (type.startsWith('*') || isStruct) return false;
  if (typeof value === 'object') return Object.keys(value as object).length === 0;
  return value === '' || value === 0 || value === false;
}

function zeroOf(type: string): unknown {
  if (/^u?int(32|64)?$|^intstr\./.test(type)) return 0;
  return type === 'bool' ? false : '';
}

function sortedMap(value: unknown, type: string, dialect: Dialect): string {
  if (isNil(value)) return 'null';
  const record = asRecord(value);
  return `{${sortedKeys(record)
    .map((key) => `${goText(key)}:${goJson(record[key], type, dialect)}`)
    .join(',')}}`;
}

function sortedKeys(value: object): string[] {
  return Object.keys(value).sort();
}

function inUtc(text: string): string {
  const at = parseInstant(text);
  return at === undefined ? text : formatInstant(at);
}

export function isNil(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
