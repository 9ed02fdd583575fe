import { less } from './operations.ts';
import { problem } from './problem.ts';
import { type Value, valueTypeName } from './values.ts';

/** The values in order; values that cannot be compared are a problem. `order` is `asc` or `desc`. */
export function sortValues(values: readonly Value[], order: Value): Value[] {
  return sortPairs(
    values.map((value) => ({ value, key: value })),
    order,
  );
}

/** The values in the order of their keys. */
export function sortPairs(pairs: readonly { value: Value; key: Value }[], order: Value): Value[] {
  const sign = directionOf(order);
  return [...pairs]
    .sort((a, b) => sign * (less(a.key, b.key) ? -1 : Number(less(b.key, a.key))))
    .map(({ value }) => value);
}

function directionOf(order: Value): 1 | -1 {
  if (order === 'asc') return 1;
  if (order === 'desc') return -1;
  if (typeof order === 'string') throw problem(`invalid order ${order}, expected asc or desc`);
  throw problem(`sort order argument must be a string (got ${valueTypeName(order)})`);
}
