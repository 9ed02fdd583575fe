import type { FunctionEntry } from '../functions.ts';
import { mapping, scalarArgument } from './support.ts';

function unary(compute: (value: number) => number): FunctionEntry {
  return { args: ['vector'], returns: 'vector', call: mapping(compute) };
}

/** NaN limits give NaN, and a lower limit above the upper one gives nothing: handled by `clamp` itself. */
function clamped(value: number, least: number, most: number): number {
  return greater(least, smaller(most, value));
}

/** As in Go, there is nothing greater than infinity, not even NaN. */
function greater(one: number, other: number): number {
  const top = Number.POSITIVE_INFINITY;
  return one === top || other === top ? top : Math.max(one, other);
}

const smaller = (one: number, other: number): number => -greater(-one, -other);

/** To the nearest multiple of `step`, halves up. Dividing by the inverse keeps 0.1 and the like exact. */
function roundedTo(value: number, step: number): number {
  const inverse = 1 / step;
  return Math.floor(value * inverse + 0.5) / inverse;
}

const clamp = mapping((value, args) => clamped(value, scalarArgument(args, 1), scalarArgument(args, 2)));

export const mathFunctions: Readonly<Record<string, FunctionEntry>> = {
  abs: unary(Math.abs),
  acos: unary(Math.acos),
  acosh: unary(Math.acosh),
  asin: unary(Math.asin),
  asinh: unary(Math.asinh),
  atan: unary(Math.atan),
  atanh: unary(Math.atanh),
  cos: unary(Math.cos),
  cosh: unary(Math.cosh),
  deg: unary((value) => (value * 180) / Math.PI),
  rad: unary((value) => (value * Math.PI) / 180),
  sin: unary(Math.sin),
  sinh: unary(Math.sinh),
  tan: unary(Math.tan),
  tanh: unary(Math.tanh),
  ceil: unary(Math.ceil),
  exp: unary(Math.exp),
  floor: unary(Math.floor),
  ln: unary(Math.log),
  log10: unary(Math.log10),
  log2: unary(Math.log2),
  sgn: unary((value) => (value === 0 ? 0 : Math.sign(value))),
  sqrt: unary(Math.sqrt),
  clamp: {
    args: ['vector', 'scalar', 'scalar'],
    returns: 'vector',
    call: (args, context) =>
      scalarArgument(args, 1) > scalarArgument(args, 2)
        ? { type: 'vector', samples: [] }
        : clamp(args, context),
  },
  clamp_max: {
    args: ['vector', 'scalar'],
    returns: 'vector',
    call: mapping((value, args) => smaller(scalarArgument(args, 1), value)),
  },
  clamp_min: {
    args: ['vector', 'scalar'],
    returns: 'vector',
    call: mapping((value, args) => greater(scalarArgument(args, 1), value)),
  },
  round: {
    args: ['vector', 'scalar'],
    optional: 1,
    returns: 'vector',
    call: mapping((value, args) => roundedTo(value, scalarArgument(args, 1, 1))),
  },
};
