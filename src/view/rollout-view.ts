import { revisionAnnotation } from '../api/labels.ts';
import type { KubeObject } from '../api/meta.ts';
import type { AnalysisRun } from '../api/v1alpha1/analysis.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { Pod, ReplicaSet, Service } from '../api/workloads.ts';
import type { Instant } from '../kernel/instant.ts';
import { type AnalysisRunView, viewAnalysisRun } from './analysis-run-view.ts';
import { type ExperimentView, viewExperiment } from './experiment-view.ts';
import { type ImageView, viewImages } from './image-view.ts';
import { oldestFirst, ownedBy } from './owned.ts';
import { type ReplicaSetView, viewReplicaSets } from './replica-set-view.ts';
import { type RolloutSummary, summarizeRollout } from './rollout-summary.ts';
import { viewActualWeight } from './weights.ts';

/** Everything a face shows of one Rollout. */
export interface RolloutView extends RolloutSummary {
  /** What the canary gets now, 0 to `maxWeight`; undefined for blue-green. */
  readonly actualWeight: number | undefined;
  /** Images that pods run now, sorted, each with what its pods are. */
  readonly images: readonly ImageView[];
  /** Newest first; what has no revision is under 0. */
  readonly revisions: readonly RevisionView[];
}

export interface RevisionView {
  readonly revision: number;
  readonly replicaSets: readonly ReplicaSetView[];
  readonly experiments: readonly ExperimentView[];
  readonly analysisRuns: readonly AnalysisRunView[];
}

/** Objects of the Rollout's namespace; those of other owners are left out here. */
export interface RolloutFacts {
  readonly rollout: Rollout;
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
  readonly analysisRuns: readonly AnalysisRun[];
  readonly experiments: readonly Experiment[];
  /** Not looked at yet: the selectors that matter stand in the status. */
  readonly services?: readonly Service[];
  readonly now: Instant;
}

/** The one view model of a Rollout, for the command, the dashboard and reports alike. */
export function viewRollout(facts: RolloutFacts): RolloutView {
  const { rollout } = facts;
  const replicaSets = ownedBy(rollout, facts.replicaSets);
  const summary = summarizeRollout(rollout);
  const revisions = viewRevisions(facts);
  return {
    ...summary,
    actualWeight: summary.strategy === 'Canary' ? viewActualWeight(rollout, replicaSets) : undefined,
    images: viewImages(
      revisions.flatMap(({ replicaSets: own, experiments }) => [
        ...own,
        ...experiments.flatMap((experiment) => experiment.replicaSets),
      ]),
    ),
    revisions,
  };
}

function viewRevisions(facts: RolloutFacts): RevisionView[] {
  const { rollout } = facts;
  const replicaSets = ownedBy(rollout, facts.replicaSets);
  const experiments = ownedBy(rollout, facts.experiments);
  const analysisRuns = ownedBy(rollout, facts.analysisRuns);
  const numbers = new Set([...replicaSets, ...experiments, ...analysisRuns].map(revisionOf));
  return [...numbers]
    .sort((left, right) => right - left)
    .map((revision) => {
      const isHere = (object: KubeObject) => revisionOf(object) === revision;
      return {
        revision,
        replicaSets: viewReplicaSets(replicaSets.filter(isHere), facts),
        experiments: oldestFirst(experiments.filter(isHere)).map((experiment) =>
          viewExperiment({ ...facts, experiment }),
        ),
        analysisRuns: oldestFirst(analysisRuns.filter(isHere)).map(viewAnalysisRun),
      };
    });
}

function revisionOf({ metadata }: KubeObject): number {
  const revision = Number(metadata.annotations?.[revisionAnnotation] ?? 0);
  return Number.isInteger(revision) ? revision : 0;
}
