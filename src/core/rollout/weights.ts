import { podTemplateHashLabel } from '../../api/labels.ts';
import { hasReachedThreshold, isAtWantedCounts } from './counts.ts';
import { isAborted, isPausedFor, isPromoted, type Memory } from './memory.ts';
import { canaryServiceOf, stableServiceOf } from './roles.ts';
import { mayTurnTo, selectedBy } from './services.ts';
import { hasDistinctStable, type Revision, revisionByHash, type Situation } from './situation.ts';
import { isScaledToNothing, sizesAt } from './sizes.ts';
import { weightAt, weightBefore } from './step-weight.ts';

/** Where the traffic is, and where this plan moves it. Without a router it means nothing and stays 0. */
export interface Traffic {
  /** The canary's weight that the routers show now. They differ only when a write failed between them. */
  readonly highest: number;
  readonly lowest: number;
  /** The canary's weight after this plan's first route. */
  readonly weight: number;
  /** Where that weight is on its way to: less than `weight` while stable cannot carry the rest yet, and has to grow. */
  readonly heading: number;
  /** The revision that the canary's share reaches now, which is another one right after an abort or a new template. */
  readonly serving: Revision | undefined;
  /** The canary gets stable's share: a promotion was cut off, and then called off, after it had turned stable's Service. */
  readonly canaryIsAtStable: boolean;
  /** The canary's share reaches the canary, or does after this plan has turned the Service; not while it has weight. */
  readonly reachesCanary: boolean;
  /** The data plane says that the recorded split is not in effect yet. */
  readonly unverified: boolean;
  /** Some router can be asked, so that the next observation is awaited before a weight counts as given. */
  readonly canBeVerified: boolean;
}

const noTraffic: Traffic = {
  highest: 0,
  lowest: 0,
  weight: 0,
  heading: 0,
  serving: undefined,
  canaryIsAtStable: false,
  reachesCanary: false,
  unverified: false,
  canBeVerified: false,
};

/**
 * The weight for now. It rises only onto available pods, and falls only as far as stable can take it back: invariant I1
 * both ways. The rest of the way comes with the next observations.
 */
export function trafficFor(seen: Situation, memory: Memory): Traffic {
  if (!seen.routed) return noTraffic;
  const { routers } = seen.observed;
  const shown = routers.map(({ weight }) => weight ?? seen.status.canary?.weights?.canary.weight ?? 0);
  const highest = Math.max(0, ...shown);
  const serving = servingRevision(seen);
  const now: Traffic = {
    highest,
    lowest: shown.length === 0 ? 0 : Math.min(...shown),
    weight: 0,
    heading: 0,
    serving,
    canaryIsAtStable: hasDistinctStable(seen) && stableServiceHash(seen) === seen.canary.hash,
    reachesCanary: serving === seen.canary || (highest === 0 && mayTurnToCanary(seen)),
    unverified: routers.some(({ verified }) => verified === false),
    canBeVerified: routers.some(
      ({ capabilities, verified }) => capabilities.has('verify') || verified !== undefined,
    ),
  };
  const heading = reachableWeight(seen, memory, now, wantedWeight(seen, memory, now));
  return { ...now, weight: boundedWeight(seen, now, heading), heading };
}

/** Has the canary this weight? No weight reaches nobody, so that needs no pods. A router that can be asked must have been asked since the weight was recorded. */
export function hasWeight(seen: Situation, traffic: Traffic, weight: number): boolean {
  if (seen.replicas === 0) return true; // no pods are wanted, so nobody is waited for
  if (traffic.weight !== weight || (weight > 0 && !traffic.reachesCanary)) return false;
  if (!traffic.canBeVerified) return true;
  const recorded = seen.status.canary?.weights?.canary.weight === weight;
  return recorded && traffic.lowest === weight && traffic.highest === weight && !traffic.unverified;
}

/** What the step asks for, before it is asked who can carry it. */
function wantedWeight(seen: Situation, memory: Memory, { highest, reachesCanary }: Traffic): number {
  const { canary, steps, totalWeight } = seen;
  if (isPromoted(seen, memory) || isAborted(memory) || seen.stable === undefined) return 0;
  if (canary.available === 0 || !reachesCanary || isScaledToNothing(seen, memory)) return 0;
  if (memory.promoteFull) return seen.strategy.dynamicStableScale === true ? shareOf(seen, canary) : highest;
  if (steps.length === 0) return 0;
  const wanted = weightAt(steps, memory.index, totalWeight);
  if (isPausedFor(memory, 'SplitDiffers')) return Math.min(wanted, highest);
  if (wanted <= highest || isAtWantedCounts(seen, memory, sizesAt(seen, memory, highest))) return wanted;
  return Math.max(Math.min(highest, wanted), weightBefore(steps, memory.index));
}

