import { instant, toDate } from '../../../../kernel/instant.ts';
import type { FunctionEntry } from '../functions.ts';
import { scalar, vector } from '../values.ts';
import { argument, mapping, withoutName } from './support.ts';

/** A part of a date in UTC: of each sample's value in seconds, or of the time of evaluation. */
function ofDate(part: (date: Date) => number): FunctionEntry {
  const partOf = (seconds: number) => part(toDate(instant(Math.trunc(seconds) * 1000)));
  return {
    args: ['vector'],
    optional: 1,
    returns: 'vector',
    call: (args, context) =>
      args.length === 0
        ? vector([{ labels: {}, value: partOf(context.at / 1000), at: context.at }])
        : mapping(partOf)(args, context),
  };
}

function daysInMonth(date: Date): number {
  return toDate(instant(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0))).getUTCDate();
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}

export const timeFunctions: Readonly<Record<string, FunctionEntry>> = {
  time: { args: [], returns: 'scalar', call: (_, { at }) => scalar(at / 1000) },
  minute: ofDate((date) => date.getUTCMinutes()),
  hour: ofDate((date) => date.getUTCHours()),
  day_of_week: ofDate((date) => date.getUTCDay()),
  day_of_month: ofDate((date) => date.getUTCDate()),
  day_of_year: ofDate(dayOfYear),
  days_in_month: ofDate(daysInMonth),
  month: ofDate((date) => date.getUTCMonth() + 1),
  year: ofDate((date) => date.getUTCFullYear()),
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
