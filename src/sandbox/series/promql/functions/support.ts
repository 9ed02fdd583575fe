import { type Labels, metricNameLabel, withoutLabels } from '../../labels.ts';
import type { FunctionEntry } from '../functions.ts';
import {
  type MatrixSeries,
  type MatrixValue,
  type Point,
  type Value,
  type ValueOf,
  vector,
} from '../values.ts';

/** The argument, whose type has been checked before evaluation. */
export function argument<T extends Value['type']>(
  args: readonly Value[],
  index: number,
  type: T,
): ValueOf<T> {
  const value = args[index];
  if (value?.type !== type) throw new TypeError(`argument ${index} is ${value?.type}, not ${type}`);
  return value as ValueOf<T>;
}

export function scalarArgument(args: readonly Value[], index: number, otherwise = Number.NaN): number {
  return args[index] === undefined ? otherwise : argument(args, index, 'scalar').value;
}

export function withoutName(labels: Labels): Labels {
  return withoutLabels(labels, [metricNameLabel]);
}

/** A function of each sample's value; the metric's name goes. */
export function mapping(compute: (value: number, args: readonly Value[]) => number): FunctionEntry['call'] {
  return (args, { at }) =>
    vector(
      argument(args, 0, 'vector').samples.map(({ labels, value }) => ({
        labels: withoutName(labels),
        value: compute(value, args),
        at,
      })),
    );
}

/** A function of each range; series for which it gives nothing are left out, and the metric's name goes. */
export function overRange(
  compute: (points: readonly Point[], range: MatrixValue, args: readonly Value[]) => number | undefined,
  options: { readonly keepName?: boolean; readonly position?: number } = {},
): FunctionEntry['call'] {
  return (args, { at }) => {
    const range = argument(args, options.position ?? 0, 'matrix');
    return vector(
      range.series.flatMap(({ labels, points }: MatrixSeries) => {
        const value = points.length === 0 ? undefined : compute(points, range, args);
        if (value === undefined) return [];
        return [{ labels: options.keepName === true ? labels : withoutName(labels), value, at }];
      }),
    );
  };
}
