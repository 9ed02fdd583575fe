import { experimentTemplateAnnotation, podTemplateHashLabel } from '../../api/labels.ts';
import type { AnalysisPhase } from '../../api/v1alpha1/analysis.ts';
import type { Experiment, ExperimentSpec, ExperimentStatus } from '../../api/v1alpha1/experiment.ts';
import type { ReplicaSet, Service } from '../../api/workloads.ts';
import { parseGoDuration } from '../../kernel/duration.ts';
import { addSeconds, type Instant, parseInstant } from '../../kernel/instant.ts';
import type { ObservedExperiment } from './observed.ts';

export type TemplateSpec = ExperimentSpec['templates'][number];
export type TemplateStatus = NonNullable<ExperimentStatus['templateStatuses']>[number];
export type AnalysisStatus = NonNullable<ExperimentStatus['analysisRuns']>[number];
export type AnalysisSpec = NonNullable<ExperimentSpec['analyses']>[number];

/** What is observed, at one instant. */
export interface Seen {
  readonly observed: ObservedExperiment;
  readonly experiment: Experiment;
  readonly spec: ExperimentSpec;
  readonly now: Instant;
}

export function isTemplateCompleted(status: string | undefined): boolean {
  return status === 'Successful' || status === 'Failed' || status === 'Error';
}

export function templateStatusOf(status: ExperimentStatus, name: string): TemplateStatus | undefined {
  return status.templateStatuses?.find((each) => each.name === name);
}

export function analysisStatusOf(status: ExperimentStatus, name: string): AnalysisStatus | undefined {
  return status.analysisRuns?.find((each) => each.name === name);
}

export function phaseOfAnalysis(status: ExperimentStatus, name: string): AnalysisPhase | '' {
  return analysisStatusOf(status, name)?.phase ?? '';
}

/** `NAME-TEMPLATE`: of the ReplicaSet, and of the Service unless the template gives it another. */
export function replicaSetName({ metadata }: Experiment, { name }: TemplateSpec): string {
  return `${metadata.name}-${name}`;
}

export function serviceNameOf(experiment: Experiment, template: TemplateSpec): string {
  const { name = '' } = template.service ?? {};
  return name === '' ? replicaSetName(experiment, template) : name;
}

/** The ReplicaSet of a template: the one with its name, or else the oldest that says so in its annotations. */
export function replicaSetOf({ observed, experiment }: Seen, template: TemplateSpec): ReplicaSet | undefined {
  const ours = observed.replicaSets
    .filter(
      ({ metadata }) =>
        metadata.deletionTimestamp === undefined &&
        metadata.annotations?.[experimentTemplateAnnotation] === template.name,
    )
    .toSorted((one, other) =>
      (one.metadata.creationTimestamp ?? '') < (other.metadata.creationTimestamp ?? '') ? -1 : 1,
    );
  const name = replicaSetName(experiment, template);
  return ours.find(({ metadata }) => metadata.name === name) ?? ours[0];
}

/** Every Service of a template; more than one when its name in the spec has changed. */
export function servicesOfTemplate({ observed }: Seen, { name }: TemplateSpec): readonly Service[] {
  return observed.services.filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined &&
      metadata.annotations?.[experimentTemplateAnnotation] === name,
  );
}

export function hashOf({ metadata }: ReplicaSet): string {
  return metadata.labels?.[podTemplateHashLabel] ?? '';
}

/** When the experiment is over by its `duration`; undefined while it has not begun, or without one. */
export function finishesAt({ duration }: ExperimentSpec, { availableAt }: ExperimentStatus) {
  const length = duration === undefined || duration === '' ? undefined : parseGoDuration(duration);
  const begin = parseInstant(availableAt);
  return length === undefined || begin === undefined ? undefined : addSeconds(begin, length);
}
