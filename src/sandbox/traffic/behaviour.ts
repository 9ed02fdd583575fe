import { parseGoDuration } from '../../kernel/duration.ts';
import { type Annotations, parseAmount, parseShare, trafficAnnotations } from './annotations.ts';
import { type LatencyProfile, latencyProfile } from './latency.ts';

/** How one pod answers at one time. */
export interface Behaviour {
  /** Share of requests that fail, 0 to 1. */
  readonly errorRate: number;
  /** Their status code. */
  readonly errorCode: string;
  readonly latency: LatencyProfile;
  readonly maxRequestsPerSecond: number;
  /** Seconds after the pod's start at which it next behaves otherwise; undefined when it stays so. */
  readonly changesAfterSeconds: number | undefined;
}

const defaultLatencyMs = 50;
const p95ToMedian = 2.5;

/** @param ageSeconds how long the pod has run. */
export function behaviourAt(
  annotations: Annotations,
  ageSeconds: number,
  latencyOf: (medianMs: number, p95Ms: number) => LatencyProfile = latencyProfile,
): Behaviour {
  const errors = parseSchedule(annotations[trafficAnnotations.errorRateAfter], parseShare);
  const latencies = parseSchedule(annotations[trafficAnnotations.latencyMsAfter]);
  const errorRate = inForce(errors, ageSeconds) ?? parseShare(annotations[trafficAnnotations.errorRate]) ?? 0;
  const base = parseAmount(annotations[trafficAnnotations.latencyMs]) ?? defaultLatencyMs;
  const p95 = parseAmount(annotations[trafficAnnotations.latencyP95Ms]) ?? base * p95ToMedian;
  const median = inForce(latencies, ageSeconds) ?? base;
  const changes = [...errors, ...latencies].map(([after]) => after).filter((after) => after > ageSeconds);
  return {
    errorRate,
    errorCode: parseErrorCode(annotations[trafficAnnotations.errorCode]),
    latency: latencyOf(median, base === 0 ? median * p95ToMedian : (p95 * median) / base),
    maxRequestsPerSecond:
      parseAmount(annotations[trafficAnnotations.maxRequestsPerSecond]) ?? Number.POSITIVE_INFINITY,
    changesAfterSeconds: changes.length === 0 ? undefined : Math.min(...changes),
  };
}

/** [seconds after the start, value], soonest first. */
type Schedule = readonly (readonly [number, number])[];

/** `60s=0.3, 5m=0`. A part that cannot be read says nothing. */
function parseSchedule(text = '', parse = parseAmount): Schedule {
  return text
    .split(',')
    .flatMap((part) => {
      const [after, value] = part.split('=').map((side) => side.trim());
      const seconds = parseGoDuration(after ?? '');
      const amount = parse(value);
      return seconds === undefined || amount === undefined ? [] : [[seconds, amount] as const];
    })
    .sort(([one], [other]) => one - other);
}

function parseErrorCode(text = ''): string {
  return /^[45]\d\d$/.test(text) ? text : '500';
}

/** What a schedule such as `60s=800, 5m=50` says of an age; undefined before its first time, and without one. */
export function valueInForce(text: string | undefined, ageSeconds: number): number | undefined {
  return text === undefined ? undefined : inForce(parseSchedule(text), ageSeconds);
}

function inForce(schedule: Schedule, ageSeconds: number): number | undefined {
  return schedule.findLast(([after]) => after <= ageSeconds)?.[1];
}
