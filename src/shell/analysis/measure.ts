import { type ProviderKind, providerKinds } from '../../api/measurement.ts';
import type { AnalysisRun, Measurement, Metric } from '../../api/v1alpha1/analysis.ts';
import { unknownSource } from '../../api/validation/providers.ts';
import type { ForgottenMeasurements, MeasureTask } from '../../core/analysis/decide-run.ts';
import {
  errorMeasurement,
  judgeAbsence,
  judgeAnswer,
  measurementInProgress,
  redact,
  type Span,
} from '../../core/analysis/judge-answer.ts';
import { knowsNoData } from '../../core/analysis/no-data.ts';
import type { TaskOutcome } from '../../core/analysis/record-measurement.ts';
import type { SecretValues } from '../../core/analysis/substitute.ts';
import type { Clock } from '../../kernel/clock.ts';
import { messageOf, SluiceError } from '../../kernel/errors.ts';
import { type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Log } from '../../kernel/log.ts';
import type {
  AnyMetricProvider,
  LongRunningProvider,
  MeasuredRun,
  ProviderRegistry,
} from '../../ports/metric-provider.ts';

export interface MeasureRequest {
  readonly run: AnalysisRun;
  readonly task: MeasureTask;
  /** The task's metric with its arguments, secrets too, filled in. */
  readonly metric: Metric;
  readonly secrets: SecretValues;
}

interface MeasureDeps {
  readonly providers: ProviderRegistry;
  readonly clock: Clock;
}

/** Asks the metric's source and judges the answer. A source that could not be asked makes a measurement too: an error. */
export async function takeMeasurement(
  request: MeasureRequest,
  deps: MeasureDeps,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const { task, metric, secrets } = request;
  const startedAt = deps.clock.now();
  const span = () => ({ startedAt, finishedAt: deps.clock.now() });
  let metadata: Readonly<Record<string, string>> | undefined;
  let measurement: Measurement;
  try {
    const provider = providerOf(metric, deps.providers);
    if (task.first) metadata = provider.metadata?.(metric);
    if ('measure' in provider) {
      if (task.kind === 'terminate') return withdrawn(task);
      const answer = await provider.measure(metric, startedAt, signal, identityOf(request.run));
      measurement = judgeAnswer(metric, answer, span(), task.measurement);
    } else {
      measurement = await goOn(request, provider, { span, at: startedAt, signal });
    }
  } catch (error) {
    measurement =
      isNoData(error) && knowsNoData(metric)
        ? judgeAbsence(metric, span(), task.measurement)
        : errorMeasurement(messageOf(error), span(), task.measurement);
  }
  return {
    metric: task.metric.name,
    measurement: storable(measurement, secrets),
    replacesLast: task.kind !== 'start',
    metadata: metadata && redactAll(metadata, secrets),
  };
}

/** A measurement that waited for data until the run was told to end: nobody needs it any more. */
function withdrawn({ metric, measurement }: MeasureTask): TaskOutcome {
  return {
    metric: metric.name,
    measurement: measurement as Measurement,
    replacesLast: true,
    withdrawn: true,
  };
}

function isNoData(error: unknown): boolean {
  return error instanceof SluiceError && error.code === 'METRIC_NO_DATA';
}

/** Begins, looks after or gives up a measurement that takes longer than one call. */
async function goOn(
  { run, task, metric }: MeasureRequest,
  provider: LongRunningProvider,
  { span, at, signal }: { readonly span: () => Span; readonly at: Instant; readonly signal: AbortSignal },
): Promise<Measurement> {
  const ask = { metric, run: identityOf(run), at, attempt: task.taken + 1, signal };
  const before = task.measurement;
  if (before === undefined) return measurementInProgress(await provider.start(ask), span());
  const ongoing = { ...ask, measurement: before };
  if (task.kind !== 'terminate') {
    return measurementInProgress(await provider.resume(ongoing), span(), { before });
  }
  if (provider.terminate === undefined) return before;
  return measurementInProgress(await provider.terminate(ongoing), span(), { before, terminated: true });
}

/** Removes what measurements have left behind. A failure keeps nothing up: what is left goes with the run. */
export async function forgetMeasurements(
  run: AnalysisRun,
  { metric, measurements }: ForgottenMeasurements,
  { providers, log }: { readonly providers: ProviderRegistry; readonly log: Log },
): Promise<void> {
  try {
    const provider = providerOf(metric, providers);
    if ('forget' in provider) await provider.forget?.(measurements, identityOf(run));
  } catch (error) {
    log.warn('What old measurements have left behind could not be removed.', {
      namespace: run.metadata.namespace,
      analysisRun: run.metadata.name,
      metric: metric.name,
      reason: messageOf(error),
    });
  }
}

function identityOf({ metadata: { namespace = '', name, uid = '' }, status }: AnalysisRun): MeasuredRun {
  const startedAt = parseInstant(status?.startedAt);
  return { namespace, name, uid, ...(startedAt !== undefined && { startedAt }) };
}

/** The provider that a metric names; one that is not supported is refused by name. */
function providerOf({ provider }: Metric, providers: ProviderRegistry): AnyMetricProvider {
  const kind = providerKinds.find((candidate) => provider[candidate] !== undefined);
  const found = kind === undefined ? undefined : providers[kind];
  if (found !== undefined) return found;
  throw new SluiceError('NOT_SUPPORTED', unknownSource(provider, Object.keys(providers) as ProviderKind[]));
}

/** Longest value and longest other text that are stored: ten measurements a metric have to fit into one object. */
const longestValue = 16 * 1024;
const longestText = 4 * 1024;

/** What may be seen by everybody who reads the run: without secrets, and of bounded length. Conditions have seen it all. */
function storable(measurement: Measurement, secrets: SecretValues): Measurement {
  const { message, metadata, value } = measurement;
  return {
    ...measurement,
    ...(message !== undefined && { message: shortened(redact(message, secrets), longestText) }),
    ...(value !== undefined && { value: shortened(redact(value, realSecrets(secrets)), longestValue) }),
    ...(metadata !== undefined && { metadata: redactAll(metadata, secrets) }),
  };
}

function redactAll(texts: Readonly<Record<string, string>>, secrets: SecretValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, shortened(redact(text, secrets), longestText)]),
  );
}

/** In a value, a secret of a letter or two would blot out digits that have nothing to do with it. */
function realSecrets(secrets: SecretValues): SecretValues {
  return Object.fromEntries(Object.entries(secrets).filter(([, value]) => value.length >= 4));
}

function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
