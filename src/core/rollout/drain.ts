import { drainAnnotation } from '../../api/labels.ts';
import { addSeconds, formatInstant } from '../../kernel/instant.ts';
import type { Draft } from './draft.ts';
import { scale } from './scale.ts';
import type { Revision, Situation } from './situation.ts';

/** Proxies and load balancers hear late of a smaller weight; the peer gives an old revision as long after a promotion. */
export const defaultDrainSeconds = 30;

/**
 * Sets the size of a revision that a router's weight counts for. Pods that a smaller weight leaves over stay for a while:
 * who has not heard of it yet still sends them requests (invariant I6). Unit: `scaleDownDelaySeconds`, default 30; 0 takes
 * them at once.
 * @param annotations what else the revision must say from now on.
 * @param counted pods that weights of this release have counted on at most: more than these go at once. Default: all.
 */
export function scaleWithTraffic(
  seen: Situation,
  draft: Draft,
  revision: Revision,
  size: number,
  annotations: Readonly<Record<string, string | null>> = {},
  counted = revision.size,
): void {
  const settled = { ...annotations, ...(revision.drain !== undefined && { [drainAnnotation]: null }) };
  // a smaller `spec.replicas` is no smaller weight: nobody needs more pods than that
  const held = Math.max(size, Math.min(revision.size, seen.replicas, counted));
  if (size >= held || !isServing(seen, revision)) {
    scale(seen, draft, revision, size, settled);
    return;
  }
  const seconds = seen.strategy.scaleDownDelaySeconds ?? defaultDrainSeconds;
  if (seconds === 0) {
    scale(seen, draft, revision, size, settled);
    return;
  }
  const { drain } = revision;
  const next = { size, at: addSeconds(seen.now, seconds) };
  const due = drain !== undefined && drain.at <= seen.now ? Math.max(size, drain.size) : undefined;
  if (due === size) {
    scale(seen, draft, revision, size, settled);
    return;
  }
  // more pods are to go than those whose time is running: these have a time of their own, later
  const keeps = due === undefined && drain !== undefined;
  const waits = keeps ? { size: Math.max(size, drain.size), at: drain.at } : next;
  const noted = waits.size === drain?.size && waits.at === drain.at;
  const words: Record<string, string> = noted
    ? {}
    : { [drainAnnotation]: `${waits.size} ${formatInstant(waits.at)}` };
  scale(seen, draft, revision, due ?? held, { ...annotations, ...words });
  draft.wakeAt(waits.at);
}

/** Pods that nobody reaches have nothing to drain. */
function isServing({ routed, replicas }: Situation, { available }: Revision): boolean {
  return routed && replicas > 0 && available > 0;
}

/** The size that the revision has, or gets without any further decision. */
export function sizeToBe({ size, drain }: Revision): number {
  return drain === undefined ? size : Math.min(size, drain.size);
}
