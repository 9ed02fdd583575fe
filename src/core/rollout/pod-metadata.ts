import { ephemeralMetadataAnnotation, podsToRelabelAnnotation } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { Pod } from '../../api/workloads.ts';
import type { Draft } from './draft.ts';
import {
  injectedMetadata,
  injectMetadata,
  isEmpty,
  metadataFor,
  noteOf,
  type PodMetadata,
} from './ephemeral-metadata.ts';
import { isPromoted, type Memory } from './memory.ts';
import { allRevisions, type Revision, type Situation } from './situation.ts';

/**
 * Gives the pods of each revision the labels and annotations of the part they play now, in place. First the template, so
 * that pods to come have them, with a note of what the pods there are still to lose; once that is seen, the pods. The note
 * goes last: a crash in between only repeats work.
 */
export function updatePodMetadata(seen: Situation, memory: Memory, draft: Draft): void {
  for (const revision of allRevisions(seen).filter(({ exists }) => exists)) {
    const annotations = revision.replicaSet.metadata.annotations ?? {};
    const wanted = wantedFor(seen, memory, revision);
    const noted = annotations[ephemeralMetadataAnnotation];
    const isNoted = isEmpty(wanted) ? noted === undefined : noted === noteOf(wanted);
    if (!isNoted) relabelTemplate(revision, wanted, draft);
    else if (annotations[podsToRelabelAnnotation] !== undefined) relabelPods(seen, revision, wanted, draft);
  }
}

function wantedFor(seen: Situation, memory: Memory, { hash }: Revision): PodMetadata | undefined {
  if (hash === memory.stableHash) return metadataFor(seen.spec.strategy, 'stable');
  return hash === seen.canary.hash && !isPromoted(seen, memory)
    ? metadataFor(seen.spec.strategy, 'canary')
    : undefined;
}

function relabelTemplate(revision: Revision, wanted: PodMetadata | undefined, draft: Draft): void {
  const { metadata: old } = revision.replicaSet;
  const noted = injectedMetadata(old.annotations?.[ephemeralMetadataAnnotation]);
  const older = injectedMetadata(old.annotations?.[podsToRelabelAnnotation]);
  const { metadata } = injectMetadata(revision.replicaSet, wanted).spec.template;
  draft.edit(revision, {
    annotations: {
      [ephemeralMetadataAnnotation]: isEmpty(wanted) ? null : noteOf(wanted),
      [podsToRelabelAnnotation]:
        revision.pods === 0 && revision.size === 0 ? null : noteOf(both(older, noted)),
    },
    template: { metadata: withNulls(noted, metadata) },
  });
}

function both(older: PodMetadata = {}, newer: PodMetadata = {}): PodMetadata {
  return {
    labels: { ...older.labels, ...newer.labels },
    annotations: { ...older.annotations, ...newer.annotations },
  };
}

function relabelPods(
  seen: Situation,
  { replicaSet, name }: Revision,
  wanted: PodMetadata | undefined,
  draft: Draft,
): void {
  const namespace = seen.rollout.metadata.namespace;
  const before = injectedMetadata(replicaSet.metadata.annotations?.[podsToRelabelAnnotation]);
  const change = { metadata: withNulls(before, wanted) };
  for (const pod of podsOf(seen, replicaSet.metadata.uid)) {
    const ref = { type: resources.pods, namespace, name: pod.metadata.name };
    if (!hasAll(pod, change.metadata)) draft.tidy({ do: 'mergePatch', ref, body: change });
  }
  draft.tidy({
    do: 'mergePatch',
    ref: { type: resources.replicaSets, namespace, name },
    body: { metadata: { annotations: { [podsToRelabelAnnotation]: null } } },
  });
}

type Change = Readonly<Record<'labels' | 'annotations', Readonly<Record<string, string | null>>>>;

/** A merge patch removes a key with a null: keys that we injected before and do not want any more. */
function withNulls(before: PodMetadata | undefined, wanted: PodMetadata | undefined): Change {
  const of = (member: 'labels' | 'annotations') => {
    const gone = Object.keys(before?.[member] ?? {}).filter((key) => wanted?.[member]?.[key] === undefined);
    return { ...Object.fromEntries(gone.map((key) => [key, null])), ...wanted?.[member] };
  };
  return { labels: of('labels'), annotations: of('annotations') };
}

function hasAll({ metadata }: Pod, change: Change): boolean {
  return (['labels', 'annotations'] as const).every((member) =>
    Object.entries(change[member]).every(([key, value]) => (metadata[member]?.[key] ?? null) === value),
  );
}

function podsOf({ observed }: Situation, uid: string | undefined): readonly Pod[] {
  return observed.pods.filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined &&
      metadata.ownerReferences?.some((owner) => owner.uid === uid) === true,
  );
}
