import type { CanaryStrategy } from '../../api/v1alpha1/rollout.ts';

/** How many pods each side should have. */
export interface Sizes {
  readonly canary: number;
  readonly stable: number;
}

/** How far the number of pods may leave the wanted one while pods are replaced. */
export interface Fences {
  readonly surge: number;
  readonly unavailable: number;
}

type IntOrPercent = number | string | undefined;

/**
 * `maxSurge` and `maxUnavailable` in pods. Default 25 % each: surge rounds up, unavailable down. When both come to 0, one
 * pod may be unavailable, for nothing could move otherwise. A string without `%` is read as a percentage, as the peer does.
 */
export function fencesOf(
  { maxSurge, maxUnavailable }: Pick<CanaryStrategy, 'maxSurge' | 'maxUnavailable'>,
  replicas: number,
): Fences {
  const surge = podsOf(maxSurge ?? '25%', replicas, Math.ceil);
  const unavailable = Math.min(podsOf(maxUnavailable ?? '25%', replicas, Math.floor), replicas);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

function podsOf(value: IntOrPercent, replicas: number, round: (pods: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = Number.parseInt(value ?? '0', 10);
  return Number.isNaN(percent) ? 0 : round((replicas * percent) / 100);
}

/**
 * Divides pods so that their numbers come closest to the weight: the only way to divide traffic without a router.
 * With surge one pod more than `replicas` may be used when that comes closer. Neither side may vanish unless the weight
 * says so; of two that are equally close the first wins.
 */
export function countsForWeight(replicas: number, weight: number, totalWeight: number, surge: number): Sizes {
  if (replicas === 0) return { canary: 0, stable: 0 };
  const extreme = weight === 0 || weight === totalWeight || (replicas === 1 && surge === 0);
  const share = weight / totalWeight;
  const up = Math.ceil(roundOff(replicas * share));
  const down = Math.floor(roundOff(replicas * share));
  const isTie = (total: number) => roundOff(total * share) % 1 === 0.5;
  const candidates: Candidate[] = [];
  if (up < replicas || extreme) candidates.push({ canary: up, total: replicas });
  if (!isTie(replicas) && (down !== 0 || extreme)) candidates.push({ canary: down, total: replicas });
  if (surge > 0) {
    candidates.push({ canary: up, total: replicas + 1 });
    if (!isTie(replicas + 1) && (down !== 0 || extreme))
      candidates.push({ canary: down, total: replicas + 1 });
  }
  let best = candidates[0] ?? { canary: replicas, total: replicas };
  for (const candidate of candidates) {
    if (distance(candidate, weight, totalWeight) < distance(best, weight, totalWeight)) best = candidate;
  }
  return { canary: best.canary, stable: best.total - best.canary };
}

interface Candidate {
  readonly canary: number;
  readonly total: number;
}

function distance({ canary, total }: Candidate, weight: number, totalWeight: number): number {
  return Math.abs(roundOff((canary * totalWeight) / total - weight));
}

/** Takes away the noise of binary fractions, so that ties are ties. */
function roundOff(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

/** Pods asked for and pods available of one side. */
export interface Side {
  readonly size: number;
  readonly available: number;
}

export interface BasicInput {
  readonly replicas: number;
  readonly weight: number;
  readonly totalWeight: number;
  readonly fences: Fences;
  readonly canary: Side;
  /** Undefined when the canary is the stable revision too, or there is none: then it takes all pods. */
  readonly stable: Side | undefined;
  /** Pods asked for by all other ReplicaSets together. */
  readonly others: number;
}

/**
 * One move of a canary without a router towards its counts, between the two fences: never more than
 * `replicas + surge` pods, never fewer than `replicas − unavailable` available ones.
 */
export function basicSizes(input: BasicInput): Sizes {
  const { replicas, fences, canary, others } = input;
  const stable = input.stable ?? { size: 0, available: 0 };
  const target =
    input.stable === undefined
      ? { canary: replicas, stable: 0 }
      : countsForWeight(replicas, input.weight, input.totalWeight, fences.surge);
  const grown = grow(input, target, stable);
  if (others > 0) return grown;

  const minAvailable = replicas - fences.unavailable;
  const increasing = target.canary >= canary.size;
  const dispensable =
    usable(canary, !increasing) + usable(stable, increasing && input.stable !== undefined) - minAvailable;
  if (dispensable <= 0) return grown;
  return increasing
    ? drainStable(input, grown, target, dispensable)
    : drainCanary(input, grown, target, dispensable);
}

/** Stable first: what serves now comes before what is tried. */
function grow({ replicas, fences, canary, others }: BasicInput, target: Sizes, stable: Side): Sizes {
  let budget = replicas + fences.surge - (canary.size + stable.size + others);
  const add = (size: number, wanted: number) => {
    const more = Math.max(0, Math.min(wanted - size, budget));
    budget -= more;
    return size + more;
  };
  const stableSize = add(stable.size, target.stable);
  return { stable: stableSize, canary: add(canary.size, target.canary) };
}

/** Pods that may be counted on. The unavailable ones of the side that shrinks are no loss, they go first. */
function usable({ size, available }: Side, ignoreAvailability: boolean): number {
  return ignoreAvailability || size < available ? size : available;
}

function drainStable(input: BasicInput, grown: Sizes, target: Sizes, dispensable: number): Sizes {
  const stable = input.stable;
  if (stable === undefined || stable.size <= target.stable) return grown;
  const wanted = Math.max(target.stable, stable.size - dispensable);
  const trimmed = trim(input, {
    drained: stable,
    drainedSize: wanted,
    other: input.canary,
    otherSize: grown.canary,
  });
  return { stable: trimmed.drained, canary: trimmed.other };
}

function drainCanary(input: BasicInput, grown: Sizes, target: Sizes, dispensable: number): Sizes {
  const wanted = Math.max(target.canary, input.canary.size - dispensable);
  if (input.stable === undefined) return { stable: 0, canary: wanted };
  const trimmed = trim(input, {
    drained: input.canary,
    drainedSize: wanted,
    other: input.stable,
    otherSize: grown.stable,
  });
  return { stable: trimmed.other, canary: trimmed.drained };
}

interface Move {
  readonly drained: Side;
  readonly drainedSize: number;
  readonly other: Side;
  readonly otherSize: number;
}

/** Fits a drain between the fences: cut the growing side to the surge, but not its available pods where they are needed. */
function trim({ replicas, fences }: BasicInput, { drained, drainedSize, other, otherSize }: Move) {
  const limit = replicas + fences.surge;
  const minAvailable = replicas - fences.unavailable;
  let growing = otherSize - Math.max(0, otherSize + drainedSize - limit);
  const lost = Math.max(0, other.available - growing);
  const short = Math.max(
    0,
    minAvailable - Math.min(drained.available, drainedSize) - Math.min(other.available, growing),
  );
  growing += Math.min(lost, short);
  return { other: growing, drained: drainedSize - Math.max(0, growing + drainedSize - limit) };
}

export interface RoutedInput {
  readonly replicas: number;
  /** The weight that the canary's pods are counted by: the step's, or `setCanaryScale`'s. */
  readonly weight: number;
  readonly totalWeight: number;
  /** `setCanaryScale.replicas`: exactly so many, whatever the weight. */
  readonly explicitCanary: number | undefined;
  /**
   * The most that the canary gets or may still get from any router: its pods stay until the traffic has left. 0 when
   * `setCanaryScale` says how many pods are enough.
   */
  readonly canaryTraffic: number;
  /** The same of stable. */
  readonly stableTraffic: number;
  readonly dynamicStableScale: boolean;
  readonly minPods: number;
}

/** Sizes of a canary whose traffic a router divides. Surge and unavailability do not limit them. */
export function routedSizes(input: RoutedInput): Sizes {
  const { replicas, totalWeight, dynamicStableScale } = input;
  const podsFor = (weight: number) => Math.ceil(roundOff((replicas * weight) / totalWeight));
  const floor = (pods: number) => (pods === 0 ? 0 : Math.max(pods, Math.min(input.minPods, replicas)));
  const byWeight = floor(Math.max(podsFor(input.weight), podsFor(input.canaryTraffic)));
  const explicit = dynamicStableScale ? floor(input.explicitCanary ?? 0) : input.explicitCanary;
  const canary = input.explicitCanary === undefined ? byWeight : (explicit ?? 0);
  if (!dynamicStableScale) return { canary, stable: replicas };
  const counted = input.explicitCanary === undefined ? input.weight : 0;
  return {
    canary,
    stable: floor(Math.max(podsFor(totalWeight - counted), podsFor(input.stableTraffic))),
  };
}
