import { podTemplateHashLabel } from '../api/labels.ts';
import { controllerOf, type KubeObject } from '../api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import { routerKinds } from '../api/split.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { ReplicaSet, Service } from '../api/workloads.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';

/** Reads the simulated cluster as it is at this instant. */
export interface Reader {
  get(ref: ObjectRef): KubeObject | undefined;
  list(type: ResourceType, namespace: string | undefined): readonly KubeObject[];
}

/** One Rollout and all that an invariant may be judged by, at one instant. */
export interface Scene {
  readonly rollout: Rollout;
  readonly replicas: number;
  readonly replicaSets: readonly ReplicaSet[];
  /** The Services that the spec names, with the part each plays. */
  readonly services: readonly { readonly part: ServicePart; readonly service: Service }[];
  /** The canary's weight as each router's objects show it. */
  readonly weights: readonly { readonly router: string; readonly weight: number }[];
  /** The weight that is all of the traffic. */
  readonly total: number;
}

export type ServicePart = 'stable' | 'canary' | 'active' | 'preview';

export function sceneOf(rollout: Rollout, read: Reader, routers: RouterRegistry): Scene {
  const namespace = rollout.metadata.namespace;
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  const named: readonly (readonly [ServicePart, string | undefined])[] = [
    ['stable', canary?.stableService],
    ['canary', canary?.canaryService],
    ['active', blueGreen?.activeService],
    ['preview', blueGreen?.previewService],
  ];
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
    weights: weightsOf(rollout, read, routers),
    total: canary?.trafficRouting?.maxTrafficWeight ?? 100,
  };
}

function weightsOf(rollout: Rollout, read: Reader, routers: RouterRegistry): Scene['weights'] {
  const routing = rollout.spec.strategy?.canary?.trafficRouting ?? {};
  return routerKinds.flatMap((kind) => {
    const router = routing[kind] === undefined ? undefined : routers[kind];
    if (router === undefined) return [];
    const objects = router.objects(rollout).map((ref) => read.get(ref));
    if (objects.some((object) => object === undefined)) return [];
    const weight = router.readWeight(rollout, objects as KubeObject[]);
    return weight === undefined ? [] : [{ router: kind, weight }];
  });
}

/** The revision that a Service's selector names; undefined when it names none. */
export function selectedHash(service: Service): string | undefined {
  return service.spec.selector?.[podTemplateHashLabel];
}

export function hashOf(replicaSet: ReplicaSet): string | undefined {
  return replicaSet.metadata.labels?.[podTemplateHashLabel];
}

export function availableOf(scene: Scene, hash: string): number {
  return scene.replicaSets
    .filter((replicaSet) => hashOf(replicaSet) === hash)
    .reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0);
}

/** Each revision's share of the traffic that a router gives out, 0 to 1, by pod template hash. */
export function sharesOf(scene: Scene): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  const hashes = new Map(scene.services.map(({ part, service }) => [part, selectedHash(service)]));
  const add = (hash: string | undefined, share: number) => {
    if (hash !== undefined && share > 0) shares.set(hash, (shares.get(hash) ?? 0) + share);
  };
  add(hashes.get('active'), 1);
  const weight = scene.weights[0]?.weight;
  if (weight !== undefined) {
    add(hashes.get('canary'), weight / scene.total);
    add(hashes.get('stable'), 1 - weight / scene.total);
  }
  return shares;
}
