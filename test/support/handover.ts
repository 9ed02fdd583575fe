import { controllerOf, type KubeObject } from '../../src/api/meta.ts';
import { apiVersionOf, type ResourceType, resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import type { ReplicaSet, Service } from '../../src/api/workloads.ts';
import { type Cluster, servedAs } from '../../src/ports/cluster.ts';

/** Kinds that a release is made of, in the order in which they can be created: owners first. */
export const handedOver: readonly ResourceType[] = [
  resources.services,
  resources.virtualServices,
  resources.analysisTemplates,
  resources.rollouts,
  resources.replicaSets,
  resources.analysisRuns,
];

/** In the version that the cluster serves. */
export async function createIn(cluster: Cluster, object: KubeObject, namespace: string): Promise<KubeObject> {
  const type = handedOver.find(({ kind }) => kind === object.kind) as ResourceType;
  const apiVersion = apiVersionOf(await servedAs(cluster, type));
  return cluster.create({ ...object, apiVersion, metadata: { ...object.metadata, namespace } }, type);
}

/** What a handover must leave alone: traffic, sizes, pods. */
export interface Scene {
  readonly pods: readonly string[];
  readonly sizes: Readonly<Record<string, number | undefined>>;
  readonly routes: unknown;
  readonly selectors: unknown;
  readonly runs: readonly string[];
}

export async function sceneOf(cluster: Cluster, namespace: string): Promise<Scene> {
  const named = async <T>(type: ResourceType, value: (object: KubeObject) => T) => {
    const { items } = await cluster.list(type, { namespace });
    return Object.fromEntries(items.map((item) => [item.metadata.name, value(item)]));
  };
  return {
    pods: (await cluster.list(resources.pods, { namespace })).items
      .map(({ metadata }) => metadata.uid ?? '')
      .sort(),
    sizes: await named(resources.replicaSets, (each) => (each as ReplicaSet).spec.replicas),
    routes: await named(resources.virtualServices, ({ spec }) => spec),
    selectors: await named(resources.services, (each) => (each as Service).spec.selector),
    runs: Object.keys(await named(resources.analysisRuns, () => true)).sort(),
  };
}

/**
 * What the other controller reads back from a status: everything that it writes itself, but for the counts of pods and what is
 * told in other words. Our own additions (`waiting`, `duration`) it does not look at.
 */
export function memoryOf({ status = {} }: Rollout): Readonly<Record<string, unknown>> {
  const {
    waiting: _waiting,
    duration: _duration,
    conditions = [],
    message: _message,
    replicas: _replicas,
    readyReplicas: _ready,
    availableReplicas: _available,
    updatedReplicas: _updated,
    HPAReplicas: _counted,
    ...rest
  } = status;
  return {
    ...rest,
    conditions: Object.fromEntries(
      conditions.map(({ type, status: value, reason }) => [type, { value, reason }]),
    ),
  };
}

/** The objects of a release as they stand, owners first, without what the server makes up itself. */
export async function recordScene(cluster: Cluster, namespace: string): Promise<KubeObject[]> {
  const objects: KubeObject[] = [];
  for (const type of handedOver) {
    const { items } = await cluster.list(type, { namespace });
    objects.push(...items.map(withoutServerFields));
  }
  return objects;
}

function withoutServerFields(object: KubeObject): KubeObject {
  const {
    managedFields: _fields,
    resourceVersion: _version,
    namespace: _namespace,
    ...metadata
  } = object.metadata;
  const spec = { ...(object.spec as Record<string, unknown> | undefined) };
  for (const name of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) delete spec[name];
  return { ...object, metadata, spec };
}

/** Puts recorded objects into a namespace, under the owners that they get there, with their status as it was. */
export async function restoreScene(
  cluster: Cluster,
  recorded: readonly KubeObject[],
  namespace: string,
): Promise<void> {
  const uids = new Map<string, string>();
  for (const object of recorded) {
    const { uid = '', creationTimestamp: _created, generation: _generation, ...metadata } = object.metadata;
    const owner = controllerOf(object);
    const owners = owner === undefined ? [] : [{ ...owner, uid: uids.get(owner.uid) ?? owner.uid }];
    const fresh = { ...object, metadata: { ...metadata, ownerReferences: owners } };
    const created = await createIn(cluster, fresh, namespace);
    uids.set(uid, created.metadata.uid ?? '');
    if (object.kind === 'Rollout') await restoreStatus(cluster, object as Rollout, created, namespace);
  }
}

async function restoreStatus(
  cluster: Cluster,
  { status, metadata }: Rollout,
  created: KubeObject,
  namespace: string,
): Promise<void> {
  const seen = status?.observedGeneration === String(metadata.generation ?? 0);
  const observedGeneration = seen ? String(created.metadata.generation ?? 0) : status?.observedGeneration;
  await cluster.patch(
    { type: resources.rollouts, namespace, name: metadata.name },
    { kind: 'merge', body: { status: { ...status, observedGeneration } } },
    { subresource: 'status' },
  );
}
