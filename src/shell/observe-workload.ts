import type { KubeObject, LabelSelector } from '../api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { Observed } from '../core/rollout/observed.ts';
import type { Caches } from './caches.ts';

export interface ObservedWorkload {
  readonly observed: NonNullable<Observed['workload']>;
  readonly selector: LabelSelector | undefined;
}

export interface WorkloadReference {
  readonly ref: ObjectRef;
  /** Its type has an informer; another is rare, and is read with every decision. */
  readonly isFollowed: boolean;
}

/** What `workloadRef` may name, by group and kind. */
const supported: Readonly<Record<string, { readonly type: ResourceType; readonly isFollowed: boolean }>> = {
  'apps/Deployment': { type: resources.deployments, isFollowed: true },
  // the cache of ReplicaSets holds only those of Rollouts
  'apps/ReplicaSet': { type: resources.replicaSets, isFollowed: false },
  '/PodTemplate': { type: resources.podTemplates, isFollowed: true },
};

/** Undefined without `workloadRef`, and for a kind that is not supported. */
export function workloadOf({ spec, metadata }: Rollout): WorkloadReference | undefined {
  const kind = supported[groupKind(spec.workloadRef)];
  if (spec.workloadRef === undefined || kind === undefined) return undefined;
  const ref = { type: kind.type, namespace: metadata.namespace, name: spec.workloadRef.name ?? '' };
  return { ref, isFollowed: kind.isFollowed };
}

export async function observeWorkload(
  rollout: Rollout,
  caches: Caches,
  signal: AbortSignal,
): Promise<ObservedWorkload | undefined> {
  if (rollout.spec.workloadRef === undefined) return undefined;
  const workload = workloadOf(rollout);
  if (workload === undefined) {
    return failed(`workload of type ${groupKind(rollout.spec.workloadRef)} is not supported`);
  }
  const { ref, isFollowed } = workload;
  const object = isFollowed ? caches.get(ref) : await caches.cluster.get(ref, signal);
  if (object === undefined) {
    const { plural, group } = ref.type;
    return failed(`${plural}${group === '' ? '' : `.${group}`} "${ref.namespace}/${ref.name}" not found`);
  }
  return { observed: object, selector: selectorOf(object) };
}

function failed(error: string): ObservedWorkload {
  return { observed: { error }, selector: undefined };
}

function selectorOf({ spec }: KubeObject): LabelSelector | undefined {
  return (spec as { selector?: LabelSelector } | undefined)?.selector;
}

function groupKind(ref: Rollout['spec']['workloadRef']): string {
  const { apiVersion = '', kind = '' } = ref ?? {};
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${group}/${kind}`;
}
