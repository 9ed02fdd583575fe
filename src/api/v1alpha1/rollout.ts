import Type, { type Static } from 'typebox';
import type { KubeObject } from '../meta.ts';
import type { PodTemplateSpec } from '../workloads.ts';
import {
  type AnalysisPhase,
  backgroundAnalysisSchema,
  dryRunSchema,
  rolloutAnalysisSchema,
  rolloutArgumentSchema,
} from './analysis.ts';
import {
  anyObject,
  anything,
  flag,
  int32,
  intOrString,
  labelSelector,
  list,
  maybe,
  podMetadata,
  stringMap,
  text,
  time,
} from './schema.ts';

const stringMatch = () => Type.Object({ exact: maybe(text()), prefix: maybe(text()), regex: maybe(text()) });

const virtualServiceRef = () =>
  Type.Object({
    name: text(),
    routes: maybe(list(text())),
    tlsRoutes: maybe(
      list(Type.Object({ port: maybe(Type.Integer({ format: 'int64' })), sniHosts: maybe(list(text())) })),
    ),
    tcpRoutes: maybe(list(Type.Object({ port: maybe(Type.Integer({ format: 'int64' })) }))),
  });

export const trafficRoutingSchema = Type.Object({
  istio: maybe(
    Type.Object({
      virtualService: maybe(virtualServiceRef()),
      virtualServices: maybe(list(virtualServiceRef())),
      destinationRule: maybe(
        Type.Object({
          name: text(),
          canarySubsetName: text(),
          stableSubsetName: text(),
          additionalSubsetNames: maybe(list(text())),
        }),
      ),
    }),
  ),
  nginx: maybe(
    Type.Object({
      stableIngress: maybe(text()),
      stableIngresses: maybe(list(text())),
      annotationPrefix: maybe(text()),
      additionalIngressAnnotations: maybe(stringMap()),
      canaryIngressAnnotations: maybe(stringMap()),
    }),
  ),
  alb: maybe(
    Type.Object({
      ingress: maybe(text()),
      ingresses: maybe(list(text())),
      servicePort: int32(),
      rootService: maybe(text()),
      annotationPrefix: maybe(text()),
      stickinessConfig: maybe(
        Type.Object({ enabled: flag(), durationSeconds: Type.Integer({ format: 'int64' }) }),
      ),
    }),
  ),
  smi: maybe(Type.Object({ rootService: maybe(text()), trafficSplitName: maybe(text()) })),
  ambassador: maybe(Type.Object({ mappings: list(text()) })),
  appMesh: maybe(
    Type.Object({
      virtualService: maybe(Type.Object({ name: text(), routes: maybe(list(text())) })),
      virtualNodeGroup: maybe(
        Type.Object({
          canaryVirtualNodeRef: Type.Object({ name: text() }),
          stableVirtualNodeRef: Type.Object({ name: text() }),
        }),
      ),
    }),
  ),
  traefik: maybe(Type.Object({ weightedTraefikServiceName: text() })),
  apisix: maybe(Type.Object({ route: maybe(Type.Object({ name: text(), rules: maybe(list(text())) })) })),
  plugins: maybe(anyObject()),
  managedRoutes: maybe(list(Type.Object({ name: text() }))),
  maxTrafficWeight: maybe(int32()),
});
export type TrafficRouting = Static<typeof trafficRoutingSchema>;

const experimentStep = () =>
  Type.Object({
    templates: list(
      Type.Object({
        name: text(),
        specRef: Type.Unsafe<'canary' | 'stable'>({ type: 'string' }),
        replicas: maybe(int32()),
        metadata: maybe(podMetadata()),
        selector: maybe(labelSelector()),
        weight: maybe(int32()),
        service: maybe(Type.Object({ name: maybe(text()) })),
      }),
    ),
    duration: maybe(text()),
    analyses: maybe(
      list(
        Type.Object({
          name: text(),
          templateName: text(),
          clusterScope: maybe(flag()),
          args: maybe(list(rolloutArgumentSchema)),
          requiredForCompletion: maybe(flag()),
        }),
      ),
    ),
    dryRun: maybe(list(dryRunSchema)),
    analysisRunMetadata: maybe(podMetadata()),
    scaleDownDelaySeconds: maybe(int32()),
  });

