import { goStructs } from '../../api/pod-struct-table.ts';
import { canonicalQuantity } from '../../api/quantity.ts';

/**
 * JSON as Go prints a typed Kubernetes object: members in the order of the struct, empty ones left out by the rule of each,
 * map keys sorted, quantities canonical, unknown members dropped. Two objects that mean the same print the same.
 * @param type name of the Go struct, such as `PodTemplateSpec`.
 */
export function goJson(value: unknown, type: string): string {
  return escapeForHtml(JSON.stringify(typed(value, type)));
}

/** Go's encoder escapes these so that JSON can stand in HTML. */
export function escapeForHtml(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function typed(value: unknown, type: string): unknown {
  if (type.startsWith('*')) return typed(value, type.slice(1));
  if (type.startsWith('[]')) {
    if (type === '[]byte') return value;
    return Array.isArray(value) ? value.map((item) => typed(item, type.slice(2))) : null;
  }
  if (type.startsWith('map[')) return sortedMap(value, type.slice(type.indexOf(']') + 1));
  if (type === 'ResourceList') return sortedMap(value, 'resource.Quantity');
  if (type === 'resource.Quantity') return canonicalQuantity((value ?? '0') as string | number);
  const members = goStructs[type];
  if (members === undefined) return value ?? zeroOf(type);
  return Object.fromEntries(membersOf(asRecord(value), members));
}

function membersOf(value: Record<string, unknown>, members: readonly string[]): [string, unknown][] {
  return members.flatMap((line): [string, unknown][] => {
    const [name = '', rule, type = ''] = line.split('|');
    if (rule === 'inline') return membersOf(value, goStructs[type.replace('*', '')] ?? []);
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (rule === 'omit' && isEmpty(found, type)) return [];
    if (rule === 'omitzero' && (found === undefined || found === null)) return [];
    return [[name, typed(found, type)]];
  });
}

/** As Go's `omitempty` sees it: a struct is never empty, a pointer only when it is nil. */
function isEmpty(value: unknown, type: string): boolean {
  if (type.startsWith('*')) return value === undefined || value === null;
  if (type.startsWith('[]') || type.startsWith('map[') || type === 'ResourceList') {
    return value === undefined || value === null || Object.keys(value).length === 0;
  }
  if (type in goStructs || type === 'resource.Quantity' || type === 'intstr.IntOrString') return false;
  return value === undefined || value === null || value === '' || value === 0 || value === false;
}

function zeroOf(type: string): unknown {
  if (/^u?int(32|64)?$|^intstr\./.test(type)) return 0;
  return type === 'bool' ? false : '';
}

function sortedMap(value: unknown, type: string): Record<string, unknown> | null {
  if (value === undefined || value === null) return null;
  const entries = Object.entries(asRecord(value)).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, typed(inner, type)]));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
