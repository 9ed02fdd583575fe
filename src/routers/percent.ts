import type { Split } from '../api/split.ts';

/** The canary's share of 100, for routers that know no other total. A share above 0 never becomes 0, nor one below all all. */
export function percentOf({ canary, total }: Pick<Split, 'canary' | 'total'>): number {
  if (canary.weight <= 0 || canary.weight >= total) return canary.weight <= 0 ? 0 : 100;
  return Math.min(99, Math.max(1, Math.round((canary.weight * 100) / total)));
}
