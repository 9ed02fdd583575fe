import type { Expr, ValueType } from './ast.ts';
import { histogramFunctions } from './functions/histogram.ts';
import { labelFunctions } from './functions/labels.ts';
import { mathFunctions } from './functions/math.ts';
import { overTimeFunctions } from './functions/over-time.ts';
import { rateFunctions } from './functions/rate.ts';
import { shapeFunctions } from './functions/shape.ts';
import { timeFunctions } from './functions/time.ts';
import type { Value } from './values.ts';

/** One function of the language: what it takes, what it gives, and how. */
export interface FunctionEntry {
  readonly args: readonly ValueType[];
  /** How many of the last arguments may be left out. Default 0. */
  readonly optional?: number;
  /** The last argument may be repeated. Default false. */
  readonly variadic?: boolean;
  readonly returns: ValueType;
  call(args: readonly Value[], context: CallContext): Value;
}

export interface CallContext {
  /** The time of evaluation, milliseconds since the epoch. */
  readonly at: number;
  /** The arguments as written: `absent` makes labels of its selector's matchers. */
  readonly exprs: readonly Expr[];
}

/** Every function that can be called. */
export const functionTable: Readonly<Record<string, FunctionEntry | undefined>> = {
  ...histogramFunctions,
  ...labelFunctions,
  ...mathFunctions,
  ...overTimeFunctions,
  ...rateFunctions,
  ...shapeFunctions,
  ...timeFunctions,
};

/** What Prometheus 2 has and the sandbox does not: refused by name. */
export const unsupportedFunctions: ReadonlySet<string> = new Set([
  'histogram_count',
  'histogram_fraction',
  'histogram_sum',
  'holt_winters',
]);
