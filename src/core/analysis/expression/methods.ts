import { problem } from './problem.ts';
import { bool, duration, float, int, int64, type Signature, type Type, time } from './types.ts';
import type { Duration, Time, Value } from './values.ts';

/** What may be asked of a time or a duration, as of their Go types. Others have no methods. */
interface Method<On> extends Signature {
  call(on: On, args: readonly Value[]): Value;
}

const second = 1_000_000_000n;

const ofTime: Readonly<Record<string, Method<Time>>> = {
  Unix: { params: [], result: int64, call: (on) => floorDiv(on.nanoseconds, second) },
  UnixMilli: { params: [], result: int64, call: (on) => floorDiv(on.nanoseconds, 1_000_000n) },
  UnixNano: { params: [], result: int64, call: (on) => on.nanoseconds },
  Hour: { params: [], result: int, call: (on) => modulo(floorDiv(on.nanoseconds, 3600n * second), 24n) },
  Minute: { params: [], result: int, call: (on) => modulo(floorDiv(on.nanoseconds, 60n * second), 60n) },
  Second: { params: [], result: int, call: (on) => modulo(floorDiv(on.nanoseconds, second), 60n) },
  Add: {
    params: [duration],
    result: time,
    call: (on, [by]) => ({ kind: 'time', nanoseconds: on.nanoseconds + nanosecondsOf(by) }),
  },
  Sub: {
    params: [time],
    result: duration,
    call: (on, [other]) => ({ kind: 'duration', nanoseconds: on.nanoseconds - nanosecondsOf(other) }),
  },
  Before: { params: [time], result: bool, call: (on, [other]) => on.nanoseconds < nanosecondsOf(other) },
  After: { params: [time], result: bool, call: (on, [other]) => on.nanoseconds > nanosecondsOf(other) },
  Equal: { params: [time], result: bool, call: (on, [other]) => on.nanoseconds === nanosecondsOf(other) },
  UTC: { params: [], result: time, call: (on) => on },
};

const ofDuration: Readonly<Record<string, Method<Duration>>> = {
  Hours: { params: [], result: float, call: (on) => Number(on.nanoseconds) / 3600e9 },
  Minutes: { params: [], result: float, call: (on) => Number(on.nanoseconds) / 60e9 },
  Seconds: { params: [], result: float, call: (on) => Number(on.nanoseconds) / 1e9 },
  Milliseconds: { params: [], result: int64, call: (on) => on.nanoseconds / 1_000_000n },
  Microseconds: { params: [], result: int64, call: (on) => on.nanoseconds / 1000n },
  Nanoseconds: { params: [], result: int64, call: (on) => on.nanoseconds },
};

/** The type of a method, undefined when the type has none of this name. */
export function methodType(type: Type, name: string): Type | undefined {
  const methods = type.kind === 'time' ? ofTime : type.kind === 'duration' ? ofDuration : {};
  const signature = Object.hasOwn(methods, name)
    ? (methods as Readonly<Record<string, Signature>>)[name]
    : undefined;
  return signature === undefined ? undefined : { kind: 'function', name, signature };
}

/** Calls a method. Anything without methods cannot be called. */
export function callMethod(on: Value, name: string, args: readonly Value[]): Value {
  if (typeof on === 'object' && on !== null) {
    if (on.kind === 'time' && Object.hasOwn(ofTime, name))
      return (ofTime[name] as Method<Time>).call(on, args);
    if (on.kind === 'duration' && Object.hasOwn(ofDuration, name)) {
      return (ofDuration[name] as Method<Duration>).call(on, args);
    }
  }
  throw problem('invalid operation: cannot call nil');
}

function nanosecondsOf(value: Value | undefined): bigint {
  if (typeof value === 'object' && value !== null && (value.kind === 'time' || value.kind === 'duration')) {
    return value.nanoseconds;
  }
  throw problem('invalid argument: neither a time nor a duration');
}

function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

function modulo(value: bigint, by: bigint): bigint {
  return ((value % by) + by) % by;
}
