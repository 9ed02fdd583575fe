import {
  experimentTemplateAnnotation,
  podTemplateHashLabel,
  scaleDownDeadlineAnnotation,
} from '../api/labels.ts';
import { pingPongOf } from '../api/ping-pong.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { Pod, ReplicaSet } from '../api/workloads.ts';
import { type Instant, parseInstant, secondsBetween } from '../kernel/instant.ts';
import { humanDuration } from './human-duration.ts';
import type { MarkedStatus } from './marks.ts';
import { ownedBy } from './owned.ts';
import { type PodView, viewPod } from './pod-view.ts';

/** What a ReplicaSet is to its Rollout. `ping` and `pong` name the Service that its pods stand behind. */
export type Role = 'stable' | 'canary' | 'active' | 'preview' | 'ping' | 'pong';

export interface ReplicaSetView {
  readonly name: string;
  readonly status: MarkedStatus;
  readonly createdAt: Instant | undefined;
  /** Value of the pods' hash label. */
  readonly podTemplateHash: string;
  readonly roles: readonly Role[];
  /** Name of the experiment's template that it belongs to; undefined for a Rollout's own. */
  readonly template: string | undefined;
  readonly desired: number;
  readonly available: number;
  readonly images: readonly string[];
  /** When it will be scaled to 0, or should have been. */
  readonly scaleDownAt: Instant | undefined;
  /** Roles and remaining delay, comma-separated. */
  readonly info: string;
  readonly pods: readonly PodView[];
}

export interface ReplicaSetFacts {
  /** Absent for an Experiment of its own. */
  readonly rollout?: Rollout;
  readonly replicaSet: ReplicaSet;
  /** Its own pods. */
  readonly pods: readonly Pod[];
  readonly now: Instant;
  readonly template?: string;
}

export function viewReplicaSet({
  rollout,
  replicaSet,
  pods,
  now,
  template,
}: ReplicaSetFacts): ReplicaSetView {
  const { metadata, spec, status } = replicaSet;
  const roles = template === undefined && rollout !== undefined ? rolesOf(rollout, hashOf(replicaSet)) : [];
  const scaleDownAt = parseInstant(metadata.annotations?.[scaleDownDeadlineAnnotation]);
  const containers = spec.template.spec?.containers ?? [];
  return {
    name: metadata.name,
    status: statusOf(replicaSet),
    createdAt: parseInstant(metadata.creationTimestamp),
    podTemplateHash: hashOf(replicaSet),
    roles,
    template,
    desired: spec.replicas ?? 1,
    available: status?.availableReplicas ?? 0,
    images: containers.flatMap(({ image }) => (image === undefined ? [] : [image])),
    scaleDownAt,
    info: [...roles, ...delayOf(scaleDownAt, now)].join(','),
    pods: [...pods].sort(byCreation).map(viewPod),
  };
}

/** By name, each with its own pods of those that are given. */
export function viewReplicaSets(
  replicaSets: readonly ReplicaSet[],
  { rollout, pods, now }: Pick<ReplicaSetFacts, 'rollout' | 'pods' | 'now'>,
): ReplicaSetView[] {
  return [...replicaSets]
    .sort((left, right) => left.metadata.name.localeCompare(right.metadata.name))
    .map((replicaSet) =>
      viewReplicaSet({
        ...(rollout !== undefined && { rollout }),
        replicaSet,
        pods: ownedBy(replicaSet, pods),
        now,
        template: replicaSet.metadata.annotations?.[experimentTemplateAnnotation],
      }),
    );
}

export function hashOf({ metadata }: ReplicaSet): string {
  return metadata.labels?.[podTemplateHashLabel] ?? '';
}

function byCreation(left: Pod, right: Pod): number {
  const [a, b] = [left.metadata, right.metadata];
  return (a.creationTimestamp ?? '').localeCompare(b.creationTimestamp ?? '') || a.name.localeCompare(b.name);
}

/** `stable` first, then what it is besides, then its Service of the pair. */
function rolesOf({ spec, status = {} }: Rollout, hash: string): Role[] {
  if (hash === '') return [];
  const isStable = hash === status.stableRS;
  const isCurrent = hash === status.currentPodHash;
  const roles: Role[] = isStable ? ['stable'] : [];
  if (spec.strategy?.blueGreen !== undefined) {
    if (hash === status.blueGreen?.activeSelector) roles.push('active');
    else if (hash === status.blueGreen?.previewSelector) roles.push('preview');
    return roles;
  }
  if (isCurrent && !isStable) roles.push('canary');
  if (pingPongOf(spec.strategy?.canary) !== undefined && (isStable || isCurrent)) {
    roles.push((status.canary?.stablePingPong === 'ping') === isStable ? 'ping' : 'pong');
  }
  return roles;
}

function delayOf(deadline: Instant | undefined, now: Instant): string[] {
  if (deadline === undefined) return [];
  if (deadline <= now) return ['delay:passed'];
  return [`delay:${humanDuration(secondsBetween(now, deadline))}`];
}

function statusOf({ metadata, spec, status }: ReplicaSet): MarkedStatus {
  const failed = status?.conditions?.some(
    ({ type, status: value }) => type === 'ReplicaFailure' && value === 'True',
  );
  if (failed === true) return { text: 'Degraded', mark: 'failed' };
  const desired = spec.replicas ?? 1;
  const isObserved = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  if (!isObserved || (status?.availableReplicas ?? 0) < desired)
    return { text: 'Progressing', mark: 'progressing' };
  if (desired === 0) return { text: 'ScaledDown', mark: 'scaledDown' };
  return { text: 'Healthy', mark: 'healthy' };
}
