import { instant, toDate } from '../../../../kernel/instant.ts';
import type { Expr } from '../ast.ts';
import type { FunctionEntry } from '../functions.ts';
import { scalar, vector } from '../values.ts';
import { argument, mapping, withoutName } from './support.ts';

/** The calendar repeats itself after so many years, which have so many seconds. */
const cycleYears = 400;
const cycleSeconds = 12_622_780_800n;
/** The first second, before 1970, of the calendar that Prometheus (Go) counts in; what lies before comes round at its end. */
const beginning = -9_223_372_028_715_321_600n;
const smallestInteger = -(2n ** 63n);

/** Whole seconds in 64 bits; what has no place there is the smallest number of them. */
function wholeSeconds(seconds: number): bigint {
  const isInside = seconds >= -(2 ** 63) && seconds < 2 ** 63;
  const whole = isInside ? BigInt(Math.trunc(seconds)) : smallestInteger;
  return BigInt.asUintN(64, whole - beginning) + beginning;
}

/** A part of a date in UTC: of each sample's value in seconds, or of the time of evaluation. */
function ofDate(part: (date: Date, cycles: number) => number): FunctionEntry {
  const partOf = (seconds: number) => {
    const whole = wholeSeconds(seconds);
    const rest = ((whole % cycleSeconds) + cycleSeconds) % cycleSeconds;
    return part(toDate(instant(Number(rest) * 1000)), Number((whole - rest) / cycleSeconds));
  };
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

const isSelector = (expr: Expr | undefined): boolean =>
  expr?.kind === 'paren' ? isSelector(expr.expr) : expr?.kind === 'selector';

export const timeFunctions: Readonly<Record<string, FunctionEntry>> = {
  time: { args: [], returns: 'scalar', call: (_, { at }) => scalar(at / 1000) },
  minute: ofDate((date) => date.getUTCMinutes()),
  hour: ofDate((date) => date.getUTCHours()),
  day_of_week: ofDate((date) => date.getUTCDay()),
  day_of_month: ofDate((date) => date.getUTCDate()),
  day_of_year: ofDate(dayOfYear),
  days_in_month: ofDate(daysInMonth),
  month: ofDate((date) => date.getUTCMonth() + 1),
  year: ofDate((date, cycles) => date.getUTCFullYear() + cycles * cycleYears),
  pi: { args: [], returns: 'scalar', call: () => scalar(Math.PI) },
  /** Of a selector, when each sample was taken; of anything else, the time of evaluation. */
  timestamp: {
    args: ['vector'],
    returns: 'vector',
    call: (args, context) =>
      vector(
        argument(args, 0, 'vector').samples.map(({ labels, at }) => ({
          labels: withoutName(labels),
          value: (isSelector(context.exprs[0]) ? at : context.at) / 1000,
          at: context.at,
        })),
      ),
  },
};
