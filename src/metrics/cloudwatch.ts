import type {
  CloudWatchClient,
  GetMetricDataCommandOutput,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import type { MetricAnswer } from '../api/measurement.ts';
import type { Metric } from '../api/v1alpha1/analysis.ts';
import { parseGoDuration } from '../kernel/duration.ts';
import { messageOf, SluiceError } from '../kernel/errors.ts';
import { formatGoFloat } from '../kernel/go-number.ts';
import { addSeconds, type Instant, toDate } from '../kernel/instant.ts';
import type { MetricProvider } from '../ports/metric-provider.ts';

/** `provider.cloudWatch`. */
interface Settings {
  /** How far to look back. Default 5m. */
  readonly interval?: string;
  readonly metricDataQueries?: readonly Query[];
}

interface Query {
  readonly id?: string;
  readonly expression?: string;
  readonly label?: string;
  readonly period?: number | string;
  readonly returnData?: boolean;
  readonly metricStat?: {
    readonly metric?: {
      readonly dimensions?: readonly { readonly name?: string; readonly value?: string }[];
      readonly metricName?: string;
      readonly namespace?: string;
    };
    readonly period?: number | string;
    readonly stat?: string;
    readonly unit?: string;
  };
}

/** What is asked of CloudWatch; a test puts its own answer here. */
export type GetMetricData = (
  query: { readonly start: Instant; readonly end: Instant; readonly queries: MetricDataQuery[] },
  signal: AbortSignal,
) => Promise<Pick<GetMetricDataCommandOutput, 'MetricDataResults' | 'Messages'>>;

/** Amazon CloudWatch, one `GetMetricData` a measurement. */
export function cloudWatch(getMetricData: GetMetricData = throughSdk()): MetricProvider {
  return {
    kind: 'cloudWatch',
    async measure(metric, at, signal) {
      const settings = settingsOf(metric);
      const back = parseGoDuration(settings.interval || '5m');
      if (back === undefined) {
        const problem = `time: invalid duration ${JSON.stringify(settings.interval)}`;
        throw new SluiceError('METRIC_CONFIG_INVALID', problem);
      }
      const queries = (settings.metricDataQueries ?? []).map(queryOf);
      return answerOf(await asked(getMetricData, { start: addSeconds(at, -back), end: at, queries }, signal));
    },
  };
}

function settingsOf({ provider }: Metric): Settings {
  return (provider.cloudWatch ?? {}) as Settings;
}

async function asked(...[getMetricData, query, signal]: [GetMetricData, ...Parameters<GetMetricData>]) {
  try {
    return await getMetricData(query, signal);
  } catch (error) {
    throw new SluiceError('METRIC_QUERY_REJECTED', `cloudwatch: ${messageOf(error)}`);
  }
}

function queryOf({ id, expression, label, period, returnData, metricStat }: Query): MetricDataQuery {
  return {
    Id: id,
    Expression: expression,
    Label: label,
    Period: periodOf(period),
    ReturnData: returnData,
    ...(metricStat !== undefined && {
      MetricStat: {
        Metric: {
          Dimensions: metricStat.metric?.dimensions?.map(({ name, value }) => ({ Name: name, Value: value })),
          MetricName: metricStat.metric?.metricName,
          Namespace: metricStat.metric?.namespace,
        },
        Period: periodOf(metricStat.period),
        Stat: metricStat.stat,
        Unit: metricStat.unit as NonNullable<MetricDataQuery['MetricStat']>['Unit'],
      },
    }),
  };
}

function periodOf(period: number | string | undefined): number | undefined {
  if (period === undefined) return undefined;
  return /^-?\d+$/.test(String(period)) ? Number(period) : 0;
}

function answerOf({
  MetricDataResults = [],
  Messages = [],
}: Awaited<ReturnType<GetMetricData>>): MetricAnswer {
  const texts = Messages.map(({ Code = '', Value = '' }) => `${Code}: ${Value}`);
  return {
    result: { kind: 'cloudwatch', value: MetricDataResults },
    text: `[${MetricDataResults.map(valuesText).join(' ')}]`,
    ...(texts.length > 0 && { metadata: { messages: texts.join('; ') } }),
  };
}

function valuesText({ Values = [] }: MetricDataResult): string {
  return `[${Values.map(formatGoFloat).join(' ')}]`;
}

/** The vendor's SDK with its default chains for credentials and region; loaded with the first question, it is large. */
function throughSdk(): GetMetricData {
  let client: CloudWatchClient | undefined;
  return async ({ start, end, queries }, signal) => {
    const { CloudWatchClient, GetMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
    client ??= new CloudWatchClient({ maxAttempts: 2 });
    const command = new GetMetricDataCommand({
      StartTime: toDate(start),
      EndTime: toDate(end),
      MetricDataQueries: queries,
    });
    return client.send(command, { abortSignal: signal });
  };
}
