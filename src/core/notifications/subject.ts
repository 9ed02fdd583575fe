import { podTemplateHashLabel, revisionAnnotation } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { AnalysisRun } from '../../api/v1alpha1/analysis.ts';
import type { Experiment } from '../../api/v1alpha1/experiment.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../api/workloads.ts';
import type { Instant } from '../../kernel/instant.ts';
import { abortRecordOf } from './abort-record.ts';
import type { Subject } from './variables.ts';

/** What there is about one Rollout, however it was found. */
export interface Surroundings {
  /** What `workloadRef` names. */
  readonly workload?: KubeObject | undefined;
  /** Its own, and those of its Experiments. */
  readonly analysisRuns: readonly AnalysisRun[];
  readonly experiments: readonly Experiment[];
  readonly replicaSets: readonly ReplicaSet[];
}

/** What triggers and templates may look at, of a Rollout and of what is its own among its surroundings. */
export function subjectOf(rollout: Rollout, around: Surroundings, now: Instant): Subject {
  const isOwn = isControlledBy(rollout);
  const replicaSets = around.replicaSets.filter(isOwn);
  const experiments = around.experiments.filter((each) => isOwn(each) && isOfCurrent(rollout, each));
  const analysisRuns = around.analysisRuns
    .filter((run) => isOwn(run) && isOfCurrent(rollout, run))
    .toSorted((a, b) => (ageOf(a) < ageOf(b) ? 1 : -1));
  const runsOfExperiments = experiments.map((experiment) => ({
    experiment: experiment.metadata.name,
    runs: around.analysisRuns.filter(isControlledBy(experiment)),
  }));
  const whole = withWorkload(rollout, around.workload);
  const stable = replicaSets.find(
    ({ metadata }) => metadata.labels?.[podTemplateHashLabel] === rollout.status?.stableRS,
  );
  const abortRecord = abortRecordOf(whole, analysisRuns, stable?.spec.template, runsOfExperiments);
  const templates = new Map(
    replicaSets.map(({ metadata, spec }) => [
      Number(metadata.annotations?.[revisionAnnotation]),
      spec.template,
    ]),
  );
  return { rollout: whole, analysisRuns, templates, now, ...(abortRecord && { abortRecord }) };
}

/** The Rollout with the pod template and the selector of the workload that it refers to, as far as they are known. */
function withWorkload(rollout: Rollout, workload: KubeObject | undefined): Rollout {
  if (rollout.spec?.workloadRef === undefined) return rollout;
  const object = workload as (KubeObject & { template?: PodTemplateSpec }) | undefined;
  const { template = object?.template, selector } = (object?.spec ?? {}) as Partial<Rollout['spec']>;
  if (template === undefined) return rollout;
  return { ...rollout, spec: { ...rollout.spec, template, ...(selector !== undefined && { selector }) } };
}

function isControlledBy({ metadata: { uid } }: KubeObject): (object: KubeObject) => boolean {
  return ({ metadata: { ownerReferences = [] } }) => ownerReferences.some((owner) => owner.uid === uid);
}

function isOfCurrent(
  { metadata, status }: Rollout,
  { metadata: { labels, annotations } }: KubeObject,
): boolean {
  return (
    labels?.[podTemplateHashLabel] === status?.currentPodHash &&
    annotations?.[revisionAnnotation] === metadata.annotations?.[revisionAnnotation]
  );
}

function ageOf({ metadata: { creationTimestamp = '', name } }: AnalysisRun): string {
  return `${creationTimestamp} ${name}`;
}
