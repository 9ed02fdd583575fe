import type { RolloutStatus, RunReference } from '../../api/v1alpha1/rollout.ts';
import { addSeconds, formatInstant, type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Plan } from '../plan.ts';
import { abortDelayOf, retireAborted } from './abort.ts';
import { currentRun, ensureRun, followed, phaseOf, terminateOthers } from './analysis.ts';
import { beginRevision } from './begin-revision.ts';
import { Draft } from './draft.ts';
import { finish } from './finish.ts';
import { firstHold } from './gates.ts';
import {
  isAborted,
  isOnTrial,
  isPausedFor,
  isPromoted,
  type Memory,
  needsNoProof,
  recall,
} from './memory.ts';
import { retire } from './old-replica-sets.ts';
import { activeRevision } from './progress.ts';
import { promoted } from './promote.ts';
import { deadlineOff, noteReplicas, scale } from './scale.ts';
import { selectedBy, turn } from './services.ts';
import { hasDistinctStable, type Revision, type Situation } from './situation.ts';
import { hasPassedTrial, trialRun, trialWaitsFor } from './trial.ts';
import { withVerdicts } from './verdicts.ts';

/** How far a blue-green update has come; each stage needs the one before. */
interface Stage {
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

/**
 * A blue-green update in one decision: the canary's pods, the proof before the switch, the pause, the switch of the
 * active Service in one write, the proof after it, and the promotion.
 */
export function decideBlueGreen(seen: Situation): Plan<RolloutStatus> {
  const draft = new Draft(seen.now);
  const judged = withVerdicts(seen, recall(seen), ['PrePromotion', 'PostPromotion']);
  const stage = stageOf(seen, judged);
  const activeAfter = stage.turnsActive ? seen.canary : activeOtherwise(seen, stage);
  const memory = promoteIfProven(seen, stage, activeAfter);

  beginRevision(seen, memory, stage.size, draft);
  resize(seen, memory, stage, draft);
  turnPreview(seen, draft);
  if (activeAfter !== undefined && activeAfter !== stage.active) {
    turn(seen, draft, seen.blueGreen?.activeService, activeAfter);
  }
  const trial = trialRun(seen, memory, draft);
  const runs = analyse(seen, memory, { stage, activeAfter, trial }, draft);
  if (!isPausedFor(memory, 'InconclusiveAnalysisRun')) retire(seen, memory, draft);

  return finish(seen, memory, draft, {
    completed: [],
    wait: { waitsFor: waitsFor(seen, memory, stage), until: stage.pauseEndsAt },
    canary: {},
    trial,
    blueGreen: {
      previewSelector: seen.blueGreen?.previewService === undefined ? undefined : previewAfter(seen),
      activeSelector: activeAfter?.hash ?? selectedBy(seen, seen.blueGreen?.activeService),
      scaleUpPreviewCheckPoint: stage.checkPoint && !isPromoted(seen, memory) ? true : undefined,
      prePromotionAnalysisRunStatus: runs.pre,
      postPromotionAnalysisRunStatus: runs.post,
    },
    keepsResume: memory.resumed && !stage.isPauseOver,
    retryAt: undefined,
  });
}

function stageOf(seen: Situation, remembered: Memory): Stage {
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

function hasPassed(seen: Situation, memory: Memory, purpose: 'PrePromotion' | 'PostPromotion'): boolean {
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

/**
 * An abort turns back as soon as stable can carry what the canary carries, whatever became of the canary. A Service that
 * selects none of our versions, since somebody made it anew, belongs to stable.
 */
function activeOtherwise(seen: Situation, { active, memory }: Stage): Revision | undefined {
  const { stable, replicas } = seen;
  const isLost = active === undefined && hasDistinctStable(seen);
  if (stable === undefined || active === stable || stable.available === 0) return active;
  if (!isAborted(memory) && !isLost) return active;
  return stable.available >= Math.min(replicas, active?.available ?? 0) ? stable : active;
}

function promoteIfProven(seen: Situation, stage: Stage, activeAfter: Revision | undefined): Memory {
  const { memory } = stage;
  if (isPromoted(seen, memory)) return memory;
  const reason = promotionReason(seen, stage, activeAfter);
  return reason === undefined ? memory : promoted(seen, memory, reason);
}

function promotionReason(
  seen: Situation,
  { memory }: Stage,
  activeAfter: Revision | undefined,
): string | undefined {
  if (seen.stable === undefined) return hasPassedTrial(seen, memory) ? 'Initial deploy' : undefined;
  if (activeAfter !== seen.canary || isAborted(memory)) return undefined;
  if (memory.promoteFull) return 'Full promotion requested';
  if (memory.fastTrack !== undefined) return memory.fastTrack;
  if (firstHold(seen, memory) !== undefined || !hasPassed(seen, memory, 'PostPromotion')) return undefined;
  return 'Completed blue-green update';
}

/** Stable keeps all its pods through the whole update, for an abort must find them. */
function resize(seen: Situation, memory: Memory, { size, active }: Stage, draft: Draft): void {
  const { canary, stable, replicas } = seen;
  const isGone = stable !== undefined && memory.stableHash !== stable.hash;
  if (hasDistinctStable(seen) && stable !== undefined && !isGone) {
    scale(seen, draft, stable, replicas, deadlineOff(stable));
    noteReplicas(seen, draft, stable);
  }
  if (!canary.exists) return;
  if (!isAborted(memory)) scale(seen, draft, canary, size);
  else if (stable === undefined) scale(seen, draft, canary, 0); // a first version goes back to nothing
  const delay = abortDelayOf(seen);
  if (isAborted(memory) && typeof delay === 'number') {
    retireAborted(seen, canary, active === canary, delay, draft);
  }
  noteReplicas(seen, draft, canary);
}

/** The preview shows the canary from its first moment; it is no production traffic. */
function turnPreview(seen: Situation, draft: Draft): void {
  if (seen.spec.paused === true) return;
  turn(seen, draft, seen.blueGreen?.previewService, seen.canary);
}

function previewAfter(seen: Situation): string | undefined {
  return seen.spec.paused === true ? selectedBy(seen, seen.blueGreen?.previewService) : seen.canary.hash;
}

interface Runs {
  readonly pre: RunReference | undefined;
  readonly post: RunReference | undefined;
}

interface Reached {
  readonly stage: Stage;
  readonly activeAfter: Revision | undefined;
  readonly trial: RunReference | undefined;
}

/** The run before the switch starts with the preview's pods complete, the one after it with the switch. */
function analyse(
  seen: Situation,
  memory: Memory,
  { stage, activeAfter, trial }: Reached,
  draft: Draft,
): Runs {
  const { prePromotionAnalysis: pre, postPromotionAnalysis: post } = seen.blueGreen ?? {};
  const mayStart =
    !isAborted(memory) && !isPausedFor(memory, 'InconclusiveAnalysisRun') && seen.spec.paused !== true;
  const needsProof = !isPromoted(seen, memory) && !stage.isFast;
  const mayStartPost = mayStart && activeAfter === seen.canary && !needsNoProof(seen, memory);
  const runs = {
    pre: runOf(
      seen,
      memory,
      { purpose: 'PrePromotion', analysis: pre, start: mayStart && needsProof && stage.isReady },
      draft,
    ),
    post: runOf(seen, memory, { purpose: 'PostPromotion', analysis: post, start: mayStartPost }, draft),
  };
  const isOver = isAborted(memory) || needsNoProof(seen, memory);
  const kept = isOver ? [trial] : [trial, runs.pre, runs.post];
  const names = kept.flatMap((run) => (run === undefined ? [] : [run.name]));
  terminateOthers(seen, names, draft);
  return runs;
}

interface RunWish {
  readonly purpose: 'PrePromotion' | 'PostPromotion';
  readonly analysis: NonNullable<Situation['blueGreen']>['prePromotionAnalysis'];
  readonly start: boolean;
}

function runOf(
  seen: Situation,
  memory: Memory,
  { purpose, analysis, start }: RunWish,
  draft: Draft,
): RunReference | undefined {
  const current = currentRun(seen, memory, purpose);
  if (current !== undefined) return followed(current, purpose, draft);
  if (analysis === undefined || !start) return undefined;
  const outcome = ensureRun(seen, memory, { purpose, analysis }, draft);
  return 'reference' in outcome ? outcome.reference : undefined;
}

function waitsFor(seen: Situation, memory: Memory, stage: Stage): string | undefined {
  const hold = firstHold(seen, memory) ?? (isOnTrial(seen, memory) ? trialWaitsFor(seen, memory) : undefined);
  if (hold !== undefined) return hold;
  if (!stage.isReady && !stage.isFast) return 'preview pods to become available';
  if (!stage.hasPassedAnalysis) return 'the analysis before the promotion';
  if (isPausedFor(memory, 'BlueGreenPause')) return 'BlueGreenPause';
  if (!stage.turnsActive && stage.active !== seen.canary) return 'pods for the promotion to become available';
  return 'the analysis after the promotion';
}
