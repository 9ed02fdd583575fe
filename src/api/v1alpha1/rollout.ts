import Type, { type Static } from 'typebox';
import type { KubeObject } from '../meta.ts';
import {
  type AnalysisPhase,
  backgroundAnalysis,
  dryRunSchema,
  rolloutAnalysis,
  rolloutAnalysisMembers,
  rolloutArgumentSchema,
} from './analysis.ts';
import { conditionSchema } from './condition.ts';
import { observedSplitSchema } from './observed-split.ts';
import { podTemplate } from './pod-template.ts';
import {
  anything,
  flag,
  int32,
  int64,
  intOrString,
  labelSelector,
  list,
  maybe,
  object,
  oneOf,
  podMetadata,
  text,
  time,
} from './schema.ts';
import { trafficRoutingSchema } from './traffic-routing.ts';

export { type TrafficRouting, trafficRoutingSchema } from './traffic-routing.ts';

const stringMatch = (description: string) =>
  object(
    {
      exact: maybe(text('The whole text.')),
      prefix: maybe(text('Its beginning.')),
      regex: maybe(text('A regular expression for the whole text.')),
    },
    description,
  );

const experimentStep = () =>
  object(
    {
      templates: list(
        object({
          name: text('Name, part of the names of what is created.'),
          specRef: oneOf<'canary' | 'stable'>('canary or stable: the version whose pods are run.'),
          replicas: maybe(int32('Pods to run. Default 1.')),
          metadata: maybe(podMetadata('Labels and annotations added to the pods.')),
          selector: maybe(labelSelector("Selector of the pods. Default: the Rollout's.")),
          weight: maybe(int32('Share of the traffic that these pods get.')),
          service: maybe(
            object(
              { name: maybe(text('Name of the Service. Default: that of the ReplicaSet.')) },
              'Create a Service for these pods. One is created anyway for a template with a weight.',
            ),
          ),
        }),
        'Versions that run side by side.',
      ),
      duration: maybe(text('How long to run, a duration. Absent: until the analyses are over.')),
      analyses: maybe(
        list(
          object({
            name: text('Name of the analysis in the experiment.'),
            templateName: text('Name of the template.'),
            clusterScope: maybe(flag('It is a ClusterAnalysisTemplate. Default false.')),
            args: maybe(list(rolloutArgumentSchema, 'Values for the arguments of the template.')),
            requiredForCompletion: maybe(
              flag('The experiment is not over before this analysis. Default false.'),
            ),
          }),
          'Analyses that run during the experiment.',
        ),
      ),
      dryRun: maybe(list(dryRunSchema, 'Metrics that are only tried: their verdicts are shown and ignored.')),
      analysisRunMetadata: maybe(podMetadata('Labels and annotations of the runs.')),
      scaleDownDelaySeconds: maybe(int32('Seconds that the pods stay after the end. Default 30.')),
    },
    'Run versions side by side and wait for the outcome.',
  );

export const canaryStepSchema = object({
  setWeight: maybe(
    int32(
      'Share of the traffic for the new version, 0 to the maximum (100). Without a router: share of the pods.',
    ),
  ),
  pause: maybe(
    object(
      {
        duration: maybe(
          intOrString('Seconds, or a duration such as `10m`. Absent: until somebody promotes.'),
        ),
      },
      'Wait.',
    ),
  ),
  experiment: maybe(experimentStep()),
  analysis: maybe(rolloutAnalysis('Measure, and go on only when the verdict is good.')),
  setCanaryScale: maybe(
    object(
      {
        replicas: maybe(int32('This many pods.')),
        weight: maybe(int32('This share of `spec.replicas`, in percent.')),
        matchTrafficWeight: maybe(flag('As many as the traffic share needs: the state without this step.')),
      },
      'Size of the new version, apart from its traffic. Holds until the next such step. Needs a router.',
    ),
  ),
  setHeaderRoute: maybe(
    object(
      {
        name: maybe(text('Name of the route, one of `managedRoutes`.')),
        match: maybe(
          list(
            object({
              headerName: text('Name of the header.'),
              headerValue: stringMatch('What the value must be: exactly one of the three.'),
            }),
            'Headers that a request must have. Empty: the route is removed.',
          ),
        ),
      },
      'Send requests with certain headers to the new version. Needs a router.',
    ),
  ),
  setMirrorRoute: maybe(
    object(
      {
        name: text('Name of the route, one of `managedRoutes`.'),
        match: maybe(
          list(
            object({
              method: maybe(stringMatch('HTTP method.')),
              path: maybe(stringMatch('Path of the request.')),
              headers: maybe(
                Type.Record(Type.String(), stringMatch('Value of the header.'), {
                  description: 'Headers by name.',
                }),
              ),
            }),
            'Requests that are copied. Empty: the route is removed.',
          ),
        ),
        percentage: maybe(int32('Share of these requests that is copied. Default 100.')),
      },
      'Copy requests to the new version and drop its answers. Needs a router.',
    ),
  ),
  plugin: maybe(
    object(
      {
        name: text('Name of the plugin.'),
        config: maybe(anything("The plugin's own configuration.")),
      },
      'A step outside of the controller.',
    ),
  ),
});
/** One step as it is written; exactly one member is set in a valid Rollout. */
export type CanaryStep = Static<typeof canaryStepSchema>;

