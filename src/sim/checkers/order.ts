import { hashOf, type Scene, sharesOf } from '../scene.ts';
import type { Checker } from './checker.ts';

/** I6: pods leave only after the traffic has: a revision that still has a share is never sent below one pod. */
export const order: Checker = {
  name: 'I6 order',
  onWrite(scene, before) {
    if (before === undefined) return undefined;
    const shares = sharesOf(scene);
    for (const replicaSet of scene.replicaSets) {
      const hash = hashOf(replicaSet);
      const share = hash === undefined ? 0 : (shares.get(hash) ?? 0);
      if (share === 0 || !shrankToNothing(scene, before, replicaSet.metadata.name)) continue;
      return `${replicaSet.metadata.name} was scaled to 0 while it had ${Math.round(share * 100)} % of the traffic`;
    }
    return undefined;
  },
};

function shrankToNothing(scene: Scene, before: Scene, name: string): boolean {
  const sizeIn = ({ replicaSets }: Scene) =>
    replicaSets.find(({ metadata }) => metadata.name === name)?.spec.replicas ?? 0;
  return scene.replicas > 0 && sizeIn(before) > 0 && sizeIn(scene) === 0;
}