/** What of it the canary's pods can take. */
function reachableWeight(seen: Situation, memory: Memory, now: Traffic, wanted: number): number {
  const carriable = wanted > 0 ? carriableWeight(seen, memory, wanted) : 0;
  return isShut(seen, memory) ? Math.min(carriable, now.lowest) : carriable;
}

function boundedWeight(seen: Situation, now: Traffic, heading: number): number {
  if (heading >= now.highest) return heading;
  return Math.max(heading, Math.min(keptWeight(seen, now.serving, now.highest), now.lowest));
}

/** While status still says that the rollout is aborted, no weight rises, whatever has been decided since (invariant I4). */
function isShut({ status }: Situation, memory: Memory): boolean {
  return isAborted(memory) || status.abort === true;
}

/** The most that the canary's available pods can take of a weight. Who sets the scale has said how many are enough. */
function carriableWeight(seen: Situation, memory: Memory, weight: number): number {
  const { canary, replicas, totalWeight } = seen;
  const scale = sizesAt(seen, memory, 0).canary;
  if (hasReachedThreshold(seen, scale)) return weight;
  const byWeight = Math.ceil((replicas * weight) / totalWeight - 1e-9);
  const needed = Math.max(1, scale === 0 ? byWeight : Math.min(byWeight, scale));
  return canary.available >= needed ? weight : Math.floor((weight * canary.available) / needed);
}

/**
 * On the way down: the share that stable cannot carry yet stays where it is. Not on pods that are gone, and not on the
 * stable pods themselves.
 */
function keptWeight(seen: Situation, serving: Revision | undefined, shown: number): number {
  const { stable, totalWeight } = seen;
  if (stable === undefined || serving === stable || serving === undefined || serving.available === 0)
    return 0;
  return Math.min(shown, totalWeight - shareOf(seen, stable));
}

/** The weight that the revision's available pods can carry, with R pods for all of it. */
function shareOf({ replicas, totalWeight }: Situation, { available }: Revision): number {
  return replicas === 0
    ? totalWeight
    : Math.min(totalWeight, Math.floor((totalWeight * available) / replicas));
}

function mayTurnToCanary(seen: Situation): boolean {
  const service = canaryServiceOf(seen, seen.status.canary?.stablePingPong);
  return service === undefined || mayTurnTo(seen, service, seen.canary);
}

/** Where the canary's share goes now: the Service's selector tells, or else the recorded hash. */
function servingRevision(seen: Situation): Revision | undefined {
  const service = canaryServiceOf(seen, seen.status.canary?.stablePingPong);
  const selected =
    service === undefined
      ? seen.status.canary?.weights?.canary.podTemplateHash
      : seen.observed.services[service]?.spec.selector?.[podTemplateHashLabel];
  return revisionByHash(seen, selected) ?? (selected === undefined ? seen.canary : undefined);
}

function stableServiceHash(seen: Situation): string | undefined {
  return selectedBy(seen, stableServiceOf(seen, seen.status.canary?.stablePingPong));
}

/** The weight whose pods the canary still needs: what it has and what it gets, unless another revision serves it. */
export function canaryTraffic(seen: Situation, traffic: Traffic): number {
  const { highest, lowest, weight, serving, canaryIsAtStable } = traffic;
  const own = serving === seen.canary ? Math.max(highest, weight) : weight;
  return canaryIsAtStable ? Math.min(seen.totalWeight, own + seen.totalWeight - lowest) : own;
}

/** Do requests reach the canary's pods? Then they stay, whatever has been decided about it. */
export function isCanaryServing(seen: Situation, { highest, serving, canaryIsAtStable }: Traffic): boolean {
  return canaryIsAtStable || (highest > 0 && serving === seen.canary);
}

/** The same of stable: what it has, what it gets, and what it is to get as soon as it has the pods for it. */
export function stableTraffic({ totalWeight }: Situation, { lowest, weight, heading }: Traffic): number {
  return totalWeight - Math.min(lowest, weight, heading);
}
