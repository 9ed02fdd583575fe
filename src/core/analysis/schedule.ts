import { isCompleted, type Metric, type MetricState } from '../../api/v1alpha1/analysis.ts';
import { parseGoDuration } from '../../kernel/duration.ts';
import { addSeconds, type Instant, parseInstant } from '../../kernel/instant.ts';
import { limitsOf } from './limits.ts';

/** Seconds until the next try after an error, and between measurements of a metric without an interval. */
export const retrySeconds = 10;

/** What to do about one metric, and from when on; undefined: nothing more. */
export interface Due {
  readonly kind: 'start' | 'resume' | 'terminate';
  readonly at: Instant;
}

/**
 * When is a metric due? Between two measurements counts the time from the end of one to the start of the next.
 *
 * The peer measures strictly after the instant; we at it, since our times are exact on virtual clocks too.
 */
export function nextDue(
  metric: Metric,
  state: MetricState | undefined,
  run: { readonly startedAt: Instant; readonly terminating: boolean; readonly now: Instant },
): Due | undefined {
  if (state !== undefined && isCompleted(state.phase)) return undefined;
  const last = state?.measurements?.at(-1);
  if (last !== undefined && last.finishedAt === undefined) {
    if (run.terminating) return { kind: 'terminate', at: run.now };
    return { kind: 'resume', at: parseInstant(last.resumeAt) ?? run.now };
  }
  if (run.terminating) return undefined;
  if (last === undefined) {
    return { kind: 'start', at: addSeconds(run.startedAt, secondsOf(metric.initialDelay) ?? 0) };
  }
  const { count } = limitsOf(metric);
  if (count !== undefined && (state?.count ?? 0) >= count) return undefined;
  const gapSeconds = last.phase === 'Error' ? retrySeconds : (secondsOf(metric.interval) ?? retrySeconds);
  return { kind: 'start', at: addSeconds(parseInstant(last.finishedAt) ?? run.now, gapSeconds) };
}

function secondsOf(duration: string | undefined): number | undefined {
  return duration === undefined || duration === '' ? undefined : parseGoDuration(duration);
}