const antiAffinity = () =>
  object(
    {
      preferredDuringSchedulingIgnoredDuringExecution: maybe(
        object({ weight: int32('How much it counts, 1 to 100.') }, 'Avoid such nodes if possible.'),
      ),
      requiredDuringSchedulingIgnoredDuringExecution: maybe(object({}, 'Never use such nodes.')),
    },
    'Keep pods of the new version off nodes that run the old one. Exactly one of the two.',
  );

export const canaryStrategySchema = object(
  {
    canaryService: maybe(text('Service that selects the pods of the new version.')),
    stableService: maybe(text('Service that selects the pods of the stable version.')),
    steps: maybe(list(canaryStepSchema, 'What happens, in this order. Each step has exactly one member.')),
    trafficRouting: maybe(trafficRoutingSchema),
    maxSurge: maybe(
      intOrString(
        'Pods above `spec.replicas` during an update, a count or a percentage. Without a router only. Default 25%.',
      ),
    ),
    maxUnavailable: maybe(
      intOrString('Pods below `spec.replicas` during an update, a count or a percentage. Default 25%.'),
    ),
    analysis: maybe(backgroundAnalysis('Runs during the whole update; a bad verdict aborts it at any step.')),
    /** Ours, additive. */
    bake: maybe(
      object(
        {
          duration: maybe(intOrString('How long: seconds, or a duration such as 1h30m.')),
          analysis: maybe(rolloutAnalysis('Must end well; a bad verdict aborts the update.')),
        },
        'After the last step: hold the new version at all of the traffic before it becomes stable.',
      ),
    ),
    /** Ours, additive. */
    observedSplit: maybe(observedSplitSchema),
    antiAffinity: maybe(antiAffinity()),
    canaryMetadata: maybe(podMetadata('On pods while they are the new version.')),
    stableMetadata: maybe(podMetadata('On pods while they are the stable version.')),
    scaleDownDelaySeconds: maybe(
      int32('Seconds that the old version keeps its pods after promotion. Needs a router. Default 30.'),
    ),
    scaleDownDelayRevisionLimit: maybe(
      int32('How many old versions may wait so at once. Default: any number.'),
    ),
    abortScaleDownDelaySeconds: maybe(
      int32('Seconds that the new version keeps its pods after an abort. Needs a router. Default 30.'),
    ),
    dynamicStableScale: maybe(
      flag('Shrink the stable version as its traffic shrinks. Needs a router. Default false.'),
    ),
    pingPong: maybe(
      object(
        {
          pingService: text('One of the two Services.'),
          pongService: text('The other.'),
        },
        'Two Services that take turns as stable and canary, so that a promotion changes no selector.',
      ),
    ),
    minPodsPerReplicaSet: maybe(int32('Fewest pods of a version that has any. Needs a router.')),
    replicaProgressThreshold: maybe(
      object(
        {
          type: oneOf<'Percent' | 'Pods'>('Percent or Pods: what `value` counts.'),
          value: int32('From this many available pods on, a step counts as scaled.'),
        },
        'Go on before all pods of a step are available.',
      ),
    ),
  },
  'Traffic moves to the new version step by step.',
);
export type CanaryStrategy = Static<typeof canaryStrategySchema>;

