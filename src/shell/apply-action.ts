import { managedByAnnotation, podTemplateHashLabel } from '../api/labels.ts';
import type { KubeObject } from '../api/meta.ts';
import { apiVersionOf, type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import type { ReplicaSet, Service } from '../api/workloads.ts';
import type { Action } from '../core/plan.ts';
import { sameJson } from '../kernel/same-json.ts';
import { ApiError, isApiError } from '../ports/cluster.ts';
import { type ApplyContext, patchRollout, type WriteContext, writeOptionsOf } from './apply-context.ts';
import { applyRoute } from './apply-route.ts';
import { adoptOrCount, isAlreadyThere } from './create-collision.ts';
import { isRefusal, showCreationFailure } from './creation-failure.ts';
import { mergeDifference } from './merge-difference.ts';

/** Does one thing; says in words what, or undefined when the world was so already. */
export async function applyAction(action: Action, context: ApplyContext): Promise<string | undefined> {
  switch (action.do) {
    case 'createReplicaSet':
      return await createReplicaSet(action.replicaSet, context);
    case 'scaleReplicaSet':
      return await scaleReplicaSet(action, context);
    case 'adoptReplicaSet':
      return await adoptReplicaSet(action, context);
    case 'releaseReplicaSet':
      return await writeOwners(action, context);
    case 'mergePatch':
      return await mergePatch(action.ref, action.body, context);
    case 'delete':
      return await remove(action.ref, action.uid, context);
    case 'switchService':
      return await switchService(action.name, action.podTemplateHash, context);
    case 'route':
      return await applyRoute(action.split, context);
    case 'createAnalysisRun':
      return await createOwned(action.run, resources.analysisRuns, context);
    case 'createExperiment':
      return await createOwned(action.experiment, resources.experiments, context);
    case 'terminateAnalysisRun':
      return await terminate(resources.analysisRuns, action.name, context);
    case 'terminateExperiment':
      return await terminate(resources.experiments, action.name, context);
    case 'evictPod':
      return await evictPod(action.name, context);
    case 'create':
      return await createOwned(action.object, action.ref.type, context);
  }
}

function refOf(type: ResourceType, name: string, { namespace }: WriteContext): ObjectRef {
  return { type, namespace, name };
}

async function createReplicaSet(replicaSet: ReplicaSet, context: ApplyContext): Promise<string | undefined> {
  try {
    await context.caches.cluster.create(replicaSet, resources.replicaSets, writeOptionsOf(context));
    return `createReplicaSet ${replicaSet.metadata.name}`;
  } catch (error) {
    if (isRefusal(error)) await showCreationFailure(replicaSet, error, context);
    if (!isAlreadyThere(error)) throw error;
    return await adoptOrCount(replicaSet, context);
  }
}

export async function scaleReplicaSet(
  { name, replicas, annotations = {}, resourceVersion }: Extract<Action, { do: 'scaleReplicaSet' }>,
  context: WriteContext,
): Promise<string | undefined> {
  const ref = refOf(resources.replicaSets, name, context);
  const known = context.caches.get<ReplicaSet>(ref);
  const changed = Object.entries(annotations).filter(
    ([key, value]) => (known?.metadata.annotations?.[key] ?? null) !== value,
  );
  const isSized = known?.spec.replicas === replicas;
  if (isSized && changed.length === 0) return undefined;
  const metadata = {
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(changed.length > 0 && { annotations: Object.fromEntries(changed) }),
  };
  const body = { metadata, ...(!isSized && { spec: { replicas } }) };
  await context.caches.cluster.patch(ref, { kind: 'merge', body }, writeOptionsOf(context));
  return isSized ? `annotateReplicaSet ${name}` : `scaleReplicaSet ${name} to ${replicas}`;
}

/** Asks the server itself first: a Rollout that was deleted meanwhile would take the pods that it adopts with it. */
async function adoptReplicaSet(
  action: Extract<Action, { do: 'adoptReplicaSet' }>,
  context: ApplyContext,
): Promise<string | undefined> {
  const { name, uid } = context.rollout.metadata;
  const live = await context.caches.cluster.get(refOf(resources.rollouts, name, context), context.signal);
  if (live?.metadata.uid !== uid || live?.metadata.deletionTimestamp !== undefined) {
    throw new ApiError(409, 'Conflict', `the Rollout "${name}" is being deleted, or is another one by now`);
  }
  return await writeOwners(action, context);
}

/** Under the version that was observed: the list is written as a whole. */
async function writeOwners(
  { do: what, name, ownerReferences }: Extract<Action, { do: 'adoptReplicaSet' | 'releaseReplicaSet' }>,
  context: ApplyContext,
): Promise<string | undefined> {
  const ref = refOf(resources.replicaSets, name, context);
  const known = context.caches.get<ReplicaSet>(ref);
  if (known === undefined || sameJson(known.metadata.ownerReferences ?? [], ownerReferences))
    return undefined;
  const { uid, resourceVersion } = known.metadata;
  const body = { metadata: { uid, resourceVersion, ownerReferences } };
  await context.caches.cluster.patch(ref, { kind: 'merge', body }, writeOptionsOf(context));
  return `${what} ${name}`;
}

async function mergePatch(
  ref: ObjectRef,
  body: Readonly<Record<string, unknown>>,
  context: ApplyContext,
): Promise<string | undefined> {
  const { rollout } = context;
  const isRollout = ref.type.plural === resources.rollouts.plural && ref.name === rollout.metadata.name;
  const known = isRollout ? rollout : knownObject(ref, context);
  if (known !== undefined && mergeDifference(known, patched(known, body)) === undefined) return undefined;
  if (isRollout) await patchRollout(body, context);
  else await context.caches.cluster.patch(ref, { kind: 'merge', body }, writeOptionsOf(context));
  return `patch ${ref.type.kind} ${ref.name}`;
}

/** Only of types that are followed anyway: looking an object up must not start to follow its type. */
function knownObject(ref: ObjectRef, { caches }: ApplyContext): KubeObject | undefined {
  const informer = caches.started().find(({ type }) => type === ref.type);
  return informer?.cache.get(ref.namespace, ref.name);
}

/** The object after a JSON merge patch (RFC 7386). */
function patched(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isMap = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result: Record<string, unknown> = isMap ? { ...(target as Record<string, unknown>) } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = patched(result[name], value);
  }
  return result;
}

