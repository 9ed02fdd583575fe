import { controllerOf, matchesSelector } from '../../api/meta.ts';
import { controlledBy } from '../../api/owner.ts';
import type { Draft } from './draft.ts';
import { allRevisions, type Situation } from './situation.ts';

/**
 * ReplicaSets that the selector matches and nobody controls become ours; those of ours that it matches no longer are let
 * go, with their pods. Both are what every controller of Kubernetes does.
 */
export function settleOwnership(seen: Situation, draft: Draft): void {
  for (const { replicaSet, exists, name } of allRevisions(seen)) {
    if (!exists || controllerOf(replicaSet) !== undefined) continue;
    const owners = [...(replicaSet.metadata.ownerReferences ?? []), controlledBy(seen.rollout)];
    draft.begin({ do: 'adoptReplicaSet', name, ownerReferences: owners });
  }
  for (const { metadata } of seen.observed.replicaSets) {
    const owners = metadata.ownerReferences ?? [];
    const others = owners.filter(({ uid }) => uid !== seen.rollout.metadata.uid);
    if (others.length === owners.length || matchesSelector(seen.selector, metadata.labels)) continue;
    if (metadata.deletionTimestamp !== undefined) continue;
    draft.tidy({ do: 'releaseReplicaSet', name: metadata.name, ownerReferences: others });
  }
}
