import type {
  CloudWatchClient,
  GetMetricDataCommandOutput,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import type { MetricAnswer } from '../api/measurement.ts';
import type { Metric } from '../api/v1alpha1/analysis.ts';
import { messageOf, SluiceError } from '../kernel/errors.ts';
import { formatGoFloat } from '../kernel/go-number.ts';
import { addSeconds, type Instant, instant, toDate } from '../kernel/instant.ts';
import type { MetricProvider } from '../ports/metric-provider.ts';
import { excerpt } from './answer.ts';
import { lookBack } from './time-window.ts';

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

export interface CloudWatchQuestion {
  readonly start: Instant;
  readonly end: Instant;
  readonly queries: readonly MetricDataQuery[];
}

export type CloudWatchAnswer = Pick<GetMetricDataCommandOutput, 'MetricDataResults' | 'Messages'>;

/** What is asked of CloudWatch; a test puts its own answer here. */
export type GetMetricData = (question: CloudWatchQuestion) => Promise<CloudWatchAnswer>;

/** Amazon CloudWatch: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export function cloudWatch(getMetricData: GetMetricData): MetricProvider {
  return {
    kind: 'cloudWatch',
    async measure(metric, at, signal) {
      const settings = settingsOf(metric);
      const back = lookBack(settings.interval || '5m');
      const queries = (settings.metricDataQueries ?? []).map(queryOf);
      // in whole seconds, so that the questions of many runs are about the same span
      const end = instant(Math.floor(at / 1000) * 1000);
      const answer = asked(getMetricData, { start: addSeconds(end, -back), end, queries });
      return answerOf(await Promise.race([answer, cancelled(signal)]));
    },
  };
}

/** Others may wait for the same call, so it goes on when one of them leaves. */
function cancelled(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const leave = () => reject(new SluiceError('METRIC_UNREACHABLE', 'cloudwatch: cancelled'));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
  });
}

function settingsOf({ provider }: Metric): Settings {
  return (provider.cloudWatch ?? {}) as Settings;
}

async function asked(getMetricData: GetMetricData, question: CloudWatchQuestion): Promise<CloudWatchAnswer> {
  try {
    return await getMetricData(question);
  } catch (error) {
    throw new SluiceError('METRIC_QUERY_REJECTED', `cloudwatch: ${excerpt(messageOf(error))}`);
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

function answerOf({ MetricDataResults = [], Messages = [] }: CloudWatchAnswer): MetricAnswer {
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

/** Pages that are read of one answer: 100,800 points each. */
const mostPages = 20;

/** The whole of an answer that comes in pages; a metric may go on from one to the next. */
export async function allPages(
  page: (token: string | undefined) => Promise<CloudWatchAnswer & { readonly NextToken?: string }>,
): Promise<CloudWatchAnswer> {
  const results = new Map<string, MetricDataResult>();
  let Messages: CloudWatchAnswer['Messages'];
  let token: string | undefined;
  for (let read = 0; read < mostPages; read += 1) {
    const answer = await page(token);
    Messages ??= answer.Messages;
    for (const result of answer.MetricDataResults ?? []) {
      const key = `${result.Id}/${result.Label}`;
      results.set(key, joined(results.get(key), result));
    }
    token = answer.NextToken;
    if (token === undefined || token === '') return { MetricDataResults: [...results.values()], Messages };
  }
  throw new SluiceError('METRIC_ANSWER_INVALID', `the answer has more than ${mostPages} pages`);
}

function joined(before: MetricDataResult | undefined, more: MetricDataResult): MetricDataResult {
  if (before === undefined) return more;
  return {
    ...more,
    Timestamps: [...(before.Timestamps ?? []), ...(more.Timestamps ?? [])],
    Values: [...(before.Values ?? []), ...(more.Values ?? [])],
  };
}

/** Of each attempt; the SDK's own default is to wait for ever. */
const requestHandler = { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

/** The vendor's SDK with its default chains for credentials and region; loaded with the first question, it is large. */
export function throughSdk(): GetMetricData {
  let client: CloudWatchClient | undefined;
  return async ({ start, end, queries }) => {
    const { CloudWatchClient, GetMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
    client ??= new CloudWatchClient({ maxAttempts: 2, requestHandler });
    const sdk = client;
    return allPages((NextToken) =>
      sdk.send(
        new GetMetricDataCommand({
          StartTime: toDate(start),
          EndTime: toDate(end),
          MetricDataQueries: [...queries],
          NextToken,
        }),
      ),
    );
  };
}
