import { experimentTemplateAnnotation, revisionAnnotation } from '../api/labels.ts';
import { controllerOf, type KubeObject } from '../api/meta.ts';
import type { AnalysisRun } from '../api/v1alpha1/analysis.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { Pod, ReplicaSet, Service } from '../api/workloads.ts';
import { type Instant, parseInstant } from '../kernel/instant.ts';
import { type AnalysisRunView, viewAnalysisRun } from './analysis-run-view.ts';
import { analysisStatus, type MarkedStatus } from './marks.ts';
import { type ReplicaSetView, viewReplicaSet } from './replica-set-view.ts';
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

export interface ImageView {
  readonly image: string;
  /** `stable`, `canary`, `Σ:baseline`…; empty for an older revision. */
  readonly tags: readonly string[];
}

export interface RevisionView {
  readonly revision: number;
  readonly replicaSets: readonly ReplicaSetView[];
  readonly experiments: readonly ExperimentView[];
  readonly analysisRuns: readonly AnalysisRunView[];
}

export interface ExperimentView {
  readonly name: string;
  readonly status: MarkedStatus;
  readonly message: string;
  readonly createdAt: Instant | undefined;
  readonly replicaSets: readonly ReplicaSetView[];
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
    images: viewImages(revisions),
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
        replicaSets: viewReplicaSets(facts, replicaSets.filter(isHere)),
        experiments: oldestFirst(experiments.filter(isHere)).map((experiment) =>
          viewExperiment(facts, experiment),
        ),
        analysisRuns: oldestFirst(analysisRuns.filter(isHere)).map(viewAnalysisRun),
      };
    });
}

function viewExperiment(facts: RolloutFacts, experiment: Experiment): ExperimentView {
  return {
    name: experiment.metadata.name,
    status: analysisStatus(experiment.status?.phase),
    message: experiment.status?.message ?? '',
    createdAt: parseInstant(experiment.metadata.creationTimestamp),
    replicaSets: viewReplicaSets(facts, ownedBy(experiment, facts.replicaSets)),
    analysisRuns: oldestFirst(ownedBy(experiment, facts.analysisRuns)).map(viewAnalysisRun),
  };
}

function viewReplicaSets(
  { rollout, pods, now }: RolloutFacts,
  replicaSets: readonly ReplicaSet[],
): ReplicaSetView[] {
  return [...replicaSets]
    .sort((left, right) => left.metadata.name.localeCompare(right.metadata.name))
    .map((replicaSet) =>
      viewReplicaSet({
        rollout,
        replicaSet,
        pods: ownedBy(replicaSet, pods),
        now,
        template: replicaSet.metadata.annotations?.[experimentTemplateAnnotation],
      }),
    );
}

function viewImages(revisions: readonly RevisionView[]): ImageView[] {
  const tagsOf = new Map<string, Set<string>>();
  for (const { replicaSets, experiments } of revisions) {
    for (const replicaSet of [
      ...replicaSets,
      ...experiments.flatMap((experiment) => experiment.replicaSets),
    ]) {
      if (replicaSet.pods.length === 0) continue;
      const { roles, template } = replicaSet;
      for (const image of replicaSet.images) {
        const tags = tagsOf.get(image) ?? new Set<string>();
        tagsOf.set(image, tags);
        for (const tag of template === undefined ? roles : [`${experimentSymbol}:${template}`]) tags.add(tag);
      }
    }
  }
  return [...tagsOf]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([image, tags]) => ({ image, tags: [...tags] }));
}

export const experimentSymbol = 'Σ';

function ownedBy<T extends KubeObject>(owner: KubeObject, objects: readonly T[]): T[] {
  return objects.filter((object) => controllerOf(object)?.uid === owner.metadata.uid);
}

function revisionOf({ metadata }: KubeObject): number {
  const revision = Number(metadata.annotations?.[revisionAnnotation] ?? 0);
  return Number.isInteger(revision) ? revision : 0;
}

function oldestFirst<T extends KubeObject>(objects: readonly T[]): T[] {
  return [...objects].sort(
    (left, right) =>
      (left.metadata.creationTimestamp ?? '').localeCompare(right.metadata.creationTimestamp ?? '') ||
      left.metadata.name.localeCompare(right.metadata.name),
  );
}
