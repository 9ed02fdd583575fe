import Type, { type Static } from 'typebox';
import type { KubeObject } from '../meta.ts';
import { anyObject, flag, int32, intOrString, list, maybe, stringMap, text, time } from './schema.ts';

export const analysisPhases = [
  'Pending',
  'Running',
  'Successful',
  'Failed',
  'Error',
  'Inconclusive',
] as const;
/** `Pending` and `Running` go on; the other four are completed. The empty phase means: not looked at yet. */
export type AnalysisPhase = (typeof analysisPhases)[number];
const phase = () => Type.Unsafe<AnalysisPhase>({ type: 'string' });

export const argumentSchema = Type.Object({
  name: text(),
  value: maybe(text()),
  valueFrom: maybe(
    Type.Object({
      secretKeyRef: maybe(Type.Object({ name: text(), key: text() })),
      fieldRef: maybe(Type.Object({ fieldPath: text() })),
    }),
  ),
});
export type Argument = Static<typeof argumentSchema>;

const oauth2 = () =>
  Type.Object({
    tokenUrl: maybe(text()),
    clientId: maybe(text()),
    clientSecret: maybe(text()),
    scopes: maybe(list(text())),
  });
const authentication = () =>
  maybe(
    Type.Object({
      basicAuth: maybe(Type.Object({ username: maybe(text()), password: maybe(text()) })),
      sigv4: maybe(Type.Object({ region: maybe(text()), profile: maybe(text()), roleArn: maybe(text()) })),
      oauth2: maybe(oauth2()),
    }),
  );
const headers = () => maybe(list(Type.Object({ key: text(), value: text() })));

export const prometheusSchema = Type.Object({
  address: maybe(text()),
  query: maybe(text()),
  timeout: maybe(Type.Integer({ format: 'int64' })),
  insecure: maybe(flag()),
  headers: headers(),
  authentication: authentication(),
  rangeQuery: maybe(Type.Object({ start: maybe(text()), end: maybe(text()), step: maybe(text()) })),
});

export const metricProviderSchema = Type.Object({
  prometheus: maybe(prometheusSchema),
  kayenta: maybe(anyObject()),
  web: maybe(anyObject()),
  datadog: maybe(anyObject()),
  wavefront: maybe(anyObject()),
  newRelic: maybe(anyObject()),
  job: maybe(anyObject()),
  cloudWatch: maybe(anyObject()),
  graphite: maybe(anyObject()),
  influxdb: maybe(anyObject()),
  skywalking: maybe(anyObject()),
  plugin: maybe(anyObject()),
});

export const metricSchema = Type.Object({
  name: text(),
  interval: maybe(text()),
  initialDelay: maybe(text()),
  count: maybe(intOrString()),
  successCondition: maybe(text()),
  failureCondition: maybe(text()),
  failureLimit: maybe(intOrString()),
  inconclusiveLimit: maybe(intOrString()),
  consecutiveErrorLimit: maybe(intOrString()),
  consecutiveSuccessLimit: maybe(intOrString()),
  provider: metricProviderSchema,
});
export type Metric = Static<typeof metricSchema>;

export const dryRunSchema = Type.Object({ metricName: text() });
export const measurementRetentionSchema = Type.Object({ metricName: text(), limit: int32() });
export const templateRefSchema = Type.Object({ templateName: maybe(text()), clusterScope: maybe(flag()) });
export type TemplateRef = Static<typeof templateRefSchema>;

export const analysisTemplateSpecSchema = Type.Object({
  metrics: maybe(list(metricSchema)),
  args: maybe(list(argumentSchema)),
  dryRun: maybe(list(dryRunSchema)),
  measurementRetention: maybe(list(measurementRetentionSchema)),
  templates: maybe(list(templateRefSchema)),
});
export type AnalysisTemplateSpec = Static<typeof analysisTemplateSpecSchema>;

