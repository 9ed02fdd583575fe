import { managedByAnnotation, podTemplateHashLabel, replicasBeforeAnnotation } from '../api/labels.ts';
import type { KubeObject } from '../api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { Service } from '../api/workloads.ts';
import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { isApiError } from '../ports/cluster.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import type { Caches } from './caches.ts';
import { mergeDifference } from './merge-difference.ts';
import type { Change } from './object-cache.ts';
import { serviceNamesOf } from './observe-rollout.ts';
import { routerObjects } from './observe-routers.ts';
import { workloadOf } from './observe-workload.ts';
import type { Telemetry } from './telemetry.ts';
import { type WorkQueue, workQueue } from './work-queue.ts';

export interface ReleaseControllerOptions {
  readonly caches: Caches;
  readonly routers: RouterRegistry;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
}

export interface ReleaseController {
  readonly queue: WorkQueue;
  onChange(type: ResourceType, change: Change): void;
}

/** An object that a Rollout used to change, and may no longer. */
interface Task {
  readonly ref: ObjectRef;
  readonly rollout: string;
}

/**
 * Takes our fields out of Services and route objects whose Rollout is gone or no longer names them (invariant I7).
 * Without that a Service would go on selecting pods of a revision that will never exist again.
 */
export function releaseController(options: ReleaseControllerOptions): ReleaseController {
  const { caches, clock, log, telemetry } = options;
  const tasks = new Map<string, Task>();

  const queue = workQueue({
    clock,
    observer: telemetry.queue('Releases', clock),
    workers: 2,
    handle: async (key, signal) => {
      const task = tasks.get(key);
      if (task !== undefined) await release(task, options, signal);
      tasks.delete(key);
      return undefined;
    },
    onFailure: (key, error, failures) => {
      if (isApiError(error, 409)) return;
      log.warn('An object could not be released; trying again.', { key, reason: messageOf(error), failures });
    },
  });

  const ask = (ref: ObjectRef, rollout: string) => {
    const key = `${ref.type.plural} ${ref.namespace}/${ref.name} of ${rollout}`;
    tasks.set(key, { ref, rollout });
    queue.add(key);
  };

  const onRolloutChange = ({ type, object, previous }: Change<Rollout>) => {
    if (previous === undefined) return;
    const kept = type === 'deleted' ? [] : refsOf(object, options);
    for (const ref of refsOf(previous, options)) {
      if (!kept.some((other) => isSame(ref, other))) ask(ref, previous.metadata.name);
    }
    const workload = type === 'deleted' ? workloadOf(previous)?.ref : undefined;
    if (workload !== undefined) ask(workload, previous.metadata.name);
  };

  telemetry.followQueue('Releases', () => queue.depth);
  return {
    queue,
    onChange: (type, change) => {
      if (type === resources.rollouts) return onRolloutChange(change as Change<Rollout>);
      // what an earlier process of ours has left behind
      const { namespace, name, annotations } = change.object.metadata;
      const owner = annotations?.[managedByAnnotation];
      if (change.type !== 'added' || owner === undefined) return;
      const rollout = caches.get<Rollout>({ type: resources.rollouts, namespace, name: owner });
      const ref = { type, namespace, name };
      if (rollout === undefined || !isUsedBy(rollout, ref, options)) ask(ref, owner);
    },
  };
}

async function release(task: Task, options: ReleaseControllerOptions, signal: AbortSignal): Promise<void> {
  const { caches, routers, log } = options;
  const { ref, rollout: owner } = task;
  const object = caches.get(ref);
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return;
  const managedBy = object.metadata.annotations?.[managedByAnnotation];
  if (managedBy !== undefined && managedBy !== owner) return;
  // the cache holds only Rollouts of our instance; one of another instance may still need the object
  const ownerRef = { type: resources.rollouts, namespace: ref.namespace, name: owner };
  const live = (await caches.cluster.get(ownerRef, signal)) as Rollout | undefined;
  const isNeeded =
    live !== undefined && live.metadata.deletionTimestamp === undefined && isUsedBy(live, ref, options);
  if (isNeeded) return;
  const difference = mergeDifference(object, released(object, owner, ref.type, routers));
  if (difference === undefined) return;
  const { resourceVersion } = object.metadata;
  const metadata = { ...(difference.metadata as object | undefined), resourceVersion };
  await caches.cluster.patch(ref, { kind: 'merge', body: { ...difference, metadata } }, { signal });
  log.info('Released an object that no Rollout uses any more.', {
    kind: ref.type.kind,
    namespace: ref.namespace,
    name: ref.name,
    rollout: owner,
  });
}

/** The object without anything of ours. */
function released(
  object: KubeObject,
  owner: string,
  type: ResourceType,
  routers: RouterRegistry,
): KubeObject {
  if (type === resources.services) return releasedService(object as Service, owner);
  if (type === resources.deployments) return releasedDeployment(object, owner);
  return Object.values(routers).reduce(
    (current, router) => router?.release?.(owner, [current])[0] ?? current,
    object,
  );
}

/** Only what carries our mark: a selector with that label may be somebody else's doing. */
function releasedService(service: Service, owner: string): Service {
  const { [managedByAnnotation]: managedBy, ...annotations } = service.metadata.annotations ?? {};
  if (managedBy !== owner) return service;
  const { [podTemplateHashLabel]: _, ...selector } = service.spec.selector ?? {};
  return {
    ...service,
    metadata: { ...service.metadata, annotations },
    spec: { ...service.spec, selector },
  };
}

/** Gets back the pods that the Rollout has taken from it, unless somebody has seen to it already. */
function releasedDeployment(deployment: KubeObject, owner: string): KubeObject {
  const {
    [managedByAnnotation]: managedBy,
    [replicasBeforeAnnotation]: before,
    ...annotations
  } = deployment.metadata.annotations ?? {};
  if (managedBy !== owner) return deployment;
  const spec = deployment.spec as { readonly replicas?: number };
  const replicas = Math.max(spec.replicas ?? 1, Number(before) || 0);
  return { ...deployment, metadata: { ...deployment.metadata, annotations }, spec: { ...spec, replicas } };
}

type Known = Pick<ReleaseControllerOptions, 'routers' | 'caches'>;

/** A Deployment whose pods a Rollout has taken stays as it is while the Rollout exists, whatever its spec names by now. */
function isUsedBy(rollout: Rollout, ref: ObjectRef, known: Known): boolean {
  return ref.type === resources.deployments || refsOf(rollout, known).some((other) => isSame(ref, other));
}

function refsOf(rollout: Rollout, { routers, caches }: Known): ObjectRef[] {
  const { namespace } = rollout.metadata;
  const services = serviceNamesOf(rollout).map((name) => ({ type: resources.services, namespace, name }));
  return [...services, ...routerObjects(rollout, routers, caches)];
}

function isSame(one: ObjectRef, other: ObjectRef): boolean {
  const isSameType = one.type.plural === other.type.plural && one.type.group === other.type.group;
  return isSameType && one.namespace === other.namespace && one.name === other.name;
}
