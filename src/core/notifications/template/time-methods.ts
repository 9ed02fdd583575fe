import { formatDuration, parseDuration } from '../../analysis/expression/time.ts';
import { checkZone } from '../../analysis/expression/time-zone.ts';
import { problem } from './problem.ts';
import { formatTime, type GoTime } from './time-format.ts';
import { type GoDuration, type GoValue, isKind, typeName } from './values.ts';

const second = 1_000_000_000n;
const layoutOf = (layout: string) => (time: GoTime) => BigInt(formatTime(time, layout).trim());

const ofTime: Readonly<Record<string, (time: GoTime, args: readonly GoValue[]) => GoValue>> = {
  Format: (time, [layout]) => formatTime(time, textArgument(layout)),
  String: (time) => formatTime(time, '2006-01-02 15:04:05.999999999 -0700 MST'),
  Unix: ({ nanoseconds }) => (nanoseconds - (((nanoseconds % second) + second) % second)) / second,
  UnixMilli: ({ nanoseconds }) => nanoseconds / 1_000_000n,
  UnixNano: ({ nanoseconds }) => nanoseconds,
  Year: layoutOf('2006'),
  Day: layoutOf('2'),
  Hour: layoutOf('15'),
  Minute: layoutOf('4'),
  Second: layoutOf('5'),
  Month: (time) => formatTime(time, 'January'),
  Weekday: (time) => formatTime(time, 'Monday'),
  UTC: ({ nanoseconds }) => ({ kind: 'time', nanoseconds }),
  Add: (time, [by]) => ({ ...time, nanoseconds: time.nanoseconds + argument(by, 'duration').nanoseconds }),
  Sub: (time, [other]) => ({
    kind: 'duration',
    nanoseconds: time.nanoseconds - argument(other, 'time').nanoseconds,
  }),
  Before: (time, [other]) => time.nanoseconds < argument(other, 'time').nanoseconds,
  After: (time, [other]) => time.nanoseconds > argument(other, 'time').nanoseconds,
  Equal: (time, [other]) => time.nanoseconds === argument(other, 'time').nanoseconds,
  IsZero: () => false,
};

const ofDuration: Readonly<Record<string, (duration: GoDuration, args: readonly GoValue[]) => GoValue>> = {
  String: ({ nanoseconds }) => formatDuration(nanoseconds),
  Hours: ({ nanoseconds }) => Number(nanoseconds) / 3600e9,
  Minutes: ({ nanoseconds }) => Number(nanoseconds) / 60e9,
  Seconds: ({ nanoseconds }) => Number(nanoseconds) / 1e9,
  Milliseconds: ({ nanoseconds }) => nanoseconds / 1_000_000n,
  Round: (duration, [to]) => ({ kind: 'duration', nanoseconds: rounded(duration, argument(to, 'duration')) }),
};

/** Calls a method of a time or of a duration. Those that are not here are refused by name. */
export function timeMethod(on: GoTime | GoDuration, name: string, args: readonly GoValue[]): GoValue {
  const methods = on.kind === 'time' ? ofTime : ofDuration;
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) throw problem(`can't evaluate field ${name} in type ${typeName(on)}`);
  return (method as (on: GoTime | GoDuration, args: readonly GoValue[]) => GoValue)(on, args);
}

/** A duration from its text, a number of seconds from a number. */
export function durationOf(value: GoValue): GoDuration {
  if (isKind(value, 'duration')) return value;
  if (typeof value === 'string') return { kind: 'duration', nanoseconds: parseDuration(value) };
  if (typeof value === 'bigint') return { kind: 'duration', nanoseconds: value };
  return { kind: 'duration', nanoseconds: 0n };
}

export function inZone(time: GoTime, zoneName: string): GoTime {
  return { ...time, zoneName: checkZone(zoneName) };
}

function rounded({ nanoseconds }: GoDuration, to: GoDuration): bigint {
  const unit = to.nanoseconds;
  if (unit <= 0n) return nanoseconds;
  const rest = ((nanoseconds % unit) + unit) % unit;
  return rest * 2n < unit ? nanoseconds - rest : nanoseconds + unit - rest;
}

function argument<K extends 'time' | 'duration'>(value: GoValue | undefined, kind: K) {
  if (isKind(value, kind)) return value;
  throw problem(`wrong type for value; expected time.${kind === 'time' ? 'Time' : 'Duration'}`);
}

function textArgument(value: GoValue | undefined): string {
  if (typeof value === 'string') return value;
  throw problem('wrong type for value; expected string');
}