export const blueGreenStrategySchema = object(
  {
    activeService: text('Service with the users; it is switched at promotion.'),
    previewService: maybe(text('Service that selects the new version from its start.')),
    previewReplicaCount: maybe(int32('Pods of the new version before promotion. Default: `spec.replicas`.')),
    autoPromotionEnabled: maybe(
      flag('Promote by itself when ready. False: wait for a person. Default true.'),
    ),
    autoPromotionSeconds: maybe(int32('Seconds to wait, once ready, before promoting by itself. Default 0.')),
    maxUnavailable: maybe(
      intOrString('Pods that may be missing during a restart, a count or a percentage. Default 25%.'),
    ),
    scaleDownDelaySeconds: maybe(
      int32('Seconds that the old version keeps its pods after the switch. Default 30.'),
    ),
    scaleDownDelayRevisionLimit: maybe(
      int32('How many old versions may wait so at once. Default: any number.'),
    ),
    abortScaleDownDelaySeconds: maybe(
      int32('Seconds that the new version keeps its pods after an abort; 0 keeps them. Default 30.'),
    ),
    prePromotionAnalysis: maybe(rolloutAnalysis('Must end well before the switch.')),
    postPromotionAnalysis: maybe(
      rolloutAnalysis('Must end well after the switch; otherwise the old version gets the users back.'),
    ),
    antiAffinity: maybe(antiAffinity()),
    previewMetadata: maybe(podMetadata('On pods while they are in preview.')),
    activeMetadata: maybe(podMetadata('On pods while they are active.')),
  },
  'The new version is started whole, looked at, and switched to at once.',
);
export type BlueGreenStrategy = Static<typeof blueGreenStrategySchema>;

const initialAnalysis = () =>
  object(
    {
      ...rolloutAnalysisMembers,
      onFailure: maybe(
        oneOf<InitialFailure>(
          'pause (default): wait for a person. proceed: take the version all the same. scaleToZero: take its pods.',
        ),
      ),
    },
    'Judge the very first version before it counts as stable.',
  );
export const initialFailures = ['pause', 'proceed', 'scaleToZero'] as const;
export type InitialFailure = (typeof initialFailures)[number];

export const rolloutSpecSchema = object(
  {
    replicas: maybe(int32('Pods of a release at rest. Default 1.')),
    selector: maybe(
      labelSelector("The Rollout's pods; must match the labels of the template and never changes.", {
        'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: '.spec.selector is immutable' }],
      }),
    ),
    template: maybe(
      podTemplate('The pods: see `kubectl explain pod.spec`. Not together with `workloadRef`.'),
    ),
    workloadRef: maybe(
      object(
        {
          apiVersion: maybe(text('Group and version of the workload, such as `apps/v1`.')),
          kind: maybe(text('Deployment, ReplicaSet or PodTemplate.')),
          name: maybe(text('Name of the workload, in the same namespace.')),
          scaleDown: maybe(
            text('When the Deployment is scaled to nothing: never (default), onsuccess or progressively.'),
          ),
        },
        'Take template and selector from another object instead.',
      ),
    ),
    minReadySeconds: maybe(int32('Seconds a pod must be ready to count as available. Default 0.')),
    strategy: maybe(
      object(
        { blueGreen: maybe(blueGreenStrategySchema), canary: maybe(canaryStrategySchema) },
        'How a new version takes over: exactly one of the two.',
      ),
    ),
    revisionHistoryLimit: maybe(int32('Old ReplicaSets to keep for going back. Default 10.')),
    rollbackWindow: maybe(
      object(
        { revisions: maybe(int32('How many revisions back.')) },
        'Going back to one of the latest revisions skips the steps. Default: off.',
      ),
    ),
    progressDeadlineSeconds: maybe(
      int32(
        'Seconds without progress until the Rollout is Degraded; more than `minReadySeconds`. Default 600.',
      ),
    ),
    progressDeadlineAbort: maybe(flag('Abort the update at that point. Default false.')),
    paused: maybe(flag('Hold everything until it is false again. Default false.')),
    restartAt: maybe(time('Replace every pod older than this.')),
    /** Ours, additive. */
    initialAnalysis: maybe(initialAnalysis()),
    analysis: maybe(
      object(
        {
          successfulRunHistoryLimit: maybe(int32('Runs that ended well. Default 5.')),
          unsuccessfulRunHistoryLimit: maybe(int32('Runs that did not. Default 5.')),
        },
        'How many finished AnalysisRuns and Experiments to keep.',
      ),
    ),
  },
  'What should run, and how a new version takes over.',
);
export type RolloutSpec = Static<typeof rolloutSpecSchema>;

