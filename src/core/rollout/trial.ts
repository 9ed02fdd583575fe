import { isCompleted } from '../../api/v1alpha1/analysis.ts';
import { analysisCause } from './abort-causes.ts';
import { currentRun, ensureRun, phaseOf, type RunOutcome } from './analysis.ts';
import { isCanaryComplete } from './counts.ts';
import type { Draft } from './draft.ts';
import { firstHold } from './gates.ts';
import { aborted, held, isAborted, isOnTrial, type Memory } from './memory.ts';
import type { Situation } from './situation.ts';

/**
 * `initialAnalysis`: what its run says of the first version. There is nothing to go back to, so the spec chooses what a bad
 * verdict does. Ours, see `docs/extensions.md`.
 */
export function withTrialVerdict(seen: Situation, memory: Memory): Memory {
  const { onFailure = 'pause' } = seen.spec.initialAnalysis ?? {};
  const current = currentRun(seen, memory, 'Initial');
  const phase = phaseOf(current);
  if (memory.resumed || onFailure === 'proceed' || !isCompleted(phase) || phase === 'Successful')
    return memory;
  return onFailure === 'scaleToZero' && phase !== 'Inconclusive'
    ? aborted(seen, memory, analysisCause('Initial', current?.run.status?.message))
    : held(seen, memory, 'InconclusiveAnalysisRun');
}

/** May the first version count as stable? A person who resumes has judged it. */
export function hasPassedTrial(seen: Situation, memory: Memory): boolean {
  if (isAborted(memory)) return false;
  if (!isOnTrial(seen, memory) || memory.resumed) return true;
  const phase = phaseOf(currentRun(seen, memory, 'Initial'));
  return phase === 'Successful' || (seen.spec.initialAnalysis?.onFailure === 'proceed' && isCompleted(phase));
}

export function trialWaitsFor(seen: Situation, memory: Memory): string | undefined {
  if (!isCanaryComplete(seen)) return undefined;
  return firstHold(seen, memory) ?? 'the analysis of the first version';
}

/** The run that judges the first version: it starts once all pods are there. Undefined when there is none. */
export function trialRun(seen: Situation, memory: Memory, draft: Draft): RunOutcome | undefined {
  const { initialAnalysis } = seen.spec;
  if (initialAnalysis === undefined || !isOnTrial(seen, memory) || isAborted(memory)) return undefined;
  const isStarted = currentRun(seen, memory, 'Initial') !== undefined;
  if (!isStarted && (!isCanaryComplete(seen) || seen.spec.paused === true)) return undefined;
  const { onFailure: _policy, ...analysis } = initialAnalysis;
  return ensureRun(seen, memory, { purpose: 'Initial', analysis }, draft);
}
