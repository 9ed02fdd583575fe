import { cannotEvaluate } from '../errors.ts';
import type { FunctionEntry } from '../functions.ts';
import { quantileOf, standardVariance } from '../statistics.ts';
import type { Point } from '../values.ts';
import { vector } from '../values.ts';
import { labelsOfAbsent } from './absent.ts';
import { argument, overRange, scalarArgument } from './support.ts';

function ofValues(compute: (values: readonly number[]) => number): FunctionEntry {
  return { args: ['matrix'], returns: 'vector', call: overRange((points) => compute(valuesOf(points))) };
}

function valuesOf(points: readonly Point[]): number[] {
  return points.map(({ value }) => value);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** NaN loses against any number, so that one gap does not hide the extreme. */
export function extreme(
  values: readonly number[],
  isBetter: (value: number, best: number) => boolean,
): number {
  return values.reduce((best, value) => (isBetter(value, best) || Number.isNaN(best) ? value : best));
}

export const overTimeFunctions: Readonly<Record<string, FunctionEntry>> = {
  avg_over_time: ofValues((values) => sum(values) / values.length),
  count_over_time: ofValues((values) => values.length),
  max_over_time: ofValues((values) => extreme(values, (value, best) => value > best)),
  min_over_time: ofValues((values) => extreme(values, (value, best) => value < best)),
  present_over_time: ofValues(() => 1),
  stddev_over_time: ofValues((values) => Math.sqrt(standardVariance(values))),
  stdvar_over_time: ofValues(standardVariance),
  sum_over_time: ofValues(sum),
  last_over_time: {
    args: ['matrix'],
    returns: 'vector',
    call: overRange((points) => points.at(-1)?.value, { keepName: true }),
  },
  quantile_over_time: {
    args: ['scalar', 'matrix'],
    returns: 'vector',
    call: overRange((points, _, args) => quantileOf(scalarArgument(args, 0), valuesOf(points)), {
      position: 1,
    }),
  },
  absent_over_time: {
    args: ['matrix'],
    returns: 'vector',
    call: (args, { at, exprs }) => {
      const isAbsent = argument(args, 0, 'matrix').series.every(({ points }) => points.length === 0);
      if (exprs[0] === undefined) throw cannotEvaluate('absent_over_time has no argument');
      return vector(isAbsent ? [{ labels: labelsOfAbsent(exprs[0]), value: 1, at }] : []);
    },
  },
};
