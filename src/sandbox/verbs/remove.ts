import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resources.ts';
import { addSeconds, formatInstant } from '../../kernel/instant.ts';
import { cleanupFinalizer, crdStorage } from '../crd/types.ts';
import type { Engine } from '../engine.ts';
import { valueAt, withValueAt } from '../json.ts';
import { type BodyResponse, json, type Target } from '../request.ts';
import type { Resource } from '../resource.ts';
import { selectorOf } from '../selectors.ts';
import { conflict, forbidden, notFound } from '../status.ts';
import { renderList } from '../tables/render.ts';
import { continueOfAll, listOptionsOf } from './list-options.ts';
import { type DeleteOptions, deleteOptionsOf, type Propagation } from './options.ts';

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

/** DELETE of one object. */
export function deleteObject(engine: Engine, target: Target): BodyResponse {
  const { resource, namespace, name = '' } = target;
  const options = deleteOptionsOf(target);
  const live = engine.store.table(resource.storage).get(namespace, name);
  if (live === undefined) throw notFound(resource, name);
  if (resource.storage === 'namespaces' && immortalNamespaces.has(name))
    throw forbidden(resource, name, 'this namespace may not be deleted');
  const remaining = removeObject(engine, resource, live, options);
  const warnings = propagationWarnings(resource, options.propagation);
  if (remaining !== undefined) return json(resource.fromStored(remaining), 200, warnings);
  if (resource.storage === 'pods') {
    return json(markDeleted(engine, live, { finalizers: [], graceSeconds: 0 }));
  }
  if (answersWithObject.has(resource.storage)) return json(live);
  return json(successStatus(resource, live), 200, warnings);
}

/** Namespaces that the cluster cannot be without. */
const immortalNamespaces: ReadonlySet<string> = new Set(['default', 'kube-public', 'kube-system']);

/** Kinds whose deletion answers with what was deleted instead of a Status. */
const answersWithObject = new Set(['podtemplates', 'serviceaccounts', 'services']);

function successStatus(resource: Resource, { metadata }: KubeObject): unknown {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: metadata.name,
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind: resource.plural,
      uid: metadata.uid,
    },
  };
}

/** A Job keeps its pods unless told otherwise, which surprises people; the real server warns too. */
function propagationWarnings(resource: Resource, asked: Propagation | undefined): readonly string[] {
  if (resource.storage !== 'jobs.batch' || asked !== undefined) return [];
  return [
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  ];
}

/** DELETE of a collection: every object that the selectors match. */
export function deleteCollection(engine: Engine, target: Target): BodyResponse {
  const { resource, namespace, request } = target;
  const options = deleteOptionsOf(target);
  listOptionsOf(target);
  const matches = selectorOf(resource, request.query);
  const doomed = engine.store
    .table(resource.storage)
    .list(namespace)
    .filter((object) => matches?.(object) ?? true);
  for (const object of doomed) removeObject(engine, resource, object, options);
  const metadata = { resourceVersion: String(engine.store.revision()), ...continueOfAll(target) };
  const items = doomed.map(resource.fromStored);
  const list = { kind: resource.listKind, apiVersion: apiVersionOf(resource), metadata, items };
  return json(renderList(list, target, engine.clock.now()));
}

/**
 * Deletes an object, or marks it for deletion while finalizers, a grace period or its contents hold it.
 * Answers with the object that is still there; undefined when it is gone.
 */
export function removeObject(
  engine: Engine,
  resource: Resource,
  live: KubeObject,
  options: DeleteOptions,
): KubeObject | undefined {
  refuseStaleDelete(resource, live, options);
  const asked = finalizersFor(resource, live, options.propagation);
  const isNewEnd = resource.storage === crdStorage && live.metadata.deletionTimestamp === undefined;
  const finalizers = isNewEnd ? [...asked, cleanupFinalizer] : asked;
  const graceSeconds = graceOf(resource, live, options.gracePeriodSeconds);
  const isHeld = finalizers.length > 0 || graceSeconds > 0 || holdsContents(resource, live);
  if (options.dryRun) return isHeld ? markDeleted(engine, live, { finalizers, graceSeconds }) : undefined;
  if (!isHeld) {
    // a pod that ends at once is marked first, too: watchers hear of both
    if (resource.storage === 'pods' && live.metadata.deletionTimestamp === undefined)
      engine.putOwn(resource.storage, markDeleted(engine, live, { finalizers, graceSeconds }), live);
    engine.store.remove(resource.storage, live.metadata.namespace, live.metadata.name);
    return undefined;
  }
  const marked = markDeleted(engine, live, { finalizers, graceSeconds });
  if (marked === live) return live;
  return engine.putOwn(resource.storage, marked, live);
}

