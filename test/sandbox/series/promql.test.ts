import { isDeepStrictEqual } from 'node:util';
import { isNewerPromql } from '../../../src/sandbox/series/promql/parse.ts';
import { httpCases, keyOfHttp } from './prometheus-http-cases.ts';
import { type Answer, alignedWith, ourAnswer, ourHttpAnswer } from './promql-answer.ts';
import { promqlCases } from './promql-cases.ts';
import { keyOfQuery, readRecords } from './promql-records.ts';

/** Recorded from a real Prometheus over the same samples by `test/real/promql.test.ts`. */
const { queries, requests } = readRecords();

describe('the sandbox’s Prometheus answers as a real one does', () => {
  test('every case has been recorded', () => {
    expect(Object.keys(queries)).toEqual([...new Set(promqlCases.map(keyOfQuery))]);
    expect(Object.keys(requests)).toEqual(httpCases.map(keyOfHttp));
  });

  test('more than a thousand queries have the same answer, refusals to the letter', () => {
    const different = promqlCases.flatMap((entry) => {
      const key = keyOfQuery(entry);
      const recorded = queries[key] as Answer;
      const ours = alignedWith(recorded, ourAnswer(entry));
      return isDeepStrictEqual(ours, recorded) ? [] : [{ key, recorded, ours }];
    });
    expect(different).toEqual([]);
  });

  test.each(httpCases.map((entry) => [keyOfHttp(entry), entry] as const))('%s', (key, entry) => {
    expect(ourHttpAnswer(entry)).toEqual(requests[key]);
  });

  test.each([
    ['mad_over_time(x[1m])', true],
    ['x offset 60', true],
    ['sum by ("a label") (x)', true],
    ['sum(x', false],
    ['no_such_function(x)', false],
    ['sum()', false],
  ])('what Prometheus 3 makes of %s is known: %p', (query, isNewer) => {
    const refusal = ourAnswer({ query, at: 0 });
    expect('error' in refusal && isNewerPromql(query, refusal.message)).toBe(isNewer);
  });
});
