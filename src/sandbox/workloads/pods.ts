import {
  controllerOf,
  type KubeObject,
  type LabelSelector,
  matchesSelector,
  type ObjectKey,
  objectKey,
} from '../../api/meta.ts';
import type { ResourceType } from '../../api/resources.ts';
import type { Pod, PodTemplateSpec } from '../../api/workloads.ts';
import { addSeconds, type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Change } from '../store.ts';
import { controllerReference, type WorkloadApi, workloadResources } from './workload-api.ts';

export function conditionOf(pod: Pod, type: string) {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isReady(pod: Pod): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

export function isFinished({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

export function isEnding({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Counts for its owner: neither finished nor on its way out. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !isEnding(pod);
}

/** When the pod has been ready for long enough; undefined while it is not ready. */
export function availableAt(pod: Pod, minReadySeconds: number): Instant | undefined {
  const ready = conditionOf(pod, 'Ready');
  const since = parseInstant(ready?.lastTransitionTime);
  return ready?.status !== 'True' || since === undefined ? undefined : addSeconds(since, minReadySeconds);
}

export interface Owner extends KubeObject {
  spec: { selector?: LabelSelector };
}

/**
 * The pods that an owner controls. Pods of nobody that match its selector are taken over, and those that no longer match
 * are let go, as Kubernetes' controllers do.
 */
export function claimPods(api: WorkloadApi, type: ResourceType, owner: Owner): Pod[] {
  const { namespace = '', uid = '' } = owner.metadata;
  const kept = api.pods.ownedBy(uid).filter((pod) => {
    if (isEnding(owner) || matchesSelector(owner.spec.selector, pod.metadata.labels)) return true;
    setOwners(
      api,
      pod,
      (pod.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid),
    );
    return false;
  });
  if (isEnding(owner)) return kept;
  const adopted = api.pods
    .orphans(namespace)
    .filter((pod) => !isEnding(pod) && matchesSelector(owner.spec.selector, pod.metadata.labels))
    .map((pod) =>
      setOwners(api, pod, [...(pod.metadata.ownerReferences ?? []), controllerReference(type, owner)]),
    );
  return [...kept, ...adopted];
}

function setOwners(api: WorkloadApi, pod: Pod, ownerReferences: unknown): Pod {
  return api.patch<Pod>(workloadResources.pods, pod, { metadata: { ownerReferences } });
}

/** The owners that a change to a pod concerns: the one it has or had, and those that may want it when it has none. */
export function ownersConcerned(change: Change, api: WorkloadApi, type: ResourceType): ObjectKey[] {
  const keys = new Set<ObjectKey>();
  const namespace = change.object.metadata.namespace;
  for (const pod of [change.object, change.previous]) {
    const owner = pod === undefined ? undefined : controllerOf(pod);
    if (owner?.kind === type.kind) keys.add(objectKey(namespace, owner.name));
  }
  if (controllerOf(change.object) !== undefined) return [...keys];
  for (const candidate of api.list<Owner>(type, namespace)) {
    if (matchesSelector(candidate.spec.selector, change.object.metadata.labels)) {
      keys.add(objectKey(namespace, candidate.metadata.name));
    }
  }
  return [...keys];
}

/** A pod from a template, named after its owner. @param generateName default: the owner's name and a dash. */
export function podFrom(
  template: PodTemplateSpec,
  type: ResourceType,
  owner: KubeObject,
  generateName = `${owner.metadata.name}-`,
): KubeObject {
  const { labels, annotations } = template.metadata ?? {};
  const metadata = {
    generateName,
    ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ownerReferences: [controllerReference(type, owner)],
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: metadata as KubeObject['metadata'], spec: template.spec };
}
