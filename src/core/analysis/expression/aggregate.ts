import { isNumeric } from './operations.ts';
import { problem } from './problem.ts';
import { isList, type Value, valueTypeName } from './values.ts';

/** The largest or smallest of numbers and of lists of them; nil of nothing. `beats(a, b)`: b takes the place of a. */
export function aggregate(
  name: string,
  args: readonly Value[],
  beats: (best: Value, next: Value) => boolean,
): Value {
  const [only] = args;
  if (args.length === 1 && only !== undefined && !isList(only)) return only;
  let best: Value = null;
  for (const number of numbersOf(name, args)) {
    if (best === null || beats(best, number)) best = number;
  }
  return best;
}

export function mean(args: readonly Value[]): number {
  const numbers = numbersOf('mean', args).map(Number);
  return numbers.length === 0 ? 0 : numbers.reduce((total, number) => total + number, 0) / numbers.length;
}

export function median(args: readonly Value[]): number {
  // Go sorts NaN before every number
  const numbers = numbersOf('median', args)
    .map(Number)
    .sort((a, b) => (Number.isNaN(a) ? -1 : Number.isNaN(b) ? 1 : a - b));
  const middle = Math.floor(numbers.length / 2);
  if (numbers.length === 0) return 0;
  if (numbers.length % 2 === 1) return numbers[middle] as number;
  return ((numbers[middle - 1] as number) + (numbers[middle] as number)) / 2;
}

function numbersOf(name: string, values: readonly Value[]): (number | bigint)[] {
  return values.flatMap((value) => {
    if (isNumeric(value)) return [value];
    if (isList(value)) return numbersOf(name, value.items);
    throw problem(`invalid argument for ${name} (type ${valueTypeName(value)})`);
  });
}
