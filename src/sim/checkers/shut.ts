import type { Scene } from '../scene.ts';
import type { Checker } from './checker.ts';

/** I4: after an abort the canary's weight never rises, until a person or a new pod template says otherwise. */
export const shut: Checker = {
  name: 'I4 shut',
  onWrite(scene, before) {
    if (before?.rollout.status?.abort !== true || scene.rollout.status?.abort !== true) return undefined;
    if (canaryServiceOf(scene) !== canaryServiceOf(before)) return undefined; // ping and pong have changed parts
    for (const { router, weight } of scene.weights) {
      const earlier = before.weights.find((other) => other.router === router)?.weight ?? weight;
      if (weight > earlier) return `${router} went from ${earlier} to ${weight} while aborted`;
    }
    return undefined;
  },
};

function canaryServiceOf({ services }: Scene): string | undefined {
  return services.find(({ part }) => part === 'canary')?.service.metadata.name;
}
