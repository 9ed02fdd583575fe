import { controllerOf, type KubeObject, objectKey } from '../../api/meta.ts';
import type { Pod, PodTemplateSpec, ReplicaSet } from '../../api/workloads.ts';
import { messageOf } from '../../kernel/errors.ts';
import { earliest, formatInstant, type Instant } from '../../kernel/instant.ts';
import type { Difference } from '../verbs/another.ts';
import type { Controller } from './controller.ts';
import { recordEvent } from './events.ts';
import { availableAt, claimPods, isActive, isEnding, isReady, ownersConcerned, podFrom } from './pods.ts';
import { victims } from './victims.ts';
import { storageOf, type WorkloadApi, workloadResources } from './workload-api.ts';

const type = workloadResources.replicaSets;
const component = 'replicaset-controller';
/** The real controller makes at most so many at one go. */
const burst = 500;

export const replicaSetController: Controller = {
  name: 'replicaset',
  concerns(change, api) {
    if (change.resource === 'pods') return ownersConcerned(change, api, type);
    if (change.resource !== storageOf(type)) return [];
    return [objectKey(change.object.metadata.namespace, change.object.metadata.name)];
  },
  reconcile(namespace, name, api) {
    const replicaSet = api.get<ReplicaSet>(type, namespace, name);
    if (replicaSet === undefined) return undefined;
    const active = claimPods(api, type, replicaSet).filter(isActive);
    const failure = isEnding(replicaSet) ? undefined : scale(api, replicaSet, active);
    const after = claimPods(api, type, replicaSet).filter(isActive);
    return reportStatus(api, replicaSet, after, failure);
  },
};

/** Creates or deletes pods until the number is right. Answers what went wrong, in words. */
function scale(api: WorkloadApi, replicaSet: ReplicaSet, active: readonly Pod[]): string | undefined {
  const wanted = replicaSet.spec.replicas ?? 1;
  for (const pod of victims(active, active.length - wanted)) {
    api.remove(workloadResources.pods, pod);
    const message = `Deleted pod: ${pod.metadata.name}`;
    recordEvent(api, replicaSet, { reason: 'SuccessfulDelete', message, component });
  }
  const missing = Math.min(wanted - active.length, burst);
  for (let made = 0; made < missing; made += 1) {
    try {
      const pod = createPod(api, replicaSet);
      const message = `Created pod: ${pod.metadata.name}`;
      recordEvent(api, replicaSet, { reason: 'SuccessfulCreate', message, component });
    } catch (error) {
      const message = `Error creating: ${messageOf(error)}`;
      recordEvent(api, replicaSet, { type: 'Warning', reason: 'FailedCreate', message, component });
      return message;
    }
  }
  return undefined;
}

/** The first pod that was made of a template, for the others to be made like it. */
const firstPods = new WeakMap<PodTemplateSpec, Pod>();

function createPod(api: WorkloadApi, replicaSet: ReplicaSet): Pod {
  const { template } = replicaSet.spec;
  const { name, namespace, uid } = replicaSet.metadata;
  const first = firstPods.get(template);
  if (first !== undefined && controllerOf(first)?.uid === uid) {
    const metadata = { generateName: `${name}-`, namespace } as Difference['metadata'];
    const another = api.createAnother(workloadResources.pods, first, { metadata });
    if (another !== undefined) return another;
  }
  const pod = api.create<Pod>(workloadResources.pods, podFrom(template, type, replicaSet));
  firstPods.set(template, pod);
  return pod;
}

function reportStatus(
  api: WorkloadApi,
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  failure: string | undefined,
): Instant | undefined {
  const { minReadySeconds = 0, template, replicas = 1 } = replicaSet.spec;
  const now = api.now();
  const wantedLabels = Object.entries(template.metadata?.labels ?? {});
  const ready = active.filter(isReady);
  const available = ready.map((pod) => availableAt(pod, minReadySeconds) ?? now);
  const status = {
    replicas: active.length,
    fullyLabeledReplicas: active.filter(({ metadata }) =>
      wantedLabels.every(([name, value]) => metadata.labels?.[name] === value),
    ).length,
    readyReplicas: ready.length,
    availableReplicas: available.filter((at) => at <= now).length,
    observedGeneration: replicaSet.metadata.generation,
    conditions: failureConditions(replicaSet, failure, now),
  };
  if (isDifferent(replicaSet, status)) api.patch(type, replicaSet, { status }, 'status');
  const retryAt = failure === undefined || active.length >= replicas ? undefined : retryCreationAt(now);
  return earliest(retryAt, ...available.filter((at) => at > now));
}

/** Creating was refused, by a quota or a bad template; nothing will tell when it would work. */
const creationRetryMs = 10_000;

function retryCreationAt(now: Instant): Instant {
  return (now + creationRetryMs) as Instant;
}

function failureConditions({ status }: ReplicaSet, failure: string | undefined, now: Instant): unknown {
  if (failure === undefined) return null;
  const before = status?.conditions?.find((condition) => condition.type === 'ReplicaFailure');
  if (before?.message === failure) return status?.conditions;
  const lastTransitionTime = formatInstant(now);
  return [
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: failure, lastTransitionTime },
  ];
}

/** Zero counts are left out of the stored status, and null stands for absent. */
export function isDifferent({ status }: KubeObject, next: Readonly<Record<string, unknown>>): boolean {
  const live = (status ?? {}) as Record<string, unknown>;
  return Object.entries(next).some(
    ([name, value]) => JSON.stringify(live[name] ?? emptyOf(value)) !== JSON.stringify(value ?? null),
  );
}

function emptyOf(value: unknown): unknown {
  return value === 0 ? 0 : null;
}
