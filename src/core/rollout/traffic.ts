import type { Destination, Split } from '../../api/split.ts';
import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import type { Draft } from './draft.ts';
import { trafficWeightUpdated } from './events.ts';
import { experimentDestinations } from './experiment.ts';
import { managedRoutes } from './managed-routes.ts';
import { isAborted, isPromoted, type Memory } from './memory.ts';
import { canaryServiceOf, otherRole, stableServiceOf } from './roles.ts';
import { selectedBy, turn, turnIfServing } from './services.ts';
import { type Revision, revisionByHash, type Situation } from './situation.ts';
import type { Traffic } from './weights.ts';

type Weights = NonNullable<NonNullable<RolloutStatus['canary']>['weights']>;

/** What a canary's status records of its traffic. */
export interface Directed {
  readonly weights: Weights | undefined;
  readonly stablePingPong: string | undefined;
}

/**
 * Turns Services and routes, in an order in which no write on its own sends traffic to pods that cannot take it: an
 * endpoint is turned while it has no weight, weight rises after that, and after the promotion stable's endpoint turns
 * before the weight returns to it.
 */
export function directTraffic(seen: Situation, memory: Memory, traffic: Traffic, draft: Draft): Directed {
  const role = seen.status.canary?.stablePingPong;
  if (!seen.routed) {
    turnServices(seen, memory, draft);
    return { weights: undefined, stablePingPong: role };
  }
  const isNew = memory.promotedBecause !== undefined;
  const from = isNew && seen.stable !== undefined ? seen.stable : revisionByHash(seen, memory.stableHash);
  const route = router(seen, memory, draft);
  const { named } = seen;
  for (const service of [stableServiceOf(seen, role), named?.stable]) {
    turnStable(seen, draft, service, isNew ? undefined : from);
  }
  const takesOver = isNew && seen.stable === undefined; // nobody to take the canary's weight back: stable's Service first
  if (!takesOver) directCanary(seen, memory, traffic, draft, { route, role, from });
  if (!isNew) return { weights: route.recorded(), stablePingPong: role };

  const nextRole = seen.strategy.pingPong === undefined ? role : otherRole(role);
  for (const service of [stableServiceOf(seen, nextRole), named?.stable]) {
    turnIfServing(seen, draft, service, seen.canary);
  }
  route.show({ weight: 0, canary: seen.canary, stable: seen.canary, role: nextRole });
  return { weights: route.recorded(), stablePingPong: nextRole };
}

/**
 * Stable's Service belongs to stable. It leaves a revision that serves only for one that has at least as many pods: a
 * promotion that was cut short may have turned it already.
 */
function turnStable(
  seen: Situation,
  draft: Draft,
  service: string | undefined,
  to: Revision | undefined,
): void {
  const serving = revisionByHash(seen, selectedBy(seen, service));
  if (to === undefined || to.available < Math.min(seen.replicas, serving?.available ?? 0)) return;
  turnIfServing(seen, draft, service, to);
}

interface Way {
  readonly route: Router;
  readonly role: string | undefined;
  readonly from: Revision | undefined;
}

function directCanary(
  seen: Situation,
  memory: Memory,
  traffic: Traffic,
  draft: Draft,
  { route, role, from }: Way,
): void {
  const service = canaryServiceOf(seen, role);
  const { weight, serving } = traffic;
  const stable = from ?? seen.canary;
  if (isAborted(memory)) {
    route.show({ weight, canary: weight > 0 ? (serving ?? seen.canary) : seen.canary, stable, role });
    const swaps = seen.strategy.pingPong === undefined ? service : seen.named?.canary;
    if (weight === 0 && stable.available > 0) turn(seen, draft, swaps, stable);
    return;
  }
  const turned = [keepsSelector(seen, memory) ? undefined : service, seen.named?.canary];
  const turnAll = () => {
    for (const each of turned) turnIfServing(seen, draft, each, seen.canary);
  };
  if (traffic.reachesCanary) {
    turnAll();
    route.show({ weight, canary: seen.canary, stable, role });
    return;
  }
  route.show({ weight, canary: weight > 0 && serving !== undefined ? serving : seen.canary, stable, role });
  if (weight === 0) turnAll();
}

