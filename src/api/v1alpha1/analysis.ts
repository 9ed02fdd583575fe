import Type, { type Static } from 'typebox';
import type { KubeObject } from '../meta.ts';
import { metricProviderSchema } from './providers.ts';
import {
  flag,
  int32,
  intOrString,
  list,
  maybe,
  object,
  podMetadata,
  stringMap,
  text,
  time,
} from './schema.ts';

export { metricProviderSchema, prometheusSchema } from './providers.ts';

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
const phase = (description: string) => Type.Unsafe<AnalysisPhase>({ type: 'string', description });

export const argumentSchema = object({
  name: text('Name, as in `{{args.NAME}}`.'),
  value: maybe(text('Its value; in a template, the default.')),
  valueFrom: maybe(
    object(
      {
        secretKeyRef: maybe(
          object(
            { name: text('Name of the Secret.'), key: text('Key in its data.') },
            "A key of a Secret in the run's namespace. It is read for each measurement and stored nowhere.",
          ),
        ),
        fieldRef: maybe(
          object(
            { fieldPath: text('Path of the field, such as `metadata.name`.') },
            'A field of the object that starts the run.',
          ),
        ),
      },
      'Where to take the value from, instead of `value`.',
    ),
  ),
});
export type Argument = Static<typeof argumentSchema>;

export const metricSchema = object({
  name: text('Name, different from those of the other metrics.'),
  interval: maybe(
    text(
      'Pause between two measurements, a duration such as `30s`. Absent: one measurement unless `count` says more.',
    ),
  ),
  initialDelay: maybe(text('Wait before the first measurement, a duration.')),
  count: maybe(
    intOrString(
      'Measurements to take; failed attempts do not count. Default: 1 without `interval`, else no end.',
    ),
  ),
  successCondition: maybe(
    text('Expression over `result` that is true for a good value, such as `result[0] >= 0.99`.'),
  ),
  failureCondition: maybe(
    text(
      'Expression over `result` that is true for a bad value. What is neither good nor bad is inconclusive.',
    ),
  ),
  failureLimit: maybe(intOrString('Bad measurements to put up with; -1 for any number. Default 0.')),
  inconclusiveLimit: maybe(intOrString('Inconclusive measurements to put up with. Default 0.')),
  consecutiveErrorLimit: maybe(intOrString('Attempts in a row that may fail to bring a value. Default 4.')),
  consecutiveSuccessLimit: maybe(
    intOrString('Good measurements in a row that end the metric early as Successful. Default 0: off.'),
  ),
  minimumSamples: maybe(
    int32(
      'Samples that an answer needs to be judged; with fewer there is not enough data, and `noData` decides. A field of Sluice.',
    ),
  ),
  sampleCount: maybe(
    text(
      'Expression over `result` for how many samples it stands for, such as `result.total`. Default: the values in it. A field of Sluice.',
    ),
  ),
  noData: maybe(
    Type.Unsafe<'wait' | 'inconclusive' | 'fail' | 'pass'>({
      type: 'string',
      enum: ['wait', 'inconclusive', 'fail', 'pass'],
      description:
        'What no data (no series, NaN, fewer samples than needed) amounts to. `wait` asks again and counts for nothing meanwhile. Default: wait with `minimumSamples`, else as the conditions have it. A field of Sluice.',
    }),
  ),
  noDataTimeout: maybe(
    text(
      'How long `noData: wait` waits before the measurement is inconclusive, a duration. Default 10m. A field of Sluice.',
    ),
  ),
  provider: metricProviderSchema,
});
export type Metric = Static<typeof metricSchema>;

export const dryRunSchema = object({
  metricName: text('Regular expression for names of metrics that are measured but do not count.'),
});
export const measurementRetentionSchema = object({
  metricName: text('Regular expression for names of metrics.'),
  limit: int32('Latest measurements to keep in the status. Default 10.'),
});
export const templateRefSchema = object({
  templateName: maybe(text('Name of the template.')),
  clusterScope: maybe(flag('It is a ClusterAnalysisTemplate. Default false.')),
});
export type TemplateRef = Static<typeof templateRefSchema>;

const dryRun = () =>
  maybe(list(dryRunSchema, 'Metrics that are only tried: their verdicts are shown and ignored.'));
const measurementRetention = () =>
  maybe(list(measurementRetentionSchema, 'How many measurements to keep, by metric.'));

export const analysisTemplateSpecSchema = object(
  {
    metrics: maybe(list(metricSchema, 'What is measured and how it is judged.')),
    args: maybe(
      list(argumentSchema, 'Arguments that the metrics use. One without a value must be given by the user.'),
    ),
    dryRun: dryRun(),
    measurementRetention: measurementRetention(),
    templates: maybe(list(templateRefSchema, 'Templates whose metrics and arguments are added to these.')),
  },
  'Metrics and arguments.',
);
export type AnalysisTemplateSpec = Static<typeof analysisTemplateSpecSchema>;

