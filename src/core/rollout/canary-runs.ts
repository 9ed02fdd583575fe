import {
  currentRun,
  ensureRun,
  followed,
  type RunOutcome,
  referenceOf,
  terminateOthers,
} from './analysis.ts';
import type { Bake } from './bake.ts';
import type { Draft } from './draft.ts';
import { currentExperiment, ensureExperiment, terminateOtherExperiments } from './experiment.ts';
import { isAborted, isPausedFor, type Memory, needsNoProof, recall } from './memory.ts';
import type { Situation } from './situation.ts';

/** The runs of a canary, each as status records it once the plan is carried out. */
export interface CanaryRuns {
  readonly step: RunOutcome | undefined;
  readonly background: RunOutcome | undefined;
  readonly bake: RunOutcome | undefined;
  readonly experiment: string | undefined;
}

/** What stands before and after the steps. */
interface Ends {
  readonly bake: Bake | undefined;
  readonly trial: RunOutcome | undefined;
}

/** Starts what the step and the background need, follows what runs, and stops the rest. */
export function analyseCanary(
  seen: Situation,
  memory: Memory,
  { bake, trial }: Ends,
  draft: Draft,
): CanaryRuns {
  const runs = isAborted(memory) || needsNoProof(seen, memory) ? noRuns : runsFor(seen, memory, bake, draft);
  const kept = [runs.step, runs.background, runs.bake, trial];
  const names = kept.flatMap((run) => referenceOf(run)?.name ?? []);
  sayLastWords(seen, names, draft);
  terminateOthers(seen, names, draft);
  terminateOtherExperiments(seen, runs.experiment, draft);
  return runs;
}

/** A run whose verdict ends its step, or the release, is told of once more although status forgets it now. */
function sayLastWords(seen: Situation, kept: readonly string[], draft: Draft): void {
  const before = recall(seen);
  for (const purpose of ['Step', 'Background', 'Bake'] as const) {
    const current = currentRun(seen, before, purpose);
    if (current !== undefined && !kept.includes(current.reference.name)) followed(current, purpose, draft);
  }
}

const noRuns: CanaryRuns = { step: undefined, background: undefined, bake: undefined, experiment: undefined };

function runsFor(seen: Situation, memory: Memory, bake: Bake | undefined, draft: Draft): CanaryRuns {
  const { strategy, steps } = seen;
  const step = steps[memory.index];
  const holds = isPausedFor(memory, 'InconclusiveAnalysisRun');
  return {
    step:
      step?.analysis === undefined
        ? undefined
        : holds || seen.spec.paused === true
          ? runInProgress(seen, memory, 'Step', draft)
          : ensureRun(
              seen,
              memory,
              { purpose: 'Step', analysis: step.analysis, stepIndex: memory.index },
              draft,
            ),
    background:
      strategy.analysis === undefined || memory.index < (strategy.analysis.startingStep ?? 0)
        ? undefined
        : holds
          ? runInProgress(seen, memory, 'Background', draft)
          : ensureRun(seen, memory, { purpose: 'Background', analysis: strategy.analysis }, draft),
    bake:
      strategy.bake?.analysis === undefined || bake === undefined
        ? undefined
        : holds || seen.spec.paused === true
          ? runInProgress(seen, memory, 'Bake', draft)
          : ensureRun(seen, memory, { purpose: 'Bake', analysis: strategy.bake.analysis }, draft),
    experiment:
      step?.experiment === undefined
        ? undefined
        : holds || seen.spec.paused === true
          ? currentExperiment(seen, memory)?.metadata.name
          : ensureExperiment(seen, memory, step.experiment, draft),
  };
}

/** While a person has to look, runs go on, but none is started. */
function runInProgress(
  seen: Situation,
  memory: Memory,
  purpose: 'Step' | 'Background' | 'Bake',
  draft: Draft,
): RunOutcome | undefined {
  const current = currentRun(seen, memory, purpose);
  return current === undefined ? undefined : { reference: followed(current, purpose, draft) };
}
