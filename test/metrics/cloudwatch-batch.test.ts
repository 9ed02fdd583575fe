import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { addSeconds, type Instant, parseInstant } from '../../src/kernel/instant.ts';
import { allPages, type CloudWatchAnswer, type CloudWatchQuestion } from '../../src/metrics/cloudwatch.ts';
import { batched } from '../../src/metrics/cloudwatch-batch.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';

const now = parseInstant('2026-01-01T00:00:00Z') as Instant;

/** A CloudWatch that answers every query with its own name, and refuses calls that hold a metric `bad`. */
function cloud(refuse: (question: CloudWatchQuestion) => Error | undefined = () => undefined) {
  const calls: CloudWatchQuestion[] = [];
  const told: string[] = [];
  const clock = virtualClock(now);
  const ask = batched(
    async (question) => {
      calls.push(question);
      const error = refuse(question);
      if (error !== undefined) throw error;
      const shown = question.queries.filter(({ ReturnData }) => ReturnData !== false);
      return {
        MetricDataResults: shown.map(({ Id, Expression }) => ({ Id, Label: Expression ?? Id, Values: [1] })),
      };
    },
    { clock, onQuery: ({ outcome }) => told.push(outcome) },
  );
  const question = (queries: readonly MetricDataQuery[], end = now): CloudWatchQuestion => ({
    start: addSeconds(end, -300),
    end,
    queries,
  });
  return { calls, told, clock, ask, question };
}

const stat = (Id: string, MetricName = Id): MetricDataQuery => ({
  Id,
  MetricStat: { Metric: { Namespace: 'shop', MetricName }, Period: 60, Stat: 'Sum' },
});
const labels = ({ MetricDataResults = [] }: CloudWatchAnswer) =>
  MetricDataResults.map(({ Id, Label }) => `${Id}: ${Label}`);

describe('questions to CloudWatch', () => {
  test('of many runs go in one call, each under its own names, and each gets its own answer', async () => {
    const { ask, question, calls, clock, told } = cloud();
    const rate = { Id: 'rate', Expression: "errors / requests + errors2 + FILL(errors, 0) + 'errors'" };
    const both = Promise.all([
      ask(
        question([
          rate,
          { ...stat('errors'), ReturnData: false },
          { ...stat('requests'), ReturnData: false },
        ]),
      ),
      ask(question([stat('errors', 'other')])),
    ]);
    await clock.advanceBy(1);
    expect((await both).map(labels)).toEqual([
      ["rate: q0_errors / q0_requests + errors2 + FILL(q0_errors, 0) + 'errors'"],
      ['errors: errors'],
    ]);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.queries.map(({ Id }) => Id)).toEqual([
      'q0_rate',
      'q0_errors',
      'q0_requests',
      'q1_errors',
    ]);
    expect(told).toEqual(['shared', 'answered']);
  });

  test('that are equal are one; alone in their call they keep their names', async () => {
    const { ask, question, calls, clock, told } = cloud();
    const both = Promise.all([ask(question([stat('a')])), ask(question([stat('a')]))]);
    await clock.advanceBy(1);
    expect((await both).map(labels)).toEqual([['a: a'], ['a: a']]);
    expect(await ask(question([stat('a')]))).toEqual((await both)[0]);
    expect(calls.map(({ queries }) => queries.map(({ Id }) => Id))).toEqual([['a']]);
    expect(told).toEqual(['shared', 'answered', 'shared']);
  });

  test('fill a call up to 500 queries', async () => {
    const { ask, question, calls, clock } = cloud();
    const many = Array.from({ length: 11 }, (_, run) =>
      ask(question(Array.from({ length: 100 }, (_, index) => stat(`m${index}`, `run${run}`)))),
    );
    await clock.advanceBy(1);
    expect((await Promise.all(many)).map(({ MetricDataResults }) => MetricDataResults?.length)).toEqual(
      Array(11).fill(100),
    );
    expect(calls.map(({ queries }) => queries.length)).toEqual([500, 500, 100]);
  });

  test('over another span of time go by themselves', async () => {
    const { ask, question, calls, clock } = cloud();
    const both = Promise.all([ask(question([stat('a')])), ask(question([stat('b')], addSeconds(now, 1)))]);
    await clock.advanceBy(1);
    await both;
    expect(calls).toHaveLength(2);
  });

  test.each([
    ['look at all metrics of their call', [{ Id: 'all', Expression: 'SUM(METRICS())' }]],
    ['search', [{ Id: 's', Expression: "SEARCH('{shop} errors', 'Sum')" }]],
    ['are in SQL', [{ Id: 's', Expression: 'SELECT AVG(x) FROM shop' }]],
    ['have names that CloudWatch refuses', [stat('Errors')]],
    ['use a name twice', [stat('a'), stat('a')]],
  ])('that %s go by themselves, at once', async (_, queries) => {
    const { ask, question, calls } = cloud();
    await ask(question(queries));
    expect(calls.map(({ queries }) => queries)).toEqual([queries]);
  });

  const named = (name: string, message: string) => Object.assign(new Error(message), { name });

  test('one that is refused takes nobody with it', async () => {
    const isBad = ({ queries }: CloudWatchQuestion) =>
      queries.some(({ MetricStat }) => MetricStat?.Metric?.MetricName === 'bad');
    const { ask, question, clock } = cloud((call) =>
      isBad(call) ? named('ValidationError', 'The unit is unknown') : undefined,
    );
    const asked = ['a', 'bad', 'c', 'd', 'e'].map((name) => ask(question([stat('m', name)])));
    const settled = Promise.allSettled(asked);
    await clock.advanceBy(1);
    expect((await settled).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    await expect(asked[1]).rejects.toThrow('The unit is unknown');
  });

  test('a refusal of the caller is not asked again in parts, and is not kept', async () => {
    const { ask, question, clock, calls } = cloud(() => named('AccessDenied', 'no'));
    const both = Promise.allSettled([ask(question([stat('a')])), ask(question([stat('b')]))]);
    await clock.advanceBy(1);
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(calls).toHaveLength(1);
    ask(question([stat('a')])).catch(() => {});
    await clock.advanceBy(1);
    expect(calls).toHaveLength(2);
  });
});

describe('an answer in pages', () => {
  test('is read to the end; a metric may go on from one page to the next', async () => {
    const pages: Record<string, CloudWatchAnswer & { NextToken?: string }> = {
      '': { MetricDataResults: [{ Id: 'a', Values: [2], StatusCode: 'PartialData' }], NextToken: 'more' },
      more: {
        MetricDataResults: [
          { Id: 'a', Values: [1], StatusCode: 'Complete' },
          { Id: 'b', Values: [] },
        ],
      },
    };
    const answer = await allPages(async (token = '') => pages[token] as CloudWatchAnswer);
    expect(answer.MetricDataResults).toMatchObject([
      { Id: 'a', Values: [2, 1], StatusCode: 'Complete' },
      { Id: 'b', Values: [] },
    ]);
  });

  test('without an end is an error', async () => {
    await expect(allPages(async () => ({ MetricDataResults: [], NextToken: 'again' }))).rejects.toThrow(
      'more than 20 pages',
    );
  });
});
