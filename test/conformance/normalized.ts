import type { Answer } from './scenario.ts';

/** Replaces identities, versions, times and addresses by their kind. */
export function normalized(answer: Answer, namespace: string): Answer {
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) => {
    if (key === 'columnDefinitions')
      return (value as object[] | null)?.map((column) => ({ ...column, description: '' })) ?? null;
    if (key === 'managedFields' && Array.isArray(value)) return byWriter(value as ManagerEntry[]);
    if (key === 'causes' && Array.isArray(value)) return sorted(value);
    if (key === 'nodePort') return '<port>';
    if (typeof value !== 'string') return value;
    if (key === 'uid' && value !== '') return '<uid>';
    if (key === 'resourceVersion' && value !== '') return '<version>';
    if (key === 'continue' && value !== '') return '<token>';
    const text = key === 'message' ? withoutOrder(value) : value;
    return text
      .replaceAll(namespace, '{ns}')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
      .replace(/\b10\.\d+\.\d+\.\d+\b/g, '<address>')
      .replace(/:3[0-2]\d{3}\/TCP/g, ':<port>/TCP')
      .replace(/(resourceVersion\\*":\\*")\d+/g, '$1<version>')
      .replace(/^\d+s$/, '<age>')
      .replace(/in record \(\d+\)/, 'in record (<version>)')
      .replace(/\b(generated-)[a-z0-9]{5}\b/gi, '$1<suffix>');
  }) as Answer;
}

/** Messages that list what the causes list, too, in the random order of the real server's maps. */
const withoutOrder = (message: string): string =>
  message
    .replace(/is invalid: \[.*\]$/s, 'is invalid: […]')
    .replace(/(Apply failed with \d+ conflicts: ).*$/s, '$1…')
    .replace(/(: errors:\n).*$/s, '$1…');

/** The real server tells several faults in the random order of its maps. */
function sorted(causes: readonly object[]): readonly object[] {
  return [...causes].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

type ManagerEntry = Readonly<Partial<Record<'manager' | 'operation' | 'apiVersion' | 'subresource', string>>>;

/**
 * The real server orders owners by operation, then by the second of their writes, then by name: steps that straddle a second are
 * told in another order than those that do not. Without the time the order is always the same.
 */
function byWriter(entries: readonly ManagerEntry[]): readonly ManagerEntry[] {
  const keyOf = ({ operation, manager, apiVersion, subresource }: ManagerEntry): string =>
    JSON.stringify([operation, manager, apiVersion, subresource ?? '']);
  return [...entries].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
