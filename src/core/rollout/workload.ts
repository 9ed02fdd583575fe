import { managedByAnnotation, replicasBeforeAnnotation } from '../../api/labels.ts';
import type { KubeObject, LabelSelector } from '../../api/meta.ts';
import { resources } from '../../api/resources.ts';
import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import type { PodTemplateSpec } from '../../api/workloads.ts';
import type { Draft } from './draft.ts';
import type { PodSource } from './identity.ts';
import type { Observed } from './observed.ts';
import type { Situation } from './situation.ts';

/** Where the pods' template comes from: the spec itself, or the workload that `workloadRef` names. */
export function podSourceOf({ rollout, workload }: Observed): PodSource | { readonly error: string } {
  const { workloadRef, template, selector } = rollout.spec;
  if (workloadRef === undefined) return { template: template ?? {}, selector: selector ?? {} };
  if (workload === undefined) return { error: `${workloadRef.kind} "${workloadRef.name}" not found` };
  if ('error' in workload) return { error: String(workload.error) };
  if (template?.metadata?.labels !== undefined || template?.spec !== undefined) {
    return { error: 'template must be empty for workload reference rollout' };
  }
  return fromWorkload(workload as KubeObject, selector);
}

function fromWorkload(workload: KubeObject, own: LabelSelector | undefined): PodSource {
  const holder = (workload.kind === 'PodTemplate' ? workload : workload.spec) as {
    template?: PodTemplateSpec;
    selector?: LabelSelector;
  };
  return { template: holder.template ?? {}, selector: own ?? holder.selector ?? {} };
}

/** The generation of the workload that this decision has seen; empty without `workloadRef`. */
export function workloadGenerationOf({ rollout, workload }: Observed): string {
  if (rollout.spec.workloadRef === undefined || workload === undefined || 'error' in workload) return '';
  return String(workload.metadata.generation ?? 0);
}

/**
 * `workloadRef.scaleDown`: takes the pods of the Deployment that this Rollout replaces, once or step by step, and takes them
 * again when somebody, such as a GitOps sync, writes them back at whatever revision. How many pods it had is noted on it, so
 * that they come back should the Rollout be deleted. Who wants the Deployment back sets `scaleDown: never`.
 */
export function scaleWorkload(seen: Situation, next: RolloutStatus, draft: Draft): void {
  const { workloadRef } = seen.spec;
  const { workload } = seen.observed;
  if (workloadRef?.kind !== 'Deployment' || workload === undefined || 'error' in workload) return;
  const current = (workload as { spec?: { replicas?: number } }).spec?.replicas ?? 1;
  const noted = workload.metadata.annotations?.[replicasBeforeAnnotation];
  const wanted = wantedReplicas(seen, next, { current, isTaken: noted !== undefined });
  if (wanted === current) return;
  const { name, namespace } = seen.rollout.metadata;
  draft.tidy({
    do: 'mergePatch',
    ref: {
      type: resources.deployments,
      namespace,
      name: workloadRef.name ?? '',
    },
    body: {
      metadata: {
        annotations: {
          [managedByAnnotation]: name,
          ...(noted === undefined && { [replicasBeforeAnnotation]: String(current) }),
        },
      },
      spec: { replicas: wanted },
    },
  });
}

interface Referenced {
  readonly current: number;
  /** This Rollout has had its pods before. */
  readonly isTaken: boolean;
}

/**
 * Pods of the Deployment go for pods of the Rollout that are there. Only the first revision gives some back for those that it
 * loses, as the peer does: a later one has a stable version of its own to lean on.
 */
function wantedReplicas(
  { replicas, spec, canary }: Situation,
  { phase, readyReplicas = 0, availableReplicas = 0 }: RolloutStatus,
  { current, isTaken }: Referenced,
): number {
  const scaleDown = spec.workloadRef?.scaleDown;
  if (scaleDown !== 'onsuccess' && scaleDown !== 'progressively') return current;
  if (phase === 'Healthy') return 0;
  if (scaleDown === 'onsuccess') return isTaken && availableReplicas >= replicas ? 0 : current;
  if (readyReplicas === 0) return current;
  const missing = Math.max(0, replicas - readyReplicas);
  return canary.number === 1 ? missing : Math.min(current, missing);
}
