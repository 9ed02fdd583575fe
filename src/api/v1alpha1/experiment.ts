import Type, { type Static } from 'typebox';
import type { KubeObject } from '../meta.ts';
import type { PodTemplateSpec } from '../workloads.ts';
import { type AnalysisPhase, argumentSchema, dryRunSchema, measurementRetentionSchema } from './analysis.ts';
import { anyObject, flag, int32, labelSelector, list, maybe, podMetadata, text, time } from './schema.ts';

const phase = () => Type.Unsafe<AnalysisPhase>({ type: 'string' });

export const experimentSpecSchema = Type.Object({
  templates: list(
    Type.Object({
      name: text(),
      replicas: maybe(int32()),
      minReadySeconds: maybe(int32()),
      selector: labelSelector(),
      template: anyObject<PodTemplateSpec>(),
      service: maybe(Type.Object({ name: maybe(text()) })),
    }),
  ),
  duration: maybe(text()),
  progressDeadlineSeconds: maybe(int32()),
  terminate: maybe(flag()),
  analyses: maybe(
    list(
      Type.Object({
        name: text(),
        templateName: text(),
        clusterScope: maybe(flag()),
        args: maybe(list(argumentSchema)),
        requiredForCompletion: maybe(flag()),
      }),
    ),
  ),
  scaleDownDelaySeconds: maybe(int32()),
  dryRun: maybe(list(dryRunSchema)),
  measurementRetention: maybe(list(measurementRetentionSchema)),
  analysisRunMetadata: maybe(podMetadata()),
});
export type ExperimentSpec = Static<typeof experimentSpecSchema>;

export const experimentStatusSchema = Type.Object({
  phase: maybe(phase()),
  message: maybe(text()),
  availableAt: maybe(time()),
  templateStatuses: maybe(
    list(
      Type.Object({
        name: text(),
        replicas: int32(),
        updatedReplicas: int32(),
        readyReplicas: int32(),
        availableReplicas: int32(),
        collisionCount: maybe(int32()),
        status: maybe(text()),
        message: maybe(text()),
        lastTransitionTime: maybe(time()),
        serviceName: maybe(text()),
        podTemplateHash: maybe(text()),
      }),
    ),
  ),
  analysisRuns: maybe(
    list(Type.Object({ name: text(), analysisRun: text(), phase: phase(), message: maybe(text()) })),
  ),
  conditions: maybe(
    list(
      Type.Object({
        type: text(),
        status: Type.Unsafe<'True' | 'False' | 'Unknown'>({ type: 'string' }),
        reason: text(),
        message: text(),
        lastTransitionTime: time(),
        lastUpdateTime: time(),
      }),
    ),
  ),
});
export type ExperimentStatus = Static<typeof experimentStatusSchema>;

export interface Experiment extends KubeObject {
  spec: ExperimentSpec;
  status?: ExperimentStatus;
}
