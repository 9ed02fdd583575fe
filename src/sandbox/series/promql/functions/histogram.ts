import { type Labels, signatureOf, withoutLabels } from '../../labels.ts';
import type { FunctionEntry } from '../functions.ts';
import { vector } from '../values.ts';
import { argument, scalarArgument, withoutName } from './support.ts';

interface Bucket {
  /** Inclusive upper bound: the label `le`. */
  readonly upper: number;
  /** Observations at or below the bound. */
  count: number;
}

/** The φ-quantile of a histogram in buckets: where in its bucket the rank falls, if the bucket were evenly filled. */
function bucketQuantile(phi: number, unsorted: readonly Bucket[]): number {
  if (Number.isNaN(phi)) return Number.NaN;
  if (phi < 0) return Number.NEGATIVE_INFINITY;
  if (phi > 1) return Number.POSITIVE_INFINITY;
  const buckets = coalesced([...unsorted].sort((one, other) => one.upper - other.upper));
  const highest = buckets.at(-1);
  if (highest === undefined || highest.upper !== Number.POSITIVE_INFINITY || buckets.length < 2)
    return Number.NaN;
  if (highest.count === 0 || Number.isNaN(highest.count)) return Number.NaN;
  const rank = phi * highest.count;
  const found = firstHolding(buckets, rank);
  if (found === buckets.length - 1) return (buckets.at(-2) as Bucket).upper;
  const { upper, count } = buckets[found] as Bucket;
  if (found === 0 && upper <= 0) return upper;
  const below = buckets[found - 1];
  const lower = below?.upper ?? 0;
  const countBelow = below?.count ?? 0;
  return lower + (upper - lower) * ((rank - countBelow) / (count - countBelow));
}

/** The first bucket that holds the rank, the last one when no other does. Halving, so that NaN leads where it does in Prometheus. */
function firstHolding(buckets: readonly Bucket[], rank: number): number {
  let [low, high] = [0, buckets.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((buckets[middle] as Bucket).count >= rank) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Equal bounds are one bucket, and counts never fall: samples of one scrape may still disagree a little. */
function coalesced(sorted: readonly Bucket[]): Bucket[] {
  const buckets: Bucket[] = [];
  for (const { upper, count } of sorted) {
    const last = buckets.at(-1);
    if (last !== undefined && last.upper === upper) last.count += count;
    else buckets.push({ upper, count });
  }
  let highest = Number.NEGATIVE_INFINITY;
  for (const bucket of buckets) {
    if (bucket.count > highest) highest = bucket.count;
    else if (bucket.count < highest) bucket.count = highest;
  }
  return buckets;
}

export const histogramFunctions: Readonly<Record<string, FunctionEntry>> = {
  histogram_quantile: {
    args: ['scalar', 'vector'],
    returns: 'vector',
    call: (args, { at }) => {
      const phi = scalarArgument(args, 0);
      const groups = new Map<string, { labels: Labels; buckets: Bucket[] }>();
      for (const { labels, value } of argument(args, 1, 'vector').samples) {
        const upper = parseBound(labels.le);
        if (upper === undefined) continue;
        const group = withoutLabels(withoutName(labels), ['le']);
        const key = signatureOf(group);
        const entry = groups.get(key) ?? { labels: group, buckets: [] };
        groups.set(key, entry);
        entry.buckets.push({ upper, count: value });
      }
      return vector(
        [...groups.values()].map(({ labels, buckets }) => ({
          labels,
          value: bucketQuantile(phi, buckets),
          at,
        })),
      );
    },
  },
};

function parseBound(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\+?inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  const bound = Number(text);
  return Number.isNaN(bound) ? undefined : bound;
}
