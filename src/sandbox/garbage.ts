import type { KubeObject, OwnerReference } from '../api/meta.ts';
import type { Engine } from './engine.ts';
import type { Resource } from './resource.ts';
import type { Change } from './store.ts';
import type { DeleteOptions, Propagation } from './verbs/options.ts';
import { foregroundFinalizer, orphanFinalizer, removeObject, storeOrRemove } from './verbs/remove.ts';

/** Where an object is kept. */
interface Place {
  readonly storage: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/**
 * Collects the dependents of deleted owners, driven by the changes themselves: nothing polls. Works off the finalizers
 * `foregroundDeletion` and `orphan`, too.
 */
export function collectGarbage(engine: Engine): (change: Change) => void {
  const places = new Map<string, Place>();
  const dependentsByOwner = new Map<string, Set<string>>();

  const resourceAt = ({ storage }: Place): Resource | undefined => engine.registry.byStorage(storage);
  const read = (uid: string): { resource: Resource; object: KubeObject } | undefined => {
    const place = places.get(uid);
    const resource = place === undefined ? undefined : resourceAt(place);
    if (place === undefined || resource === undefined) return undefined;
    const object = engine.store.table(place.storage).get(place.namespace, place.name);
    return object?.metadata.uid === uid ? { resource, object } : undefined;
  };

  const index = ({ object, previous, resource, type }: Change) => {
    const uid = object.metadata.uid as string;
    for (const owner of previous?.metadata.ownerReferences ?? [])
      dependentsByOwner.get(owner.uid)?.delete(uid);
    if (type === 'DELETED') {
      places.delete(uid);
      return;
    }
    places.set(uid, { storage: resource, namespace: object.metadata.namespace, name: object.metadata.name });
    for (const owner of object.metadata.ownerReferences ?? []) {
      let dependents = dependentsByOwner.get(owner.uid);
      if (dependents === undefined) {
        dependents = new Set();
        dependentsByOwner.set(owner.uid, dependents);
      }
      dependents.add(uid);
    }
  };

  const dependentsOf = (uid: string) =>
    [...(dependentsByOwner.get(uid) ?? [])].flatMap((dependent) => read(dependent) ?? []);

  const isAlive = (owner: OwnerReference, dependent: KubeObject): boolean => {
    const place = places.get(owner.uid);
    if (place === undefined) return false;
    return place.namespace === undefined || place.namespace === dependent.metadata.namespace;
  };

  /** Deletes an object none of whose owners is there; one that still has another owner only forgets the gone. */
  const judge = (uid: string) => {
    const found = read(uid);
    if (found === undefined) return;
    const { resource, object } = found;
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length === 0) return;
    const alive = owners.filter((owner) => isAlive(owner, object));
    if (alive.length === 0) removeObject(engine, resource, object, policy(propagationOf(object)));
    else if (alive.length < owners.length) withOwners(resource, object, alive);
  };

  const withOwners = (resource: Resource, object: KubeObject, owners: readonly OwnerReference[]) => {
    const { ownerReferences: _old, ...metadata } = object.metadata;
    const ownerReferences = owners.length === 0 ? {} : { ownerReferences: [...owners] };
    engine.putOwn(resource.storage, { ...object, metadata: { ...metadata, ...ownerReferences } }, object);
  };

  const release = (uid: string, finalizer: string) => {
    const found = read(uid);
    if (found === undefined) return;
    const { resource, object } = found;
    const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    const { finalizers: _old, ...metadata } = object.metadata;
    const kept = finalizers.length === 0 ? {} : { finalizers };
    storeOrRemove(engine, resource, { ...object, metadata: { ...metadata, ...kept } });
  };

  const orphan = (uid: string) => {
    for (const { resource, object } of dependentsOf(uid)) {
      const others = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
      withOwners(resource, object, others);
    }
    release(uid, orphanFinalizer);
  };

  /** Foreground: the owner goes when no dependent that blocks it is left. */
  const deleteDependents = (uid: string) => {
    for (const { resource, object } of dependentsOf(uid)) {
      const others = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
      if (others.some((owner) => isAlive(owner, object))) withOwners(resource, object, others);
      else if (object.metadata.deletionTimestamp === undefined) {
        removeObject(engine, resource, object, policy('Foreground'));
      }
    }
    releaseWhenUnblocked(uid);
  };

  const releaseWhenUnblocked = (uid: string) => {
    const isBlocked = dependentsOf(uid).some(({ object }) =>
      (object.metadata.ownerReferences ?? []).some(
        (owner) => owner.uid === uid && owner.blockOwnerDeletion === true,
      ),
    );
    if (!isBlocked) release(uid, foregroundFinalizer);
  };

  const isWaiting = (uid: string, finalizer: string): boolean => {
    const metadata = read(uid)?.object.metadata;
    return metadata?.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(finalizer);
  };

  return (change) => {
    index(change);
    const uid = change.object.metadata.uid as string;
    if (change.type === 'DELETED') {
      for (const dependent of [...(dependentsByOwner.get(uid) ?? [])]) judge(dependent);
      dependentsByOwner.delete(uid);
      for (const owner of change.object.metadata.ownerReferences ?? []) {
        if (isWaiting(owner.uid, foregroundFinalizer)) releaseWhenUnblocked(owner.uid);
      }
      return;
    }
    if (isWaiting(uid, orphanFinalizer)) orphan(uid);
    else if (isWaiting(uid, foregroundFinalizer)) deleteDependents(uid);
    else if (ownersChanged(change)) judge(uid);
  };
}

function ownersChanged({ object, previous }: Change): boolean {
  const owners = object.metadata.ownerReferences;
  return owners !== undefined && owners !== previous?.metadata.ownerReferences;
}

/** A dependent keeps the policy that its own finalizers speak of. */
function propagationOf({ metadata }: KubeObject): Propagation {
  if (metadata.finalizers?.includes(orphanFinalizer) === true) return 'Orphan';
  return metadata.finalizers?.includes(foregroundFinalizer) === true ? 'Foreground' : 'Background';
}

function policy(propagation: Propagation): DeleteOptions {
  return {
    dryRun: false,
    propagation,
    gracePeriodSeconds: undefined,
    uid: undefined,
    resourceVersion: undefined,
  };
}
