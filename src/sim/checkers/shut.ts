import type { Checker } from './checker.ts';

/** I4: after an abort the canary's weight never rises, until a person or a new pod template says otherwise. */
export const shut: Checker = {
  name: 'I4 shut',
  onWrite(scene, before) {
    if (before?.rollout.status?.abort !== true || scene.rollout.status?.abort !== true) return undefined;
    for (const { router, weight } of scene.weights) {
      const earlier = before.weights.find((other) => other.router === router)?.weight ?? weight;
      if (weight > earlier) return `${router} went from ${earlier} to ${weight} while aborted`;
    }
    return undefined;
  },
};
