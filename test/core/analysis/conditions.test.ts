import { readFileSync } from 'node:fs';
import type { MetricResult } from '../../../src/api/measurement.ts';
import { judgeMeasurement } from '../../../src/core/analysis/conditions.ts';
import { metricResultOf } from '../../../src/core/analysis/metric-result.ts';

interface Case {
  readonly kind: MetricResult['kind'];
  readonly result: unknown;
  readonly successCondition?: string;
  readonly failureCondition?: string;
  readonly phase: string;
  readonly message?: string;
}

const cases = readFileSync('test/core/analysis/conditions.jsonl', 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Case);

/** Our messages say where in the condition the problem is; the peer's, as they were recorded, do not. */
const withoutPlace = (message = '') => message.replace(/ \(\d+:\d+\)$/, '');

describe('the peer’s verdicts on 1,256 answers', () => {
  test('there are as many cases as were evaluated', () => {
    expect(cases).toHaveLength(1256);
  });

  test('every verdict is the same, and so is every message', () => {
    const wrong = cases.flatMap((each) => {
      const verdict = judgeMeasurement(each, metricResultOf(each.kind, each.result));
      if (verdict.phase === each.phase && withoutPlace(verdict.message) === (each.message ?? '')) return [];
      return [{ ...each, got: verdict }];
    });
    expect(wrong).toEqual([]);
  });
});
