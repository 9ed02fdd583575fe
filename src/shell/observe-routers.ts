import type { ObjectRef, ResourceType } from '../api/resources.ts';
import { namedRouters, type RouterKind } from '../api/split.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { ObservedRouter } from '../core/rollout/observed.ts';
import { SluiceError } from '../kernel/errors.ts';
import type { ObjectSource } from '../ports/object-source.ts';
import type { Collection, RouterRegistry, TrafficRouter } from '../ports/traffic-router.ts';
import type { Caches } from './caches.ts';

/** The routers that the Rollout configures and that exist, in the order in which they are driven. */
export function configuredRouters(rollout: Rollout, routers: RouterRegistry): readonly TrafficRouter[] {
  return namedRouters(rollout.spec.strategy?.canary?.trafficRouting).flatMap((kind) => {
    const router = routers[kind as RouterKind];
    return router === undefined ? [] : [router];
  });
}

/** The objects of all configured routers; none of a router whose configuration cannot be understood. */
export function routerObjects(
  rollout: Rollout,
  routers: RouterRegistry,
  known: ObjectSource,
): readonly ObjectRef[] {
  return configuredRouters(rollout, routers).flatMap((router) => {
    try {
      return router.objects(rollout, known);
    } catch (error) {
      if (isUsersFault(error)) return [];
      throw error;
    }
  });
}

/** What the configured routers search for objects. */
export function routerSearches(rollout: Rollout, routers: RouterRegistry): readonly Collection[] {
  return configuredRouters(rollout, routers).flatMap((router) => router.searches?.(rollout) ?? []);
}

/**
 * Waits until all types are in the caches that an observation looks at. Objects that are there by then may name objects of
 * further types: an App Mesh VirtualService names its router. A type that is forbidden is waited for again and again; the process can
 * end meanwhile.
 */
export async function allReady(
  typesOf: (known: ObjectSource) => ReadonlySet<ResourceType>,
  caches: Caches,
  signal: AbortSignal,
): Promise<void> {
  for (let types = typesOf(caches); !caches.areReady(types); types = typesOf(caches)) {
    await unlessAborted(caches.ready(types), signal);
  }
}

async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const ended = Promise.withResolvers<never>();
  const end = () => ended.reject(signal.reason);
  signal.addEventListener('abort', end);
  try {
    await Promise.race([promise, ended.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** @param heard called when a data plane that was asked has said more than the observation shows. */
export function observeRouters(
  rollout: Rollout,
  routers: RouterRegistry,
  objects: ObjectSource,
  heard: () => void = () => {},
): ObservedRouter[] {
  return namedRouters(rollout.spec.strategy?.canary?.trafficRouting).map((kind) => {
    const router = routers[kind as RouterKind];
    return router === undefined ? unsupported(kind) : observeRouter(rollout, router, objects, heard);
  });
}

function unsupported(kind: ObservedRouter['kind']): ObservedRouter {
  return {
    kind,
    supported: false,
    capabilities: new Set(),
    problems: [],
    weight: undefined,
    verified: undefined,
  };
}

function observeRouter(
  rollout: Rollout,
  router: TrafficRouter,
  objects: ObjectSource,
  heard: () => void,
): ObservedRouter {
  const { kind, capabilities } = router;
  const base = { kind, supported: true, capabilities, verified: undefined };
  try {
    const refs = router.objects(rollout, objects);
    const current = refs.map((ref) => objects.get(ref));
    const problems = router.validate(rollout, current);
    const isComplete = refs.every(
      ({ isMadeByRouter }, index) => isMadeByRouter === true || current[index] !== undefined,
    );
    const weight = problems.length === 0 && isComplete ? router.readWeight(rollout, current) : undefined;
    const answer = problems.length === 0 ? router.verify?.(rollout, current, heard) : undefined;
    return { ...base, problems, weight, ...answer };
  } catch (error) {
    if (!isUsersFault(error)) throw error;
    const path = `spec.strategy.canary.trafficRouting.${kind}`;
    return { ...base, problems: [{ path, value: '', detail: error.message }], weight: undefined };
  }
}

function isUsersFault(error: unknown): error is SluiceError {
  return error instanceof SluiceError && error.entry.blame === 'user';
}
