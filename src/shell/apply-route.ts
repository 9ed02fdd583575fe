import type { KubeObject } from '../api/meta.ts';
import { apiVersionOf, type ObjectRef, type ResourceType } from '../api/resources.ts';
import type { Split } from '../api/split.ts';
import { invariant, messageOf, SluiceError } from '../kernel/errors.ts';
import { ApiError, servedAs } from '../ports/cluster.ts';
import type { RouteObjectRef, TrafficRouter } from '../ports/traffic-router.ts';
import { type ApplyContext, writeOptionsOf } from './apply-context.ts';
import { giveUpOwnership } from './give-up-ownership.ts';
import { mergeDifference } from './merge-difference.ts';
import { configuredRouters } from './observe-routers.ts';

/**
 * Makes every configured router show the split; objects that show it already are not written. What cannot be written ends it, except
 * that an abort goes on to every other route first: each that is shut takes requests from the canary (invariant I4).
 */
export async function applyRoute(split: Split, context: ApplyContext): Promise<string | undefined> {
  assertWhole(split);
  const changed: string[] = [];
  const failures: unknown[] = [];
  for (const router of configuredRouters(context.rollout, context.routers)) {
    try {
      changed.push(...(await applyRouter(router, split, context)));
    } catch (error) {
      tellRefusal(error, context);
      if (context.priority === 'routine') throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  if (changed.length === 0) return undefined;
  return `route ${split.stable.weight}/${split.canary.weight} by ${changed.join(', ')}`;
}

/** What somebody has to mend is told where people look for it. A conflict, or a server that is away, mends itself. */
function tellRefusal(error: unknown, { rollout, record }: ApplyContext): void {
  const isRefused =
    error instanceof ApiError
      ? error.status >= 400 && error.status < 500 && error.status !== 409 && error.status !== 429
      : error instanceof SluiceError && error.entry.blame === 'user';
  if (!isRefused) return;
  record(rollout, { type: 'Warning', reason: 'TrafficRoutingError', message: messageOf(error) });
}

/** Invariant I2: all of the traffic has a receiver, and each receiver has a name. */
function assertWhole({ total, stable, canary, additional }: Split): void {
  const destinations = [stable, canary, ...additional];
  const sum = destinations.reduce((weights, { weight }) => weights + weight, 0);
  invariant(sum === total, 'The weights do not sum to the whole of the traffic.', { sum, total });
  invariant(
    destinations.every(({ weight }) => Number.isInteger(weight) && weight >= 0),
    'A weight is no whole number from 0 on.',
    { stable: stable.weight, canary: canary.weight },
  );
  invariant(
    destinations.every(
      ({ weight, service, podTemplateHash }) => weight === 0 || service !== '' || podTemplateHash !== '',
    ),
    'A weight has a receiver without Service and revision.',
    { stable: stable.weight, canary: canary.weight },
  );
}

async function applyRouter(router: TrafficRouter, split: Split, context: ApplyContext): Promise<string[]> {
  const { rollout, caches } = context;
  const refs = router.objects(rollout, caches);
  const current = refs.map((ref) => existing(ref, caches.get(ref)));
  const rendered = router.render(rollout, current, split);
  invariant(rendered.length === current.length, 'A router rendered another number of objects.', {
    router: router.kind,
  });
  const shown = [...current];
  const changed: string[] = [];
  const order = router.writeOrder?.(rollout, split, refs.length) ?? refs.keys();
  const write = async (index: number): Promise<void> => {
    const ref = refs[index] as RouteObjectRef;
    const [before, after] = [current[index], rendered[index]];
    if (before === after) return;
    if (after === undefined) {
      await deleteOwn(ref, before as KubeObject, context);
    } else {
      const answer =
        before === undefined
          ? await createServed(router, ref, after, context)
          : await writeDifference(router, ref, before, after, context);
      if (answer === undefined) return;
      const isGivenBack = isAtRest(split) && ref.isMadeByRouter !== true;
      shown[index] = isGivenBack ? await giveUpOwnership(ref, answer, context) : answer;
    }
    changed.push(`${ref.type.kind} ${ref.name}`);
    const told = after ?? (before as KubeObject);
    context.record(context.rollout, { type: 'Normal', ...router.describeChange(told, split, rollout) });
  };
  let failed: { readonly error: unknown; readonly type: ResourceType } | undefined;
  for (const index of order) {
    const { type } = refs[index] as RouteObjectRef;
    if (failed !== undefined && type !== failed.type) break; // what follows may stand on what could not be written
    try {
      await write(index);
    } catch (error) {
      if (context.priority === 'routine') throw error;
      failed ??= { error, type };
    }
  }
  if (failed !== undefined) throw failed.error;
  if (changed.length > 0) assertShown(router, split, shown, context);
  return changed;
}

/** Nothing of a release is in it: everything goes where the user's route leads. */
function isAtRest({ canary, additional, headerRoutes, mirrorRoutes }: Split): boolean {
  return canary.weight + additional.length + headerRoutes.length + mirrorRoutes.length === 0;
}

/** In the version that the cluster serves, unless the router took the version from an object of the user. */
async function createServed(
  router: TrafficRouter,
  { type }: ObjectRef,
  object: KubeObject,
  context: ApplyContext,
): Promise<KubeObject> {
  const { cluster } = context.caches;
  const apiVersion = apiVersionOf(await servedAs(cluster, type));
  const served =
    object.apiVersion === apiVersion
      ? object
      : (router.inApiVersion?.(object, apiVersion) ?? { ...object, apiVersion });
  return await cluster.create(served, type, writeOptionsOf(context));
}

/** Only what the router has made itself; an object of the user that a router leaves out stays. */
async function deleteOwn(ref: RouteObjectRef, object: KubeObject, context: ApplyContext): Promise<void> {
  invariant(ref.isMadeByRouter === true, 'A router would delete an object that it has not made.', {
    kind: ref.type.kind,
    name: ref.name,
  });
  const { uid } = object.metadata;
  await context.caches.cluster.delete(ref, {
    ...writeOptionsOf(context),
    ...(uid !== undefined && { uid }),
  });
}

/** The decision has seen it; when it is gone since, the decision is made anew. */
function existing(ref: RouteObjectRef, object: KubeObject | undefined): KubeObject | undefined {
  if (object === undefined && ref.isMadeByRouter !== true)
    throw new ApiError(409, 'Conflict', `${ref.type.kind} "${ref.name}" is gone`);
  return object;
}

/** Only what differs, and only if nobody wrote in between: route objects have other writers too. */
async function writeDifference(
  router: TrafficRouter,
  ref: ObjectRef,
  before: KubeObject,
  after: KubeObject,
  context: ApplyContext,
): Promise<KubeObject | undefined> {
  const difference = mergeDifference(before, after);
  if (difference === undefined) return undefined;
  const { resourceVersion } = before.metadata;
  const metadata = { ...(difference.metadata as object | undefined), resourceVersion };
  const body = { ...difference, metadata };
  const { cluster } = context.caches;
  const patch = { kind: 'merge', body } as const;
  if (router.dropped?.(after, before) !== undefined) {
    const trial = await cluster.patch(ref, patch, { ...writeOptionsOf(context), dryRun: true });
    const lost = router.dropped(after, trial);
    if (lost !== undefined)
      throw new SluiceError('GATEWAY_API_TOO_OLD', lost, { kind: ref.type.kind, name: ref.name });
  }
  return await cluster.patch(ref, patch, writeOptionsOf(context));
}

/** The other side of the boundary: what the server stored says what we meant. */
function assertShown(
  router: TrafficRouter,
  split: Split,
  objects: readonly (KubeObject | undefined)[],
  { rollout }: ApplyContext,
): void {
  const shown = router.readWeight(rollout, objects, split);
  const { weight } = split.canary;
  invariant(shown === undefined || shown === weight, 'The route shows another weight than written.', {
    router: router.kind,
    shown,
    weight,
  });
}
