import { pauseSeconds } from '../../api/pause-duration.ts';
import { addSeconds, type Instant, parseInstant } from '../../kernel/instant.ts';
import { currentRun, phaseOf } from './analysis.ts';
import { isCanaryComplete } from './counts.ts';
import { isAborted, type Memory, needsNoProof } from './memory.ts';
import type { Situation } from './situation.ts';
import { hasWeight, type Traffic } from './weights.ts';

/** A canary that is held at all of the traffic after its last step, before it becomes stable. */
export interface Bake {
  readonly startedAt: Instant;
  /** When its time is over; undefined when it is, and only an analysis is waited for. */
  readonly until: Instant | undefined;
  readonly isOver: boolean;
}

/**
 * `canary.bake`; undefined while nothing bakes. Once begun, its clock runs on also while a pod is missing: the promotion
 * waits for the pods by itself. Ours, see `docs/extensions.md`.
 */
export function bakeOf(seen: Situation, memory: Memory, traffic: Traffic): Bake | undefined {
  const { strategy, steps, status, now } = seen;
  if (strategy.bake === undefined || isAborted(memory) || needsNoProof(seen, memory)) return undefined;
  if (memory.index < steps.length) return undefined;
  const begun = memory.startsAnew ? undefined : parseInstant(status.canary?.bakeStartedAt);
  if (begun === undefined && !hasEverything(seen, traffic)) return undefined;
  const startedAt = begun ?? now;
  const end = addSeconds(startedAt, pauseSeconds(strategy.bake.duration ?? 0) ?? 0);
  return { startedAt, until: now < end ? end : undefined, isOver: now >= end && hasPassed(seen, memory) };
}

function hasEverything(seen: Situation, traffic: Traffic): boolean {
  return isCanaryComplete(seen) && (!seen.routed || hasWeight(seen, traffic, seen.totalWeight));
}

function hasPassed(seen: Situation, memory: Memory): boolean {
  const { analysis } = seen.strategy.bake ?? {};
  return analysis === undefined || phaseOf(currentRun(seen, memory, 'Bake')) === 'Successful';
}