export const canaryStepSchema = Type.Object({
  setWeight: maybe(int32()),
  pause: maybe(Type.Object({ duration: maybe(intOrString()) })),
  experiment: maybe(experimentStep()),
  analysis: maybe(rolloutAnalysisSchema),
  setCanaryScale: maybe(
    Type.Object({ replicas: maybe(int32()), weight: maybe(int32()), matchTrafficWeight: maybe(flag()) }),
  ),
  setHeaderRoute: maybe(
    Type.Object({
      name: maybe(text()),
      match: maybe(list(Type.Object({ headerName: text(), headerValue: stringMatch() }))),
    }),
  ),
  setMirrorRoute: maybe(
    Type.Object({
      name: text(),
      match: maybe(
        list(
          Type.Object({
            method: maybe(stringMatch()),
            path: maybe(stringMatch()),
            headers: maybe(Type.Record(Type.String(), stringMatch())),
          }),
        ),
      ),
      percentage: maybe(int32()),
    }),
  ),
  plugin: maybe(Type.Object({ name: text(), config: maybe(anything()) })),
});
/** One step as it is written; exactly one member is set in a valid Rollout. */
export type CanaryStep = Static<typeof canaryStepSchema>;

const antiAffinity = () =>
  Type.Object({
    preferredDuringSchedulingIgnoredDuringExecution: maybe(Type.Object({ weight: int32() })),
    requiredDuringSchedulingIgnoredDuringExecution: maybe(Type.Object({})),
  });

export const canaryStrategySchema = Type.Object({
  canaryService: maybe(text()),
  stableService: maybe(text()),
  steps: maybe(list(canaryStepSchema)),
  trafficRouting: maybe(trafficRoutingSchema),
  maxSurge: maybe(intOrString()),
  maxUnavailable: maybe(intOrString()),
  analysis: maybe(backgroundAnalysisSchema),
  antiAffinity: maybe(antiAffinity()),
  canaryMetadata: maybe(podMetadata()),
  stableMetadata: maybe(podMetadata()),
  scaleDownDelaySeconds: maybe(int32()),
  scaleDownDelayRevisionLimit: maybe(int32()),
  abortScaleDownDelaySeconds: maybe(int32()),
  dynamicStableScale: maybe(flag()),
  pingPong: maybe(Type.Object({ pingService: text(), pongService: text() })),
  minPodsPerReplicaSet: maybe(int32()),
  replicaProgressThreshold: maybe(
    Type.Object({ type: Type.Unsafe<'Percent' | 'Pods'>({ type: 'string' }), value: int32() }),
  ),
});
export type CanaryStrategy = Static<typeof canaryStrategySchema>;

export const blueGreenStrategySchema = Type.Object({
  activeService: text(),
  previewService: maybe(text()),
  previewReplicaCount: maybe(int32()),
  autoPromotionEnabled: maybe(flag()),
  autoPromotionSeconds: maybe(int32()),
  maxUnavailable: maybe(intOrString()),
  scaleDownDelaySeconds: maybe(int32()),
  scaleDownDelayRevisionLimit: maybe(int32()),
  abortScaleDownDelaySeconds: maybe(int32()),
  prePromotionAnalysis: maybe(rolloutAnalysisSchema),
  postPromotionAnalysis: maybe(rolloutAnalysisSchema),
  antiAffinity: maybe(antiAffinity()),
  previewMetadata: maybe(podMetadata()),
  activeMetadata: maybe(podMetadata()),
});
export type BlueGreenStrategy = Static<typeof blueGreenStrategySchema>;

export const rolloutSpecSchema = Type.Object({
  replicas: maybe(int32()),
  selector: maybe(
    labelSelector(undefined, {
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: '.spec.selector is immutable' }],
    }),
  ),
  template: maybe(anyObject<PodTemplateSpec>()),
  workloadRef: maybe(
    Type.Object({
      apiVersion: maybe(text()),
      kind: maybe(text()),
      name: maybe(text()),
      scaleDown: maybe(text()),
    }),
  ),
  minReadySeconds: maybe(int32()),
  strategy: maybe(
    Type.Object({ blueGreen: maybe(blueGreenStrategySchema), canary: maybe(canaryStrategySchema) }),
  ),
  revisionHistoryLimit: maybe(int32()),
  rollbackWindow: maybe(Type.Object({ revisions: maybe(int32()) })),
  progressDeadlineSeconds: maybe(int32()),
  progressDeadlineAbort: maybe(flag()),
  paused: maybe(flag()),
  restartAt: maybe(time()),
  analysis: maybe(
    Type.Object({
      successfulRunHistoryLimit: maybe(int32()),
      unsuccessfulRunHistoryLimit: maybe(int32()),
    }),
  ),
});
export type RolloutSpec = Static<typeof rolloutSpecSchema>;

