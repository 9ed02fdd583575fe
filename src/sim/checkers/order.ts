import { enoughPods, hashOf, podsFor, type Scene, sharesOf } from '../scene.ts';
import type { Checker } from './checker.ts';

/** I6: pods leave only after the traffic has: a revision never shrinks below what its share needs. */
export const order: Checker = {
  name: 'I6 order',
  onWrite(scene, before) {
    if (before === undefined || scene.replicas === 0) return undefined;
    const shares = sharesOf(scene);
    for (const replicaSet of scene.replicaSets) {
      const { name } = replicaSet.metadata;
      const share = shares.get(hashOf(replicaSet) ?? '') ?? 0;
      const [earlier, now] = [sizeIn(before, name), sizeIn(scene, name)];
      if (share === 0 || now >= earlier) continue;
      const needed = Math.max(1, Math.min(podsFor(share, scene), enoughPods(scene)));
      if (now < needed) {
        return `${name} went from ${earlier} pods to ${now} while it had ${Math.round(share * 100)} % of the traffic`;
      }
    }
    return tornReceiver(scene, before);
  },
};

/** An experiment loses its weights, then its Services, then its pods. */
function tornReceiver({ receivers = [] }: Scene, before: Scene): string | undefined {
  for (const { service, weight, exists, size } of receivers) {
    const earlier = before.receivers?.find((each) => each.service === service);
    if (earlier === undefined) continue;
    if (earlier.exists && !exists) return `Service ${service} went while it had a weight of ${weight}`;
    if (size < earlier.size)
      return `${service} went from ${earlier.size} pods to ${size} with weight ${weight}`;
  }
  return undefined;
}

function sizeIn({ replicaSets }: Scene, name: string): number {
  return replicaSets.find(({ metadata }) => metadata.name === name)?.spec.replicas ?? 0;
}
