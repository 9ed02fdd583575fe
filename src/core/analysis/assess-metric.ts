import { type AnalysisPhase, isCompleted, type MetricState } from '../../api/v1alpha1/analysis.ts';
import type { MetricLimits } from './limits.ts';

/** A limit that was passed, and the sentence that says so. */
export interface LimitHit {
  readonly phase: AnalysisPhase;
  readonly message: string;
}

/** The phase of one metric after its measurements; the first rule that applies decides. */
export function assessMetric(state: MetricState, limits: MetricLimits, terminating: boolean): AnalysisPhase {
  if (isCompleted(state.phase)) return state.phase;
  const last = state.measurements?.at(-1);
  if (last === undefined) return terminating ? 'Successful' : 'Pending';
  if (!isCompleted(last.phase)) return 'Running';
  const hit = limitHit(state, limits);
  if (hit !== undefined) return hit.phase;
  const { consecutiveSuccessLimit, failureLimit, count } = limits;
  if (consecutiveSuccessLimit > 0 && (state.consecutiveSuccess ?? 0) >= consecutiveSuccessLimit) {
    return 'Successful';
  }
  if (count !== undefined && (state.count ?? 0) >= count) {
    if (consecutiveSuccessLimit === 0) return 'Successful';
    return failureLimit >= 0 ? 'Inconclusive' : 'Failed';
  }
  return terminating ? 'Successful' : 'Running';
}

/** All limits are looked at, and the last that was passed wins: errors before inconclusive before failed. */
export function limitHit(state: MetricState, limits: MetricLimits): LimitHit | undefined {
  const { failed = 0, inconclusive = 0, consecutiveError = 0 } = state;
  const { failureLimit, inconclusiveLimit, consecutiveErrorLimit } = limits;
  if (consecutiveError > consecutiveErrorLimit) {
    const message = `consecutiveErrors (${consecutiveError}) > consecutiveErrorLimit (${consecutiveErrorLimit})`;
    return { phase: 'Error', message };
  }
  if (inconclusive > inconclusiveLimit) {
    const message = `inconclusive (${inconclusive}) > inconclusiveLimit (${inconclusiveLimit})`;
    return { phase: 'Inconclusive', message };
  }
  if (failureLimit >= 0 && failed > failureLimit) {
    return { phase: 'Failed', message: `failed (${failed}) > failureLimit (${failureLimit})` };
  }
  return undefined;
}