const runStatus = () =>
  Type.Object({
    name: text(),
    status: Type.Unsafe<AnalysisPhase | ''>({ type: 'string' }),
    message: maybe(text()),
  });
/** Which run answers for a purpose, and what it said last. */
export type RunReference = Static<ReturnType<typeof runStatus>>;

const weightDestination = () =>
  Type.Object({ weight: int32(), serviceName: maybe(text()), podTemplateHash: maybe(text()) });

const albResource = () => Type.Object({ name: text(), arn: text(), fullName: maybe(text()) });
const albStatus = () =>
  Type.Object({
    ingress: maybe(text()),
    loadBalancer: maybe(albResource()),
    canaryTargetGroup: maybe(albResource()),
    stableTargetGroup: maybe(albResource()),
  });

const conditionSchema = Type.Object({
  type: text(),
  status: Type.Unsafe<'True' | 'False' | 'Unknown'>({ type: 'string' }),
  reason: text(),
  message: text(),
  lastTransitionTime: time(),
  lastUpdateTime: time(),
});

export const pauseReasons = [
  'CanaryPauseStep',
  'BlueGreenPause',
  'InconclusiveAnalysisRun',
  'InconclusiveExperiment',
] as const;
export type PauseReason = (typeof pauseReasons)[number];

export const rolloutPhases = ['Progressing', 'Paused', 'Healthy', 'Degraded'] as const;
export type RolloutPhase = (typeof rolloutPhases)[number];

export const rolloutStatusSchema = Type.Object({
  abort: maybe(flag()),
  abortedAt: maybe(time()),
  pauseConditions: maybe(
    list(Type.Object({ reason: Type.Unsafe<PauseReason>({ type: 'string' }), startTime: time() })),
  ),
  controllerPause: maybe(flag()),
  currentPodHash: maybe(text()),
  currentStepHash: maybe(text()),
  currentStepIndex: maybe(int32()),
  stableRS: maybe(text()),
  replicas: maybe(int32()),
  updatedReplicas: maybe(int32()),
  readyReplicas: maybe(int32()),
  availableReplicas: maybe(int32()),
  HPAReplicas: maybe(int32()),
  selector: maybe(text()),
  collisionCount: maybe(int32()),
  observedGeneration: maybe(text()),
  workloadObservedGeneration: maybe(text()),
  conditions: maybe(list(conditionSchema)),
  phase: maybe(Type.Unsafe<RolloutPhase>({ type: 'string' })),
  message: maybe(text()),
  promoteFull: maybe(flag()),
  restartedAt: maybe(time()),
  canary: maybe(
    Type.Object({
      weights: maybe(
        Type.Object({
          canary: weightDestination(),
          stable: weightDestination(),
          additional: maybe(list(weightDestination())),
          verified: maybe(flag()),
        }),
      ),
      stablePingPong: maybe(text()),
      currentStepAnalysisRunStatus: maybe(runStatus()),
      currentBackgroundAnalysisRunStatus: maybe(runStatus()),
      currentExperiment: maybe(text()),
      stepPluginStatuses: maybe(
        list(
          Type.Object({
            index: int32(),
            name: text(),
            operation: text(),
            phase: maybe(text()),
            message: maybe(text()),
            startedAt: maybe(time()),
            updatedAt: maybe(time()),
            finishedAt: maybe(time()),
            backoff: maybe(text()),
            executions: maybe(int32()),
            disabled: maybe(flag()),
            status: maybe(anything()),
          }),
        ),
      ),
    }),
  ),
  blueGreen: maybe(
    Type.Object({
      previewSelector: maybe(text()),
      activeSelector: maybe(text()),
      scaleUpPreviewCheckPoint: maybe(flag()),
      prePromotionAnalysisRunStatus: maybe(runStatus()),
      postPromotionAnalysisRunStatus: maybe(runStatus()),
    }),
  ),
  alb: maybe(albStatus()),
  albs: maybe(list(albStatus())),
  duration: maybe(
    Type.Object({
      rolloutStartedAt: maybe(time()),
      manualPauseStartedAt: maybe(time()),
      totalManualPauseDurationSeconds: maybe(Type.Integer({ format: 'int64' })),
      finishedAt: maybe(time()),
      completionStatus: maybe(text()),
    }),
  ),
  /** Ours, additive: what the rollout waits for, since when, until when. */
  waiting: maybe(Type.Object({ for: text(), since: maybe(time()), until: maybe(time()) })),
});
export type RolloutStatus = Static<typeof rolloutStatusSchema>;

export interface Rollout extends KubeObject {
  spec: RolloutSpec;
  status?: RolloutStatus;
}
