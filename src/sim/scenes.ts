import { type KubeObject, keyOf } from '../api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { ObjectSource } from '../ports/object-source.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import type { Store } from '../sandbox/store.ts';
import type { Checker } from './checkers/checker.ts';
import { type Scene, sceneOf } from './scene.ts';

/** One broken invariant, as a person would report it. */
export interface Violation {
  readonly invariant: string;
  readonly rollout: string;
  readonly detail: string;
  /** `MODIFIED services web/shop`; the write after which it was seen. `settled` when it was seen at rest. */
  readonly after: string;
}

export interface Watchman {
  /** Everything found so far, in order. */
  readonly violations: readonly Violation[];
  /** Judges every Rollout at rest, when there was a write since the last time. Call it when no plan is half done. */
  checkSettled(): void;
  stop(): void;
}

/** Looks at the cluster after every write, and has each checker judge each Rollout of the namespace written to. */
export function watchInvariants(
  store: Store,
  routers: RouterRegistry,
  checkers: readonly Checker[],
): Watchman {
  const violations: Violation[] = [];
  const scenes = new Map<string, Scene>();
  const reader = readerOf(store);
  const rollouts = () => store.table(tableOf(resources.rollouts)).list() as readonly Rollout[];

  const report = (scene: Scene, invariant: string, detail: string | undefined, after: string) => {
    if (detail !== undefined) violations.push({ invariant, rollout: keyOf(scene.rollout), detail, after });
  };

  /** Has nothing of a scene been written since the last look at rest? It would only be judged the same again. */
  let isJudged = false;
  const unsubscribe = store.onChange(({ type, resource, object }) => {
    if (!watchedTables.has(resource)) return;
    isJudged = false;
    for (const rollout of rollouts()) {
      if (rollout.metadata.namespace !== object.metadata.namespace) continue;
      const scene = sceneOf(rollout, reader, routers);
      const before = scenes.get(keyOf(rollout));
      for (const checker of checkers) {
        report(scene, checker.name, checker.onWrite?.(scene, before), `${type} ${resource} ${keyOf(object)}`);
      }
      scenes.set(keyOf(rollout), scene);
    }
  });

  return {
    violations,
    checkSettled() {
      if (isJudged) return;
      isJudged = true;
      for (const rollout of rollouts()) {
        const scene = sceneOf(rollout, reader, routers);
        for (const checker of checkers) report(scene, checker.name, checker.whenSettled?.(scene), 'settled');
      }
    },
    stop: unsubscribe,
  };
}

/** The store's name of a resource type's table: `pods`, `rollouts.argoproj.io`. */
export function tableOf({ group, plural }: ResourceType): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** Reads straight from the store, without requests. */
export function readerOf(store: Store): ObjectSource {
  return {
    get: <T extends KubeObject>({ type, namespace, name }: ObjectRef) =>
      store.table(tableOf(type)).get(type.namespaced ? namespace : undefined, name) as T | undefined,
    list: (type, namespace) => store.table(tableOf(type)).list(namespace),
  };
}

/** A write to any of these can change a scene. */
const watchedTables = new Set(
  [
    resources.rollouts,
    resources.replicaSets,
    resources.services,
    resources.virtualServices,
    resources.destinationRules,
    resources.ingresses,
    resources.httpRoutes,
    resources.grpcRoutes,
    resources.tcpRoutes,
    resources.tlsRoutes,
    resources.trafficSplits,
    resources.traefikServices,
    resources.apisixRoutes,
    resources.ambassadorMappings,
    resources.appMeshVirtualRouters,
    resources.appMeshVirtualNodes,
  ].map(tableOf),
);