export const measurementSchema = Type.Object({
  phase: phase(),
  message: maybe(text()),
  startedAt: maybe(time()),
  finishedAt: maybe(time()),
  value: maybe(text()),
  metadata: maybe(stringMap()),
  resumeAt: maybe(time()),
});
export type Measurement = Static<typeof measurementSchema>;

export const metricResultSchema = Type.Object({
  name: text(),
  phase: phase(),
  measurements: maybe(list(measurementSchema)),
  message: maybe(text()),
  count: maybe(int32()),
  successful: maybe(int32()),
  failed: maybe(int32()),
  inconclusive: maybe(int32()),
  error: maybe(int32()),
  consecutiveError: maybe(int32()),
  consecutiveSuccess: maybe(int32()),
  dryRun: maybe(flag()),
  metadata: maybe(stringMap()),
});
/** The state of one metric of a run; counts are of measurements, `count` leaves errors out. */
export type MetricState = Static<typeof metricResultSchema>;

const runSummary = () =>
  Type.Object({
    count: maybe(int32()),
    successful: maybe(int32()),
    failed: maybe(int32()),
    inconclusive: maybe(int32()),
    error: maybe(int32()),
  });

export const analysisRunSpecSchema = Type.Object({
  metrics: list(metricSchema),
  args: maybe(list(argumentSchema)),
  terminate: maybe(flag()),
  dryRun: maybe(list(dryRunSchema)),
  measurementRetention: maybe(list(measurementRetentionSchema)),
  ttlStrategy: maybe(
    Type.Object({
      secondsAfterCompletion: maybe(int32()),
      secondsAfterFailure: maybe(int32()),
      secondsAfterSuccess: maybe(int32()),
    }),
  ),
});
export type AnalysisRunSpec = Static<typeof analysisRunSpecSchema>;

export const analysisRunStatusSchema = Type.Object({
  phase: phase(),
  message: maybe(text()),
  metricResults: maybe(list(metricResultSchema)),
  startedAt: maybe(time()),
  completedAt: maybe(time()),
  runSummary: maybe(runSummary()),
  dryRunSummary: maybe(runSummary()),
});
export type AnalysisRunStatus = Static<typeof analysisRunStatusSchema>;

export interface AnalysisTemplate extends KubeObject {
  kind: 'AnalysisTemplate' | 'ClusterAnalysisTemplate';
  spec: AnalysisTemplateSpec;
}

export interface AnalysisRun extends KubeObject {
  spec: AnalysisRunSpec;
  status?: AnalysisRunStatus;
}

/** How a Rollout or Experiment asks for an analysis. */
export const rolloutArgumentSchema = Type.Object({
  name: text(),
  value: maybe(text()),
  valueFrom: maybe(
    Type.Object({
      podTemplateHashValue: maybe(Type.Unsafe<'Stable' | 'Latest'>({ type: 'string' })),
      fieldRef: maybe(Type.Object({ fieldPath: text() })),
    }),
  ),
});
export type RolloutArgument = Static<typeof rolloutArgumentSchema>;

const rolloutAnalysisMembers = {
  templates: maybe(list(templateRefSchema)),
  args: maybe(list(rolloutArgumentSchema)),
  dryRun: maybe(list(dryRunSchema)),
  measurementRetention: maybe(list(measurementRetentionSchema)),
  analysisRunMetadata: maybe(Type.Object({ labels: maybe(stringMap()), annotations: maybe(stringMap()) })),
};
export const rolloutAnalysisSchema = Type.Object(rolloutAnalysisMembers);
export type RolloutAnalysis = Static<typeof rolloutAnalysisSchema>;
export const backgroundAnalysisSchema = Type.Object({
  ...rolloutAnalysisMembers,
  startingStep: maybe(int32()),
});
export type BackgroundAnalysis = Static<typeof backgroundAnalysisSchema>;

export function isCompleted(phase: AnalysisPhase | '' | undefined): boolean {
  return phase === 'Successful' || phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive';
}
