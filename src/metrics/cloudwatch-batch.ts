import type { MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { Clock } from '../kernel/clock.ts';
import { addSeconds, secondsBetween } from '../kernel/instant.ts';
import type { QueryFacts } from '../ports/metric-provider.ts';
import type { CloudWatchAnswer, CloudWatchQuestion, GetMetricData } from './cloudwatch.ts';

/** CloudWatch's own limit of one call. */
const mostQueries = 500;

/** How long a question waits for others to go with. */
const gatherSeconds = 0.02;

export interface BatchOptions {
  readonly clock: Clock;
  readonly onQuery?: (facts: Omit<QueryFacts, 'provider'>) => void;
}

interface Passenger {
  readonly question: CloudWatchQuestion;
  readonly resolve: (answer: CloudWatchAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Questions over the same span of time go together, up to 500 queries a call, whichever runs they are from; equal ones are
 * one. Each gets its own part of the answer, under the names it chose. A call that is refused for what it asks is split
 * until the question at fault stands alone: nobody suffers for the mistake of another.
 */
export function batched(
  getMetricData: GetMetricData,
  { clock, onQuery = () => {} }: BatchOptions,
): GetMetricData {
  const known = new Map<string, Promise<CloudWatchAnswer>>();
  const waiting = new Map<string, Passenger[]>();
  let knownUntil = 0;

  const send = async (question: CloudWatchQuestion): Promise<CloudWatchAnswer> => {
    const startedAt = clock.now();
    const tell = (outcome: QueryFacts['outcome']) =>
      onQuery({ outcome, seconds: secondsBetween(startedAt, clock.now()) });
    try {
      const answer = await getMetricData(question);
      tell('answered');
      return answer;
    } catch (error) {
      tell(httpStatusOf(error) === undefined ? 'unreachable' : 'refused');
      throw error;
    }
  };

  const travel = async (passengers: readonly Passenger[]): Promise<void> => {
    const [first] = passengers;
    if (first === undefined) return;
    try {
      const questions = passengers.map(({ question }) => question);
      const answers =
        questions.length === 1 ? [await send(first.question)] : await sendTogether(questions, send);
      for (const [index, { resolve }] of passengers.entries()) resolve(answers[index] as CloudWatchAnswer);
    } catch (error) {
      if (passengers.length === 1 || !isAboutTheQuestion(error)) {
        for (const { reject } of passengers) reject(error);
        return;
      }
      const middle = Math.ceil(passengers.length / 2);
      await Promise.all([travel(passengers.slice(0, middle)), travel(passengers.slice(middle))]);
    }
  };

  const depart = (span: string): void => {
    const passengers = waiting.get(span) ?? [];
    waiting.delete(span);
    for (const call of calls(passengers)) {
      void travel(call);
      for (const _ of call.slice(1)) onQuery({ outcome: 'shared' });
    }
  };

  const board = (question: CloudWatchQuestion): Promise<CloudWatchAnswer> =>
    new Promise((resolve, reject) => {
      const span = `${question.start}/${question.end}`;
      const passengers = waiting.get(span) ?? [];
      passengers.push({ question, resolve, reject });
      if (waiting.has(span)) return;
      waiting.set(span, passengers);
      clock.schedule(addSeconds(clock.now(), gatherSeconds), () => depart(span));
    });

  return (question) => {
    if (question.end > knownUntil) known.clear();
    knownUntil = Math.max(knownUntil, question.end);
    const key = JSON.stringify(question);
    const found = known.get(key);
    if (found !== undefined) {
      onQuery({ outcome: 'shared' });
      return found;
    }
    const answer = canTravel(question) ? board(question) : send(question);
    known.set(key, answer);
    answer.catch(() => known.delete(key)); // a failure is nobody else's answer
    return answer;
  };
}

/** As few calls as hold them, in the order in which they came. */
function calls(passengers: readonly Passenger[]): Passenger[][] {
  const filled: Passenger[][] = [];
  let room = 0;
  for (const passenger of passengers) {
    const size = passenger.question.queries.length;
    if (size > room) {
      filled.push([]);
      room = mostQueries;
    }
    filled.at(-1)?.push(passenger);
    room -= size;
  }
  return filled;
}

/** These look at all metrics of their call, or may stand only once in it. */
const looksAround = /\b(METRICS|SEARCH|SELECT|LAMBDA)\b/i;

/** Can its queries be renamed, and stand beside others? One that is wrong in itself is refused by itself. */
function canTravel({ queries }: CloudWatchQuestion): boolean {
  const ids = queries.map(({ Id = '' }) => Id);
  return (
    queries.length > 0 &&
    queries.length <= mostQueries &&
    new Set(ids).size === ids.length &&
    ids.every((id) => /^[a-z][a-zA-Z0-9_]{0,200}$/.test(id)) &&
    queries.every(({ Expression = '' }) => !looksAround.test(Expression))
  );
}

async function sendTogether(
  questions: readonly CloudWatchQuestion[],
  send: GetMetricData,
): Promise<CloudWatchAnswer[]> {
  const [first] = questions as readonly [CloudWatchQuestion];
  const queries = questions.flatMap((question, index) => renamed(question.queries, prefixOf(index)));
  const { MetricDataResults = [], Messages } = await send({ ...first, queries });
  return questions.map((_, index) => {
    const prefix = prefixOf(index);
    const own = MetricDataResults.filter(({ Id = '' }) => Id.startsWith(prefix));
    return {
      MetricDataResults: own.map((result) => nameGivenBack(result, prefix)),
      ...(Messages !== undefined && { Messages }),
    };
  });
}

function prefixOf(index: number): string {
  return `q${index}_`;
}

/** New names for the queries, in the expressions too that speak of them. */
function renamed(queries: readonly MetricDataQuery[], prefix: string): MetricDataQuery[] {
  const own = new Set(queries.map(({ Id }) => Id));
  const inExpression = (expression: string) =>
    expression.replace(/'[^']*'|"[^"]*"|[A-Za-z_][A-Za-z0-9_]*/g, (word) =>
      own.has(word) ? prefix + word : word,
    );
  return queries.map((query) => ({
    ...query,
    Id: `${prefix}${query.Id}`,
    ...(query.Expression !== undefined && { Expression: inExpression(query.Expression) }),
  }));
}

/** An expression without a label is labelled with its name. */
function nameGivenBack(result: MetricDataResult, prefix: string): MetricDataResult {
  const without = (text: string | undefined) => text?.slice(prefix.length);
  const isNamedAfterId = result.Label !== undefined && result.Label === result.Id;
  return { ...result, Id: without(result.Id), ...(isNamedAfterId && { Label: without(result.Label) }) };
}

function isAboutTheQuestion(error: unknown): boolean {
  return error instanceof Error && /Validation|Parameter/.test(error.name);
}

function httpStatusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
