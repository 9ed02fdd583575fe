import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ourAnswer, roundedAnswer } from './promql-answer.ts';
import { promqlCases, refusedQueries } from './promql-samples.ts';

/** Recorded from a real Prometheus over the same samples by `test/real/promql.test.ts`. */
const answers = JSON.parse(readFileSync(join(__dirname, 'promql-recorded.json'), 'utf8')) as Record<
  string,
  ReturnType<typeof ourAnswer>
>;

describe('the PromQL engine answers as Prometheus does', () => {
  test('every case has been recorded', () => {
    expect(Object.keys(answers)).toHaveLength(promqlCases.length + refusedQueries.length);
  });

  test.each(promqlCases.map((entry) => [`${entry.query} at ${entry.at}`, entry] as const))(
    '%s',
    (key, entry) => {
      expect(roundedAnswer(ourAnswer(entry))).toEqual(answers[key]);
    },
  );

  test.each(refusedQueries)('refuses %p', (query) => {
    expect(ourAnswer({ query, at: 450 })).toEqual(answers[`${query} at 450`]);
  });
});
