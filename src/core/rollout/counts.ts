import { sizeToBe } from './drain.ts';
import { isPromoted, type Memory } from './memory.ts';
import type { Sizes } from './replicas.ts';
import { hasDistinctStable, type Situation } from './situation.ts';

/**
 * Are the pods there that a step needs? The canary must have all of them available (or reach the threshold); stable must
 * have given up its surplus, but need not be well, so that a broken stable never blocks its own replacement.
 */
export function isAtWantedCounts(seen: Situation, memory: Memory, wanted: Sizes): boolean {
  const { stable, strategy, routed, intermediates } = seen;
  if (!isCanaryAt(seen, wanted.canary)) return false;
  const stableMoves = routed && strategy.dynamicStableScale === true;
  if (!stableMoves && stable !== undefined && hasDistinctStable(seen) && !isPromoted(seen, memory)) {
    if (sizeToBe(stable) !== wanted.stable || stable.pods !== stable.size) return false;
  }
  return routed || intermediates.every(({ available }) => available === 0);
}

function isCanaryAt(seen: Situation, target: number): boolean {
  const { canary, strategy } = seen;
  const threshold = strategy.replicaProgressThreshold;
  if (threshold !== undefined && threshold.value >= 0) return hasReachedThreshold(seen, target);
  return sizeToBe(canary) === target && canary.available >= target;
}

/** `replicaProgressThreshold`: enough pods to go on, though not all. False without one. Nobody waits for more than are asked for. */
export function hasReachedThreshold({ canary, strategy }: Situation, target: number): boolean {
  const threshold = strategy.replicaProgressThreshold;
  if (threshold === undefined || threshold.value < 0) return false;
  if (threshold.type !== 'Percent') return canary.available >= Math.min(threshold.value, target);
  return target === 0 || (canary.available / target) * 100 >= threshold.value - 1e-10;
}

/** Can the canary take over everything? */
export function isCanaryComplete(seen: Situation): boolean {
  return seen.canary.available >= seen.replicas || hasReachedThreshold(seen, seen.replicas);
}
