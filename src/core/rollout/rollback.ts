import type { Revision, Situation } from './situation.ts';

/**
 * Is this a way back that needs no proof? To stable itself, to a revision that `rollbackWindow` counts as recent, or, for
 * blue-green, to one whose pods still wait for their end.
 */
export function isFastRollback(seen: Situation): boolean {
  const { canary, stable, status, now, blueGreen } = seen;
  if (stable === undefined || !canary.exists) return false;
  if (canary === stable) return status.stableRS !== status.currentPodHash;
  if (!isOlder(canary, stable)) return false;
  if (isWithinRollbackWindow(seen)) return true;
  return blueGreen !== undefined && canary.deadline !== undefined && canary.deadline > now;
}

/**
 * Fewer than `rollbackWindow.revisions` other revisions were created between the two. Creation counts, not the revision
 * number, for going back to an old template renumbers it.
 */
export function isWithinRollbackWindow({ spec, canary, stable, intermediates }: Situation): boolean {
  const window = spec.rollbackWindow?.revisions ?? 0;
  if (window === 0 || stable === undefined || !canary.exists || !isOlder(canary, stable)) return false;
  const between = intermediates.filter(
    (revision) => isOlder(canary, revision) && isOlder(revision, stable) && !belongsToExperiment(revision),
  );
  return between.length < window;
}

function isOlder(one: Revision, other: Revision): boolean {
  return createdAt(one) < createdAt(other);
}

/** RFC 3339 in UTC sorts as text. Order only: ages are never measured from the server's stamps. */
function createdAt({ replicaSet }: Revision): string {
  return replicaSet.metadata.creationTimestamp ?? '';
}

function belongsToExperiment({ replicaSet }: Revision): boolean {
  return replicaSet.metadata.annotations?.['experiment.argoproj.io/name'] !== undefined;
}
