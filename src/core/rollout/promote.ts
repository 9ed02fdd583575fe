import { isCanaryComplete } from './counts.ts';
import { firstHold } from './gates.ts';
import { isAborted, isPromoted, type Memory } from './memory.ts';
import type { Situation } from './situation.ts';
import { hasWeight, type Traffic } from './weights.ts';

/** Makes the canary stable when it has earned it. With a router that means: all of the traffic, in effect. */
export function promoteCanary(seen: Situation, memory: Memory, traffic: Traffic): Memory {
  if (isPromoted(seen, memory)) return memory;
  const reason = promotionReason(seen, memory, traffic);
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

function promotionReason(seen: Situation, memory: Memory, traffic: Traffic): string | undefined {
  const { stable, steps, routed, totalWeight } = seen;
  if (stable === undefined) return 'Initial deploy';
  if (isAborted(memory) || !isCanaryComplete(seen)) return undefined;
  if (firstHold(seen, memory) !== undefined) return undefined;
  if (memory.promoteFull) return 'Full promotion requested';
  if (memory.fastTrack !== undefined) return memory.fastTrack;
  if (memory.index < steps.length) return undefined;
  if (routed && steps.length > 0 && !hasWeight(seen, traffic, totalWeight)) return undefined;
  return `Completed all ${steps.length} canary steps`;
}
