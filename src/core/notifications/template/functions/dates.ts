import { formatDuration, parseDuration, parseTime } from '../../../analysis/expression/time.ts';
import { problem } from '../problem.ts';
import { formatTime, type GoTime } from '../time-format.ts';
import { durationOf, inZone } from '../time-methods.ts';
import { type GoValue, isKind } from '../values.ts';
import { integerOf } from './conversions.ts';
import { exactly, type FunctionTable, nowOf, type TemplateContext, text } from './function.ts';

const second = 1_000_000_000n;
const htmlDate = '2006-01-02';

/** sprig's functions of dates (https://masterminds.github.io/sprig/date.html). The local zone is UTC. */
export const dates: FunctionTable = {
  now: exactly(0, (_, context) => nowOf(context)),
  ago: exactly(1, ([of], context) =>
    formatDuration(wholeSeconds(nowOf(context).nanoseconds - timeOf(of, context).nanoseconds)),
  ),
  date: exactly(2, ([layout, of], context) => formatTime(timeOf(of, context), text(layout))),
  dateInZone: exactly(3, dateInZone),
  date_in_zone: exactly(3, dateInZone),
  dateModify: exactly(2, dateModify),
  date_modify: exactly(2, dateModify),
  mustDateModify: exactly(2, dateModify),
  must_date_modify: exactly(2, dateModify),
  htmlDate: exactly(1, ([of], context) => formatTime(timeOf(of, context), htmlDate)),
  htmlDateInZone: exactly(2, ([of, zone], context) =>
    formatTime(inZone(timeOf(of, context), text(zone)), htmlDate),
  ),
  toDate: exactly(2, ([layout, of]) => parseTime(text(of), text(layout))),
  mustToDate: exactly(2, ([layout, of]) => parseTime(text(of), text(layout))),
  unixEpoch: exactly(1, ([of]) => String(givenTime(of).nanoseconds / second)),
  duration: exactly(1, ([of]) => formatDuration(integerOf(of) * second)),
  durationRound: exactly(1, ([of], context) => roundedDuration(of, context)),
};

function givenTime(value: GoValue): GoTime {
  if (isKind(value, 'time')) return value;
  throw problem('wrong type for value; expected time.Time');
}

/** A time, or seconds since the epoch; anything else is taken for now, as by sprig. */
function timeOf(value: GoValue, context: TemplateContext): GoTime {
  if (isKind(value, 'time')) return value;
  return typeof value === 'bigint' ? { kind: 'time', nanoseconds: value * second } : nowOf(context);
}

type Arguments = Parameters<Parameters<typeof exactly>[1]>[0];

function dateInZone([layout, of, zone]: Arguments, context: TemplateContext): GoValue {
  return formatTime(inZone(timeOf(of, context), text(zone)), text(layout));
}

function dateModify([by, of]: Arguments): GoValue {
  const time = givenTime(of);
  return { ...time, nanoseconds: time.nanoseconds + parseDuration(text(by)) };
}

function wholeSeconds(nanoseconds: bigint): bigint {
  const half = nanoseconds < 0n ? -second / 2n : second / 2n;
  return ((nanoseconds + half) / second) * second;
}

/** The largest unit only: `2h`, `3d`, `1mo`. */
function roundedDuration(of: GoValue, context: TemplateContext): string {
  const nanoseconds = isKind(of, 'time')
    ? nowOf(context).nanoseconds - of.nanoseconds
    : durationOf(of).nanoseconds;
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const sign = nanoseconds < 0n ? '-' : '';
  const units = [
    ['y', 8760n * 3600n],
    ['mo', 730n * 3600n],
    ['d', 86_400n],
    ['h', 3600n],
    ['m', 60n],
    ['s', 1n],
  ] as const;
  for (const [name, length] of units) {
    if (size >= length * second) return `${sign}${size / (length * second)}${name}`;
  }
  return '0s';
}
