import { scaleDownDeadlineAnnotation } from '../../api/labels.ts';
import { addSeconds, formatInstant } from '../../kernel/instant.ts';
import type { Draft } from './draft.ts';
import { scale } from './scale.ts';
import type { Revision, Situation } from './situation.ts';

/** How long an aborted canary keeps its pods: seconds, `never` to go, or `with traffic`. */
export type AbortDelay = number | 'never' | 'with traffic';

/**
 * `abortScaleDownDelaySeconds`: default 30 where a router or a Service divides the traffic. 0 keeps the pods until
 * somebody decides, as its documentation says. With a dynamic stable the canary goes with its traffic unless a delay is
 * asked for; without a router it always does.
 */
export function abortDelayOf({ blueGreen, strategy, routed }: Situation): AbortDelay {
  const asked =
    blueGreen === undefined ? strategy.abortScaleDownDelaySeconds : blueGreen.abortScaleDownDelaySeconds;
  if (blueGreen === undefined && !routed) return 'with traffic';
  if (asked === undefined && strategy.dynamicStableScale === true) return 'with traffic';
  if (asked === 0) return 'never';
  return asked ?? 30;
}

/** Lets an aborted canary's pods go: after its traffic has left, stable is whole again, and the delay has passed. */
export function retireAborted(
  seen: Situation,
  canary: Revision,
  isServing: boolean,
  delay: number,
  draft: Draft,
): void {
  const { stable, replicas, now } = seen;
  if (canary.size === 0 || stable === undefined) return;
  if (canary.deadline === undefined) {
    if (isServing || stable.available < replicas) return;
    const deadline = addSeconds(now, delay);
    draft.edit(canary, {
      annotations: { [scaleDownDeadlineAnnotation]: formatInstant(deadline) },
      afterTraffic: true,
    });
    draft.wakeAt(deadline);
    return;
  }
  if (canary.deadline > now || isServing) {
    draft.wakeAt(canary.deadline > now ? canary.deadline : undefined);
    return;
  }
  scale(seen, draft, canary, 0, { [scaleDownDeadlineAnnotation]: null });
}
