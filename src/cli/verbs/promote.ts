import { resources } from '../../api/resources.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { askingNote, type ConfirmOptions, isConfirmed, yesFlag } from '../confirm.ts';
import { getRollout, mergeInto, mergeIntoStatus } from '../targets.ts';
import { type Reach, UsageError, type Verb } from '../verb.ts';

export interface PromoteOptions extends ConfirmOptions {
  readonly full?: boolean;
  readonly skipCurrentStep?: boolean;
  readonly skipAllSteps?: boolean;
}

/** What a promotion writes; the status goes first, so that the controller never sees an unpaused rollout at the old step. */
export interface PromotePatches {
  readonly status?: {
    readonly pauseConditions?: null;
    readonly controllerPause?: false;
    readonly currentStepIndex?: number;
    readonly promoteFull?: true;
  };
  readonly spec?: object;
}

/** `promote`: end the pause, or go on to the next step; `--full` goes to the end at once. */
export const promote: Verb<PromoteOptions> = {
  words: 'promote',
  arguments: '<NAME>',
  completes: resources.rollouts,
  summary: 'End the pause of a release or advance it by one step',
  details: [
    'A blue-green rollout that waits for its analysis or its automatic promotion is promoted at once with --full.',
    `With --full: ${askingNote}`,
  ].join('\n'),
  flags: [
    { flags: '--full', summary: 'skip the remaining steps, pauses and analyses' },
    { flags: '-c, --skip-current-step', summary: 'advance by one step, whatever it waits for (deprecated)' },
    { flags: '-a, --skip-all-steps', summary: 'go past the last step (deprecated, use --full)' },
    yesFlag,
  ],
  async run(session, [name = ''], options) {
    if (options.skipCurrentStep === true && options.skipAllSteps === true) {
      throw new UsageError('Cannot use skip-current-step and skip-all-steps flags at the same time');
    }
    const isSkipping = options.full === true || options.skipAllSteps === true;
    const question = `Skip the remaining steps, pauses and analyses of rollout '${name}'?`;
    if (isSkipping && !(await isConfirmed(session, options, question))) return 1;
    await promoteRollout(session, name, options);
    session.out(`rollout '${name}' ${options.full === true ? 'fully promoted' : 'promoted'}\n`);
    return 0;
  },
};

/** Promotes without asking. */
export async function promoteRollout(session: Reach, name: string, options: PromoteOptions): Promise<void> {
  const { status, spec } = promotePatches(await getRollout(session, name), options);
  const patches = [
    status && (() => mergeIntoStatus(session, name, status)),
    spec && (() => mergeInto(session, resources.rollouts, name, { spec })),
  ];
  // Argo Rollouts' controller loses a resume that comes while spec.paused is on; an index has to move before that ends
  if (status?.pauseConditions === null && status.currentStepIndex === undefined) patches.reverse();
  for (const patch of patches) await patch?.();
}

/** Decides from the object as it was read; nothing to patch is no error. */
export function promotePatches(rollout: Rollout, options: PromoteOptions): PromotePatches {
  const { spec, status = {} } = rollout;
  const steps = spec.strategy?.canary?.steps ?? [];
  const next = Math.min((status.currentStepIndex ?? 0) + 1, steps.length);
  if (options.skipCurrentStep === true || options.skipAllSteps === true) {
    refuseToSkip(rollout);
    return { status: { currentStepIndex: options.skipAllSteps === true ? steps.length : next } };
  }
  const unpause = spec.paused === true ? { spec: { paused: false } } : {};
  if (options.full === true) {
    const isReleasing = status.currentPodHash !== status.stableRS;
    return { ...unpause, ...(isReleasing && { status: { promoteFull: true } }) };
  }
  if (isHeldByInconclusiveStep(rollout)) {
    return {
      ...unpause,
      status: { pauseConditions: null, controllerPause: false, currentStepIndex: next },
    };
  }
  if (hasPauseConditions(rollout)) return { ...unpause, status: { pauseConditions: null } };
  if (steps.length > 0) return { ...unpause, status: { pauseConditions: null, currentStepIndex: next } };
  return unpause;
}

function refuseToSkip({ spec }: Rollout): void {
  if (spec.strategy?.blueGreen !== undefined) {
    throw new UsageError('Cannot skip steps of a bluegreen rollout. Run without a flags');
  }
  if ((spec.strategy?.canary?.steps ?? []).length === 0) {
    throw new UsageError('Cannot skip steps of a rollout without steps');
  }
}

function hasPauseConditions({ status }: Rollout): boolean {
  return (status?.pauseConditions ?? []).length > 0;
}

/** An inconclusive analysis step would only measure again: the person who promotes has decided, so it is left behind. */
function isHeldByInconclusiveStep(rollout: Rollout): boolean {
  const { spec, status } = rollout;
  return (
    spec.strategy?.canary !== undefined &&
    status?.canary?.currentStepAnalysisRunStatus?.status === 'Inconclusive' &&
    hasPauseConditions(rollout) &&
    status.controllerPause === true
  );
}
