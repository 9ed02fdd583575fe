import type { FunctionEntry } from '../functions.ts';
import { exactSum } from '../statistics.ts';
import type { MatrixValue, Point } from '../values.ts';
import { argument, overRange, scalarArgument } from './support.ts';

type Compute = (points: readonly Point[], range: MatrixValue) => number | undefined;

function ofRange(compute: Compute): FunctionEntry {
  return { args: ['matrix'], returns: 'vector', call: overRange(compute) };
}

/**
 * What the range's samples imply for the whole range. Prometheus extrapolates to an edge of the range when the nearest
 * sample is closer than 1.1 average intervals, by half an interval otherwise, and never takes a counter below zero.
 */
function extrapolated(points: readonly Point[], range: MatrixValue, isCounter: boolean): number | undefined {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) return undefined;
  const change = last.value - first.value + (isCounter ? lostToResets(points) : 0);
  const sampledSeconds = (last.at - first.at) / 1000;
  const averageSeconds = sampledSeconds / (points.length - 1);
  let toStart = (first.at - range.fromMs) / 1000;
  const toEnd = (range.toMs - last.at) / 1000;
  if (isCounter && change > 0 && first.value >= 0) {
    toStart = Math.min(toStart, sampledSeconds * (first.value / change));
  }
  const threshold = averageSeconds * 1.1;
  const coveredSeconds =
    sampledSeconds +
    (toStart < threshold ? toStart : averageSeconds / 2) +
    (toEnd < threshold ? toEnd : averageSeconds / 2);
  return change * (coveredSeconds / sampledSeconds);
}

/** A counter that falls has started anew: what it had counted before is added. */
function lostToResets(points: readonly Point[]): number {
  let lost = 0;
  for (let index = 1; index < points.length; index += 1) {
    const before = (points[index - 1] as Point).value;
    if ((points[index] as Point).value < before) lost += before;
  }
  return lost;
}

function perSecond(total: number | undefined, range: MatrixValue): number | undefined {
  return total === undefined ? undefined : total / ((range.toMs - range.fromMs) / 1000);
}

/** From the last two samples alone. */
function instantChange(points: readonly Point[], isRate: boolean): number | undefined {
  const [before, last] = [points.at(-2), points.at(-1)];
  if (before === undefined || last === undefined) return undefined;
  const change = isRate && last.value < before.value ? last.value : last.value - before.value;
  const seconds = (last.at - before.at) / 1000;
  if (seconds === 0) return undefined;
  return isRate ? change / seconds : change;
}

export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** Least squares, with time in seconds measured from `originMs`. A constant series is taken as it is. */
export function regression(points: readonly Point[], originMs: number): Line {
  const first = points[0] as Point;
  if (points.every(({ value }) => value === first.value)) {
    return Number.isFinite(first.value)
      ? { slope: 0, intercept: first.value }
      : { slope: Number.NaN, intercept: Number.NaN };
  }
  const xs = points.map(({ at }) => (at - originMs) / 1000);
  const ys = points.map(({ value }) => value);
  const [sumX, sumY] = [exactSum(xs), exactSum(ys)];
  const sumXY = exactSum(xs.map((x, index) => x * (ys[index] as number)));
  const sumX2 = exactSum(xs.map((x) => x * x));
  const count = points.length;
  const slope = (sumXY - (sumX * sumY) / count) / (sumX2 - (sumX * sumX) / count);
  return { slope, intercept: sumY / count - (slope * sumX) / count };
}

function countWhere(isHit: (before: number, value: number) => boolean): Compute {
  return (points) => {
    let count = 0;
    for (let index = 1; index < points.length; index += 1) {
      if (isHit((points[index - 1] as Point).value, (points[index] as Point).value)) count += 1;
    }
    return count;
  };
}

export const rateFunctions: Readonly<Record<string, FunctionEntry>> = {
  rate: ofRange((points, range) => perSecond(extrapolated(points, range, true), range)),
  increase: ofRange((points, range) => extrapolated(points, range, true)),
  delta: ofRange((points, range) => extrapolated(points, range, false)),
  irate: ofRange((points) => instantChange(points, true)),
  idelta: ofRange((points) => instantChange(points, false)),
  deriv: ofRange((points) =>
    points.length < 2 ? undefined : regression(points, (points[0] as Point).at).slope,
  ),
  changes: ofRange(
    countWhere((before, value) => value !== before && !(Number.isNaN(value) && Number.isNaN(before))),
  ),
  resets: ofRange(countWhere((before, value) => value < before)),
  predict_linear: {
    args: ['matrix', 'scalar'],
    returns: 'vector',
    call: (args, context) => {
      const seconds = scalarArgument(args, 1);
      const predict: Compute = (points) => {
        if (points.length < 2) return undefined;
        const { slope, intercept } = regression(points, context.at);
        return slope * seconds + intercept;
      };
      return overRange(predict)([argument(args, 0, 'matrix')], context);
    },
  },
};
