import { librarySignatures } from './cel-library.ts';
import { type CelType, dyn, fits } from './cel-types.ts';

/** One way to call a function. */
export interface Overload {
  readonly receiver: CelType | undefined;
  readonly args: readonly CelType[];
  readonly result: CelType;
}

/** The ways to call a function of this name; undefined for a name that CEL in Kubernetes does not have. */
export const overloadsOf = (name: string): readonly Overload[] | undefined => byName().get(name);

/** The overloads that take these values; several where a type is not known. */
export function matching(
  overloads: readonly Overload[],
  receiver: CelType | undefined,
  args: readonly CelType[],
): readonly Overload[] {
  return overloads.filter(
    (one) =>
      (one.receiver === undefined) === (receiver === undefined) &&
      one.args.length === args.length &&
      fits(receiver ?? dyn, one.receiver ?? dyn) &&
      args.every((arg, index) => fits(arg, one.args[index] ?? dyn)),
  );
}

/** The result that they share. */
export function resultOf(overloads: readonly Overload[]): CelType {
  const [first, ...others] = overloads;
  if (first === undefined) return dyn;
  return others.every(({ result }) => result.name === first.result.name) ? first.result : dyn;
}

const numbers = ['int', 'uint', 'double'];
const both = (name: string, types: readonly string[], result?: string) =>
  types.map((type) => `${name}(${type}, ${type}): ${result ?? type}`);
const compared = ['<', '<=', '>', '>='].flatMap((operator) => [
  ...both(operator, ['bool', 'string', 'bytes', 'timestamp', 'duration'], 'bool'),
  ...numbers.flatMap((left) => numbers.map((right) => `${operator}(${left}, ${right}): bool`)),
]);
const parts = ['FullYear', 'Month', 'Date', 'DayOfMonth', 'DayOfWeek', 'DayOfYear'];
const clockParts = ['Hours', 'Minutes', 'Seconds', 'Milliseconds'];
const conversions: Readonly<Record<string, readonly string[]>> = {
  int: [...numbers, 'string', 'timestamp', 'duration'],
  uint: [...numbers, 'string'],
  double: [...numbers, 'string'],
  string: [...numbers, 'string', 'bool', 'bytes', 'timestamp', 'duration'],
  bytes: ['bytes', 'string'],
  bool: ['bool', 'string'],
  duration: ['duration', 'string'],
  timestamp: ['timestamp', 'string', 'int'],
};

/** Operators and functions of the language itself, and of the extensions that the evaluator brings along. */
const standard: readonly string[] = [
  ...both('+', [...numbers, 'string', 'bytes', 'duration']),
  ...['+(timestamp, duration): timestamp', '+(duration, timestamp): timestamp', '+(list, list): list'],
  ...both('-', [...numbers, 'duration']),
  ...['-(timestamp, timestamp): duration', '-(timestamp, duration): timestamp'],
  ...both('*', numbers),
  ...both('/', numbers),
  ...both('%', ['int', 'uint']),
  ...compared,
  ...['&&', '||'].flatMap((operator) => both(operator, ['bool'])),
  ...['!(bool): bool', 'neg(int): int', 'neg(double): double'],
  ...['string', 'bytes', 'list', 'map'].flatMap((type) => [`size(${type}): int`, `${type}.size(): int`]),
  ...['contains', 'startsWith', 'endsWith', 'matches'].map((name) => `string.${name}(string): bool`),
  'matches(string, string): bool',
  ...Object.entries(conversions).flatMap(([to, from]) => from.map((type) => `${to}(${type}): ${to}`)),
  ...['dyn(dyn): dyn', 'type(dyn): type'],
  ...[...parts, ...clockParts].flatMap((part) => [
    `timestamp.get${part}(): int`,
    `timestamp.get${part}(string): int`,
  ]),
  ...clockParts.map((part) => `duration.get${part}(): int`),
  ...['indexOf', 'lastIndexOf'].flatMap((name) => [
    `string.${name}(string): int`,
    `string.${name}(string, int): int`,
  ]),
  ...['lowerAscii', 'upperAscii', 'trim'].map((name) => `string.${name}(): string`),
  ...['split(string)', 'split(string, int)'].map((call) => `string.${call}: list<string>`),
  ...['substring(int)', 'substring(int, int)'].map((call) => `string.${call}: string`),
  ...['list.join(): string', 'list.join(string): string'],
  ...['optional.hasValue(): bool', 'optional.value(): dyn', 'optional.orValue(dyn): dyn'],
  ...['optional.or(optional): optional', 'list.first(): optional', 'list.last(): optional'],
];

let table: Map<string, Overload[]> | undefined;

function byName(): ReadonlyMap<string, readonly Overload[]> {
  if (table !== undefined) return table;
  table = new Map();
  for (const signature of [...standard, ...librarySignatures]) {
    const [, head = '', args = '', result = 'dyn'] = /^(.+?)\((.*?)\): (.+)$/.exec(signature) ?? [];
    const dot = head.indexOf('.');
    const owner = head.slice(0, Math.max(0, dot));
    const isNamespace = namespaces.has(owner);
    const name = dot === -1 || isNamespace ? head : head.slice(dot + 1);
    const receiver = dot === -1 || isNamespace ? undefined : parsedType(owner);
    const overload = { receiver, args: split(args).map(parsedType), result: parsedType(result) };
    table.set(name, [...(table.get(name) ?? []), overload]);
  }
  return table;
}

/** What stands before a dot without being a value. */
export const namespaces: ReadonlySet<string> = new Set(['sets', 'strings', 'format', 'ip']);

/** Parameters; the commas within `<…>` belong to one. */
const split = (text: string): string[] => (text === '' ? [] : text.split(/, (?![^<]*>)/));

function parsedType(text: string): CelType {
  const [, name = text, inner = ''] = /^(\w+)<(.*)>$/.exec(text) ?? [];
  if (inner === '') return { name };
  const [first = 'dyn', second] = split(inner);
  if (name === 'map') return { name, key: parsedType(first), element: parsedType(second ?? 'dyn') };
  return { name, element: parsedType(first) };
}
