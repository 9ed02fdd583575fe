import { isObject } from './json.ts';

/** As Go's `%v` prints a decoded value: `map[a:1 b:[x]]`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) {
    return `map[${sortedMembers(value)
      .map(([name, member]) => `${name}:${goText(member)}`)
      .join(' ')}]`;
  }
  return typeof value === 'number' ? goNumber(value) : String(value);
}

/** As Go's `%#v` prints one: `map[string]interface {}{"a":1}`. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (isObject(value)) {
    const members = sortedMembers(value).map(
      ([name, member]) => `${JSON.stringify(name)}:${goSyntax(member)}`,
    );
    return `map[string]interface {}{${members.join(', ')}}`;
  }
  return typeof value === 'number' ? goNumber(value) : JSON.stringify(value);
}

/** The name of its type, as `%T` prints it. */
export function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (isObject(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

const sortedMembers = (value: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] =>
  Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));

/** Whole numbers have all their digits; others have an exponent of two digits at least from 1e21 on. */
function goNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}
