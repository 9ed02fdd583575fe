import type { KubeObject } from '../../api/meta.ts';
import type { Engine } from '../engine.ts';
import { jsonEqual } from '../json.ts';
import type { Change } from '../store.ts';
import { removeObject, storeOrRemove } from '../verbs/remove.ts';
import { resourcesOf } from './resources.ts';
import { type CrdSpec, cleanupFinalizer, crdStorage } from './types.ts';

/** Serves what the definitions describe, as soon as they are stored, and stops when they go. */
export function serveDefinitions(engine: Engine): (change: Change) => void {
  const { registry, store } = engine;

  const serve = ({ object, previous }: Change) => {
    if (previous !== undefined && jsonEqual(previous.spec, object.spec)) return;
    const { group, names } = object.spec as CrdSpec;
    registry.remove(group, names.plural);
    const hasOldObjects = store.table(object.metadata.name).size() > 0;
    for (const resource of resourcesOf(object, hasOldObjects)) registry.add(resource);
  };

  const release = (crd: KubeObject) => {
    const definition = registry.byStorage(crdStorage);
    const { finalizers = [], ...metadata } = crd.metadata;
    const others = finalizers.filter((name) => name !== cleanupFinalizer);
    if (definition === undefined || others.length === finalizers.length) return;
    storeOrRemove(engine, definition, {
      ...crd,
      metadata: { ...metadata, ...(others.length === 0 ? {} : { finalizers: others }) },
    });
  };

  /** Deletes the objects of a definition that is going, and lets it go after the last of them. */
  const clean = (crd: KubeObject) => {
    const resource = registry.byStorage(crd.metadata.name);
    const remaining = () => store.table(crd.metadata.name).list();
    for (const object of remaining()) {
      if (resource === undefined || object.metadata.deletionTimestamp !== undefined) continue;
      removeObject(engine, resource, object, {
        dryRun: false,
        propagation: 'Background',
        gracePeriodSeconds: undefined,
        uid: undefined,
        resourceVersion: undefined,
      });
    }
    const live = store.table(crdStorage).get(undefined, crd.metadata.name);
    if (live !== undefined && remaining().length === 0) release(live);
  };

  return (change) => {
    const { resource, object, type } = change;
    if (resource === crdStorage) {
      if (type === 'DELETED') {
        const { group, names } = object.spec as CrdSpec;
        registry.remove(group, names.plural);
        store.drop(object.metadata.name);
      } else if (object.metadata.deletionTimestamp === undefined) serve(change);
      else if (change.previous?.metadata.deletionTimestamp === undefined) clean(object);
      return;
    }
    if (type !== 'DELETED') return;
    const crd = store.table(crdStorage).get(undefined, resource);
    if (crd?.metadata.deletionTimestamp !== undefined) clean(crd);
  };
}
