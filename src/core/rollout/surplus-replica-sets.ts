import { resources } from '../../api/resources.ts';
import type { Draft } from './draft.ts';
import type { Memory } from './memory.ts';
import { retiredRevisions } from './retire.ts';
import type { Revision, Situation } from './situation.ts';

/** How many old ReplicaSets are kept for going back, when the spec does not say. */
const defaultHistoryLimit = 10;

/** Deletes the oldest ReplicaSets beyond the limit. One that still has pods stays, and no younger one goes in its place. */
export function deleteSurplusReplicaSets(seen: Situation, memory: Memory, draft: Draft): void {
  const retired = retiredRevisions(seen, memory);
  const surplus = retired.length - (seen.spec.revisionHistoryLimit ?? defaultHistoryLimit);
  if (surplus <= 0) return;
  for (const { replicaSet, size, pods, name } of [...retired].sort(byCreation).slice(0, surplus)) {
    const { status, metadata } = replicaSet;
    const isCurrent = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
    if (size > 0 || pods > 0 || !isCurrent || metadata.deletionTimestamp !== undefined) continue;
    draft.tidy({
      do: 'delete',
      ref: { type: resources.replicaSets, namespace: metadata.namespace, name },
      ...(metadata.uid !== undefined && { uid: metadata.uid }),
    });
  }
}

function byCreation(a: Revision, b: Revision): number {
  const [first, second] = [a, b].map(({ replicaSet }) => replicaSet.metadata.creationTimestamp ?? '');
  if (first === second) return a.number - b.number;
  return (first ?? '') < (second ?? '') ? -1 : 1;
}
