import { formatGoFloat } from '../../../kernel/go-number.ts';
import { problem } from './problem.ts';
import { formatDuration, formatTime } from './time.ts';
import { hasKind, isDict, isList, type Value } from './values.ts';

/** A value as Go's `%v` prints it. */
export function formatValue(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return formatGoFloat(value);
  if (typeof value !== 'object') return String(value);
  switch (value.kind) {
    case 'list':
      return `[${value.items.map(formatValue).join(' ')}]`;
    case 'dict':
      return `map[${sortedEntries(value.entries)
        .map(([key, item]) => `${key}:${formatValue(item)}`)
        .join(' ')}]`;
    case 'struct':
      return `{${[...value.fields.values()].map(formatValue).join(' ')}}`;
    case 'namedText':
      return value.text;
    case 'time':
      return formatTime(value);
    case 'duration':
      return formatDuration(value.nanoseconds);
    case 'zone':
      return value.zoneName;
  }
}

/** JSON with two spaces a level, sorted keys, and `<`, `>`, `&` escaped, as Go writes it. */
export function toJson(value: Value, indent = '\n'): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return jsonText(value);
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return JSON.stringify(value);
    throw problem(`json: unsupported value: ${formatGoFloat(value)}`);
  }
  const inner = `${indent}  `;
  const members = (entries: readonly (readonly [string, Value])[]) =>
    wrapped(
      '{}',
      entries.map(([key, item]) => `${jsonText(key)}: ${toJson(item, inner)}`),
      indent,
    );
  if (isList(value))
    return wrapped(
      '[]',
      value.items.map((item) => toJson(item, inner)),
      indent,
    );
  if (isDict(value)) {
    if (!value.name.startsWith('map[string]')) throw problem(`json: unsupported type: ${value.name}`);
    return members(sortedEntries(value.entries));
  }
  if (hasKind(value, 'struct')) return members([...value.fields]);
  return hasKind(value, 'duration') ? String(value.nanoseconds) : jsonText(formatValue(value));
}

function wrapped(brackets: string, parts: readonly string[], indent: string): string {
  if (parts.length === 0) return brackets;
  return `${brackets[0]}${parts.map((part) => `${indent}  ${part}`).join(',')}${indent}${brackets[1]}`;
}

function jsonText(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function sortedEntries(entries: ReadonlyMap<Value, Value>): [string, Value][] {
  const named = [...entries].map(([key, item]) => [formatValue(key), item] as [string, Value]);
  return named.sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
}
