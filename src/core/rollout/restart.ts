import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { Pod } from '../../api/workloads.ts';
import { addSeconds, type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Draft } from './draft.ts';
import { fencesOf } from './replicas.ts';
import { allRevisions, type Situation } from './situation.ts';

/** How long until eviction is tried again, when pods are still coming back or a budget refuses. Unit: seconds. */
const tryAgainSeconds = 30;

/** Is a restart that was asked for still to be done? One for a later time is not due yet. */
export function isRestartDue({ spec, status }: Rollout, now: Instant): boolean {
  const at = parseInstant(spec.restartAt);
  return at !== undefined && at <= now && at !== parseInstant(status?.restartedAt);
}

/**
 * Evicts pods that were created before `restartAt`: those that are not ready at once, of the others no more at a time than may be
 * unavailable. Says what `restartedAt` is: it follows `restartAt` once no such pod is left.
 *
 * The server stamped the pods and a person wrote `restartAt`: this compares the two, it measures no age.
 */
export function restart(seen: Situation, draft: Draft): string | undefined {
  const { spec, status, now } = seen;
  const at = parseInstant(spec.restartAt);
  if (at !== undefined && at > now) draft.wakeAt(at);
  if (!isRestartDue(seen.observed.rollout, now)) return status.restartedAt;
  const old = seen.observed.pods
    .filter(({ metadata }) => (parseInstant(metadata.creationTimestamp) ?? now) < (at ?? now))
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  if (old.length === 0) return spec.restartAt;
  // one that is not ready serves nobody: a restart is what people try when pods hang
  const idle = old.filter((pod) => !isReady(pod));
  const serving = old.filter(isReady).slice(0, Math.max(0, allowedEvictions(seen)));
  for (const { metadata } of [...idle, ...serving]) draft.tidy({ do: 'evictPod', name: metadata.name });
  draft.wakeAt(addSeconds(now, tryAgainSeconds));
  return status.restartedAt;
}

function allowedEvictions(seen: Situation): number {
  const { replicas, strategy, blueGreen, observed } = seen;
  const revisions = allRevisions(seen);
  const counted = revisions.reduce((sum, revision) => sum + revision.available, 0);
  // for a moment after an eviction the ReplicaSets still count pods that are on their way out
  const available = Math.min(counted, observed.pods.filter(isReady).length);
  const size = revisions.reduce((sum, revision) => sum + revision.size, 0);
  const fences = fencesOf({ maxSurge: 0, maxUnavailable: (blueGreen ?? strategy).maxUnavailable }, replicas);
  return available - (Math.max(replicas, size) - Math.max(fences.unavailable, 1));
}

function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return metadata.deletionTimestamp === undefined && ready?.status === 'True';
}
