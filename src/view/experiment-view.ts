import type { AnalysisRun } from '../api/v1alpha1/analysis.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { Pod, ReplicaSet } from '../api/workloads.ts';
import { parseGoDuration } from '../kernel/duration.ts';
import { addSeconds, type Instant, parseInstant, type Seconds, secondsBetween } from '../kernel/instant.ts';
import { type AnalysisRunView, viewAnalysisRun } from './analysis-run-view.ts';
import { type ImageView, viewImages } from './image-view.ts';
import { analysisStatus, type MarkedStatus } from './marks.ts';
import { oldestFirst, ownedBy } from './owned.ts';
import { type ReplicaSetView, viewReplicaSets } from './replica-set-view.ts';

/** A line of a list of experiments. */
export interface ExperimentSummary {
  readonly name: string;
  readonly namespace: string;
  readonly status: MarkedStatus;
  readonly message: string;
  readonly createdAt: Instant | undefined;
  /** How long it is to run, once all pods are available; undefined: until it is ended. */
  readonly duration: Seconds | undefined;
  /** How long it still runs, never negative; undefined before it runs, and without a duration. */
  readonly remaining: Seconds | undefined;
}

/** Everything a face shows of one Experiment. */
export interface ExperimentView extends ExperimentSummary {
  /** Images that pods run now. */
  readonly images: readonly ImageView[];
  readonly replicaSets: readonly ReplicaSetView[];
  readonly analysisRuns: readonly AnalysisRunView[];
}

/** Objects of the Experiment's namespace; those of other owners are left out here. */
export interface ExperimentFacts {
  readonly experiment: Experiment;
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
  readonly analysisRuns: readonly AnalysisRun[];
  readonly now: Instant;
}

/** The one view model of an Experiment, alone or inside the tree of its Rollout. */
export function viewExperiment(facts: ExperimentFacts): ExperimentView {
  const { experiment, now } = facts;
  const replicaSets = viewReplicaSets(ownedBy(experiment, facts.replicaSets), facts);
  return {
    ...summarizeExperiment(experiment, now),
    images: viewImages(replicaSets),
    replicaSets,
    analysisRuns: oldestFirst(ownedBy(experiment, facts.analysisRuns)).map(viewAnalysisRun),
  };
}

export function summarizeExperiment({ metadata, spec, status }: Experiment, now: Instant): ExperimentSummary {
  const duration = spec.duration === undefined ? undefined : parseGoDuration(spec.duration);
  const begin = status?.phase === 'Running' ? parseInstant(status.availableAt) : undefined;
  const end = begin === undefined || duration === undefined ? undefined : addSeconds(begin, duration);
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    status: analysisStatus(status?.phase),
    message: messageOf(status),
    createdAt: parseInstant(metadata.creationTimestamp),
    duration,
    remaining: end === undefined ? undefined : secondsBetween(now, end < now ? now : end),
  };
}

/** What is wrong with the spec stands in a condition only. */
function messageOf(status: Experiment['status']): string {
  const invalid = status?.conditions?.find(({ type, status: is }) => type === 'InvalidSpec' && is === 'True');
  return invalid === undefined ? (status?.message ?? '') : `InvalidSpec: ${invalid.message}`;
}
