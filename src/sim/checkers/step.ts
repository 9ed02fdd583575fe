import { availableOf, isRefused, type Scene, selectedOf } from '../scene.ts';
import type { Checker } from './checker.ts';

/** I3: a canary never gets more than the current step's weight, once stable can carry the rest. */
export const step: Checker = {
  name: 'I3 step',
  whenSettled(scene) {
    const { status } = scene.rollout;
    if (scene.weights.length === 0 || status?.stableRS === undefined || isRefused(scene)) return undefined;
    if (isSuperseded(scene)) return undefined;
    const allowed = Math.max(allowedWeight(scene), scene.total - carriable(scene, status.stableRS));
    const above = scene.weights.find(({ weight }) => weight > allowed);
    return above === undefined
      ? undefined
      : `${above.router} shows ${above.weight} at step ${status.currentStepIndex}, which allows ${allowed}`;
  },
};

/**
 * The canary's share still goes to the canary before this one, which keeps it until the new one has pods. What it has is no
 * more than that one's own step allowed.
 */
function isSuperseded(scene: Scene): boolean {
  const { status } = scene.rollout;
  const serving = selectedOf(scene, 'canary');
  return status?.abort !== true && serving !== undefined && serving !== status?.currentPodHash;
}

/** The weight that stable's available pods can carry. */
function carriable(scene: Scene, stable: string): number {
  if (scene.replicas === 0) return scene.total;
  return Math.min(scene.total, Math.floor((scene.total * availableOf(scene, stable)) / scene.replicas));
}

function allowedWeight({ rollout, total }: Scene): number {
  const { spec, status } = rollout;
  if (status?.abort === true || status?.stableRS === status?.currentPodHash) return 0;
  const steps = spec.strategy?.canary?.steps ?? [];
  const index = status?.currentStepIndex ?? steps.length;
  if (index >= steps.length || status?.promoteFull === true) return total;
  return steps.slice(0, index + 1).reduce((weight, { setWeight }) => setWeight ?? weight, 0);
}
