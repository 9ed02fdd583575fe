import type { AnalysisRun } from '../../api/v1alpha1/analysis.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { PodTemplateSpec } from '../../api/workloads.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Environment } from '../analysis/expression/environment.ts';
import { parseTime } from '../analysis/expression/time.ts';
import { text as textType, time as timeType, unknown } from '../analysis/expression/types.ts';
import { fromJson as expressionValue } from '../analysis/expression/values.ts';
import type { AbortRecord } from './abort-record.ts';
import { problem } from './template/problem.ts';
import { fromJson, type GoFunction, type GoValue } from './template/values.ts';

/** What triggers and templates may look at. */
export interface Subject {
  /** With the pod template and selector of its workload put in where it refers to one. */
  readonly rollout: Rollout;
  /** Of the current revision, newest first. */
  readonly analysisRuns: readonly AnalysisRun[];
  /** Pod templates by revision, as far as their ReplicaSets are still there. */
  readonly templates?: ReadonlyMap<number, PodTemplateSpec>;
  /** Only when the message is about an abort. Ours. */
  readonly abortRecord?: AbortRecord;
  readonly now: Instant;
}

/** Where a message goes. */
export interface Destination {
  /** The name of a service of the configuration: `slack`, or what follows its type in `service.slack.NAME`. */
  readonly service: string;
  readonly recipient: string;
}

const rfc3339 = '2006-01-02T15:04:05Z07:00';

/** `time.Parse` of the peer's templates: takes an RFC 3339 time. */
export const parseGoTime: GoFunction = {
  kind: 'function',
  call: ([of]) => {
    if (typeof of !== 'string') throw problem('time.Parse takes one text');
    return parseTime(of, rfc3339);
  },
};

/** What `when` and `oncePer` may name: `rollout`, `analysisRuns`, `time.Now()` and `time.Parse(text)`. */
export function triggerEnvironment({ rollout, analysisRuns, now }: Subject): Environment {
  const nowNanoseconds = BigInt(Math.trunc(now)) * 1_000_000n;
  const runs = analysisRuns.length === 0 ? null : expressionValue(whole(analysisRuns));
  return {
    variables: {
      rollout: { type: unknown, value: expressionValue(whole(rollout)) },
      analysisRuns: { type: unknown, value: runs },
    },
    functions: {},
    modules: {
      time: {
        Now: { params: [], result: timeType, call: () => ({ kind: 'time', nanoseconds: nowNanoseconds }) },
        Parse: { params: [textType], result: timeType, call: ([of]) => parseTime(String(of), rfc3339) },
      },
    },
    nowNanoseconds,
  };
}

/**
 * What a template may name. The peer's: `rollout`, `analysisRuns`, `time`, `secrets`, `recipient`, `serviceType`; ours:
 * `abortRecord`.
 */
export function templateVariables(
  { rollout, analysisRuns, abortRecord, now }: Subject,
  secrets: Readonly<Record<string, string>>,
  { service, recipient }: Destination,
): GoValue {
  const time = new Map<string, GoValue>([
    ['Parse', parseGoTime],
    [
      'Now',
      { kind: 'function', call: () => ({ kind: 'time', nanoseconds: BigInt(Math.trunc(now)) * 1_000_000n }) },
    ],
  ]);
  return new Map<string, GoValue>([
    ['rollout', fromJson(rollout)],
    ...(analysisRuns.length > 0 ? ([['analysisRuns', fromJson(analysisRuns)]] as const) : []),
    ...(abortRecord !== undefined ? ([['abortRecord', fromJson(abortRecord)]] as const) : []),
    ['time', time],
    ['secrets', fromJson(secrets)],
    ['recipient', recipient],
    ['serviceType', service],
  ]);
}

/** Whole numbers of the Kubernetes API are whole in expressions too: an index, say. */
function whole(json: unknown): unknown {
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : json;
  if (Array.isArray(json)) return json.map(whole);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, whole(value)]));
}
