import type { AnalysisPurpose } from '../../api/v1alpha1/rollout-analyses.ts';
import { analysisCause, experimentCause } from './abort-causes.ts';
import { currentRun, phaseOf } from './analysis.ts';
import { deadlineCause } from './deadline.ts';
import { brokenExperiment, currentExperiment } from './experiment.ts';
import { aborted, held, isAborted, isOnTrial, type Memory, needsNoProof } from './memory.ts';
import type { Situation } from './situation.ts';
import { withTrialVerdict } from './trial.ts';

/**
 * What the verdicts say. A failed or broken analysis aborts now, in the same plan that learned of it; an inconclusive one
 * holds until a person has looked.
 */
export function withVerdicts(seen: Situation, memory: Memory, purposes: readonly AnalysisPurpose[]): Memory {
  if (isAborted(memory)) return memory;
  if (isOnTrial(seen, memory)) return withTrialVerdict(seen, memory);
  if (needsNoProof(seen, memory)) return memory;
  let judged = memory;
  for (const purpose of purposes) {
    const current = currentRun(seen, judged, purpose);
    const phase = phaseOf(current);
    if (phase === 'Failed' || phase === 'Error') {
      return aborted(seen, judged, analysisCause(purpose, current?.run.status?.message));
    }
    if (phase === 'Inconclusive') judged = held(seen, judged, 'InconclusiveAnalysisRun');
  }
  judged = withExperimentVerdict(seen, judged);
  const late = isAborted(judged) ? undefined : deadlineCause(seen, judged);
  return late === undefined ? judged : aborted(seen, judged, late);
}

function withExperimentVerdict(seen: Situation, memory: Memory): Memory {
  const broken = brokenExperiment(seen, memory);
  if (broken !== undefined) {
    return aborted(seen, memory, `The experiment of the step cannot be run: ${broken}`);
  }
  const status = currentExperiment(seen, memory)?.status;
  if (status?.phase === 'Failed' || status?.phase === 'Error') {
    return aborted(seen, memory, experimentCause(status.message));
  }
  return status?.phase === 'Inconclusive' ? held(seen, memory, 'InconclusiveExperiment') : memory;
}