export async function remove(
  ref: ObjectRef,
  uid: string | undefined,
  context: WriteContext,
): Promise<string | undefined> {
  try {
    await context.caches.cluster.delete(ref, {
      ...writeOptionsOf(context),
      propagation: 'Background',
      ...(uid !== undefined && { uid }),
    });
    return `delete ${ref.type.kind} ${ref.name}`;
  } catch (error) {
    // gone, or another object of that name: what was to be deleted is not there any more
    if (isApiError(error, 404) || (uid !== undefined && isApiError(error, 409))) return undefined;
    throw error;
  }
}

/** Under the version that the decision saw: what somebody else made of the selector since is decided on anew. */
async function switchService(
  name: string,
  podTemplateHash: string,
  context: ApplyContext,
): Promise<string | undefined> {
  const ref = refOf(resources.services, name, context);
  const service = context.caches.get<Service>(ref);
  const resourceVersion = service?.metadata.resourceVersion;
  const owner = context.rollout.metadata.name;
  const isSwitched = service?.spec.selector?.[podTemplateHashLabel] === podTemplateHash;
  if (isSwitched && service?.metadata.annotations?.[managedByAnnotation] === owner) return undefined;
  const body = {
    metadata: {
      ...(resourceVersion !== undefined && { resourceVersion }),
      annotations: { [managedByAnnotation]: owner },
    },
    spec: { selector: { [podTemplateHashLabel]: podTemplateHash } },
  };
  await context.caches.cluster.patch(ref, { kind: 'merge', body }, writeOptionsOf(context));
  return `switchService ${name} to ${podTemplateHash}`;
}

async function createOwned(
  object: KubeObject,
  type: ResourceType,
  context: ApplyContext,
): Promise<string | undefined> {
  try {
    await context.caches.cluster.create(object, type, writeOptionsOf(context));
    return `create ${type.kind} ${object.metadata.name}`;
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
    return await adoptOrCount(object, context);
  }
}

export async function terminate(
  type: ResourceType,
  name: string,
  context: WriteContext,
): Promise<string | undefined> {
  const ref = refOf(type, name, context);
  const known = context.caches.get<KubeObject & { spec?: { terminate?: boolean } }>(ref);
  if (known === undefined || known.spec?.terminate === true) return undefined;
  try {
    const body = { spec: { terminate: true } };
    await context.caches.cluster.patch(ref, { kind: 'merge', body }, writeOptionsOf(context));
    return `terminate ${type.kind} ${name}`;
  } catch (error) {
    if (isApiError(error, 404)) return undefined;
    throw error;
  }
}

/** A disruption budget may refuse (429): the pod stays, and a later decision asks again. */
async function evictPod(name: string, context: ApplyContext): Promise<string | undefined> {
  const eviction: KubeObject = {
    apiVersion: apiVersionOf({ group: 'policy', version: 'v1' }),
    kind: 'Eviction',
    metadata: { name, ...(context.namespace !== undefined && { namespace: context.namespace }) },
  };
  try {
    const options = { ...writeOptionsOf(context), subresource: 'eviction' as const };
    await context.caches.cluster.create(eviction, resources.pods, options);
    return `evictPod ${name}`;
  } catch (error) {
    if (isApiError(error, 404) || isApiError(error, 429)) return undefined;
    throw error;
  }
}