export const measurementSchema = object({
  phase: phase('Verdict on this measurement.'),
  message: maybe(text('Why, when something went wrong.')),
  startedAt: maybe(time('When it began.')),
  finishedAt: maybe(time('When it was over.')),
  value: maybe(text('The value, as text.')),
  metadata: maybe(stringMap('What the source says about the value.')),
  resumeAt: maybe(time('When to look again at a measurement that takes long.')),
});
export type Measurement = Static<typeof measurementSchema>;

export const metricResultSchema = object({
  name: text('Name of the metric.'),
  phase: phase('Verdict on the metric so far.'),
  measurements: maybe(list(measurementSchema, 'The latest measurements.')),
  message: maybe(text('Why, when something went wrong.')),
  count: maybe(int32('Measurements with a verdict: good, bad and inconclusive ones.')),
  successful: maybe(int32('Good measurements.')),
  failed: maybe(int32('Bad measurements.')),
  inconclusive: maybe(int32('Measurements that are neither.')),
  error: maybe(int32('Attempts that brought no value.')),
  consecutiveError: maybe(int32('Attempts without a value since the last one with a value.')),
  consecutiveSuccess: maybe(int32('Good measurements since the last one that was not.')),
  dryRun: maybe(flag('Its verdict does not count.')),
  metadata: maybe(stringMap('What the source says about the metric, such as the query after substitution.')),
});
/** The state of one metric of a run; counts are of measurements, `count` leaves errors out. */
export type MetricState = Static<typeof metricResultSchema>;

const runSummary = (description: string) =>
  maybe(
    object(
      {
        count: maybe(int32('Metrics.')),
        successful: maybe(int32('Metrics that ended Successful.')),
        failed: maybe(int32('Metrics that ended Failed.')),
        inconclusive: maybe(int32('Metrics that ended Inconclusive.')),
        error: maybe(int32('Metrics that ended in Error.')),
      },
      description,
    ),
  );

export const analysisRunSpecSchema = object(
  {
    metrics: list(metricSchema, 'What is measured and how it is judged.'),
    args: maybe(list(argumentSchema, 'Values for the placeholders in the metrics.')),
    terminate: maybe(flag('Stop the run; what was measured so far decides.')),
    dryRun: dryRun(),
    measurementRetention: measurementRetention(),
    ttlStrategy: maybe(
      object(
        {
          secondsAfterCompletion: maybe(int32('Seconds after any end.')),
          secondsAfterFailure: maybe(
            int32('Seconds after an end that was not Successful; goes before the general one.'),
          ),
          secondsAfterSuccess: maybe(int32('Seconds after a Successful end; goes before the general one.')),
        },
        'When to delete the finished run. Default: never by itself.',
      ),
    ),
  },
  'Metrics, with their arguments filled in.',
);
export type AnalysisRunSpec = Static<typeof analysisRunSpecSchema>;

export const analysisRunStatusSchema = object(
  {
    phase: phase('Pending, Running, Successful, Failed, Error or Inconclusive.'),
    message: maybe(text('Why, when it did not go well.')),
    metricResults: maybe(list(metricResultSchema, 'What was found, by metric.')),
    startedAt: maybe(time('When the run began.')),
    completedAt: maybe(time('When the run was over.')),
    runSummary: runSummary('How many metrics ended how.'),
    dryRunSummary: runSummary('The same for metrics that are only tried.'),
  },
  'What was found so far.',
);
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
export const rolloutArgumentSchema = object({
  name: text('Name of the argument in the templates.'),
  value: maybe(text('Its value.')),
  valueFrom: maybe(
    object(
      {
        podTemplateHashValue: maybe(
          Type.Unsafe<'Stable' | 'Latest'>({
            type: 'string',
            description: 'Stable or Latest: the pod template hash of the old or of the new version.',
          }),
        ),
        fieldRef: maybe(
          object(
            { fieldPath: text("Path of the field, such as `metadata.labels['region']`.") },
            'A field of the Rollout.',
          ),
        ),
      },
      'Where to take the value from, instead of `value`.',
    ),
  ),
});
export type RolloutArgument = Static<typeof rolloutArgumentSchema>;

export const rolloutAnalysisMembers = {
  templates: maybe(list(templateRefSchema, 'Templates whose metrics make up the run.')),
  args: maybe(list(rolloutArgumentSchema, 'Values for the arguments of the templates.')),
  dryRun: dryRun(),
  measurementRetention: measurementRetention(),
  analysisRunMetadata: maybe(podMetadata('Labels and annotations of the run.')),
};
export const rolloutAnalysis = (description: string) => object(rolloutAnalysisMembers, description);
export type RolloutAnalysis = Static<ReturnType<typeof rolloutAnalysis>>;
export const backgroundAnalysis = (description: string) =>
  object(
    {
      ...rolloutAnalysisMembers,
      startingStep: maybe(int32('Index of the first step at which it runs. Default 0.')),
    },
    description,
  );
export type BackgroundAnalysis = Static<ReturnType<typeof backgroundAnalysis>>;

export function isCompleted(phase: AnalysisPhase | '' | undefined): boolean {
  return phase === 'Successful' || phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive';
}
