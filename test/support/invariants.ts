import { podTemplateHashLabel } from '../../src/api/labels.ts';
import type { ReplicaSet } from '../../src/api/workloads.ts';
import type { Action } from '../../src/core/plan.ts';
import type { PlayWorld } from './play.ts';

/** Stops the story when the write has broken an invariant. To be given to `Play` as its `check`. */
export function holdInvariants(world: PlayWorld, before: PlayWorld, action: Action): void {
  for (const [name, rule] of Object.entries(rules)) {
    const broken = rule(world, before);
    if (broken !== undefined) throw new Error(`${name} after ${action.do}: ${broken}`);
  }
}

type Rule = (world: PlayWorld, before: PlayWorld) => string | undefined;

const rules: Readonly<Record<string, Rule>> = {
  'I1 capacity': (world, before) => {
    const earlier = shares(before);
    for (const [hash, share] of shares(world)) {
      if (share <= (earlier.get(hash) ?? 0) || isLastResort(world, earlier, hash)) continue;
      const needed = Math.max(1, Math.floor(share * replicasOf(world) + 1e-9));
      const available = setOf(world, hash)?.status?.availableReplicas ?? 0;
      if (available < needed) return `${hash} went to ${share} with ${available} pods of ${needed}`;
    }
    return undefined;
  },
  'I4 shut': (world, before) => {
    if (before.rollout.status?.abort !== true) return undefined;
    if (before.canaryService !== world.canaryService) return undefined; // ping and pong have changed parts
    const rose = world.weights.findIndex((weight, index) => weight > (before.weights[index] ?? 0));
    return rose === -1 ? undefined : `the weight rose to ${world.weights[rose]} while aborted`;
  },
  'I5 selector': (world, before) => {
    for (const [name, service] of Object.entries(before.services)) {
      const from = service.spec.selector?.[podTemplateHashLabel];
      const to = world.services[name]?.spec.selector?.[podTemplateHashLabel];
      if (from !== undefined && to === undefined) return `${name} lost its revision`;
      if (name.endsWith('preview') || from === to || to === undefined) continue;
      if ((setOf(world, to)?.status?.availableReplicas ?? 0) === 0)
        return `${name} turned to ${to}, which has no pods`;
    }
    return undefined;
  },
  'I6 order': (world, before) => {
    const now = shares(world);
    for (const set of world.replicaSets) {
      const hash = set.metadata.labels?.[podTemplateHashLabel] ?? '';
      const share = now.get(hash) ?? 0;
      const earlier = before.replicaSets.find(({ metadata }) => metadata.name === set.metadata.name);
      const shrank = (set.spec.replicas ?? 0) < (earlier?.spec.replicas ?? 0);
      if (!shrank || share === 0) continue;
      const needed = Math.floor(share * replicasOf(world) + 1e-9);
      if ((set.spec.replicas ?? 0) < needed)
        return `${set.metadata.name} shrank to ${set.spec.replicas} with ${share} of the traffic`;
    }
    return undefined;
  },
};

/** Whoever else had traffic has no pods any more: too few pods are better than none. */
function isLastResort(world: PlayWorld, earlier: ReadonlyMap<string, number>, hash: string): boolean {
  const others = [...earlier.keys()].filter((other) => other !== hash);
  return others.some((other) => (setOf(world, other)?.status?.availableReplicas ?? 0) === 0);
}

function replicasOf({ rollout }: PlayWorld): number {
  return rollout.spec.replicas ?? 1;
}

function setOf({ replicaSets }: PlayWorld, hash: string): ReplicaSet | undefined {
  return replicaSets.find(({ metadata }) => metadata.labels?.[podTemplateHashLabel] === hash);
}

/** Each revision's share of the traffic that Services and routes give it, 0 to 1. */
function shares({ rollout, services, weights, total, canaryService }: PlayWorld): Map<string, number> {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  const found = new Map<string, number>();
  const add = (service: string | undefined, share: number) => {
    const hash = service === undefined ? undefined : services[service]?.spec.selector?.[podTemplateHashLabel];
    if (hash !== undefined && share > 0) found.set(hash, (found.get(hash) ?? 0) + share);
  };
  add(blueGreen?.activeService, 1);
  const weight = weights[0];
  if (weight === undefined || canaryService === undefined) return found;
  add(canaryService, weight / total);
  const { pingService, pongService } = canary?.pingPong ?? {};
  const other = canaryService === pingService ? pongService : pingService;
  add(pingService === undefined ? canary?.stableService : other, 1 - weight / total);
  return found;
}
