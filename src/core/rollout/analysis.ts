import { stepIndexLabel } from '../../api/labels.ts';
import {
  type AnalysisPhase,
  type AnalysisRun,
  isCompleted,
  type RolloutAnalysis,
} from '../../api/v1alpha1/analysis.ts';
import type { RunReference } from '../../api/v1alpha1/rollout.ts';
import { type AnalysisPurpose, recordedRuns } from '../../api/v1alpha1/rollout-analyses.ts';
import { parseInstant } from '../../kernel/instant.ts';
import { buildAnalysisRun } from '../analysis/build-run.ts';
import type { Draft } from './draft.ts';
import { analysisRunChanged } from './events.ts';
import type { Memory } from './memory.ts';
import type { Situation } from './situation.ts';

/** The run that answers for a purpose now, and what status recorded of it. */
export interface CurrentRun {
  readonly reference: RunReference;
  readonly run: AnalysisRun;
}

export function phaseOf(current: CurrentRun | undefined): AnalysisPhase | '' | undefined {
  return current === undefined ? undefined : (current.run.status?.phase ?? current.reference.status);
}

/**
 * The recorded run, as far as it still answers. A run that is gone, of another template, of another step or of the attempt
 * before a retry does not; nor does an inconclusive one after somebody has resumed.
 */
export function currentRun(
  seen: Situation,
  memory: Memory,
  purpose: AnalysisPurpose,
): CurrentRun | undefined {
  const reference = recordedRuns(seen.status)[purpose];
  if (reference === undefined || memory.startsAnew || memory.retried) return undefined;
  const run = seen.observed.analysisRuns.find(({ metadata }) => metadata.name === reference.name);
  if (run === undefined) return undefined;
  if (purpose === 'Step' && run.metadata.labels?.[stepIndexLabel] !== String(memory.index)) {
    return undefined;
  }
  if (purpose === 'Step' && sawWrongSplit(run, memory)) return undefined;
  if (purpose === 'Bake' && memory.index < seen.steps.length) return undefined;
  const current = { reference, run };
  return memory.overruled && phaseOf(current) === 'Inconclusive' ? undefined : current;
}

/** What is good under a wrong split proves nothing; what is bad stays bad. */
function sawWrongSplit({ status }: AnalysisRun, { verdictsSince }: Memory): boolean {
  const startedAt = parseInstant(status?.startedAt);
  if (verdictsSince === undefined || startedAt === undefined || startedAt >= verdictsSince) return false;
  return status?.phase !== 'Failed' && status?.phase !== 'Error';
}

export interface WantedRun {
  readonly purpose: AnalysisPurpose;
  readonly analysis: RolloutAnalysis;
  readonly stepIndex?: number;
}

/** What a purpose's run is once this plan is carried out, to be recorded in status. */
export type RunOutcome = { readonly reference: RunReference } | { readonly error: string };

/** The run that status records; undefined without one, also when it cannot be built. */
export function referenceOf(outcome: RunOutcome | undefined): RunReference | undefined {
  return outcome !== undefined && 'reference' in outcome ? outcome.reference : undefined;
}

/** What `status.waiting` says of the first of these that cannot be built, such as a template that is gone since validation. */
export function brokenStart(...outcomes: readonly (RunOutcome | undefined)[]): string | undefined {
  const broken = outcomes.find((outcome) => outcome !== undefined && 'error' in outcome);
  return broken !== undefined && 'error' in broken
    ? `an analysis that cannot be started: ${broken.error}`
    : undefined;
}

/** Keeps the current run, or starts one. A run is recorded with an empty phase until it has been looked at. */
export function ensureRun(seen: Situation, memory: Memory, wanted: WantedRun, draft: Draft): RunOutcome {
  const current = currentRun(seen, memory, wanted.purpose);
  if (current !== undefined) return { reference: followed(current, wanted.purpose, draft) };
  const built = buildAnalysisRun({
    rollout: seen.rollout,
    purpose: wanted.purpose,
    ...(wanted.stepIndex !== undefined && { stepIndex: wanted.stepIndex }),
    analysis: wanted.analysis,
    latestHash: seen.canary.hash,
    stableHash: memory.stableHash ?? '',
    templates: seen.observed.templates,
    existing: seen.observed.analysisRuns.map(endedIfStopped),
  });
  if ('error' in built) return built;
  if (!built.reused) draft.analyse({ do: 'createAnalysisRun', run: built.run });
  return { reference: { name: built.run.metadata.name, status: '' } };
}

/** A run that was told to stop is as good as over: it must not answer for a new attempt. */
function endedIfStopped(run: AnalysisRun): AnalysisRun {
  if (run.spec.terminate !== true || isCompleted(run.status?.phase)) return run;
  return { ...run, status: { ...run.status, phase: 'Inconclusive' } };
}

/** The reference with what the run says now, and an event when that is news. */
export function followed(
  { reference, run }: CurrentRun,
  purpose: AnalysisPurpose,
  draft: Draft,
): RunReference {
  const phase = run.status?.phase;
  if (phase === undefined || phase === reference.status) return reference;
  draft.say(analysisRunChanged(purpose, run.metadata.name, phase, reference.status));
  const message = run.status?.message;
  return { name: reference.name, status: phase, ...(message !== undefined && message !== '' && { message }) };
}

/** Stops every run that no purpose needs any more. */
export function terminateOthers({ observed }: Situation, kept: readonly string[], draft: Draft): void {
  for (const { metadata, spec, status } of observed.analysisRuns) {
    if (kept.includes(metadata.name) || spec.terminate === true || isCompleted(status?.phase)) continue;
    draft.analyse({ do: 'terminateAnalysisRun', name: metadata.name });
  }
}
