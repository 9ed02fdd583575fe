import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import type { Plan } from '../plan.ts';
import { abortDelayOf, retireAborted } from './abort.ts';
import { brokenStart, referenceOf } from './analysis.ts';
import { beginRevision } from './begin-revision.ts';
import { analyseBlueGreen } from './blue-green-runs.ts';
import { hasPassed, type Stage, stageOf } from './blue-green-stage.ts';
import { Draft } from './draft.ts';
import { finish } from './finish.ts';
import { firstHold } from './gates.ts';
import { isAborted, isOnTrial, isPausedFor, isPromoted, type Memory, recall } from './memory.ts';
import { promoted, reasonWithoutStable } from './promote.ts';
import { asksAgainAfter, isActiveRegistered, unregistered } from './registration.ts';
import { retire } from './retire.ts';
import { deadlineOff, noteReplicas, scale } from './scale.ts';
import { selectedBy, turn } from './services.ts';
import { hasDistinctStable, type Revision, type Situation } from './situation.ts';
import { trialRun, trialWaitsFor } from './trial.ts';
import { withVerdicts } from './verdicts.ts';

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
  const runs = analyseBlueGreen(seen, memory, { stage, activeAfter, trial }, draft);
  if (!isPausedFor(memory, 'InconclusiveAnalysisRun')) retire(seen, memory, draft);
  for (const event of seen.observed.registration?.news ?? []) draft.say(event);

  return finish(seen, memory, draft, {
    completed: [],
    wait: {
      waitsFor: brokenStart(trial, runs.pre, runs.post) ?? waitsFor(seen, memory, stage),
      until: stage.pauseEndsAt,
    },
    canary: {},
    trial: referenceOf(trial),
    blueGreen: {
      previewSelector: seen.blueGreen?.previewService === undefined ? undefined : previewAfter(seen),
      activeSelector: activeAfter?.hash ?? selectedBy(seen, seen.blueGreen?.activeService),
      scaleUpPreviewCheckPoint: stage.checkPoint && !isPromoted(seen, memory) ? true : undefined,
      prePromotionAnalysisRunStatus: referenceOf(runs.pre),
      postPromotionAnalysisRunStatus: referenceOf(runs.post),
    },
    keepsResume: memory.resumed && !stage.isPauseOver,
    retryAt: asksAgainAfter(seen),
  });
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
  if (seen.stable === undefined) return reasonWithoutStable(seen, memory);
  if (activeAfter !== seen.canary || isAborted(memory) || !isActiveRegistered(seen)) return undefined;
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

function waitsFor(seen: Situation, memory: Memory, stage: Stage): string | undefined {
  const hold = firstHold(seen, memory) ?? (isOnTrial(seen, memory) ? trialWaitsFor(seen, memory) : undefined);
  if (hold !== undefined) return hold;
  if (!stage.isReady && !stage.isFast) return 'preview pods to become available';
  if (!stage.hasPassedAnalysis) return 'the analysis before the promotion';
  if (isPausedFor(memory, 'BlueGreenPause')) return 'BlueGreenPause';
  if (!stage.turnsActive && stage.active !== seen.canary) return 'pods for the promotion to become available';
  return isActiveRegistered(seen) ? 'the analysis after the promotion' : unregistered;
}
