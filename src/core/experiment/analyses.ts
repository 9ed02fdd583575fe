import { instanceIdLabel } from '../../api/labels.ts';
import { controlledBy } from '../../api/owner.ts';
import { apiVersionOf, resources } from '../../api/resources.ts';
import { type AnalysisRun, type AnalysisRunSpec, isCompleted } from '../../api/v1alpha1/analysis.ts';
import type { ExperimentStatus } from '../../api/v1alpha1/experiment.ts';
import { withFreeRunName } from '../analysis/build-run.ts';
import { mergeTemplates } from '../analysis/merge.ts';
import { resolveTemplates, templateKey } from '../analysis/templates.ts';
import { resolveExperimentArguments } from './arguments.ts';
import { isEnding } from './ending.ts';
import {
  type AnalysisSpec,
  type AnalysisStatus,
  analysisStatusOf,
  isTemplateCompleted,
  phaseOfAnalysis,
  type Seen,
} from './situation.ts';

/** Runs that this decision starts, by name of the analysis. */
export type StartedRuns = Map<string, AnalysisRun>;

/**
 * How the analyses are doing, in the order of the spec. One that cannot be started ends the experiment, so that the others
 * are not started either.
 */
export function nextAnalysisStatuses(
  seen: Seen,
  status: ExperimentStatus,
  started: StartedRuns,
): AnalysisStatus[] {
  const before = new Set(started.keys());
  const next = (seen.spec.analyses ?? []).map((each) => nextAnalysisStatus(seen, status, each, started));
  const isBroken = next.some(({ name, phase }) => phase === 'Error' && phaseOfAnalysis(status, name) === '');
  if (!isBroken) return next;
  return next.map((each) => {
    if (before.has(each.name) || !started.delete(each.name)) return each;
    return unstarted(status, each.name);
  });
}

/**
 * Before the pods are up only the existence of its template is checked, so that a wrong name does not waste the pods'
 * start; after that an analysis gets its one run, and its phase is the run's. Runs are followed to their end also while
 * the experiment ends: the peer looks away then, and may wait for ever.
 */
function nextAnalysisStatus(
  seen: Seen,
  status: ExperimentStatus,
  analysis: AnalysisSpec,
  started: StartedRuns,
): AnalysisStatus {
  const before = unstarted(status, analysis.name);
  if (isCompleted(before.phase)) return before;
  if (before.analysisRun !== '') return followed(seen, before, started);
  if (isEnding(seen, status) || isUnneeded(seen, status)) return before;
  if (status.availableAt === undefined) return verified(seen, before, analysis);
  const built = buildRun(seen, status, analysis);
  if ('error' in built) {
    const message = `Failed to create AnalysisRun for analysis '${analysis.name}': ${built.error}`;
    return { ...before, phase: 'Error', message };
  }
  if (!built.reused) started.set(analysis.name, built.run);
  return { name: analysis.name, analysisRun: built.run.metadata.name, phase: 'Pending' };
}

/** As recorded; an analysis without a run has an empty phase. */
function unstarted(status: ExperimentStatus, name: string): AnalysisStatus {
  return analysisStatusOf(status, name) ?? { name, phase: '' as AnalysisStatus['phase'], analysisRun: '' };
}

/** All templates have done their part, and no analysis is waited for. */
function isUnneeded({ spec }: Seen, { templateStatuses = [] }: ExperimentStatus): boolean {
  const isWaitedFor = (spec.analyses ?? []).some(
    ({ requiredForCompletion }) => requiredForCompletion === true,
  );
  return !isWaitedFor && templateStatuses.every((each) => isTemplateCompleted(each.status));
}

function followed({ observed }: Seen, before: AnalysisStatus, started: StartedRuns): AnalysisStatus {
  const run = observed.analysisRuns.find(({ metadata }) => metadata.name === before.analysisRun);
  if (run === undefined) {
    if (started.has(before.name)) return before;
    return { ...before, phase: 'Error', message: notFound('analysisrun', before.analysisRun) };
  }
  const { phase, message = '' } = run.status ?? {};
  if (phase === undefined) return before;
  return { name: before.name, analysisRun: before.analysisRun, phase, ...(message !== '' && { message }) };
}

function verified({ observed }: Seen, before: AnalysisStatus, analysis: AnalysisSpec): AnalysisStatus {
  if (observed.templates[templateKey(analysis)] !== undefined) return before;
  const kind = analysis.clusterScope === true ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
  const problem = notFound(kind.toLowerCase(), analysis.templateName);
  const message = `${kind} verification failed for analysis '${analysis.name}': ${problem}`;
  return { ...before, phase: 'Error', message };
}

function notFound(resource: string, name: string): string {
  return `${resource}.argoproj.io "${name}" not found`;
}

function buildRun(seen: Seen, status: ExperimentStatus, analysis: AnalysisSpec) {
  const { spec, observed } = seen;
  const refused = observed.refusals.find(
    ({ kind, name }) => kind === 'AnalysisRun' && name === runName(seen, analysis),
  );
  if (refused !== undefined) return { error: refused.message };
  const resolved = resolveTemplates([analysis], observed.templates);
  if ('error' in resolved) return resolved;
  const args = resolveExperimentArguments(seen, status, analysis.args);
  if ('error' in args) return args;
  const merged = mergeTemplates(resolved.templates, {
    args: args.args,
    ...(spec.dryRun !== undefined && { dryRun: spec.dryRun }),
    ...(spec.measurementRetention !== undefined && { measurementRetention: spec.measurementRetention }),
  });
  if ('error' in merged) return merged;
  return withFreeRunName(newRun(seen, analysis, merged.spec), [
    ...observed.analysisRuns,
    ...observed.otherRuns,
  ]);
}

function runName({ experiment }: Seen, { name }: AnalysisSpec): string {
  return `${experiment.metadata.name}-${name}`;
}

function newRun(seen: Seen, analysis: AnalysisSpec, spec: AnalysisRunSpec): AnalysisRun {
  const { metadata } = seen.experiment;
  const { labels, annotations } = seen.spec.analysisRunMetadata ?? {};
  const instanceId = metadata.labels?.[instanceIdLabel];
  const ownLabels = { ...(instanceId !== undefined && { [instanceIdLabel]: instanceId }), ...labels };
  return {
    apiVersion: apiVersionOf(resources.analysisRuns),
    kind: 'AnalysisRun',
    metadata: {
      name: runName(seen, analysis),
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      ...(Object.keys(ownLabels).length > 0 && { labels: ownLabels }),
      ...(annotations !== undefined && { annotations }),
      ownerReferences: [controlledBy({ metadata }, resources.experiments)],
    },
    spec,
  };
}
