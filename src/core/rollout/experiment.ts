import { instanceIdLabel, podTemplateHashLabel, revisionAnnotation } from '../../api/labels.ts';
import { controlledBy } from '../../api/owner.ts';
import { apiVersionOf, resources } from '../../api/resources.ts';
import { isCompleted } from '../../api/v1alpha1/analysis.ts';
import type { Experiment, ExperimentSpec } from '../../api/v1alpha1/experiment.ts';
import type { CanaryStep } from '../../api/v1alpha1/rollout.ts';
import { resolveRolloutArguments } from '../analysis/arguments.ts';
import type { Draft } from './draft.ts';
import { experimentCreated } from './events.ts';
import type { Memory } from './memory.ts';
import type { Revision, Situation } from './situation.ts';

type ExperimentStep = NonNullable<CanaryStep['experiment']>;
type StepTemplate = ExperimentStep['templates'][number];

/** The Experiment that answers for the current step; undefined when there is none yet, or it belongs to something older. */
export function currentExperiment(seen: Situation, memory: Memory): Experiment | undefined {
  const name = seen.status.canary?.currentExperiment;
  if (name === undefined || memory.startsAnew || memory.retried) return undefined;
  if (seen.steps[memory.index]?.experiment === undefined || memory.index !== seen.status.currentStepIndex) {
    return undefined;
  }
  const experiment = seen.observed.experiments.find(({ metadata }) => metadata.name === name);
  return memory.resumed && experiment?.status?.phase === 'Inconclusive' ? undefined : experiment;
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
  if (wanted === undefined) return undefined;
  const free = withFreeName(wanted, seen.observed.experiments);
  if (!free.reused) {
    draft.analyse({ do: 'createExperiment', experiment: free.experiment });
    draft.say(experimentCreated(free.experiment.metadata.name));
  }
  return free.experiment.metadata.name;
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

function newExperiment(
  seen: Situation,
  memory: Memory,
  step: ExperimentStep,
  stable: Revision,
): Experiment | undefined {
  const { rollout, canary } = seen;
  const { name, namespace, labels } = rollout.metadata;
  const spec = specOf(seen, step, stable);
  if (spec === undefined) return undefined;
  const instanceId = labels?.[instanceIdLabel];
  return {
    apiVersion: apiVersionOf(resources.experiments),
    kind: 'Experiment',
    metadata: {
      name: `${name}-${canary.hash}-${canary.number}-${memory.index}`,
      namespace,
      labels: {
        ...labels,
        [podTemplateHashLabel]: canary.hash,
        ...(instanceId !== undefined && { [instanceIdLabel]: instanceId }),
      },
      annotations: { [revisionAnnotation]: String(canary.number) },
      ownerReferences: [controlledBy(rollout)],
    },
    spec,
  };
}

function specOf(seen: Situation, step: ExperimentStep, stable: Revision): ExperimentSpec | undefined {
  const { rollout, canary, spec } = seen;
  const hashes = { stable: stable.hash, latest: canary.hash };
  const analyses: NonNullable<ExperimentSpec['analyses']> = [];
  for (const { args, ...analysis } of step.analyses ?? []) {
    const resolved = resolveRolloutArguments(args ?? [], rollout, hashes);
    if ('error' in resolved) return undefined;
    analyses.push({ ...analysis, args: [...resolved.args] });
  }
  return {
    templates: step.templates.map((template) =>
      templateOf(template, template.specRef === 'stable' ? stable : canary),
    ),
    ...(step.duration !== undefined && { duration: step.duration }),
    ...(spec.progressDeadlineSeconds !== undefined && {
      progressDeadlineSeconds: spec.progressDeadlineSeconds,
    }),
    ...(analyses.length > 0 && { analyses }),
    ...(step.scaleDownDelaySeconds !== undefined && { scaleDownDelaySeconds: step.scaleDownDelaySeconds }),
    ...(step.dryRun !== undefined && { dryRun: step.dryRun }),
    ...(step.analysisRunMetadata !== undefined && { analysisRunMetadata: step.analysisRunMetadata }),
  };
}

/** The pods of the revision, with the step's own labels; a template with weight gets a Service to receive it. */
function templateOf(template: StepTemplate, { replicaSet }: Revision): ExperimentSpec['templates'][number] {
  const { labels, annotations } = template.metadata ?? {};
  const pods = replicaSet.spec.template;
  const selector = template.selector ?? replicaSet.spec.selector;
  const service = template.service ?? (template.weight === undefined ? undefined : {});
  return {
    name: template.name,
    ...(template.replicas !== undefined && { replicas: template.replicas }),
    ...(replicaSet.spec.minReadySeconds !== undefined && {
      minReadySeconds: replicaSet.spec.minReadySeconds,
    }),
    selector: { ...selector, matchLabels: { ...selector.matchLabels, ...labels } },
    template: {
      ...pods,
      metadata: {
        ...pods.metadata,
        labels: { ...pods.metadata?.labels, ...labels },
        ...((annotations ?? pods.metadata?.annotations) !== undefined && {
          annotations: { ...pods.metadata?.annotations, ...annotations },
        }),
      },
    },
    ...(service !== undefined && { service }),
  };
}

/** `name`, `name-1`, `name-2`…: the first that is free, or that is still going and was made for this very attempt. */
function withFreeName(
  experiment: Experiment,
  existing: readonly Experiment[],
): { readonly experiment: Experiment; readonly reused: boolean } {
  const byName = new Map(existing.map((other) => [other.metadata.name, other]));
  const base = experiment.metadata.name;
  for (let attempt = 0; ; attempt++) {
    const name = attempt === 0 ? base : `${base}-${attempt}`;
    const taken = byName.get(name);
    if (taken === undefined) {
      return { experiment: { ...experiment, metadata: { ...experiment.metadata, name } }, reused: false };
    }
    if (taken.spec.terminate !== true && !isCompleted(taken.status?.phase)) {
      return { experiment: taken, reused: true };
    }
  }
}

/** Weighted templates of the running Experiment: further receivers of traffic beside canary and stable. */
export function experimentDestinations(seen: Situation, memory: Memory) {
  const step = seen.steps[memory.index]?.experiment;
  const status = currentExperiment(seen, memory)?.status;
  if (step === undefined || status?.phase !== 'Running') return [];
  return step.templates.flatMap(({ name, weight }) => {
    const of = status.templateStatuses?.find((template) => template.name === name);
    if (weight === undefined || of?.serviceName === undefined || of.availableReplicas === 0) return [];
    return [{ service: of.serviceName, podTemplateHash: of.podTemplateHash ?? '', weight }];
  });
}
