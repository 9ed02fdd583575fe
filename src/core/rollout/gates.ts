import { isPausedFor, type Memory } from './memory.ts';
import type { Situation } from './situation.ts';

/** Why a rollout does not advance now, as `status.waiting` says it. */
export type Gate = (seen: Situation, memory: Memory) => string | undefined;

export const toBeJudged = 'somebody to judge an inconclusive analysis';

/** May this rollout advance? Asked in this order; the first gate that holds gives the reason. */
export const advanceGates: readonly Gate[] = [
  pausedByUser, //         a person outranks every automatic rule
  analysisInconclusive, // a person must look before more traffic moves
  splitDiffers, //         what is measured now says nothing of the weight that is written
];

export function firstHold(seen: Situation, memory: Memory): string | undefined {
  for (const gate of advanceGates) {
    const hold = gate(seen, memory);
    if (hold !== undefined) return hold;
  }
  return undefined;
}

function pausedByUser({ spec }: Situation): string | undefined {
  return spec.paused === true ? 'somebody to set spec.paused to false' : undefined;
}

function analysisInconclusive(_seen: Situation, memory: Memory): string | undefined {
  return isPausedFor(memory, 'InconclusiveAnalysisRun', 'InconclusiveExperiment') ? toBeJudged : undefined;
}

function splitDiffers(_seen: Situation, memory: Memory): string | undefined {
  return isPausedFor(memory, 'SplitDiffers') ? 'the routers to carry out the weight' : undefined;
}