function refuseStaleDelete(resource: Resource, { metadata }: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options;
  if (uid !== undefined && uid !== metadata.uid) {
    const text = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw conflict({ group: resource.group, plural: resource.kind }, metadata.name, text);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const text = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw conflict({ group: resource.group, plural: resource.kind }, metadata.name, text);
  }
}

/** The propagation policy becomes a finalizer that the garbage collector works off. */
function finalizersFor(
  resource: Resource,
  { metadata }: KubeObject,
  asked: Propagation | undefined,
): string[] {
  const own = metadata.finalizers ?? [];
  if (asked === undefined && (own.includes(foregroundFinalizer) || own.includes(orphanFinalizer))) return own;
  const policy = asked ?? resource.defaultPropagation;
  const others = own.filter((name) => name !== foregroundFinalizer && name !== orphanFinalizer);
  if (policy === 'Foreground') return [...others, foregroundFinalizer];
  return policy === 'Orphan' ? [...others, orphanFinalizer] : others;
}

/** Only pods end gracefully: those that run somewhere get their time, the others go at once. */
function graceOf(resource: Resource, live: KubeObject, asked: number | undefined): number {
  if (resource.storage !== 'pods') return 0;
  const phase = valueAt(live, ['status', 'phase']);
  const node = valueAt(live, ['spec', 'nodeName']);
  if (node === undefined || node === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  const own = valueAt(live, ['spec', 'terminationGracePeriodSeconds']);
  const wanted = asked ?? (typeof own === 'number' ? own : 30);
  const running = live.metadata.deletionGracePeriodSeconds;
  return running === undefined ? wanted : Math.min(wanted, running);
}

/** A namespace stays until the namespace controller has emptied it and taken its own finalizer away. */
function holdsContents(resource: Resource, live: KubeObject): boolean {
  if (resource.storage !== 'namespaces') return false;
  const finalizers = valueAt(live, ['spec', 'finalizers']);
  return Array.isArray(finalizers) && finalizers.length > 0;
}

/** Kinds whose end is a phase of their status. */
const endsInPhases: ReadonlySet<string> = new Set(['CustomResourceDefinition', 'Namespace']);

function markDeleted(
  engine: Engine,
  live: KubeObject,
  { finalizers, graceSeconds }: { finalizers: string[]; graceSeconds: number },
): KubeObject {
  const { metadata } = live;
  const isFirst = metadata.deletionTimestamp === undefined;
  const isShorter = !isFirst && graceSeconds < (metadata.deletionGracePeriodSeconds ?? 0);
  const sameFinalizers = JSON.stringify(finalizers) === JSON.stringify(metadata.finalizers ?? []);
  if (!isFirst && !isShorter && sameFinalizers) return live;
  const next: ObjectMeta = { ...metadata, finalizers };
  if (finalizers.length === 0) delete next.finalizers;
  if (isFirst || isShorter) {
    next.deletionTimestamp = formatInstant(addSeconds(engine.clock.now(), graceSeconds));
    if (!endsInPhases.has(live.kind)) next.deletionGracePeriodSeconds = graceSeconds;
  }
  if (isFirst && metadata.generation !== undefined && !endsInPhases.has(live.kind))
    next.generation = metadata.generation + 1;
  const marked = { ...live, metadata: next };
  return live.kind === 'Namespace' ? withValueAt(marked, ['status', 'phase'], 'Terminating') : marked;
}

/**
 * Stores an update; one of an object that is marked for deletion and that nothing holds any more removes it instead, and
 * the state before the update is its last. Answers with the object as the update made it.
 */
export function storeOrRemove(engine: Engine, resource: Resource, object: KubeObject): KubeObject {
  const { namespace, name } = object.metadata;
  if (isHeld(resource, object)) {
    return resource.fromStored(engine.store.put(resource.storage, resource.toStored(object)));
  }
  const last = engine.store.remove(resource.storage, namespace, name);
  const { resourceVersion } = (last ?? object).metadata;
  return { ...object, metadata: { ...object.metadata, resourceVersion } } as KubeObject;
}

function isHeld(resource: Resource, object: KubeObject): boolean {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds = 0 } = object.metadata;
  if (deletionTimestamp === undefined || finalizers.length > 0 || deletionGracePeriodSeconds > 0) return true;
  return holdsContents(resource, object);
}
