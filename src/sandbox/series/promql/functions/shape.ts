import type { FunctionEntry } from '../functions.ts';
import { byValue } from '../statistics.ts';
import { scalar, vector } from '../values.ts';
import { labelsOfAbsent } from './absent.ts';
import { argument, scalarArgument } from './support.ts';

function sorting(direction: 1 | -1): FunctionEntry {
  return {
    args: ['vector'],
    returns: 'vector',
    call: (args) =>
      vector(
        [...argument(args, 0, 'vector').samples].sort((one, other) => {
          // NaN comes last in either direction.
          if (Number.isNaN(one.value) || Number.isNaN(other.value)) return byValue(other.value, one.value);
          return direction * (one.value - other.value);
        }),
      ),
  };
}

/** Functions that turn one shape of value into another. */
export const shapeFunctions: Readonly<Record<string, FunctionEntry>> = {
  absent: {
    args: ['vector'],
    returns: 'vector',
    call: (args, { at, exprs }) => {
      if (argument(args, 0, 'vector').samples.length > 0 || exprs[0] === undefined) return vector([]);
      return vector([{ labels: labelsOfAbsent(exprs[0]), value: 1, at }]);
    },
  },
  scalar: {
    args: ['vector'],
    returns: 'scalar',
    call: (args) => {
      const { samples } = argument(args, 0, 'vector');
      return scalar(samples.length === 1 ? (samples[0]?.value ?? Number.NaN) : Number.NaN);
    },
  },
  sort: sorting(1),
  sort_desc: sorting(-1),
  vector: {
    args: ['scalar'],
    returns: 'vector',
    call: (args, { at }) => vector([{ labels: {}, value: scalarArgument(args, 0), at }]),
  },
};
