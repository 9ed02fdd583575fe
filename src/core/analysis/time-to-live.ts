import type { AnalysisRun } from '../../api/v1alpha1/analysis.ts';
import { addSeconds, type Instant, parseInstant } from '../../kernel/instant.ts';

/** When a completed run is to be deleted; undefined: never by itself. The peer waits for the next resync, we do not. */
export function expiresAt({ spec, status }: AnalysisRun): Instant | undefined {
  const completedAt = parseInstant(status?.completedAt);
  if (completedAt === undefined || spec.ttlStrategy === undefined) return undefined;
  const { secondsAfterCompletion, secondsAfterFailure, secondsAfterSuccess } = spec.ttlStrategy;
  const byPhase =
    status?.phase === 'Successful'
      ? secondsAfterSuccess
      : status?.phase === 'Failed'
        ? secondsAfterFailure
        : undefined;
  const seconds = byPhase ?? secondsAfterCompletion;
  // whole seconds must be more than the time to live
  return seconds === undefined ? undefined : addSeconds(completedAt, seconds + 1);
}