const runStatus = (description: string) =>
  object(
    {
      name: text('Name of the run.'),
      status: Type.Unsafe<AnalysisPhase | ''>({ type: 'string', description: 'Its phase.' }),
      message: maybe(text('Its message.')),
    },
    description,
  );
/** Which run answers for a purpose, and what it said last. */
export type RunReference = Static<ReturnType<typeof runStatus>>;

const weightDestination = (description?: string) =>
  object(
    {
      weight: int32('Share of the traffic.'),
      serviceName: maybe(text('Service that gets it.')),
      podTemplateHash: maybe(text('Pod template hash of the pods behind it.')),
    },
    description,
  );

const albResource = (description: string) =>
  object(
    {
      name: text('Its name.'),
      arn: text('Its ARN.'),
      fullName: maybe(text('Its name as metrics of CloudWatch carry it.')),
    },
    description,
  );
const albStatus = (description?: string) =>
  object(
    {
      ingress: maybe(text('The Ingress.')),
      loadBalancer: maybe(albResource('Its load balancer.')),
      canaryTargetGroup: maybe(albResource('Target group of the new version.')),
      stableTargetGroup: maybe(albResource('Target group of the stable version.')),
    },
    description,
  );

export const pauseReasons = [
  'CanaryPauseStep',
  'BlueGreenPause',
  'InconclusiveAnalysisRun',
  'InconclusiveExperiment',
  'SplitDiffers',
] as const;
export type PauseReason = (typeof pauseReasons)[number];

/** What is known of the split that users see; the reasons of the condition `SplitObserved`. */
export const splitStates = [
  'SplitMatches',
  'SplitDiffers',
  'NotEnoughRequests',
  'MetricsUnavailable',
] as const;
export type SplitState = (typeof splitStates)[number];

export const rolloutPhases = ['Progressing', 'Paused', 'Healthy', 'Degraded'] as const;
export type RolloutPhase = (typeof rolloutPhases)[number];

const stepPluginStatus = () =>
  object({
    index: int32('Index of the step.'),
    name: text('Name of the plugin.'),
    operation: text('Run, Terminate or Abort.'),
    phase: maybe(text('How it goes.')),
    message: maybe(text('Why.')),
    startedAt: maybe(time('When it began.')),
    updatedAt: maybe(time('When it was last called.')),
    finishedAt: maybe(time('When it was over.')),
    backoff: maybe(text('Pause before the next call, a duration.')),
    executions: maybe(int32('Calls so far.')),
    disabled: maybe(flag('The plugin is switched off.')),
    status: maybe(anything("The plugin's own state.")),
  });

const canaryStatus = () =>
  object(
    {
      weights: maybe(
        object(
          {
            canary: weightDestination('The new version.'),
            stable: weightDestination('The stable version.'),
            additional: maybe(list(weightDestination(), 'Versions of a running experiment.')),
            verified: maybe(flag('Whether the data plane was seen to follow.')),
          },
          'What the routers were last told.',
        ),
      ),
      stablePingPong: maybe(text('ping or pong: which of the two Services is the stable one.')),
      currentStepAnalysisRunStatus: maybe(runStatus('Run of the current step.')),
      currentBackgroundAnalysisRunStatus: maybe(runStatus('Run in the background.')),
      currentExperiment: maybe(text('Name of the running experiment.')),
      bakeStartedAt: maybe(time('Since when the new version has been held at all of the traffic.')),
      bakeAnalysisRunStatus: maybe(runStatus('Run of the bake.')),
      observedSplit: maybe(
        object(
          {
            state: oneOf<SplitState>(`${splitStates.join(', ')}.`),
            message: text('The same in words, with the shares when it was told.'),
            since: time('From when on requests are counted.'),
            verdictsSince: maybe(time('An analysis of a step that began earlier saw a wrong split.')),
          },
          'Whether the routers carry out the weight, as the metrics show.',
        ),
      ),
      stepPluginStatuses: maybe(list(stepPluginStatus(), 'States of plugin steps.')),
    },
    'Of a canary.',
  );

