import {
  desiredReplicasAnnotation,
  revisionAnnotation,
  revisionHistoryAnnotation,
  scaleDownDeadlineAnnotation,
  workloadGenerationAnnotation,
} from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import { antiAffinityChange } from './anti-affinity.ts';
import type { Draft } from './draft.ts';
import { replicaSetCreated, rolloutNotCompleted, rolloutUpdated, scaled } from './events.ts';
import { inheritedAnnotations } from './identity.ts';
import { isAborted, isPromoted, type Memory } from './memory.ts';
import { settleOwnership } from './ownership.ts';
import type { Situation } from './situation.ts';
import { workloadGenerationOf } from './workload.ts';

/** Makes the revision that the spec asks for exist, numbered and marked; a new one gets its first size in the same write. */
export function beginRevision(seen: Situation, memory: Memory, firstSize: number, draft: Draft): void {
  const { canary } = seen;
  settleOwnership(seen, draft);
  if (canary.exists) refresh(seen, memory, draft);
  else create(seen, firstSize, draft);
  markRollout(seen, draft);
  if (!canary.exists) draft.say(replicaSetCreated(canary.name, canary.number), 'begun');
  if (isUpdateStarted(seen, memory)) draft.say(rolloutNotCompleted(canary.number, canary.hash), 'begun');
  if (!canary.exists && firstSize > 0) draft.say(scaled(canary.name, canary.number, 0, firstSize), 'begun');
}

function create({ canary, replicas }: Situation, size: number, draft: Draft): void {
  const { replicaSet } = canary;
  const { metadata, spec } = replicaSet;
  const annotations = { ...metadata.annotations, [desiredReplicasAnnotation]: String(replicas) };
  draft.begin({
    do: 'createReplicaSet',
    replicaSet: { ...replicaSet, metadata: { ...metadata, annotations }, spec: { ...spec, replicas: size } },
  });
}

/** An existing ReplicaSet takes over what may change without a new one. */
function refresh(seen: Situation, memory: Memory, draft: Draft): void {
  const { canary, rollout, spec } = seen;
  const { metadata, spec: now } = canary.replicaSet;
  const noted = metadata.annotations ?? {};
  const wanted = Object.entries(inheritedAnnotations(rollout.metadata)).filter(
    ([key, value]) => noted[key] !== value,
  );
  const changes: Record<string, string | null> = Object.fromEntries(wanted);
  if (noted[revisionAnnotation] !== String(canary.number)) {
    changes[revisionAnnotation] = String(canary.number);
    const history = [noted[revisionHistoryAnnotation], noted[revisionAnnotation]].filter(Boolean).join(',');
    if (history !== '') changes[revisionHistoryAnnotation] = history;
  }
  if (canary.deadline !== undefined && !isAborted(memory)) changes[scaleDownDeadlineAnnotation] = null;
  if (Object.keys(changes).length > 0) draft.edit(canary, { annotations: changes });
  if ((now.minReadySeconds ?? 0) !== (spec.minReadySeconds ?? 0)) {
    draft.edit(canary, { minReadySeconds: spec.minReadySeconds ?? 0 });
  }
  keepOffStable(seen, memory, draft);
}

/** A term about a stable revision of the past would keep pods off nodes for no reason; a promoted one is worth no write. */
function keepOffStable(seen: Situation, memory: Memory, draft: Draft): void {
  const { canary, stable, rollout } = seen;
  if (isPromoted(seen, memory) && !draft.isEdited(canary)) return;
  const distinct = stable === undefined || stable === canary ? undefined : stable.hash;
  const change = antiAffinityChange(canary.replicaSet.spec.template, rollout, distinct);
  if (change !== undefined) draft.edit(canary, { template: { spec: change } });
}

/** The Rollout carries the revision's number, the generation of its workload, and a number of pods for an autoscaler. */
function markRollout(seen: Situation, draft: Draft): void {
  const { rollout } = seen.observed;
  const noted = rollout.metadata.annotations ?? {};
  const wanted = {
    [revisionAnnotation]: String(seen.canary.number),
    ...(rollout.spec.workloadRef !== undefined && {
      [workloadGenerationAnnotation]: workloadGenerationOf(seen.observed),
    }),
  };
  const annotations = Object.fromEntries(
    Object.entries(wanted).filter(([key, value]) => noted[key] !== value),
  );
  const isNoted = Object.keys(annotations).length === 0;
  if (isNoted && rollout.spec.replicas !== undefined) return;
  draft.begin({
    do: 'mergePatch',
    ref: { type: resources.rollouts, namespace: rollout.metadata.namespace, name: rollout.metadata.name },
    body: {
      ...(!isNoted && { metadata: { annotations } }),
      ...(rollout.spec.replicas === undefined && { spec: { replicas: seen.replicas } }),
    },
  });
  if (revisionAnnotation in annotations) draft.say(rolloutUpdated(seen.canary.number), 'begun');
}

/** What begins and ends in one decision, as a first canary or a fast way back, tells both. A first blue-green never began. */
function isUpdateStarted(seen: Situation, memory: Memory): boolean {
  const { startsAnew, promotedBecause } = memory;
  const completed = seen.status.conditions?.find(({ type }) => type === 'Completed');
  if (!startsAnew) return false;
  if (promotedBecause === 'Initial deploy') return seen.blueGreen === undefined;
  const isNews = promotedBecause !== undefined && seen.status.stableRS !== seen.canary.hash;
  return completed?.status !== 'False' && (isNews || !isPromoted(seen, memory));
}
