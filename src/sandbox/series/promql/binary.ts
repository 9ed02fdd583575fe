import { type Labels, metricNameLabel, withoutLabels } from '../labels.ts';
import {
  type ArithmeticOp,
  type BinaryExpr,
  type BinaryOp,
  type ComparisonOp,
  isComparison,
  isSetOp,
} from './ast.ts';
import { matchSets, matchVectors } from './matching.ts';
import { scalar, type Value, type VectorSample, vector } from './values.ts';

/** One binary operator between two evaluated sides, whose types have been checked. */
export function applyBinary(expr: BinaryExpr, left: Value, right: Value, at: number): Value {
  if (left.type === 'scalar' && right.type === 'scalar')
    return scalar(combine(expr.op, left.value, right.value));
  if (left.type === 'vector' && right.type === 'scalar') {
    return withScalar(expr, left.samples, at, (value) => [value, right.value]);
  }
  if (left.type === 'scalar' && right.type === 'vector') {
    return withScalar(expr, right.samples, at, (value) => [left.value, value]);
  }
  if (left.type !== 'vector' || right.type !== 'vector') throw new TypeError('operands are no vectors');
  if (isSetOp(expr.op)) return vector(matchSets(expr, left.samples, right.samples));
  return vector(
    matchVectors(expr, left.samples, right.samples, (labels, one, other) => {
      const value = resultOf(expr, one, other, one);
      return value === undefined ? undefined : { labels: namedFor(expr, labels), value, at };
    }),
  );
}

function withScalar(
  expr: BinaryExpr,
  samples: readonly VectorSample[],
  at: number,
  sidesOf: (value: number) => readonly [number, number],
): Value {
  return vector(
    samples.flatMap(({ labels, value }) => {
      const [left, right] = sidesOf(value);
      const result = resultOf(expr, left, right, value);
      return result === undefined ? [] : [{ labels: namedFor(expr, labels), value: result, at }];
    }),
  );
}

/** A comparison without `bool` filters, and passes on `kept`. */
function resultOf({ op, bool }: BinaryExpr, left: number, right: number, kept: number): number | undefined {
  if (!isComparison(op) || bool) return combine(op, left, right);
  return compare[op](left, right) ? kept : undefined;
}

/** Whatever changes the value takes the metric's name away; `atan2` does not, in Prometheus 2. */
function namedFor({ op, bool }: BinaryExpr, labels: Labels): Labels {
  return (isComparison(op) && !bool) || op === 'atan2' ? labels : withoutLabels(labels, [metricNameLabel]);
}

function combine(op: BinaryOp, left: number, right: number): number {
  if (isComparison(op)) return compare[op](left, right) ? 1 : 0;
  return arithmetic[op as ArithmeticOp](left, right);
}

const compare: Readonly<Record<ComparisonOp, (left: number, right: number) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '>': (left, right) => left > right,
  '<': (left, right) => left < right,
  '>=': (left, right) => left >= right,
  '<=': (left, right) => left <= right,
};

const arithmetic: Readonly<Record<ArithmeticOp, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': (left, right) =>
    left === 1 || right === 0 || (left === -1 && !Number.isNaN(right) && !Number.isFinite(right))
      ? 1
      : left ** right,
  atan2: Math.atan2,
};
