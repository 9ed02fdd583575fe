import type { Rollout, RolloutStatus } from '../api/v1alpha1/rollout.ts';
import { titleOf } from '../core/rollout/steps/title.ts';
import { troubles } from './explain-troubles.ts';
import type { RolloutFacts, RolloutView } from './rollout-view.ts';

export interface Move {
  /** Without the program's name. */
  readonly command: string;
  readonly effect: string;
}

export function isReleasing({ status }: Pick<Rollout, 'status'>): boolean {
  return status?.currentPodHash !== undefined && status.currentPodHash !== status.stableRS;
}

export function isInvalid(status: RolloutStatus | undefined): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'InvalidSpec' && is === 'True') === true;
}

/** Only what the state asks a person for; a release that goes on by itself needs nobody. The first is what helps most users soonest. */
export function movesOf(facts: RolloutFacts, view: RolloutView): Move[] {
  const { metadata, spec, status } = facts.rollout;
  const { name } = metadata;
  const abort = { command: `abort ${name}`, effect: 'returns all users to the stable version' };
  const canAbort = isReleasing(facts.rollout) && status?.stableRS !== undefined;
  if (isInvalid(status)) {
    const lint = {
      command: 'lint FILE',
      effect: 'tells what is wrong with the manifest before it is applied',
    };
    return [lint, ...(canAbort && status?.abort !== true ? [abort] : [])];
  }
  if (status?.abort === true) {
    const retry = {
      command: `retry rollout ${name}`,
      effect: 'tries the same version again from the first step',
    };
    return [retry, ...undoOf(facts.rollout, view)];
  }
  if (view.phase === 'Paused' || spec.paused === true) {
    return [promotionOf(facts.rollout), ...(canAbort ? [abort] : [])];
  }
  if (view.phase === 'Degraded') return [...(canAbort ? [abort] : []), ...undoOf(facts.rollout, view)];
  return canAbort && troubles(facts, view).length > 0 ? [abort] : [];
}

/** Back to what users have, or from what they have to what was before: by number, for a bad version may lie in between. */
function undoOf(rollout: Rollout, { revisions }: RolloutView): Move[] {
  const { name } = rollout.metadata;
  const withPods = revisions.filter(({ replicaSets }) => replicaSets.length > 0);
  const stable = withPods.find(({ replicaSets }) =>
    replicaSets.some(({ podTemplateHash }) => podTemplateHash === rollout.status?.stableRS),
  );
  if (isReleasing(rollout) && stable !== undefined) {
    const { revision } = stable;
    const effect = `releases the stable version (revision ${revision}) again`;
    return [{ command: `undo ${name} --to-revision ${revision}`, effect }];
  }
  return withPods.length > 1
    ? [{ command: `undo ${name}`, effect: 'releases the version before it again' }]
    : [{ command: `set image ${name} CONTAINER=IMAGE`, effect: 'releases another version' }];
}

function promotionOf(rollout: Rollout): Move {
  const { metadata, spec, status } = rollout;
  const promote = `promote ${metadata.name}`;
  if (status?.canary?.observedSplit?.state === 'SplitDiffers') {
    const effect = 'goes on although the split is wrong, without steps and analyses';
    return { command: `${promote} --full`, effect };
  }
  const { blueGreen, canary } = spec.strategy ?? {};
  if (blueGreen !== undefined && isReleasing(rollout)) {
    // ending its pause would only begin the wait anew
    const isTimed = blueGreen.autoPromotionSeconds !== undefined && blueGreen.autoPromotionEnabled !== false;
    return isTimed
      ? { command: `${promote} --full`, effect: 'switches all users to the new version at once' }
      : { command: promote, effect: 'switches all users to the new version' };
  }
  const index = status?.currentStepIndex ?? 0;
  const step = canary?.steps?.[index];
  const isSkipped =
    isReleasing(rollout) && step !== undefined && (status?.pauseConditions ?? []).length === 0;
  return {
    command: promote,
    effect: isSkipped ? `lets it go on behind step ${index + 1} (${titleOf(step)})` : 'lets it go on',
  };
}