/**
 * Once promoted, the other Service of a ping-pong pair keeps what it had until the next update needs it. Not in the plan
 * that promotes: what takes everything over must be pointed at first.
 */
function keepsSelector(seen: Situation, memory: Memory): boolean {
  const wasPromoted = isPromoted(seen, memory) && memory.promotedBecause === undefined;
  return seen.strategy.pingPong !== undefined && wasPromoted;
}

/** Without a router the two Services only give two names; pods divide the traffic. */
function turnServices(seen: Situation, memory: Memory, draft: Draft): void {
  const { stableService, canaryService } = seen.strategy;
  const stable = revisionByHash(seen, memory.stableHash);
  turnIfServing(seen, draft, stableService, stable);
  turnIfServing(seen, draft, canaryService, isAborted(memory) ? stable : seen.canary);
}

interface Shown {
  readonly weight: number;
  readonly canary: Revision;
  readonly stable: Revision;
  readonly role: string | undefined;
}

interface Router {
  show(shown: Shown): void;
  /** What status records: the last split shown. */
  recorded(): Weights | undefined;
}

function router(seen: Situation, memory: Memory, draft: Draft): Router {
  let recorded = seen.status.canary?.weights;
  return {
    show(shown) {
      const split = splitOf(seen, memory, shown);
      draft.direct({ do: 'route', split });
      const weights = weightsOf(seen, split);
      if (isSameSplit(recorded, weights)) {
        recorded = { ...weights, ...verifiedOf(seen) };
        return;
      }
      draft.say(trafficWeightUpdated(recorded, weights));
      recorded = weights;
    },
    recorded: () => recorded,
  };
}

function splitOf(seen: Situation, memory: Memory, { weight, canary, stable, role }: Shown): Split {
  const settled = isPromoted(seen, memory) || isAborted(memory) || memory.promoteFull;
  const additional: readonly Destination[] = settled ? [] : experimentDestinations(seen, memory);
  const rest =
    seen.totalWeight - weight - additional.reduce((sum, destination) => sum + destination.weight, 0);
  const fits = rest >= 0;
  return {
    total: seen.totalWeight,
    stable: {
      service: stableServiceOf(seen, role) ?? '',
      podTemplateHash: stable.hash,
      weight: fits ? rest : seen.totalWeight - weight,
    },
    canary: { service: canaryServiceOf(seen, role) ?? '', podTemplateHash: canary.hash, weight },
    additional: fits ? additional : [],
    ...managedRoutes(seen, memory),
  };
}

/** As the peer records it: the names are those of the spec, which are empty with ping-pong alone. */
function weightsOf({ strategy }: Situation, split: Split): Weights {
  const recordedOf = ({ weight, podTemplateHash }: Destination, serviceName: string | undefined) => ({
    weight,
    podTemplateHash,
    ...(serviceName !== undefined && { serviceName }),
  });
  return {
    canary: recordedOf(split.canary, strategy.canaryService),
    stable: recordedOf(split.stable, strategy.stableService),
    ...(split.additional.length > 0 && {
      additional: split.additional.map((destination) => recordedOf(destination, destination.service)),
    }),
  };
}

function isSameSplit(before: Weights | undefined, after: Weights): boolean {
  if (before === undefined) return false;
  const text = ({ canary, stable, additional = [] }: Weights) =>
    JSON.stringify(
      [canary, stable, ...additional].map((to) => [to.weight, to.podTemplateHash, to.serviceName]),
    );
  return text(before) === text(after);
}

/** What the data plane says of the recorded split; all routers must agree. */
function verifiedOf({ observed }: Situation): { verified?: boolean } {
  const answers = observed.routers.flatMap(({ verified }) => (verified === undefined ? [] : [verified]));
  return answers.length === 0 ? {} : { verified: answers.every((answer) => answer) };
}
