import { quantityAmount } from '../../api/quantity.ts';
import { addSeconds, earliest, type Instant } from '../../kernel/instant.ts';

/** One direction of an autoscaler's `spec.behavior`. */
export interface ScalingRules {
  /** Default: 0 upwards, 300 downwards. */
  readonly stabilizationWindowSeconds?: number;
  /** Default: `Max`, the policy that allows the greatest change. */
  readonly selectPolicy?: 'Max' | 'Min' | 'Disabled';
  readonly policies?: readonly ScalingPolicy[];
  /** A quantity: a change of no more than this share of the size is none. Default here: none. */
  readonly tolerance?: string | number;
}

/** So much change at most within a period. */
export interface ScalingPolicy {
  readonly type: 'Pods' | 'Percent';
  readonly value: number;
  readonly periodSeconds: number;
}

export interface ScalingBehavior {
  readonly scaleUp?: ScalingRules;
  readonly scaleDown?: ScalingRules;
}

/** A size, and when it was last asked for. */
export interface Recommendation {
  readonly at: Instant;
  readonly replicas: number;
}

/** What the autoscaler itself did: pods added (above 0) or taken away (below 0). */
export interface ScaleEvent {
  readonly at: Instant;
  readonly change: number;
}

export interface ScalingMemory {
  readonly recommendations: readonly Recommendation[];
  readonly events: readonly ScaleEvent[];
}

export interface Paced {
  readonly replicas: number;
  readonly reason?: 'ScaleUpStabilized' | 'ScaleDownStabilized' | 'ScaleUpLimit' | 'ScaleDownLimit';
  /** When the same wish may lead to another size; undefined when only a change can. */
  readonly againAt?: Instant;
}

/** Source: "Configurable scaling behavior" in Kubernetes' documentation of the HorizontalPodAutoscaler. */
type Rules = Required<Omit<ScalingRules, 'tolerance'>>;

const upDefaults: Rules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const downDefaults: Rules = {
  stabilizationWindowSeconds: 300,
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

/**
 * The size that `behavior` allows now on the way from `current` to `wanted`: first the lowest size asked for in the window
 * upwards and the highest in the window downwards, then at most as much change as the policies allow.
 */
export function pace(
  behavior: ScalingBehavior,
  current: number,
  wanted: number,
  memory: ScalingMemory,
  now: Instant,
): Paced {
  const up = { ...upDefaults, ...behavior.scaleUp };
  const down = { ...downDefaults, ...behavior.scaleDown };
  const recent = (seconds: number) =>
    memory.recommendations.filter(({ at }) => addSeconds(at, seconds) > now).map(({ replicas }) => replicas);
  const lowest = Math.min(wanted, ...recent(up.stabilizationWindowSeconds));
  const highest = Math.max(wanted, ...recent(down.stabilizationWindowSeconds));
  const stable = Math.min(Math.max(current, lowest), highest);
  const allowed =
    stable > current
      ? Math.min(stable, Math.max(current, upperLimit(up, current, memory.events, now)))
      : Math.max(stable, Math.min(current, lowerLimit(down, current, memory.events, now)));
  if (allowed === wanted) return { replicas: allowed };
  const isUp = wanted > current;
  const againAt = nextChange(isUp ? up : down, memory, now);
  const isLimited = allowed !== stable;
  return {
    replicas: allowed,
    reason: isLimited
      ? isUp
        ? 'ScaleUpLimit'
        : 'ScaleDownLimit'
      : isUp
        ? 'ScaleUpStabilized'
        : 'ScaleDownStabilized',
    ...(againAt !== undefined && { againAt }),
  };
}

/** What is asked for, unless it is so near to the size there is that `tolerance` calls it the same. */
export function tolerated(behavior: ScalingBehavior | undefined, current: number, asked: number): number {
  const { tolerance } = (asked > current ? behavior?.scaleUp : behavior?.scaleDown) ?? {};
  const share = tolerance === undefined ? 0 : (quantityAmount(tolerance) ?? 0);
  return Math.abs(asked - current) <= share * current ? current : asked;
}

/** How many pods there were when the period began, as far as the autoscaler changed it. */
function atPeriodStart(
  { periodSeconds }: ScalingPolicy,
  current: number,
  events: readonly ScaleEvent[],
  now: Instant,
): number {
  const within = events.filter(({ at }) => addSeconds(at, periodSeconds) > now);
  return within.reduce((count, { change }) => count - change, current);
}

function upperLimit(
  { selectPolicy, policies }: Rules,
  current: number,
  events: readonly ScaleEvent[],
  now: Instant,
): number {
  if (selectPolicy === 'Disabled') return current;
  const limits = policies.map((policy) => {
    const start = atPeriodStart(policy, current, events, now);
    return policy.type === 'Pods' ? start + policy.value : Math.ceil((start * (100 + policy.value)) / 100);
  });
  return selectPolicy === 'Max' ? Math.max(...limits) : Math.min(...limits);
}

function lowerLimit(
  { selectPolicy, policies }: Rules,
  current: number,
  events: readonly ScaleEvent[],
  now: Instant,
): number {
  if (selectPolicy === 'Disabled') return current;
  const limits = policies.map((policy) => {
    const start = atPeriodStart(policy, current, events, now);
    return policy.type === 'Pods' ? start - policy.value : Math.floor((start * (100 - policy.value)) / 100);
  });
  return selectPolicy === 'Max' ? Math.min(...limits) : Math.max(...limits);
}

/** When something that holds the size back is forgotten next. */
function nextChange(
  { stabilizationWindowSeconds, policies }: Rules,
  { recommendations, events }: ScalingMemory,
  now: Instant,
): Instant | undefined {
  const ends = [
    ...recommendations.map(({ at }) => addSeconds(at, stabilizationWindowSeconds)),
    ...events.flatMap(({ at }) => policies.map(({ periodSeconds }) => addSeconds(at, periodSeconds))),
  ];
  return earliest(...ends.filter((at) => at > now));
}
