/** What a built-in that goes through a list takes: values, and what to do with each element. */
export type PredicateArgument = 'value' | 'predicate' | 'predicate?' | 'value?';

export const predicateBuiltins: Readonly<Record<string, readonly PredicateArgument[]>> = {
  all: ['value', 'predicate'],
  none: ['value', 'predicate'],
  any: ['value', 'predicate'],
  one: ['value', 'predicate'],
  filter: ['value', 'predicate'],
  map: ['value', 'predicate'],
  count: ['value', 'predicate?'],
  sum: ['value', 'predicate?'],
  find: ['value', 'predicate'],
  findIndex: ['value', 'predicate'],
  findLast: ['value', 'predicate'],
  findLastIndex: ['value', 'predicate'],
  groupBy: ['value', 'predicate'],
  sortBy: ['value', 'predicate', 'value?'],
  reduce: ['value', 'predicate', 'value?'],
};

export const plainBuiltins: ReadonlySet<string> = new Set([
  ...['len', 'type', 'abs', 'ceil', 'floor', 'round', 'int', 'float', 'string'],
  ...['trim', 'trimPrefix', 'trimSuffix', 'upper', 'lower', 'split', 'splitAfter', 'replace', 'repeat'],
  ...['join', 'indexOf', 'lastIndexOf', 'hasPrefix', 'hasSuffix', 'max', 'min', 'mean', 'median'],
  ...['toJSON', 'fromJSON', 'toBase64', 'fromBase64', 'now', 'duration', 'date', 'timezone'],
  ...['first', 'last', 'get', 'take', 'keys', 'values', 'toPairs', 'fromPairs', 'reverse', 'uniq', 'concat'],
  ...['flatten', 'sort', 'bitand', 'bitor', 'bitxor', 'bitnand', 'bitshl', 'bitshr', 'bitushr', 'bitnot'],
]);

export function isBuiltin(name: string): boolean {
  return plainBuiltins.has(name) || Object.hasOwn(predicateBuiltins, name);
}
