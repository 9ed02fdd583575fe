import { podTemplateHashLabel } from '../api/labels.ts';
import { controllerOf, type KubeObject } from '../api/meta.ts';
import { pingPongOf } from '../api/ping-pong.ts';
import { resources } from '../api/resources.ts';
import { namedRouters, type RouterKind } from '../api/split.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { ReplicaSet, Service } from '../api/workloads.ts';
import { onceWhileSame } from '../kernel/once-for-each.ts';
import type { ObjectSource } from '../ports/object-source.ts';
import type { Receiver, RouterRegistry, TrafficRouter } from '../ports/traffic-router.ts';
import { isExperimentService } from '../routers/services.ts';

/** One Rollout and all that an invariant may be judged by, at one instant. */
export interface Scene {
  readonly rollout: Rollout;
  readonly replicas: number;
  readonly replicaSets: readonly ReplicaSet[];
  /** The Services that the spec names, with the part each plays. */
  readonly services: readonly { readonly part: ServicePart; readonly service: Service }[];
  /** The canary's weight as each router's objects show it. */
  readonly weights: readonly ShownWeight[];
  /** The weight that is all of the traffic. */
  readonly total: number;
  /** What experiments get. Default none. */
  readonly receivers?: readonly AdditionalReceiver[];
}

export interface ShownWeight {
  readonly router: string;
  readonly weight: number;
  /** What an experiment's Services have besides. Default 0. */
  readonly additional?: number;
}

/** A Service of one of the Rollout's experiments that a route gives weight to. */
export interface AdditionalReceiver {
  readonly service: string;
  /** Above 0. */
  readonly weight: number;
  /** Is there such a Service? */
  readonly exists: boolean;
  /** Pods that its ReplicaSet asks for. */
  readonly size: number;
  readonly available: number;
}

export type ServicePart = 'stable' | 'canary' | 'active' | 'preview';

export function sceneOf(rollout: Rollout, read: ObjectSource, routers: RouterRegistry): Scene {
  const namespace = rollout.metadata.namespace;
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  const pair = pairOf(rollout);
  const named: readonly (readonly [ServicePart, string | undefined])[] = [
    ['stable', pair === undefined ? canary?.stableService : pair.stable],
    ['canary', pair === undefined ? canary?.canaryService : pair.canary],
    ['active', blueGreen?.activeService],
    ['preview', blueGreen?.previewService],
  ];
  const shown = routersOf(rollout, read, routers).map(({ kind, router, objects }) => {
    const { weight, receivers } = shownBy({ rollout, router, objects });
    return { router: kind, weight, receivers: receivers.map((each) => receiverOf(each, namespace, read)) };
  });
  return {
    rollout,
    replicas: rollout.spec.replicas ?? 1,
    replicaSets: read
      .list(resources.replicaSets, namespace)
      .filter((candidate) => controllerOf(candidate)?.uid === rollout.metadata.uid) as ReplicaSet[],
    services: named.flatMap(([part, name]) => {
      if (name === undefined) return [];
      const service = read.get({ type: resources.services, namespace, name }) as Service | undefined;
      return service === undefined ? [] : [{ part, service }];
    }),
    weights: shown.flatMap(({ router, weight, receivers }) =>
      weight === undefined ? [] : [{ router, weight, additional: totalOf(receivers) }],
    ),
    receivers: shown.flatMap(({ receivers }) => receivers),
    total: canary?.trafficRouting?.maxTrafficWeight ?? 100,
  };
}

/** Which of two Services that take turns plays which part now: pong is stable until the first promotion. */
function pairOf({ spec, status }: Rollout): { stable: string; canary: string } | undefined {
  const pair = pingPongOf(spec.strategy?.canary);
  if (pair === undefined) return undefined;
  const { pingService: ping, pongService: pong } = pair;
  const isPingStable = status?.canary?.stablePingPong === 'ping';
  return isPingStable ? { stable: ping, canary: pong } : { stable: pong, canary: ping };
}

function totalOf(receivers: readonly AdditionalReceiver[]): number {
  return receivers.reduce((sum, { weight }) => sum + weight, 0);
}

/** The routers that the Rollout names, with their objects; without one whose objects are not all there. */
function routersOf(rollout: Rollout, read: ObjectSource, routers: RouterRegistry) {
  return namedRouters(rollout.spec.strategy?.canary?.trafficRouting).flatMap((kind) => {
    const router = routers[kind as RouterKind];
    if (router === undefined) return [];
    const refs = router.objects(rollout, read);
    const objects = refs.map((ref) => read.get(ref));
    const isComplete = refs.every(
      ({ isMadeByRouter }, index) => isMadeByRouter === true || objects[index] !== undefined,
    );
    return isComplete ? [{ kind, router, objects }] : [];
  });
}

