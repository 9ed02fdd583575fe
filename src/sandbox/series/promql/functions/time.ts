import type { FunctionEntry } from '../functions.ts';
import { scalar, vector } from '../values.ts';
import { argument, withoutName } from './support.ts';

export const timeFunctions: Readonly<Record<string, FunctionEntry>> = {
  time: { args: [], returns: 'scalar', call: (_, { at }) => scalar(at / 1000) },
  pi: { args: [], returns: 'scalar', call: () => scalar(Math.PI) },
  /** Of a selector, when each sample was taken; of anything else, the time of evaluation. */
  timestamp: {
    args: ['vector'],
    returns: 'vector',
    call: (args, context) =>
      vector(
        argument(args, 0, 'vector').samples.map(({ labels, at }) => ({
          labels: withoutName(labels),
          value: at / 1000,
          at: context.at,
        })),
      ),
  },
};
