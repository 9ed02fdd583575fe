import { experimentTemplateAnnotation } from '../../api/labels.ts';
import { controllerOf } from '../../api/meta.ts';
import type { Destination } from '../../api/split.ts';
import { isCompleted } from '../../api/v1alpha1/analysis.ts';
import type { Experiment } from '../../api/v1alpha1/experiment.ts';
import type { PodTemplateSpec } from '../../api/workloads.ts';
import { isPartOf } from '../../kernel/same-json.ts';
import { withFreeName } from '../numbered-name.ts';
import type { Draft } from './draft.ts';
import { experimentCreated } from './events.ts';
import type { Memory } from './memory.ts';
import { type ExperimentStep, newExperiment } from './new-experiment.ts';
import { equalTemplates } from './pod-template-hash.ts';
import type { Situation } from './situation.ts';

/** The Experiment that answers for the current step; undefined when there is none yet, or it belongs to something older. */
export function currentExperiment(seen: Situation, memory: Memory): Experiment | undefined {
  const name = seen.status.canary?.currentExperiment;
  if (name === undefined || memory.startsAnew || memory.retried) return undefined;
  if (seen.steps[memory.index]?.experiment === undefined || memory.index !== seen.status.currentStepIndex) {
    return undefined;
  }
  const experiment = seen.observed.experiments.find(({ metadata }) => metadata.name === name);
  return memory.overruled && experiment?.status?.phase === 'Inconclusive' ? undefined : experiment;
}

/**
 * Keeps the step's Experiment or starts one. Its name stays in status until the step is over, also when it has finished:
 * a finished one that is forgotten would be started again.
 */
export function ensureExperiment(
  seen: Situation,
  memory: Memory,
  step: ExperimentStep,
  draft: Draft,
): string | undefined {
  const current = currentExperiment(seen, memory);
  if (current !== undefined) return current.metadata.name;
  if (seen.stable === undefined) return undefined;
  const wanted = newExperiment(seen, memory, step, seen.stable);
  if ('error' in wanted) return undefined; // the next decision aborts, see `brokenExperiment`
  const free = withFreeName(wanted.experiment, seen.observed.experiments, {
    separator: '-',
    isSame: (other) => isSameExperiment(wanted.experiment, other),
  });
  if (!free.reused) {
    draft.analyse({ do: 'createExperiment', experiment: free.object });
    draft.say(experimentCreated(free.object.metadata.name));
  }
  return free.object.metadata.name;
}

/**
 * Why the step's Experiment can never be: it cannot be made, or cannot be carried out as it is. The peer tries for ever;
 * here it ends the update, as a failed experiment does.
 */
export function brokenExperiment(seen: Situation, memory: Memory): string | undefined {
  const step = seen.steps[memory.index]?.experiment;
  if (step === undefined || seen.stable === undefined) return undefined;
  const current = currentExperiment(seen, memory);
  if (current !== undefined) {
    return current.status?.conditions?.find(({ type, status }) => type === 'InvalidSpec' && status === 'True')
      ?.message;
  }
  const wanted = newExperiment(seen, memory, step, seen.stable);
  return 'error' in wanted ? wanted.error : undefined;
}

/** Stops every Experiment that the current step does not need. */
export function terminateOtherExperiments(
  { observed }: Situation,
  kept: string | undefined,
  draft: Draft,
): void {
  for (const { metadata, spec, status } of observed.experiments) {
    if (metadata.name === kept || spec.terminate === true || isCompleted(status?.phase)) continue;
    draft.analyse({ do: 'terminateExperiment', name: metadata.name });
  }
}

/** Does it go on, and was it made for this very attempt? A crash may have come between creating it and noting so. */
function isSameExperiment(wanted: Experiment, { metadata, spec, status }: Experiment): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    spec.terminate !== true &&
    !isCompleted(status?.phase) &&
    isSameSpec(wanted.spec, spec)
  );
}

/**
 * Do both ask for the same? Pod templates are compared as the API server completes them: the one that is wanted comes from
 * the Rollout as it was written, or from a ReplicaSet with every default filled in.
 */
function isSameSpec(wanted: Experiment['spec'], found: Experiment['spec']): boolean {
  const { templates, ...others } = wanted;
  if (!isPartOf(others, found) || templates.length !== found.templates.length) return false;
  return templates.every(({ template, ...rest }, index) => {
    const other = found.templates[index];
    return other !== undefined && isPartOf(rest, other) && equalTemplates(template, other.template);
  });
}

/**
 * Weighted templates of the running Experiment: further receivers of traffic beside canary and stable. Only those whose
 * pods are all available and whose Service is there, now and not only by the Experiment's status (invariants I1 and I2).
 */
export function experimentDestinations(seen: Situation, memory: Memory): Destination[] {
  const step = seen.steps[memory.index]?.experiment;
  const current = currentExperiment(seen, memory);
  if (step === undefined || current?.status?.phase !== 'Running' || current.spec.terminate === true)
    return [];
  return step.templates.flatMap(({ name, weight = 0 }) => {
    const of = current.status?.templateStatuses?.find((template) => template.name === name);
    if (weight === 0 || of?.status !== 'Running' || of.serviceName === undefined) return [];
    if (!isUp(seen, current, name, of.serviceName)) return [];
    const port = portOf(current, name);
    const destination = { service: of.serviceName, podTemplateHash: of.podTemplateHash ?? '', weight };
    return [port === undefined ? destination : { ...destination, port }];
  });
}

/** An experiment's Service has the ports of its containers. Of several the one named `http` is meant, else the first. */
function portOf({ spec }: Experiment, name: string): number | undefined {
  const template = spec.templates.find((each) => each.name === name)?.template as PodTemplateSpec | undefined;
  const ports = (template?.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  return (ports.find((port) => port.name === 'http') ?? ports[0])?.containerPort;
}

function isUp({ observed }: Situation, { metadata }: Experiment, template: string, service: string): boolean {
  const { experimentReplicaSets, experimentServices } = observed;
  const replicaSet = experimentReplicaSets.find(
    (each) =>
      controllerOf(each)?.uid === metadata.uid &&
      each.metadata.annotations?.[experimentTemplateAnnotation] === template,
  );
  const { replicas = 1 } = replicaSet?.spec ?? {};
  const available = replicaSet?.status?.availableReplicas ?? 0;
  return replicas > 0 && available >= replicas && experimentServices.includes(service);
}
