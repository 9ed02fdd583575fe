import type { Clock } from '../../kernel/clock.ts';
import { until } from '../../kernel/clock.ts';
import { addSeconds, type Instant } from '../../kernel/instant.ts';
import type { Random } from '../../kernel/random.ts';
import type { PrometheusHandler, PrometheusRequest } from './http.ts';
import type { MetricsFault } from './metrics-faults.ts';

/** An answer as it goes over the wire. */
export interface MetricsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The Prometheus of a world as clients reach it: over a network that may fail, and slow, wrong or gone when it is told to be. */
export interface MetricsServer {
  /** The first that fits a request is what happens to it. May be set and changed at any time. */
  faults: readonly MetricsFault[];
  /** Undefined when no answer comes, or when `signal` ends the wait for it. */
  ask(request: PrometheusRequest, signal?: AbortSignal): Promise<MetricsAnswer | undefined>;
}

export interface MetricsServerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults?: readonly MetricsFault[];
}

export function createMetricsServer(
  handler: PrometheusHandler,
  { clock, random, faults = [] }: MetricsServerOptions,
): MetricsServer {
  const chance = random.fork('metrics-faults');
  const startedAt = clock.now();
  const server: MetricsServer = {
    faults,
    async ask(request, signal) {
      const fault = server.faults.find(
        (one) =>
          isInForce(one, startedAt, clock.now()) &&
          isAbout(one, request) &&
          (one.share === undefined || chance.next() < one.share),
      );
      if (fault?.kind === 'gone') return undefined;
      if (fault?.kind === 'slow') {
        await until(clock, addSeconds(clock.now(), fault.seconds ?? defaultSlowSeconds), signal);
        if (signal?.aborted === true) return undefined;
      }
      const answer = plainAnswer(handler, request);
      return fault === undefined ? answer : spoilt(answer, fault);
    },
  };
  return server;
}

const defaultSlowSeconds = 60;

function isInForce(
  { fromSeconds = 0, untilSeconds }: MetricsFault,
  startedAt: Instant,
  now: Instant,
): boolean {
  const age = (now - startedAt) / 1000;
  return age >= fromSeconds && (untilSeconds === undefined || age < untilSeconds);
}

function isAbout({ query }: MetricsFault, request: PrometheusRequest): boolean {
  if (query === undefined) return true;
  const { searchParams } = new URL(request.url, 'http://prometheus');
  const asked = new URLSearchParams(request.body ?? '').get('query') ?? searchParams.get('query') ?? '';
  return asked.includes(query);
}

function plainAnswer(handler: PrometheusHandler, request: PrometheusRequest): MetricsAnswer {
  const { status, body } = handler.handle(request);
  return typeof body === 'string' ? textAnswer(status, body) : jsonAnswer(status, body);
}

/** JSON, as it goes over the wire. */
export function jsonAnswer(status: number, body: unknown): MetricsAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Plain text, as it goes over the wire. */
export function textAnswer(status: number, body: string): MetricsAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** More than any client reads of a query's answer: Sluice stops at 10 MiB. */
const hugeBytes = 11 * 1024 * 1024;

function spoilt(answer: MetricsAnswer, fault: MetricsFault): MetricsAnswer {
  switch (fault.kind) {
    case 'status': {
      const status = fault.status ?? 503;
      const plain = textAnswer(status, `the sandbox answers ${status} on purpose\n`);
      if (fault.retryAfterSeconds === undefined) return plain;
      return { ...plain, headers: { ...plain.headers, 'retry-after': String(fault.retryAfterSeconds) } };
    }
    case 'cut':
      return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) };
    case 'page':
      return {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<!doctype html><title>Sign in</title>\n',
      };
    case 'huge':
      return { ...answer, body: `${answer.body}${' '.repeat(hugeBytes)}` };
    case 'empty':
      return withResult(answer, () => []);
    case 'nan':
      return withResult(answer, (result) => withNumbers(result, () => Number.NaN));
    case 'wrong':
      return withResult(answer, (result) => withNumbers(result, (value) => value * (fault.factor ?? 10)));
    default:
      return answer;
  }
}

interface QueryAnswer {
  readonly data?: { readonly resultType?: string; readonly result?: unknown };
}

/** The answer to a query with another result; any other answer as it is. */
function withResult(answer: MetricsAnswer, change: (result: unknown) => unknown): MetricsAnswer {
  const body =
    answer.headers['content-type'] === 'application/json' && (JSON.parse(answer.body) as QueryAnswer);
  if (body === false || body.data?.resultType === undefined) return answer;
  const result = change(body.data.result);
  const resultType = Array.isArray(result) && result.length === 0 ? 'vector' : body.data.resultType;
  return { ...answer, body: JSON.stringify({ ...body, data: { ...body.data, resultType, result } }) };
}

/** Every `[time, "value"]` of a result with another value. */
function withNumbers(result: unknown, change: (value: number) => number): unknown {
  if (!Array.isArray(result)) {
    if (typeof result !== 'object' || result === null) return result;
    return Object.fromEntries(
      Object.entries(result).map(([name, part]) => [
        name,
        name === 'metric' ? part : withNumbers(part, change),
      ]),
    );
  }
  const [time, value] = result as unknown[];
  if (result.length === 2 && typeof time === 'number' && typeof value === 'string') {
    return [time, String(change(Number(value)))];
  }
  return result.map((part) => withNumbers(part, change));
}
