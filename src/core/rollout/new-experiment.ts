import { instanceIdLabel, podTemplateHashLabel, revisionAnnotation } from '../../api/labels.ts';
import { controlledBy } from '../../api/owner.ts';
import { apiVersionOf, resources } from '../../api/resources.ts';
import type { Experiment, ExperimentSpec } from '../../api/v1alpha1/experiment.ts';
import type { CanaryStep } from '../../api/v1alpha1/rollout.ts';
import { experimentProblem } from '../../api/validation/experiment.ts';
import type { PodTemplateSpec } from '../../api/workloads.ts';
import { resolveRolloutArguments } from '../analysis/arguments.ts';
import { wantsService } from '../experiment/objects.ts';
import type { TemplateSpec } from '../experiment/situation.ts';
import type { Memory } from './memory.ts';
import type { Revision, Situation } from './situation.ts';

export type ExperimentStep = NonNullable<CanaryStep['experiment']>;
type StepTemplate = ExperimentStep['templates'][number];

/** The Experiment of a step, as it must be created, or why there can be none. */
export function newExperiment(
  seen: Situation,
  { index }: Pick<Memory, 'index'>,
  step: ExperimentStep,
  stable: Revision,
): { readonly experiment: Experiment } | { readonly error: string } {
  const { rollout, canary } = seen;
  const { name, namespace, labels } = rollout.metadata;
  const spec = specOf(seen, step, stable);
  if ('error' in spec) return spec;
  const instanceId = labels?.[instanceIdLabel];
  const experiment: Experiment = {
    apiVersion: apiVersionOf(resources.experiments),
    kind: 'Experiment',
    metadata: {
      name: `${name}-${canary.hash}-${canary.number}-${index}`,
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
  const problem = experimentProblem(experiment);
  return problem === undefined ? { experiment } : { error: problem };
}

function specOf(
  seen: Situation,
  step: ExperimentStep,
  stable: Revision,
): ExperimentSpec | { readonly error: string } {
  const { rollout, canary, spec } = seen;
  const hashes = { stable: stable.hash, latest: canary.hash };
  const analyses: NonNullable<ExperimentSpec['analyses']> = [];
  for (const { args, ...analysis } of step.analyses ?? []) {
    const resolved = resolveRolloutArguments(args ?? [], rollout, hashes);
    if ('error' in resolved) return resolved;
    analyses.push({ ...analysis, args: [...resolved.args] });
  }
  const templates = step.templates.map((template) =>
    templateOf(template, template.specRef === 'stable' ? stable : canary),
  );
  const unreachable = step.templates.flatMap(
    (each, index) => unreachableBecause(each, templates[index] as TemplateSpec) ?? [],
  );
  if (unreachable[0] !== undefined) return { error: unreachable[0] };
  return {
    templates,
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

/** A weight needs somebody who takes the traffic. */
function unreachableBecause(
  { name, weight = 0, replicas }: StepTemplate,
  template: TemplateSpec,
): string | undefined {
  if (weight === 0) return undefined;
  if (replicas === 0) return `template '${name}' has a weight, but no replicas to take it`;
  return wantsService(template)
    ? undefined
    : `template '${name}' has a weight, but its pods declare no containerPort to send it to`;
}

/** The server gives templates a time stamp that says nothing. */
type ObjectMetaOfPods = NonNullable<PodTemplateSpec['metadata']> & { readonly creationTimestamp?: unknown };

/** The pods of the revision, with the step's own labels; a template with weight gets a Service to receive it. */
function templateOf(template: StepTemplate, { replicaSet }: Revision): ExperimentSpec['templates'][number] {
  const { labels, annotations } = template.metadata ?? {};
  const pods = replicaSet.spec.template;
  const { creationTimestamp: _, ...metadata } = (pods.metadata ?? {}) as ObjectMetaOfPods;
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
        ...metadata,
        labels: { ...metadata.labels, ...labels },
        ...((annotations ?? metadata.annotations) !== undefined && {
          annotations: { ...metadata.annotations, ...annotations },
        }),
      },
    },
    ...(service !== undefined && { service }),
  };
}
