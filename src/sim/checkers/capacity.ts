import { availableOf, type Scene, sharesOf } from '../scene.ts';
import type { Checker } from './checker.ts';

/** I1: a revision's weight rises only while it has enough available pods for its share. */
export const capacity: Checker = {
  name: 'I1 capacity',
  onWrite(scene, before) {
    if (before === undefined) return undefined;
    const earlier = sharesOf(before);
    for (const [hash, share] of sharesOf(scene)) {
      if (share <= (earlier.get(hash) ?? 0)) continue;
      const needed = Math.min(podsFor(share, scene), scaleLimit(scene));
      const available = availableOf(scene, hash);
      if (available < Math.max(1, needed)) {
        return `${hash} went to ${percent(share)} with ${available} available pods, it needs ${Math.max(1, needed)}`;
      }
    }
    return undefined;
  },
};

function podsFor(share: number, { replicas }: Scene): number {
  return Math.floor(share * replicas + 1e-9);
}

/** Who writes setCanaryScale, or a threshold, has said how many pods are enough. */
function scaleLimit({ rollout }: Scene): number {
  const canary = rollout.spec.strategy?.canary;
  const explicit = (canary?.steps ?? []).flatMap(({ setCanaryScale }) => setCanaryScale?.replicas ?? []);
  if (canary?.replicaProgressThreshold !== undefined) return 1;
  return explicit.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...explicit);
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
