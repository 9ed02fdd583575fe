import { fencesOf } from '../../core/rollout/replicas.ts';
import { availableOf, enoughPods, podsFor, type Scene, sharesOf } from '../scene.ts';
import type { Checker } from './checker.ts';

/**
 * I1: a revision's share rises only while it has enough available pods for it. Where pods divide the traffic, no write
 * takes more of them than `maxUnavailable` allows.
 */
export const capacity: Checker = {
  name: 'I1 capacity',
  onWrite(scene, before) {
    if (before === undefined || scene.replicas === 0) return undefined;
    return tooMuchTraffic(scene, before) ?? starvedReceiver(scene, before) ?? tooFewPods(scene, before);
  },
};

function tooMuchTraffic(scene: Scene, before: Scene): string | undefined {
  const earlier = sharesOf(before);
  const shares = sharesOf(scene);
  const rescued = rescuedShare(scene, earlier, shares);
  for (const [hash, share] of shares) {
    if (hash === '' || share <= (earlier.get(hash) ?? 0) + rescued + 1e-9) continue;
    const needed = Math.max(1, Math.min(podsFor(share, scene), enoughPods(scene)));
    const available = availableOf(scene, hash);
    if (available < needed) {
      return `${hash} went to ${percent(share)} with ${available} available pods, it needs ${needed}`;
    }
  }
  return undefined;
}

/** What leaves a revision whose pods are all gone, or a Service that names none, goes to any that is there: too few pods are better than none. */
function rescuedShare(
  scene: Scene,
  earlier: ReadonlyMap<string, number>,
  shares: ReadonlyMap<string, number>,
): number {
  return [...earlier].reduce(
    (sum, [hash, share]) =>
      availableOf(scene, hash) === 0 ? sum + Math.max(0, share - (shares.get(hash) ?? 0)) : sum,
    0,
  );
}

/** Who writes an experiment's template has said how many pods are enough: all of them. */
function starvedReceiver({ receivers = [] }: Scene, before: Scene): string | undefined {
  const starved = receivers.find(({ service, weight, size, available }) => {
    const earlier = before.receivers?.find((each) => each.service === service)?.weight ?? 0;
    return weight > earlier && (available === 0 || available < size);
  });
  return starved === undefined
    ? undefined
    : `${starved.service} went to ${starved.weight} with ${starved.available} of ${starved.size} pods`;
}

function tooFewPods(scene: Scene, before: Scene): string | undefined {
  const { canary } = scene.rollout.spec.strategy ?? {};
  if (canary === undefined || canary.trafficRouting !== undefined) return undefined;
  const [earlier, now] = [workingPods(before), workingPods(scene)];
  const least = scene.replicas - fencesOf(canary, scene.replicas).unavailable;
  return now < earlier && now < least
    ? `${now} pods are left to work, at least ${least} of ${scene.replicas} must`
    : undefined;
}

function workingPods({ replicaSets }: Scene): number {
  return replicaSets.reduce(
    (sum, { spec, status }) => sum + Math.min(spec.replicas ?? 1, status?.availableReplicas ?? 0),
    0,
  );
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
