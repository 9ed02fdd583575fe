import Type, { type Static } from 'typebox';
import type { KubeObject } from '../meta.ts';
import { type AnalysisPhase, argumentSchema, dryRunSchema, measurementRetentionSchema } from './analysis.ts';
import { conditionSchema } from './condition.ts';
import { podTemplate } from './pod-template.ts';
import { flag, int32, labelSelector, list, maybe, object, podMetadata, text, time } from './schema.ts';

const phase = (description: string) => Type.Unsafe<AnalysisPhase>({ type: 'string', description });

export const experimentSpecSchema = object(
  {
    templates: list(
      object({
        name: text('Name, part of the names of what is created. Each has its own.'),
        replicas: maybe(int32('Pods to run. Default 1.')),
        minReadySeconds: maybe(int32('Seconds a pod must be ready to count as available. Default 0.')),
        selector: labelSelector('Selector of the pods; must not be empty.'),
        template: podTemplate('The pods: see `kubectl explain pod.spec`.'),
        service: maybe(
          object(
            { name: maybe(text('Name of the Service. Default: that of the ReplicaSet.')) },
            'Create a Service for these pods.',
          ),
        ),
      }),
      'Versions that run side by side.',
    ),
    duration: maybe(
      text('How long to run once all pods are available, a duration. Absent: until the analyses are over.'),
    ),
    progressDeadlineSeconds: maybe(int32('Seconds until pods must be available. Default 600.')),
    terminate: maybe(flag('Stop the experiment; what is known so far decides.')),
    analyses: maybe(
      list(
        object({
          name: text('Name of the analysis in the experiment.'),
          templateName: text('Name of the template.'),
          clusterScope: maybe(flag('It is a ClusterAnalysisTemplate. Default false.')),
          args: maybe(list(argumentSchema, 'Values for the arguments of the template.')),
          requiredForCompletion: maybe(
            flag('The experiment is not over before this analysis. Default false.'),
          ),
        }),
        'Analyses that run during the experiment.',
      ),
    ),
    scaleDownDelaySeconds: maybe(int32('Seconds that the pods stay after the end. Default 30.')),
    dryRun: maybe(list(dryRunSchema, 'Metrics that are only tried: their verdicts are shown and ignored.')),
    measurementRetention: maybe(
      list(measurementRetentionSchema, 'How many measurements to keep, by metric.'),
    ),
    analysisRunMetadata: maybe(podMetadata('Labels and annotations of the runs.')),
  },
  'What to run side by side, for how long, and what to measure.',
);
export type ExperimentSpec = Static<typeof experimentSpecSchema>;

const templateStatus = () =>
  object({
    name: text('Name of the template.'),
    replicas: int32('Pods.'),
    updatedReplicas: int32('Pods with the wanted template.'),
    readyReplicas: int32('Ready pods.'),
    availableReplicas: int32('Pods that are ready long enough.'),
    collisionCount: maybe(int32('How often the name was taken already; part of the next one.')),
    status: maybe(text('Progressing, Running, Successful, Failed or Error.')),
    message: maybe(text('Why, in words.')),
    lastTransitionTime: maybe(time('When the status last changed.')),
    serviceName: maybe(text('Service of the pods.')),
    podTemplateHash: maybe(text('Pod template hash of the pods.')),
  });

export const experimentStatusSchema = object(
  {
    phase: maybe(phase('Pending, Running, Successful, Failed, Error or Inconclusive.')),
    message: maybe(text('Why, when it did not go well.')),
    availableAt: maybe(time('When all pods were available; the duration counts from here.')),
    templateStatuses: maybe(list(templateStatus(), 'How the templates are doing.')),
    analysisRuns: maybe(
      list(
        object({
          name: text('Name of the analysis.'),
          analysisRun: text('Name of its run.'),
          phase: phase('Phase of the run.'),
          message: maybe(text('Message of the run.')),
        }),
        'The runs.',
      ),
    ),
    conditions: maybe(list(conditionSchema, 'What holds, with reason and time.')),
  },
  'What is so.',
);
export type ExperimentStatus = Static<typeof experimentStatusSchema>;

export interface Experiment extends KubeObject {
  spec: ExperimentSpec;
  status?: ExperimentStatus;
}
