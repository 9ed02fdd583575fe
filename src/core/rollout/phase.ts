import { isCompleted as isRunCompleted } from '../../api/v1alpha1/analysis.ts';
import type { RolloutPhase, RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { parseInstant } from '../../kernel/instant.ts';
import type { Situation } from './situation.ts';

export interface PhaseText {
  readonly phase: RolloutPhase;
  readonly message: string;
}

const degradedReasons = new Set(['RolloutAborted', 'ProgressDeadlineExceeded']);

/** The one word that faces, health checks and pipelines look at, with its reason. The first rule that fits wins. */
export function phaseOfStatus(seen: Situation, next: RolloutStatus): PhaseText {
  return degraded(next) ?? paused(seen, next) ?? progressing(seen, next) ?? { phase: 'Healthy', message: '' };
}

function degraded({ conditions = [] }: RolloutStatus): PhaseText | undefined {
  const invalid = conditions.find(({ type }) => type === 'InvalidSpec');
  const bad = invalid ?? conditions.find(({ reason }) => degradedReasons.has(reason));
  return bad === undefined ? undefined : { phase: 'Degraded', message: `${bad.reason}: ${bad.message}` };
}

function paused({ spec }: Situation, { pauseConditions }: RolloutStatus): PhaseText | undefined {
  if (spec.paused === true) return { phase: 'Paused', message: 'manually paused' };
  const first = pauseConditions?.[0];
  return first === undefined ? undefined : { phase: 'Paused', message: first.reason };
}

function progressing(seen: Situation, next: RolloutStatus): PhaseText | undefined {
  const message = progressMessage(seen, next);
  return message === undefined ? undefined : { phase: 'Progressing', message };
}

function progressMessage(seen: Situation, next: RolloutStatus): string | undefined {
  const { spec, replicas, blueGreen, routed } = seen;
  const updated = next.updatedReplicas ?? 0;
  if (spec.restartAt !== undefined && parseInstant(spec.restartAt) !== parseInstant(next.restartedAt)) {
    return 'rollout is restarting';
  }
  if (updated < replicas) return 'more replicas need to be updated';
  if ((next.availableReplicas ?? 0) < updated) return 'updated replicas are still becoming available';
  if (blueGreen !== undefined) return blueGreenMessage(seen, next);
  if (!routed && (next.replicas ?? 0) > updated) return 'old replicas are pending termination';
  return next.stableRS === next.currentPodHash ? undefined : 'waiting for all steps to complete';
}

function blueGreenMessage({ blueGreen }: Situation, next: RolloutStatus): string | undefined {
  const { activeSelector, postPromotionAnalysisRunStatus: run } = next.blueGreen ?? {};
  if (activeSelector === undefined || activeSelector !== next.currentPodHash) {
    return 'active service cutover pending';
  }
  if (next.stableRS === next.currentPodHash) return undefined;
  const analyses = blueGreen?.postPromotionAnalysis !== undefined && !isRunCompleted(run?.status);
  return analyses
    ? 'waiting for analysis to complete'
    : 'waiting for post-promotion verification to complete';
}
