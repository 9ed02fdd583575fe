import type { Bake } from './bake.ts';
import { isCanaryComplete } from './counts.ts';
import { firstHold } from './gates.ts';
import { isAborted, isPromoted, type Memory } from './memory.ts';
import type { Situation } from './situation.ts';
import { hasPassedTrial } from './trial.ts';
import { hasWeight, type Traffic } from './weights.ts';

/** Makes the canary stable when it has earned it. With a router that means: all of the traffic, in effect. */
export function promoteCanary(
  seen: Situation,
  memory: Memory,
  traffic: Traffic,
  bake: Bake | undefined,
): Memory {
  if (isPromoted(seen, memory)) return memory;
  const reason = promotionReason(seen, memory, traffic, bake);
  return reason === undefined ? memory : promoted(seen, memory, reason);
}

export function promoted({ canary, steps }: Situation, memory: Memory, reason: string): Memory {
  return {
    ...memory,
    stableHash: canary.hash,
    index: steps.length,
    pauses: [],
    promoteFull: false,
    abortedAt: undefined,
    abortCause: undefined,
    promotedBecause: reason,
  };
}

/**
 * There is nothing to go back to: before the first deployment, or since somebody deleted stable's ReplicaSet, and its pods
 * with it. Then only the canary can serve, and steps would leave the rest of the requests to nobody (invariant I1). An
 * aborted canary stays aborted (I4).
 */
export function reasonWithoutStable(seen: Situation, memory: Memory): string | undefined {
  if (!hasPassedTrial(seen, memory)) return undefined;
  return memory.stableHash === undefined ? 'Initial deploy' : 'The ReplicaSet of the stable version is gone';
}

function promotionReason(
  seen: Situation,
  memory: Memory,
  traffic: Traffic,
  bake: Bake | undefined,
): string | undefined {
  const { stable, steps, routed, totalWeight, strategy } = seen;
  if (stable === undefined) return reasonWithoutStable(seen, memory);
  if (isAborted(memory) || !isCanaryComplete(seen)) return undefined;
  if (firstHold(seen, memory) !== undefined) return undefined;
  if (memory.promoteFull) return 'Full promotion requested';
  if (memory.fastTrack !== undefined) return memory.fastTrack;
  if (memory.index < steps.length) return undefined;
  if (routed && steps.length > 0 && !hasWeight(seen, traffic, totalWeight)) return undefined;
  if (strategy.bake !== undefined && bake?.isOver !== true) return undefined;
  return `Completed all ${steps.length} canary steps`;
}
