import type { KubeObject } from '../api/meta.ts';
import { formatInstant } from '../kernel/instant.ts';
import type { Engine } from './engine.ts';
import { withValueAt } from './json.ts';
import type { Change } from './store.ts';
import { removeObject, storeOrRemove } from './verbs/remove.ts';

/** Empties a namespace that is being deleted and lets it go when it is empty. Driven by the changes themselves. */
export function emptyNamespaces(engine: Engine): (change: Change) => void {
  const terminating = new Set<string>();

  const contents = (namespace: string) => {
    const storages = new Set(
      engine.registry
        .all()
        .filter(({ namespaced }) => namespaced)
        .map(({ storage }) => storage),
    );
    return [...storages].flatMap((storage) => {
      const resource = engine.registry.byStorage(storage);
      if (resource === undefined) return [];
      return engine.store
        .table(storage)
        .list(namespace)
        .map((object) => ({ resource, object }));
    });
  };

  const empty = (namespace: string) => {
    for (const { resource, object } of contents(namespace)) {
      const live = engine.store.table(resource.storage).get(namespace, object.metadata.name);
      if (live === undefined || live.metadata.deletionTimestamp !== undefined) continue;
      removeObject(engine, resource, live, {
        dryRun: false,
        propagation: 'Background',
        gracePeriodSeconds: undefined,
        uid: undefined,
        resourceVersion: undefined,
      });
    }
    letGoWhenEmpty(namespace);
  };

  const letGoWhenEmpty = (namespace: string) => {
    const live = engine.store.table('namespaces').get(undefined, namespace);
    const resource = engine.registry.byStorage('namespaces');
    if (live === undefined || resource === undefined || contents(namespace).length > 0) return;
    terminating.delete(namespace);
    storeOrRemove(engine, resource, withValueAt(live, ['spec', 'finalizers'], undefined));
  };

  return ({ type, resource, object, previous }) => {
    const { name, namespace, deletionTimestamp } = object.metadata;
    if (resource === 'namespaces' && type !== 'DELETED') {
      if (deletionTimestamp === undefined || previous?.metadata.deletionTimestamp !== undefined) return;
      terminating.add(name);
      empty(name);
    } else if (type === 'DELETED' && namespace !== undefined && terminating.has(namespace)) {
      letGoWhenEmpty(namespace);
    }
  };
}

/** The namespaces that every cluster has. */
export const firstNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'] as const;

export function namespaceObject(engine: Engine, name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      uid: engine.newUid(),
      creationTimestamp: formatInstant(engine.clock.now()),
      labels: { 'kubernetes.io/metadata.name': name },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}
