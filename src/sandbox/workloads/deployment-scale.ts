import type { ReplicaSet } from '../../api/workloads.ts';
import { type Limits, replicasOf, wantedOf } from './deployment-types.ts';

/** One step towards the new revision: which ReplicaSet gets which size. Empty when nothing may move now. */
export type Sizes = ReadonlyMap<ReplicaSet, number>;

/**
 * `Recreate`: nothing of the old may be left before the new one starts.
 * @param oldPods pods of old revisions that are still there, those on their way out included.
 */
export function recreateStep(
  { desired }: Limits,
  fresh: ReplicaSet,
  old: readonly ReplicaSet[],
  oldPods: number,
): Sizes {
  const running = old.filter((replicaSet) => wantedOf(replicaSet) > 0);
  if (running.length > 0) return new Map(running.map((replicaSet) => [replicaSet, 0]));
  if (oldPods > 0 || wantedOf(fresh) === desired) return new Map();
  return new Map([[fresh, desired]]);
}

/** `RollingUpdate`: as many more as the surge allows, then as many fewer as availability allows. */
export function rollingStep(limits: Limits, fresh: ReplicaSet, old: readonly ReplicaSet[]): Sizes {
  const size = freshSize(limits, wantedOf(fresh), old);
  if (size !== wantedOf(fresh)) return new Map([[fresh, size]]);
  return oldSizes(limits, fresh, old);
}

/** @param current what the new revision is sized to so far; 0 while it does not exist. */
export function freshSize(
  { desired, maxSurge }: Limits,
  current: number,
  old: readonly ReplicaSet[],
): number {
  if (current >= desired) return desired;
  const total = current + old.reduce((sum, replicaSet) => sum + wantedOf(replicaSet), 0);
  return current + Math.max(0, Math.min(desired + maxSurge - total, desired - current));
}

function oldSizes({ desired, maxUnavailable }: Limits, fresh: ReplicaSet, old: readonly ReplicaSet[]): Sizes {
  const sizes = new Map<ReplicaSet, number>();
  const sizeOf = (replicaSet: ReplicaSet) => sizes.get(replicaSet) ?? wantedOf(replicaSet);
  const shrink = (replicaSet: ReplicaSet, count: number) => {
    if (count > 0) sizes.set(replicaSet, sizeOf(replicaSet) - count);
    return Math.max(0, count);
  };
  const leastAvailable = desired - maxUnavailable;
  const availableOf = (replicaSet: ReplicaSet) => replicaSet.status?.availableReplicas ?? 0;
  const all = [fresh, ...old].reduce((sum, replicaSet) => sum + wantedOf(replicaSet), 0);
  let spare = all - leastAvailable - (wantedOf(fresh) - availableOf(fresh));
  // Pods that serve nobody go first: they cost no availability.
  for (const replicaSet of old) {
    spare -= shrink(replicaSet, Math.min(spare, sizeOf(replicaSet) - availableOf(replicaSet)));
  }
  let surplus = replicasOf([fresh, ...old], 'availableReplicas') - leastAvailable;
  for (const replicaSet of old) surplus -= shrink(replicaSet, Math.min(surplus, spare, sizeOf(replicaSet)));
  return sizes;
}