interface Routed {
  readonly rollout: Rollout;
  readonly router: TrafficRouter;
  readonly objects: readonly (KubeObject | undefined)[];
}

/** What a router's objects say, read again only when one of them is another: most writes are to ReplicaSets. */
const shownBy = onceWhileSame(
  ({ rollout, router, objects }: Routed) => ({
    weight: router.readWeight(rollout, objects),
    receivers: ownReceivers(rollout, router.readReceivers?.(rollout, objects) ?? []),
  }),
  ({ router, objects }) => [router, ...objects],
  ({ rollout }) => rollout,
);

/** Those of the Rollout's own experiments, each once: routes of one router show the same weights. */
function ownReceivers(rollout: Rollout, receivers: readonly Receiver[]): readonly Receiver[] {
  const own = receivers.filter(({ service, weight }) => weight > 0 && isExperimentService(rollout, service));
  return [...new Map(own.map((each) => [each.service, each])).values()];
}

function receiverOf(
  { service, weight }: Receiver,
  namespace: string | undefined,
  read: ObjectSource,
): AdditionalReceiver {
  const found = read.get({ type: resources.services, namespace, name: service }) as Service | undefined;
  const sets = (read.list(resources.replicaSets, namespace) as ReplicaSet[]).filter(
    (each) => found !== undefined && hashOf(each) === selectedHash(found),
  );
  return {
    service,
    weight,
    exists: found !== undefined,
    size: sets.reduce((sum, { spec }) => sum + (spec.replicas ?? 1), 0),
    available: sets.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0),
  };
}

/** The revision that a Service's selector names; undefined when it names none. */
export function selectedHash(service: Service): string | undefined {
  return service.spec.selector?.[podTemplateHashLabel];
}

export function hashOf(replicaSet: ReplicaSet): string | undefined {
  return replicaSet.metadata.labels?.[podTemplateHashLabel];
}

/** Available pods that stay: what a ReplicaSet is about to take away does not count. */
export function availableOf(scene: Scene, hash: string | undefined): number {
  return scene.replicaSets
    .filter((replicaSet) => hashOf(replicaSet) === hash)
    .reduce((sum, { spec, status }) => sum + Math.min(spec.replicas ?? 1, status?.availableReplicas ?? 0), 0);
}

/** Pods that are needed for a share of the traffic. */
export function podsFor(share: number, { replicas }: Scene): number {
  return Math.floor(share * replicas + 1e-9);
}

/** Who writes `setCanaryScale`, or a threshold, has said how many pods are enough. */
export function enoughPods({ rollout }: Scene): number {
  const canary = rollout.spec.strategy?.canary;
  if (canary?.replicaProgressThreshold !== undefined) return 1;
  const explicit = (canary?.steps ?? []).flatMap(({ setCanaryScale }) =>
    setCanaryScale === undefined || setCanaryScale.matchTrafficWeight === true
      ? []
      : (setCanaryScale.replicas ??
        Math.floor(((setCanaryScale.weight ?? 0) / 100) * (rollout.spec.replicas ?? 1))),
  );
  return explicit.length === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.min(...explicit));
}

/** The revision that a part's Service selects. */
export function selectedOf(scene: Scene, part: ServicePart): string | undefined {
  const found = scene.services.find((other) => other.part === part);
  return found === undefined ? undefined : selectedHash(found.service);
}

/** Is there anything to be judged? A Rollout that is refused is left as it is. */
export function isRefused({ rollout }: Scene): boolean {
  return rollout.status?.conditions?.some(({ type }) => type === 'InvalidSpec') === true;
}

/**
 * Each revision's share of the traffic that a router gives out, 0 to 1, by pod template hash. What goes to a Service that
 * names no revision, as before it is adopted, stands under the empty text.
 */
export function sharesOf(scene: Scene): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  const hashes = new Map(scene.services.map(({ part, service }) => [part, selectedHash(service)]));
  const add = (part: ServicePart, share: number) => {
    if (!hashes.has(part) || share <= 0) return;
    const hash = hashes.get(part) ?? '';
    shares.set(hash, (shares.get(hash) ?? 0) + share);
  };
  add('active', 1);
  const shown = scene.weights[0];
  if (shown !== undefined) {
    const { weight, additional = 0 } = shown;
    add('canary', weight / scene.total);
    add('stable', (scene.total - weight - additional) / scene.total);
  }
  return shares;
}
