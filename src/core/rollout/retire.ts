import { podTemplateHashLabel, scaleDownDeadlineAnnotation } from '../../api/labels.ts';
import { addSeconds, formatInstant } from '../../kernel/instant.ts';
import type { Draft } from './draft.ts';
import { defaultDrainSeconds } from './drain.ts';
import type { Memory } from './memory.ts';
import { keepsOldPods } from './registration.ts';
import { fencesOf } from './replicas.ts';
import { canaryServiceOf } from './roles.ts';
import { scale } from './scale.ts';
import { allRevisions, type Revision, type Situation } from './situation.ts';

/** How long a revision that served keeps its pods, so that proxies which still hold the old route can drain. */
function scaleDownDelayOf({ blueGreen, strategy, routed }: Situation): number {
  if (blueGreen !== undefined) return blueGreen.scaleDownDelaySeconds ?? 30;
  if (!routed) return 0;
  return strategy.scaleDownDelaySeconds ?? defaultDrainSeconds;
}

/** Revisions that this plan leaves behind: neither asked for nor stable after it. Newest first. */
export function retiredRevisions(seen: Situation, memory: Memory): readonly Revision[] {
  return allRevisions(seen)
    .filter((revision) => revision !== seen.canary && revision.hash !== memory.stableHash)
    .sort((a, b) => b.number - a.number);
}

/** Takes the pods from retired revisions, as fast as traffic, delay and availability allow. */
export function retire(seen: Situation, memory: Memory, draft: Draft): void {
  if (seen.blueGreen === undefined && !seen.routed) {
    drainByPods(seen, memory, draft);
    return;
  }
  const limit = delayLimitOf(seen);
  let waiting = 0;
  for (const revision of retiredRevisions(seen, memory).filter(({ size }) => size > 0)) {
    if (retireOne(seen, memory, revision, { draft, mayWait: waiting < limit }) === 'waits') waiting += 1;
  }
}

function delayLimitOf({ strategy, blueGreen }: Situation): number {
  const limit =
    blueGreen === undefined ? strategy.scaleDownDelayRevisionLimit : blueGreen.scaleDownDelayRevisionLimit;
  return limit ?? Number.POSITIVE_INFINITY;
}

/** One that never had an available pod has nothing to drain; any other waits its delay, then goes when no traffic is left. */
function retireOne(
  seen: Situation,
  memory: Memory,
  revision: Revision,
  { draft, mayWait }: { readonly draft: Draft; readonly mayWait: boolean },
): 'waits' | 'goes' {
  const { now } = seen;
  const isDated = revision.deadline !== undefined;
  if (!isDated && revision.available > 0 && keepsOldPods(seen, memory)) return 'waits';
  const delay = revision.available === 0 || !mayWait ? 0 : scaleDownDelayOf(seen);
  if (delay > 0 && revision.deadline === undefined) {
    const deadline = addSeconds(now, delay);
    draft.edit(revision, {
      annotations: { [scaleDownDeadlineAnnotation]: formatInstant(deadline) },
      afterTraffic: true,
    });
    draft.wakeAt(deadline);
    return 'waits';
  }
  if (delay > 0 && revision.deadline !== undefined && revision.deadline > now) {
    if (seen.blueGreen !== undefined) scale(seen, draft, revision, seen.replicas);
    draft.wakeAt(revision.deadline);
    return 'waits';
  }
  if (seen.replicas === 0 || !isReferenced(seen, memory, revision)) {
    scale(
      seen,
      draft,
      revision,
      0,
      revision.deadline === undefined ? {} : { [scaleDownDeadlineAnnotation]: null },
    );
  }
  return 'goes';
}

/** Does traffic reach it, as observed? What this very plan turns away counts from the next observation on. */
function isReferenced(seen: Situation, memory: Memory, { hash }: Revision): boolean {
  const { observed, status, routed } = seen;
  const idle = idleService(seen, memory);
  const selected = Object.entries(observed.services).some(
    ([name, service]) => name !== idle && service?.spec.selector?.[podTemplateHashLabel] === hash,
  );
  if (selected || !routed) return selected;
  const { canary, stable } = status.canary?.weights ?? {};
  return canary?.podTemplateHash === hash || stable?.podTemplateHash === hash;
}

/**
 * Of a pair that takes turns, the canary's Service keeps its old selector until it is needed: without weight it says
 * nothing. In a plan that promotes, the two change parts.
 */
function idleService(
  { observed, strategy, status }: Situation,
  { promotedBecause }: Memory,
): string | undefined {
  if (strategy.pingPong === undefined || promotedBecause !== undefined) return undefined;
  if (observed.routers.some(({ weight = 0 }) => weight > 0)) return undefined;
  return canaryServiceOf({ strategy }, status.canary?.stablePingPong);
}

/** Without a router pods are the traffic: they go as far as the minimum of available pods allows. */
function drainByPods(seen: Situation, memory: Memory, draft: Draft): void {
  const { replicas, strategy } = seen;
  const available = allRevisions(seen).reduce((sum, revision) => sum + workingPods(revision), 0);
  let budget = available - (replicas - fencesOf(strategy, replicas).unavailable);
  for (const revision of retiredRevisions(seen, memory).filter(({ size }) => size > 0)) {
    const working = workingPods(revision);
    const dropped = Math.min(working, Math.max(0, budget));
    budget -= dropped;
    scale(seen, draft, revision, working - dropped);
  }
}

/** Right after a smaller size was written, the ReplicaSet still reports pods that are on their way out. */
function workingPods({ size, available }: Revision): number {
  return Math.min(size, available);
}
