import { type Environment, Optional } from '@marcbachmann/cel-js';
import { isObject } from '../json.ts';
import { memberSchema, type Schema } from './schema.ts';

/**
 * JSON as a rule sees it. CEL tells whole numbers from others, which JavaScript does not: the schema decides, or else the
 * value. Formats of time become times, and names that are no identifiers are spelled with their escapes.
 */
export function celValues(environment: Environment): (value: unknown, schema: Schema | undefined) => unknown {
  const duration = environment.parse('duration(self)');
  const timestamp = environment.parse('timestamp(self)');

  const toText = (text: string, format: string | undefined): unknown => {
    switch (format) {
      case 'duration':
        return duration({ self: text });
      case 'date-time':
        return timestamp({ self: text });
      case 'date':
        return timestamp({ self: `${text}T00:00:00Z` });
      default:
        return text;
    }
  };

  const convert = (value: unknown, schema: Schema | undefined): unknown => {
    if (typeof value === 'string') return toText(value, schema?.format);
    if (typeof value === 'number') {
      const isWhole = schema?.type === 'integer' || (schema?.type !== 'number' && Number.isInteger(value));
      return isWhole ? BigInt(value) : value;
    }
    if (Array.isArray(value)) return value.map((item) => convert(item, schema?.items));
    if (!isObject(value)) return value;
    const isStruct = schema?.properties !== undefined;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .flatMap(([name, member]) => {
          const seen = convert(member, memberSchema(schema, name));
          return (isStruct ? spellings(name) : [name]).map((spelling) => [spelling, seen]);
        }),
    );
  };
  return convert;
}

/** A value that may be missing, as `optionalOldSelf` gives it to a rule. */
export const optionalValue = (value: unknown): unknown =>
  value === undefined ? Optional.none() : Optional.of(value);

/** Words of CEL, which a rule may write escaped when they name a member. */
export const keywords: ReadonlySet<string> = new Set([
  ...[
    'true',
    'false',
    'null',
    'in',
    'as',
    'break',
    'const',
    'continue',
    'else',
    'for',
    'function',
    'if',
    'import',
  ],
  ...['let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

const spellings = (name: string): readonly string[] =>
  keywords.has(name) ? [name, escapedName(name)] : [escapedName(name)];

/** How a rule spells the name of a member. */
export function escapedName(name: string): string {
  if (keywords.has(name)) return `__${name}__`;
  return name.replace(/__|[-./]/g, (found) => escapes[found] ?? found);
}
