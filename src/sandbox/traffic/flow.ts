import { type LatencyProfile, latencyBoundsMs } from './latency.ts';

/** How requests flow at one time: what stays the same until something changes. */
export interface FlowProfile {
  /** Requests per second that are answered well, and that fail. */
  readonly okPerSecond: number;
  readonly failedPerSecond: number;
  readonly latency: LatencyProfile;
}

/** What is counted: requests, their summed latency, and those at or below each latency bound, for each outcome. */
export type Outcome = 'ok' | 'failed';
export type Measure =
  | { readonly count: Outcome }
  | { readonly sumMs: Outcome }
  | { readonly bucket: number; readonly of: Outcome };

/**
 * Counters of one stream of requests. They are straight lines between changes, so an hour without a change costs
 * nothing, and any moment can be asked for.
 */
export interface Flow {
  readonly startedAtMs: number;
  /** From now on; undefined while nothing flows. An unchanged profile changes nothing. */
  change(atMs: number, profile: FlowProfile | undefined): void;
  /** The source of the counters is gone, and with it its series. */
  end(atMs: number): void;
  /** Undefined while the source is there, also when nothing flows. */
  endedAtMs(): number | undefined;
  /** The counters at a time, in the order of `channelOf`. */
  countsAt(atMs: number): Float64Array;
}

/** Channels: count and sum of each outcome, then the buckets of each. */
const bucketCount = latencyBoundsMs.length;
export const channelCount = 4 + 2 * bucketCount;

export function channelOf(measure: Measure): number {
  if ('count' in measure) return measure.count === 'ok' ? 0 : 1;
  if ('sumMs' in measure) return measure.sumMs === 'ok' ? 2 : 3;
  return 4 + (measure.of === 'ok' ? 0 : bucketCount) + measure.bucket;
}

interface Segment {
  readonly fromMs: number;
  readonly base: Float64Array;
  readonly profile: FlowProfile | undefined;
}

/** More changes than this are forgotten, oldest first: at 350 bytes each it bounds a stream's memory to 1.5 MB. */
const segmentLimit = 4096;

export function createFlow(startedAtMs: number): Flow {
  const segments: Segment[] = [
    { fromMs: startedAtMs, base: new Float64Array(channelCount), profile: undefined },
  ];
  const segmentAt = (atMs: number): Segment => {
    let [low, high] = [0, segments.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((segments[middle] as Segment).fromMs <= atMs) low = middle;
      else high = middle - 1;
    }
    return segments[low] as Segment;
  };
  let ended: number | undefined;
  const last = () => segments.at(-1) as Segment;
  return {
    startedAtMs,
    change(atMs, profile) {
      const before = last();
      if (before.profile === profile || isSameProfile(before.profile, profile)) return;
      const base = countsIn(before, atMs);
      if (before.fromMs === atMs) segments.pop();
      segments.push({ fromMs: atMs, base, profile });
      if (segments.length > segmentLimit) segments.shift();
    },
    end: (atMs) => {
      ended ??= atMs;
    },
    endedAtMs: () => ended,
    countsAt: (atMs) => countsIn(segmentAt(atMs), atMs),
  };
}

function countsIn({ fromMs, base, profile }: Segment, atMs: number): Float64Array {
  const counts = Float64Array.from(base);
  const seconds = (atMs - fromMs) / 1000;
  if (profile === undefined || seconds <= 0) return counts;
  addCounts(counts, profile.okPerSecond * seconds, profile.latency, 'ok');
  addCounts(counts, profile.failedPerSecond * seconds, profile.latency, 'failed');
  return counts;
}

function addCounts(counts: Float64Array, requests: number, latency: LatencyProfile, outcome: Outcome): void {
  if (requests === 0) return;
  const add = (channel: number, amount: number) => {
    counts[channel] = (counts[channel] as number) + amount;
  };
  add(channelOf({ count: outcome }), requests);
  add(channelOf({ sumMs: outcome }), requests * latency.meanMs);
  const first = channelOf({ bucket: 0, of: outcome });
  for (let bucket = 0; bucket < bucketCount; bucket += 1) {
    add(first + bucket, requests * (latency.shares[bucket] ?? 1));
  }
}

function isSameProfile(one: FlowProfile | undefined, other: FlowProfile | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.okPerSecond === other.okPerSecond &&
    one.failedPerSecond === other.failedPerSecond &&
    one.latency.meanMs === other.latency.meanMs &&
    one.latency.shares.every((share, index) => share === other.latency.shares[index])
  );
}
