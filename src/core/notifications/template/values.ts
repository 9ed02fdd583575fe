import { formatGoFloat } from '../../../kernel/go-number.ts';
import { formatDuration } from '../../analysis/expression/time.ts';
import { problem } from './problem.ts';
import { formatTime, type GoTime } from './time-format.ts';

/**
 * A value in a template. Whole numbers are bigint and floats are number, since Go tells them apart; null is both Go's nil and
 * what a missing member is. Nothing here has a prototype that a template could reach.
 */
export type GoValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly GoValue[]
  | ReadonlyMap<string, GoValue>
  | GoTime
  | GoDuration
  | GoFunction;

export interface GoDuration {
  readonly kind: 'duration';
  readonly nanoseconds: bigint;
}

export interface GoFunction {
  readonly kind: 'function';
  call(args: readonly GoValue[]): GoValue;
}

/** What JSON holds: whole numbers stay whole, as in the objects of the Kubernetes API. */
export function fromJson(json: unknown, depth = 0): GoValue {
  if (depth > 1000 || json === null || json === undefined) return null;
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : json;
  if (typeof json === 'boolean' || typeof json === 'string' || typeof json === 'bigint') return json;
  if (Array.isArray(json)) return json.map((item) => fromJson(item, depth + 1));
  if (typeof json !== 'object') return null;
  return new Map(Object.entries(json).map(([key, item]) => [key, fromJson(item, depth + 1)]));
}

export function isList(value: GoValue | undefined): value is readonly GoValue[] {
  return Array.isArray(value);
}

export function isMap(value: GoValue | undefined): value is ReadonlyMap<string, GoValue> {
  return value instanceof Map;
}

export function isKind<K extends 'time' | 'duration' | 'function'>(
  value: GoValue | undefined,
  kind: K,
): value is Extract<GoValue, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

/** Go's idea of truth: false, 0, nil and everything empty are not. */
export function truth(value: GoValue): boolean {
  if (value === null || typeof value === 'boolean') return value === true;
  if (typeof value === 'bigint' || typeof value === 'number') return Number(value) !== 0;
  if (typeof value === 'string') return value !== '';
  if (isList(value)) return value.length > 0;
  return isMap(value) ? value.size > 0 : true;
}

/** The name of a value's Go type. */
export function typeName(value: GoValue): string {
  if (value === null) return '<nil>';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int64';
    case 'number':
      return 'float64';
    case 'string':
      return 'string';
    default:
  }
  if (isList(value)) return '[]interface {}';
  if (isMap(value)) return 'map[string]interface {}';
  if (isKind(value, 'function')) return 'func';
  return isKind(value, 'time') ? 'time.Time' : 'time.Duration';
}

/** The kind that its Go type is of. */
export function kindName(value: GoValue): string {
  if (value === null) return 'invalid';
  if (isList(value)) return 'slice';
  if (isMap(value)) return 'map';
  if (isKind(value, 'time')) return 'struct';
  return isKind(value, 'duration') ? 'int64' : typeName(value);
}

/** As `%v` prints it; inside of lists and maps a nil is `<nil>`. */
export function formatValue(value: GoValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return formatGoFloat(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(formatValue).join(' ')}]`;
  if (isMap(value))
    return `map[${sorted(value)
      .map(([key, item]) => `${key}:${formatValue(item)}`)
      .join(' ')}]`;
  if (isKind(value, 'time')) return formatTime(value, '2006-01-02 15:04:05.999999999 -0700 MST');
  if (isKind(value, 'duration')) return formatDuration(value.nanoseconds);
  return '<func>';
}

/** Members in the order of their names, as Go walks and prints a map. */
export function sorted(map: ReadonlyMap<string, GoValue>): [string, GoValue][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
}

/**
 * JSON as Go writes it: members sorted, and `<`, `>`, `&` escaped unless it is `raw`.
 * @param indent what one level is indented by; absent: everything on one line.
 */
export function toJson(value: GoValue, raw = false, indent = '', before = ''): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return jsonText(value, raw);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw problem(`json: unsupported value: ${formatValue(value)}`);
    return JSON.stringify(value).replace(/e\+?/, (e) => (e === 'e' ? 'e' : 'e+'));
  }
  if (isKind(value, 'duration')) return String(value.nanoseconds);
  if (isKind(value, 'time')) return jsonText(formatTime(value, '2006-01-02T15:04:05.999999999Z07:00'), raw);
  if (isKind(value, 'function')) throw problem('json: unsupported type: func');
  const inner = before + indent;
  const [open, parts, close] = isMap(value)
    ? [
        '{',
        sorted(value).map(
          ([key, item]) => `${jsonText(key, raw)}:${indent && ' '}${toJson(item, raw, indent, inner)}`,
        ),
        '}',
      ]
    : ['[', value.map((item) => toJson(item, raw, indent, inner)), ']'];
  if (parts.length === 0 || indent === '') return `${open}${parts.join(',')}${close}`;
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${before}${close}`;
}

function jsonText(text: string, raw: boolean): string {
  return JSON.stringify(text).replace(raw ? /[\u2028\u2029]/g : /[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