const blueGreenStatus = () =>
  object(
    {
      previewSelector: maybe(text('Pod template hash that the preview Service selects.')),
      activeSelector: maybe(text('Pod template hash that the active Service selects.')),
      scaleUpPreviewCheckPoint: maybe(flag('The preview may grow to its full size.')),
      prePromotionAnalysisRunStatus: maybe(runStatus('Run before the switch.')),
      postPromotionAnalysisRunStatus: maybe(runStatus('Run after the switch.')),
    },
    'Of a blue-green Rollout.',
  );

export const rolloutStatusSchema = object(
  {
    abort: maybe(flag('The update is called off; users are back on the stable version.')),
    abortedAt: maybe(time('Since when.')),
    pauseConditions: maybe(
      list(
        object({
          reason: oneOf<PauseReason>('Why.'),
          startTime: time('Since when.'),
        }),
        'Why the controller waits. Emptied by a person to go on.',
      ),
    ),
    controllerPause: maybe(flag('The controller itself began the pause.')),
    currentPodHash: maybe(text('Pod template hash of the version that the spec asks for.')),
    currentStepHash: maybe(text('Hash of the steps; a change starts them again.')),
    currentStepIndex: maybe(int32('Index of the current step; the number of steps when all are done.')),
    stableRS: maybe(text('Pod template hash of the stable version.')),
    replicas: maybe(int32('Pods of all versions.')),
    updatedReplicas: maybe(int32('Pods of the version that the spec asks for.')),
    readyReplicas: maybe(int32('Ready pods.')),
    availableReplicas: maybe(int32('Pods that are ready long enough.')),
    HPAReplicas: maybe(int32('Pods that a HorizontalPodAutoscaler counts.')),
    selector: maybe(text('Selector of these pods, as text.')),
    collisionCount: maybe(int32('How often a hash was taken already; part of the next one.')),
    observedGeneration: maybe(text('Generation of the spec that this status is about.')),
    workloadObservedGeneration: maybe(text('Generation of the referenced workload.')),
    conditions: maybe(list(conditionSchema, 'What holds, with reason and time.')),
    phase: maybe(oneOf<RolloutPhase>('Progressing, Paused, Healthy or Degraded.')),
    message: maybe(text('Why, in words.')),
    promoteFull: maybe(flag('Skip analyses, pauses and steps of this update.')),
    restartedAt: maybe(time('The `restartAt` that is done.')),
    canary: maybe(canaryStatus()),
    blueGreen: maybe(blueGreenStatus()),
    alb: maybe(albStatus('AWS resources of a single Ingress.')),
    albs: maybe(list(albStatus(), 'AWS resources of several Ingresses.')),
    duration: maybe(
      object(
        {
          rolloutStartedAt: maybe(time('When the update began.')),
          manualPauseStartedAt: maybe(time('When it began to wait for a person.')),
          totalManualPauseDurationSeconds: maybe(int64('Seconds it has waited for people.')),
          finishedAt: maybe(time('When it was over.')),
          completionStatus: maybe(text('How it ended.')),
        },
        'How long the latest update takes.',
      ),
    ),
    /** Ours, additive. */
    initialAnalysisRunStatus: maybe(runStatus('Run that judges the first version.')),
    /** Ours, additive: what the rollout waits for, since when, until when. */
    waiting: maybe(
      object(
        {
          for: text('What must happen.'),
          since: maybe(time('Since when.')),
          until: maybe(time('When it is given up or goes on by itself; absent when a person must act.')),
        },
        'What the Rollout waits for.',
      ),
    ),
  },
  'What is so.',
);
export type RolloutStatus = Static<typeof rolloutStatusSchema>;

export interface Rollout extends KubeObject {
  spec: RolloutSpec;
  status?: RolloutStatus;
}
