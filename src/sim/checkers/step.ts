import type { Scene } from '../scene.ts';
import type { Checker } from './checker.ts';

/** I3: a canary never gets more than the current step's weight. */
export const step: Checker = {
  name: 'I3 step',
  whenSettled(scene) {
    const { status } = scene.rollout;
    if (scene.weights.length === 0 || status?.stableRS === undefined) return undefined;
    if (status.stableRS === status.currentPodHash) return undefined;
    const allowed = allowedWeight(scene);
    const above = scene.weights.find(({ weight }) => weight > allowed);
    return above === undefined
      ? undefined
      : `${above.router} shows ${above.weight} at step ${status.currentStepIndex}, which allows ${allowed}`;
  },
};

function allowedWeight({ rollout, total }: Scene): number {
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  const index = rollout.status?.currentStepIndex ?? steps.length;
  if (index >= steps.length || rollout.status?.abort === true || rollout.status?.promoteFull === true)
    return total;
  return steps.slice(0, index + 1).reduce((weight, { setWeight }) => setWeight ?? weight, 0);
}
