import { type ProviderKind, providerKinds } from '../../api/measurement.ts';
import type { AnalysisRun, Measurement, Metric } from '../../api/v1alpha1/analysis.ts';
import type { MeasureTask } from '../../core/analysis/decide-run.ts';
import { errorMeasurement, judgeAnswer, redact } from '../../core/analysis/judge-answer.ts';
import type { TaskOutcome } from '../../core/analysis/record-measurement.ts';
import type { SecretValues } from '../../core/analysis/substitute.ts';
import type { Clock } from '../../kernel/clock.ts';
import { messageOf, SluiceError } from '../../kernel/errors.ts';
import type { MetricProvider, ProviderRegistry } from '../../ports/metric-provider.ts';

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
    const { namespace = '', name, uid = '' } = request.run.metadata;
    const answer = await provider.measure(metric, startedAt, signal, { namespace, name, uid });
    measurement = judgeAnswer(metric, answer, span());
  } catch (error) {
    measurement = errorMeasurement(messageOf(error), span());
  }
  return {
    metric: task.metric.name,
    measurement: withoutSecrets(measurement, secrets),
    replacesLast: task.kind !== 'start',
    metadata: metadata && redactAll(metadata, secrets),
  };
}

/** The provider that a metric names; one that is not supported is refused by name. */
function providerOf({ provider }: Metric, providers: ProviderRegistry): MetricProvider {
  const kind = providerKinds.find((candidate) => provider[candidate] !== undefined);
  const found = kind === undefined ? undefined : providers[kind];
  if (found !== undefined) return found;
  const supported = (Object.keys(providers) as ProviderKind[]).join(', ');
  throw new SluiceError(
    'NOT_SUPPORTED',
    `metric provider '${kind ?? Object.keys(provider)[0]}' is not supported; supported are: ${supported}`,
  );
}

function withoutSecrets(measurement: Measurement, secrets: SecretValues): Measurement {
  const { message, metadata } = measurement;
  return {
    ...measurement,
    ...(message !== undefined && { message: redact(message, secrets) }),
    ...(metadata !== undefined && { metadata: redactAll(metadata, secrets) }),
  };
}

function redactAll(texts: Readonly<Record<string, string>>, secrets: SecretValues): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, redact(text, secrets)]));
}
