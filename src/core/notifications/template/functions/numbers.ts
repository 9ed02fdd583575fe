import { problem } from '../problem.ts';
import { formatValue, type GoValue } from '../values.ts';
import { floatOf, integerOf } from './conversions.ts';
import {
  atLeast,
  bounded,
  exactly,
  type FunctionTable,
  type TemplateFunction,
  text,
  whole,
} from './function.ts';

/** sprig's arithmetic (https://masterminds.github.io/sprig/math.html): on whole numbers, and with an f on floats. */
export const numbers: FunctionTable = {
  atoi: exactly(1, ([of]) => (/^[+-]?\d+$/.test(text(of)) ? integerOf(of) : 0n)),
  int: exactly(1, ([of]) => integerOf(of)),
  int64: exactly(1, ([of]) => integerOf(of)),
  toDecimal: exactly(1, ([of = null]) => octal(formatValue(of))),
  float64: exactly(1, ([of]) => floatOf(of)),
  add1: exactly(1, ([of]) => integerOf(of) + 1n),
  add: onWhole((a, b) => a + b, 0n),
  sub: exactly(2, ([a, b]) => BigInt.asIntN(64, integerOf(a) - integerOf(b))),
  mul: onWhole((a, b) => a * b),
  div: exactly(2, ([a, b]) => integerOf(a) / divisor(b)),
  mod: exactly(2, ([a, b]) => integerOf(a) % divisor(b)),
  max: onWhole(larger),
  biggest: onWhole(larger),
  min: onWhole((a, b) => a + b - larger(a, b)),
  add1f: exactly(1, ([of]) => floatOf(of) + 1),
  addf: onFloats((a, b) => a + b),
  subf: onFloats((a, b) => a - b),
  mulf: onFloats((a, b) => a * b),
  divf: onFloats((a, b) => a / b),
  maxf: onFloats((a, b) => Math.max(a, b)),
  minf: onFloats((a, b) => Math.min(a, b)),
  ceil: exactly(1, ([of]) => Math.ceil(floatOf(of))),
  floor: exactly(1, ([of]) => Math.floor(floatOf(of))),
  round: { least: 2, most: 3, call: ([of = null, places, up]) => rounded(floatOf(of), whole(places), up) },
  until: exactly(1, ([count]) => numbersFrom(0, whole(count), whole(count) < 0 ? -1 : 1)),
  untilStep: exactly(3, ([from, to, step]) => numbersFrom(whole(from), whole(to), whole(step))),
  seq: atLeast(0, (args) => sequence(args.map(whole))),
};

/** The digits as those of an octal number, as sprig has it in spite of the name; 0 when they are none. */
function octal(digits: string): bigint {
  const [, sign, size] = /^([+-]?)([0-7]+)$/.exec(digits) ?? [];
  if (size === undefined) return 0n;
  const value = sign === '-' ? -BigInt(`0o${size}`) : BigInt(`0o${size}`);
  return BigInt.asIntN(64, value) === value ? value : 0n;
}

function onWhole(operation: (a: bigint, b: bigint) => bigint, start?: bigint): TemplateFunction {
  return atLeast(start === undefined ? 1 : 0, (args) => {
    const values = args.map(integerOf);
    const first = start ?? (values.shift() as bigint);
    return BigInt.asIntN(64, values.reduce(operation, first));
  });
}

/** Decimal numbers are added as decimal numbers: 0.1 and 0.2 are 0.3. */
function onFloats(operation: (a: number, b: number) => number): TemplateFunction {
  return atLeast(1, (args) => {
    const result = args.map(floatOf).reduce(operation);
    return Number.isFinite(result) ? Number(result.toPrecision(15)) : result;
  });
}

function larger(a: bigint, b: bigint): bigint {
  return a < b ? b : a;
}

function divisor(value: GoValue): bigint {
  const by = integerOf(value);
  if (by === 0n) throw problem('integer divide by zero');
  return by;
}

/** @param up from which fraction on it is rounded up; 0.5 when absent. */
function rounded(value: number, places: number, up: GoValue | undefined): number {
  const from = up === undefined ? 0.5 : floatOf(up);
  const scale = 10 ** places;
  const digit = scale * value;
  const fraction = digit - Math.trunc(digit);
  return (fraction >= from ? Math.ceil(digit) : Math.floor(digit)) / scale;
}

function numbersFrom(from: number, to: number, step: number): GoValue {
  if (step === 0 || (to < from && step > 0) || (to > from && step < 0)) return [];
  const count = bounded(Math.ceil(Math.abs(to - from) / Math.abs(step)));
  return Array.from({ length: count }, (_, index) => BigInt(from + index * step));
}

/** As the program of that name: up to, from and to, or from, step and to. */
function sequence(args: readonly number[]): string {
  const [first = 1, second, third] = args;
  if (args.length === 0 || args.length > 3) return '';
  const from = args.length === 1 ? 1 : first;
  const to = args.length === 1 ? first : args.length === 2 ? (second as number) : (third as number);
  const step = args.length === 3 ? (second as number) : to < from ? -1 : 1;
  if (args.length === 3 && step === 0) return '';
  const all = numbersFrom(from, to + Math.sign(step), step) as readonly bigint[];
  return all.join(' ');
}
