import {
  drainAnnotation,
  podTemplateHashLabel,
  revisionAnnotation,
  scaleDownDeadlineAnnotation,
} from '../../api/labels.ts';
import type { LabelSelector } from '../../api/meta.ts';
import type { NamedPair } from '../../api/ping-pong.ts';
import type {
  BlueGreenStrategy,
  CanaryStep,
  CanaryStrategy,
  Rollout,
  RolloutSpec,
  RolloutStatus,
} from '../../api/v1alpha1/rollout.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../api/workloads.ts';
import { type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Observed } from './observed.ts';

/**
 * What is observed, said in our words: the API's fields are translated here and in `identity.ts`, and nowhere else.
 * All of a decision is a function of this.
 */
export interface Situation {
  readonly observed: Observed;
  readonly now: Instant;
  readonly rollout: Rollout;
  readonly spec: RolloutSpec;
  /** As observed; empty when there is none yet. */
  readonly status: RolloutStatus;
  /** Pods of a fully promoted Rollout. */
  readonly replicas: number;
  /** From the spec, or from the workload that the spec refers to. */
  readonly template: PodTemplateSpec;
  readonly selector: LabelSelector;
  /** The canary strategy; empty for blue-green. */
  readonly strategy: CanaryStrategy;
  /** The named pair beside Services that take turns: some router may divide between it. Else undefined. */
  readonly named: NamedPair | undefined;
  /** Undefined for canary. */
  readonly blueGreen: BlueGreenStrategy | undefined;
  /** A canary whose traffic a router divides. Without one the number of pods divides it. */
  readonly routed: boolean;
  /** The weight that is all of the traffic. */
  readonly totalWeight: number;
  readonly steps: readonly CanaryStep[];
  /** Hash of the steps; empty for blue-green. */
  readonly stepHash: string;
  /** What the spec asks for. It may have to be created yet, see `Revision.exists`. */
  readonly canary: Revision;
  /** What an abort returns to; the same as `canary` when promoted; undefined before the first deployment. */
  readonly stable: Revision | undefined;
  /** Neither of the two, oldest first. */
  readonly intermediates: readonly Revision[];
  /** How often a name was taken by a foreign ReplicaSet; undefined when never. */
  readonly collisionCount: number | undefined;
}

/** One ReplicaSet of the Rollout. */
export interface Revision {
  readonly replicaSet: ReplicaSet;
  readonly exists: boolean;
  readonly name: string;
  readonly hash: string;
  /** Pods asked for. */
  readonly size: number;
  /** Pods that exist. */
  readonly pods: number;
  readonly ready: number;
  readonly available: number;
  /** Its number in the history; 0 when it has none yet. */
  readonly number: number;
  /** When a retired ReplicaSet loses its pods. An unreadable one has passed. */
  readonly deadline: Instant | undefined;
  /** The size that it gets when proxies have had the time to hear that its traffic has become less. */
  readonly drain: { readonly size: number; readonly at: Instant } | undefined;
}

export function revisionOf(replicaSet: ReplicaSet, exists = true): Revision {
  const { metadata, spec, status } = replicaSet;
  const deadline = metadata.annotations?.[scaleDownDeadlineAnnotation];
  return {
    replicaSet,
    exists,
    name: metadata.name,
    hash: metadata.labels?.[podTemplateHashLabel] ?? '',
    size: spec.replicas ?? 1,
    pods: status?.replicas ?? 0,
    ready: status?.readyReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
    number: Number(metadata.annotations?.[revisionAnnotation] ?? 0) || 0,
    deadline: deadline === undefined ? undefined : (parseInstant(deadline) ?? (0 as Instant)),
    drain: drainOf(metadata.annotations?.[drainAnnotation]),
  };
}

/** An unreadable one is none: the time is then taken anew. */
function drainOf(text: string | undefined): Revision['drain'] {
  const [, size, time] = /^(\d+) (\S+)$/.exec(text ?? '') ?? [];
  const at = parseInstant(time);
  return size === undefined || at === undefined ? undefined : { size: Number(size), at };
}

/** Every ReplicaSet once: canary, stable when it is another, the rest. */
export function allRevisions({ canary, stable, intermediates }: Situation): readonly Revision[] {
  return stable === undefined || stable === canary
    ? [canary, ...intermediates]
    : [canary, stable, ...intermediates];
}

/** Is there a stable revision other than the one asked for? */
export function hasDistinctStable({ canary, stable }: Situation): boolean {
  return stable !== undefined && stable !== canary;
}

export function revisionByHash(seen: Situation, hash: string | undefined): Revision | undefined {
  return hash === undefined ? undefined : allRevisions(seen).find((revision) => revision.hash === hash);
}
