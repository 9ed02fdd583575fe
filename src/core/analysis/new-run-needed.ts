import { type AnalysisRun, isCompleted } from '../../api/v1alpha1/analysis.ts';
import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';

/**
 * Must a new run replace the current one? Yes without a current run; after a person resumed a rollout that had paused for
 * an inconclusive run; and when an aborted rollout is tried again.
 */
export function newRunNeeded(status: RolloutStatus | undefined, current: AnalysisRun | undefined): boolean {
  if (current === undefined) return true;
  const pausedForAnother = status?.pauseConditions?.some(
    ({ reason }) => reason === 'CanaryPauseStep' || reason === 'BlueGreenPause',
  );
  if (status?.controllerPause === true && pausedForAnother !== true) {
    return current.status?.phase === 'Inconclusive';
  }
  return status?.abortedAt !== undefined;
}

/** Runs to stop: neither completed nor told to stop already. */
export function runsToTerminate(runs: readonly AnalysisRun[]): readonly AnalysisRun[] {
  return runs.filter(({ spec, status }) => spec.terminate !== true && !isCompleted(status?.phase));
}
