import type { Rollout, RolloutPhase } from '../api/v1alpha1/rollout.ts';

export interface PhaseView {
  readonly phase: RolloutPhase;
  /** Empty when there is nothing to say. */
  readonly message: string;
}

/** Also of an object that no controller has looked at at all. */
export const unobservedMessage = 'waiting for rollout spec update to be observed';

/**
 * The phase as a client shows it: what the controller stored, unless the object has moved on since.
 * Without these overlays a `status` right after `kubectl apply` would report the health of the old version.
 */
export function viewPhase(rollout: Rollout): PhaseView {
  const status = rollout.status ?? {};
  if (!isSpecObserved(rollout)) return progressing(unobservedMessage);
  if (status.controllerPause === true && (status.pauseConditions ?? []).length === 0) {
    return progressing('waiting for rollout to unpause');
  }
  if (status.phase === undefined) return progressing(unobservedMessage);
  return { phase: status.phase, message: status.message ?? '' };
}

/**
 * `observedGeneration` is text. Older controllers wrote a hash there, which counts as observed; so does a number
 * beyond the generation, as it stands after a restore from a backup.
 */
function isSpecObserved({ metadata, status }: Rollout): boolean {
  const observed = status?.observedGeneration ?? '';
  if (!/^[+-]?\d+$/.test(observed)) return true;
  return Number(observed) >= (metadata.generation ?? 0);
}

function progressing(message: string): PhaseView {
  return { phase: 'Progressing', message };
}
