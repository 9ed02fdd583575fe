import type { CanaryStep } from '../../api/v1alpha1/rollout.ts';
import { isAborted, isPromoted, type Memory } from './memory.ts';
import { basicSizes, fencesOf, routedSizes, type Sizes } from './replicas.ts';
import { hasDistinctStable, type Situation } from './situation.ts';
import { weightAt } from './step-weight.ts';

/**
 * The sizes that canary and stable should have now, at the step that `memory` stands at.
 * @param canaryTraffic the weight that the canary has or gets: its pods stay until the traffic has left
 */
export function sizesAt(
  seen: Situation,
  memory: Memory,
  canaryTraffic: number,
  stableTraffic?: number,
): Sizes {
  const { replicas, totalWeight, canary, stable, intermediates, strategy } = seen;
  const { weight, pods, ignoresTraffic = false } = wantedScale(seen, memory);
  if (!hasDistinctStable(seen)) {
    if (seen.routed) return { canary: replicas, stable: 0 };
  }
  if (!seen.routed) {
    return basicSizes({
      replicas,
      weight,
      totalWeight,
      fences: fencesOf(strategy, replicas),
      canary,
      stable: stable === canary ? undefined : stable,
      others: intermediates.reduce((sum, { size }) => sum + size, 0),
    });
  }
  return routedSizes({
    replicas,
    weight,
    totalWeight,
    explicitCanary: pods === 0 && canaryTraffic > 0 ? canary.size : pods,
    canaryTraffic: ignoresTraffic ? 0 : canaryTraffic,
    stableTraffic: stableTraffic ?? totalWeight - canaryTraffic,
    dynamicStableScale: strategy.dynamicStableScale === true,
    minPods: strategy.minPodsPerReplicaSet ?? 0,
  });
}

/**
 * The most pods of the canary that a weight of this release has needed. What `setCanaryScale` gave beyond that answers nobody
 * who would miss it, unless routes by header lead there.
 */
export function podsCountedOn(seen: Situation, memory: Memory, shown: number): number {
  const { canary, steps, replicas, totalWeight } = seen;
  const passed = steps.slice(0, memory.index + 1);
  const byHeader = passed.some(({ setHeaderRoute, setMirrorRoute }) => setHeaderRoute ?? setMirrorRoute);
  const byScale = passed.some(({ setCanaryScale }) => setCanaryScale);
  const isOnItsWay = !isAborted(memory) && !memory.promoteFull && memory.index < steps.length;
  const wasLeft = canary.drain !== undefined || canary.deadline !== undefined; // a retry comes from another weight
  if (!byScale || byHeader || !isOnItsWay || wasLeft) return canary.size;
  const most = Math.max(shown, ...passed.map(({ setWeight = 0 }) => setWeight));
  return Math.ceil((replicas * most) / totalWeight - 1e-9);
}

/** Somebody has said that the canary has no pods at this step: then it takes no traffic either. */
export function isScaledToNothing(seen: Situation, memory: Memory): boolean {
  return wantedScale(seen, memory).pods === 0;
}

/** What the pods are counted by: usually the traffic's weight, unless a `setCanaryScale` says otherwise. */
function wantedScale(
  seen: Situation,
  memory: Memory,
): { weight: number; pods?: number; ignoresTraffic?: boolean } {
  const { steps, totalWeight } = seen;
  if (memory.promoteFull || seen.stable === undefined || isPromoted(seen, memory)) {
    return { weight: totalWeight };
  }
  if (isAborted(memory)) return { weight: 0 };
  const scale = seen.routed ? scaleInForce(steps, memory.index) : undefined;
  if (scale?.replicas !== undefined) return { weight: 0, pods: scale.replicas };
  if (scale?.weight === 0) return { weight: 0, pods: 0 };
  if (scale?.weight !== undefined) return { weight: scale.weight, ignoresTraffic: true };
  return { weight: weightAt(steps, memory.index, totalWeight) };
}

/** The last `setCanaryScale` at or before the step; none past the last step, nor after `matchTrafficWeight`. */
function scaleInForce(steps: readonly CanaryStep[], index: number): CanaryStep['setCanaryScale'] {
  if (index >= steps.length) return undefined;
  const last = steps.slice(0, index + 1).findLast(({ setCanaryScale }) => setCanaryScale !== undefined);
  return last?.setCanaryScale?.matchTrafficWeight === true ? undefined : last?.setCanaryScale;
}
