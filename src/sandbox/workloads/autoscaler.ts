import { type KubeObject, type ObjectKey, objectKey } from '../../api/meta.ts';
import type { ResourceType } from '../../api/resources.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import { amountOf, desiredReplicasAnnotation } from './annotations.ts';
import type { Controller } from './controller.ts';
import { recordEvent } from './events.ts';
import { isDifferent } from './replica-set.ts';
import { storageOf, type WorkloadApi, workloadResources } from './workload-api.ts';

const type = workloadResources.autoscalers;

export interface Autoscaler extends KubeObject {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind: string; name: string };
    minReplicas?: number;
    maxReplicas: number;
  };
  status?: { currentReplicas?: number; desiredReplicas?: number; lastScaleTime?: string };
}

interface Scalable extends KubeObject {
  spec?: { replicas?: number };
  status?: { replicas?: number };
}

const targets: readonly ResourceType[] = [
  workloadResources.rollouts,
  workloadResources.deployments,
  workloadResources.replicaSets,
];

/**
 * Scales through the scale subresource, as the real one does, to the number an annotation names. There is no CPU here to
 * measure; what a release has to cope with is that somebody else changes `replicas` at any time.
 */
export const autoscaler: Controller = {
  name: 'autoscaler',
  concerns({ resource, object }, api) {
    const { namespace, name } = object.metadata;
    if (resource === storageOf(type)) return [objectKey(namespace, name)];
    if (!targets.some((target) => storageOf(target) === resource)) return [];
    return scalersOf(object, api);
  },
  reconcile(namespace, name, api) {
    const scaler = api.get<Autoscaler>(type, namespace, name);
    if (scaler === undefined) return undefined;
    const { kind, name: targetName } = scaler.spec.scaleTargetRef;
    const target = targets.find((candidate) => candidate.kind === kind);
    const object = target === undefined ? undefined : api.get<Scalable>(target, namespace, targetName);
    if (target === undefined || object === undefined) return undefined;
    const before = object.spec?.replicas ?? 1;
    // Zero replicas means that somebody has switched the workload off, and scaling with it.
    const desired = before === 0 ? 0 : desiredReplicas(scaler, before);
    if (desired !== before) scaleTo(api, scaler, target, object, desired);
    report(api, scaler, object.status?.replicas ?? 0, desired, desired === before ? undefined : api.now());
    return undefined;
  },
};

function scalersOf(object: KubeObject, api: WorkloadApi): ObjectKey[] {
  return api
    .list<Autoscaler>(type, object.metadata.namespace)
    .filter(
      ({ spec }) =>
        spec.scaleTargetRef.kind === object.kind && spec.scaleTargetRef.name === object.metadata.name,
    )
    .map(({ metadata }) => objectKey(metadata.namespace, metadata.name));
}

function desiredReplicas(scaler: Autoscaler, current: number): number {
  const wanted = Math.round(amountOf(scaler, desiredReplicasAnnotation) ?? current);
  return Math.max(scaler.spec.minReplicas ?? 1, Math.min(scaler.spec.maxReplicas, wanted));
}

function scaleTo(
  api: WorkloadApi,
  scaler: Autoscaler,
  target: ResourceType,
  object: Scalable,
  replicas: number,
): void {
  api.patch(target, object, { spec: { replicas } }, 'scale');
  const message = `New size: ${replicas}; reason: the sandbox's annotation asks for it`;
  recordEvent(api, scaler, { reason: 'SuccessfulRescale', message, component: 'horizontal-pod-autoscaler' });
}

function report(
  api: WorkloadApi,
  scaler: Autoscaler,
  currentReplicas: number,
  desired: number,
  scaledAt: Instant | undefined,
): void {
  const lastScaleTime = scaledAt === undefined ? scaler.status?.lastScaleTime : formatInstant(scaledAt);
  const status = {
    observedGeneration: scaler.metadata.generation,
    currentReplicas,
    desiredReplicas: desired,
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
  };
  if (isDifferent(scaler, status)) api.patch(type, scaler, { status }, 'status');
}
