import type { Random } from '../../kernel/random.ts';
import { channelCount, channelOf, type Flow } from '../traffic/flow.ts';
import { latencyBoundsMs } from '../traffic/latency.ts';
import { binomial, poisson } from './chance.ts';
import { scrapeIntervalMs } from './scrape.ts';

/** What a flow has counted, as a scrape sees it. */
export type CountsAt = (atMs: number) => Float64Array;

/** How counts are read off a flow: as expected, or with the chance of real requests. */
export interface Counting {
  of(key: string, flow: Flow): CountsAt;
}

/** The expectation itself, fractions and all: an error rate of 0.05 is 0.05. */
export const expectedCounts: Counting = { of: (_, flow) => flow.countsAt };

/**
 * Whole requests, as chance would have it: arrivals are Poisson, failures and latencies binomial. The same seed gives the
 * same counts whenever they are asked for.
 */
export function randomCounts(random: Random): Counting {
  const known = new WeakMap<Flow, CountsAt>();
  return {
    of(key, flow) {
      const found = known.get(flow) ?? drawnCounts(random.fork(key), flow);
      known.set(flow, found);
      return found;
    },
  };
}

function drawnCounts(random: Random, flow: Flow): CountsAt {
  const first = Math.floor(flow.startedAtMs / scrapeIntervalMs);
  const drawn: Float64Array[] = [new Float64Array(channelCount)];
  const expected: Float64Array[] = [flow.countsAt(first * scrapeIntervalMs)];
  return (atMs) => {
    const wanted = Math.max(0, Math.floor(atMs / scrapeIntervalMs) - first);
    while (drawn.length <= wanted) {
      const index = drawn.length;
      const now = flow.countsAt((first + index) * scrapeIntervalMs);
      const stream = random.fork(String(index));
      drawn.push(drawStep(stream, drawn[index - 1] as Float64Array, expected[0] as Float64Array, now));
      expected[0] = now;
    }
    return drawn[wanted] as Float64Array;
  };
}

function drawStep(random: Random, base: Float64Array, before: Float64Array, now: Float64Array): Float64Array {
  const counts = Float64Array.from(base);
  const grown = (channel: number) => (now[channel] as number) - (before[channel] as number);
  for (const outcome of ['ok', 'failed'] as const) {
    const expected = grown(channelOf({ count: outcome }));
    if (expected <= 0) continue;
    const requests = poisson(random, expected);
    add(counts, channelOf({ count: outcome }), requests);
    add(counts, channelOf({ sumMs: outcome }), (requests * grown(channelOf({ sumMs: outcome }))) / expected);
    drawBuckets(random, counts, channelOf({ bucket: 0, of: outcome }), requests, (bucket) =>
      Math.min(1, grown(channelOf({ bucket, of: outcome })) / expected),
    );
  }
  return counts;
}

/** Each request falls into one bucket; those above a bound are drawn from those above the bound before. */
function drawBuckets(
  random: Random,
  counts: Float64Array,
  firstChannel: number,
  requests: number,
  shareBelow: (bucket: number) => number,
): void {
  let below = 0;
  let shareBefore = 0;
  for (let bucket = 0; bucket < latencyBoundsMs.length; bucket += 1) {
    const share = shareBelow(bucket);
    const chance = shareBefore >= 1 ? 1 : (share - shareBefore) / (1 - shareBefore);
    below += binomial(random, requests - below, Math.max(0, Math.min(1, chance)));
    add(counts, firstChannel + bucket, below);
    shareBefore = share;
  }
}

function add(counts: Float64Array, channel: number, amount: number): void {
  counts[channel] = (counts[channel] as number) + amount;
}
