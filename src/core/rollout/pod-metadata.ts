import { ephemeralMetadataAnnotation } from '../../api/labels.ts';
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

/** Gives the pods of each revision the labels and annotations of the part they play now, in place. */
export function updatePodMetadata(seen: Situation, memory: Memory, draft: Draft): void {
  for (const revision of allRevisions(seen)) {
    if (revision.exists) updateRevision(seen, revision, wantedFor(seen, memory, revision), draft);
  }
}

function wantedFor(seen: Situation, memory: Memory, { hash }: Revision): PodMetadata | undefined {
  if (hash === memory.stableHash) return metadataFor(seen.spec.strategy, 'stable');
  return hash === seen.canary.hash && !isPromoted(seen, memory)
    ? metadataFor(seen.spec.strategy, 'canary')
    : undefined;
}

function updateRevision(
  seen: Situation,
  revision: Revision,
  wanted: PodMetadata | undefined,
  draft: Draft,
): void {
  const noted = revision.replicaSet.metadata.annotations?.[ephemeralMetadataAnnotation];
  if (isEmpty(wanted) ? noted === undefined : noted === noteOf(wanted)) return;
  const { metadata } = injectMetadata(revision.replicaSet, wanted).spec.template;
  draft.edit(revision, {
    annotations: { [ephemeralMetadataAnnotation]: isEmpty(wanted) ? null : noteOf(wanted) },
    template: { metadata: withNulls(injectedMetadata(noted), metadata) },
  });
  if (revision.size === 0) return;
  for (const pod of podsOf(seen, revision)) {
    draft.tidy({
      do: 'mergePatch',
      ref: { type: resources.pods, namespace: pod.metadata.namespace, name: pod.metadata.name },
      body: { metadata: withNulls(injectedMetadata(noted), wanted) },
    });
  }
}

/** A merge patch removes a key with a null: keys that we injected before and do not want any more. */
function withNulls(before: PodMetadata | undefined, wanted: PodMetadata | undefined) {
  const of = (member: 'labels' | 'annotations') => {
    const gone = Object.keys(before?.[member] ?? {}).filter((key) => wanted?.[member]?.[key] === undefined);
    return { ...Object.fromEntries(gone.map((key) => [key, null])), ...wanted?.[member] };
  };
  return { labels: of('labels'), annotations: of('annotations') };
}

function podsOf({ observed }: Situation, { replicaSet }: Revision): readonly Pod[] {
  const uid = replicaSet.metadata.uid;
  return observed.pods.filter(
    ({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid) === true,
  );
}
