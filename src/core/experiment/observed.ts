import type { AnalysisRun } from '../../api/v1alpha1/analysis.ts';
import type { Experiment } from '../../api/v1alpha1/experiment.ts';
import type { ReplicaSet, Service } from '../../api/workloads.ts';
import type { TemplateLookup } from '../analysis/templates.ts';

/** Everything one Experiment's decision may look at: a frozen snapshot, gathered by `shell/observe-experiment.ts`. */
export interface ObservedExperiment {
  readonly experiment: Experiment;
  /** ReplicaSets whose controller is this Experiment. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Services whose controller is this Experiment. */
  readonly services: readonly Service[];
  /** Runs whose controller is this Experiment. */
  readonly analysisRuns: readonly AnalysisRun[];
  /** Runs of others in the namespace: their names are taken. */
  readonly otherRuns: readonly AnalysisRun[];
  /** Every analysis template that the spec names, nested ones too. */
  readonly templates: TemplateLookup;
  /** Objects of another owner that have a name which one of ours needs. */
  readonly taken: readonly Taken[];
  /** Names of Services that a route of the owning Rollout still gives weight to; their pods and Services stay (I6). */
  readonly served: ReadonlySet<string>;
  /** What the API server has just refused for good, when the plan of the same moment was carried out. */
  readonly refusals: readonly Refusal[];
}

export interface Taken {
  readonly kind: 'ReplicaSet' | 'Service';
  readonly name: string;
  /** It belongs to an earlier Experiment of this name, so that it is on its way out. */
  readonly isLeftover: boolean;
}

export interface Refusal {
  readonly kind: 'ReplicaSet' | 'ReplicaSet scale' | 'Service' | 'AnalysisRun';
  /** Of the object. */
  readonly name: string;
  readonly message: string;
}
