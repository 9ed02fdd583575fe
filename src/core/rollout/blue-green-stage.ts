import { addSeconds, formatInstant, type Instant, parseInstant } from '../../kernel/instant.ts';
import { currentRun, phaseOf } from './analysis.ts';
import { firstHold } from './gates.ts';
import { isAborted, type Memory, needsNoProof } from './memory.ts';
import { activeRevision } from './progress.ts';
import type { Revision, Situation } from './situation.ts';

/** How far a blue-green update has come; each stage needs the one before. */
export interface Stage {
  readonly memory: Memory;
  /** What the active Service selects, before this plan. */
  readonly active: Revision | undefined;
  /** No proof is asked for: a promotion in full, a way back, or nothing in production yet. */
  readonly isFast: boolean;
  /** Pods that the canary has before it is promoted. */
  readonly size: number;
  readonly isReady: boolean;
  readonly hasPassedAnalysis: boolean;
  readonly pauseEndsAt: Instant | undefined;
  readonly isPauseOver: boolean;
  readonly checkPoint: boolean;
  readonly turnsActive: boolean;
}

export function stageOf(seen: Situation, remembered: Memory): Stage {
  const { canary, replicas, status } = seen;
  const active = activeRevision(seen);
  const isFast = needsNoProof(seen, remembered) || active === canary;
  const wasReached = status.blueGreen?.scaleUpPreviewCheckPoint === true && !remembered.startsAnew;
  const smallSize = isFast || isAborted(remembered) ? undefined : seen.blueGreen?.previewReplicaCount;
  const sizeBefore = smallSize !== undefined && !wasReached ? smallSize : replicas;
  const isReady = canary.exists && canary.size === sizeBefore && canary.available === sizeBefore;
  const hasPassedAnalysis = isFast || hasPassed(seen, remembered, 'PrePromotion');
  const pause = pauseOf(seen, remembered, isReady && hasPassedAnalysis && !isFast && !wasReached);
  const isPauseOver = isFast || wasReached || (isReady && hasPassedAnalysis && pause.isOver);
  const checkPoint = smallSize !== undefined && (wasReached || isPauseOver);
  const size = smallSize !== undefined && !checkPoint ? smallSize : replicas;
  const isSaturated = canary.exists && canary.size === replicas && canary.available === replicas;
  const mayTurn = !isAborted(remembered) && firstHold(seen, pause.memory) === undefined;
  return {
    memory: pause.memory,
    active,
    isFast,
    size,
    isReady,
    hasPassedAnalysis,
    pauseEndsAt: pause.endsAt,
    isPauseOver,
    checkPoint,
    turnsActive: isSaturated && mayTurn && hasPassedAnalysis && isPauseOver,
  };
}

/** Is there no analysis for the purpose, or a good verdict? */
export function hasPassed(
  seen: Situation,
  memory: Memory,
  purpose: 'PrePromotion' | 'PostPromotion',
): boolean {
  const { prePromotionAnalysis, postPromotionAnalysis } = seen.blueGreen ?? {};
  const wanted = purpose === 'PrePromotion' ? prePromotionAnalysis : postPromotionAnalysis;
  return wanted === undefined || phaseOf(currentRun(seen, memory, purpose)) === 'Successful';
}

interface Pause {
  readonly memory: Memory;
  readonly isOver: boolean;
  readonly endsAt: Instant | undefined;
}

/** The wait for a promotion: by a person, or for `autoPromotionSeconds`. A person may end the latter early too. */
function pauseOf(seen: Situation, memory: Memory, isDue: boolean): Pause {
  const { autoPromotionEnabled = true, autoPromotionSeconds = 0 } = seen.blueGreen ?? {};
  const over = { memory: withoutPause(memory), isOver: true, endsAt: undefined };
  const isWanted = !autoPromotionEnabled || autoPromotionSeconds > 0;
  if (!isWanted || memory.resumed) return over;
  const held = memory.pauses.find(({ reason }) => reason === 'BlueGreenPause');
  if (held === undefined && !isDue) return { memory, isOver: false, endsAt: undefined };
  if (isAborted(memory) || firstHold(seen, memory) !== undefined)
    return { memory, isOver: false, endsAt: undefined };
  const since = parseInstant(held?.startTime) ?? seen.now;
  const endsAt = autoPromotionEnabled ? addSeconds(since, autoPromotionSeconds) : undefined;
  if (endsAt !== undefined && seen.now >= endsAt && isDue) return over;
  const pause = held ?? { reason: 'BlueGreenPause' as const, startTime: formatInstant(seen.now) };
  return { memory: { ...memory, pauses: [...withoutPause(memory).pauses, pause] }, isOver: false, endsAt };
}

function withoutPause(memory: Memory): Memory {
  return { ...memory, pauses: memory.pauses.filter(({ reason }) => reason !== 'BlueGreenPause') };
}
