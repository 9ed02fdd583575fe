import { readFileSync } from 'node:fs';
import type { MetricResult } from '../../../src/api/measurement.ts';
import { judgeMeasurement } from '../../../src/core/analysis/conditions.ts';

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

/** JSON has no words for these numbers. */
function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded);
  if (value === 'NaN') return Number.NaN;
  if (value === '+Inf') return Number.POSITIVE_INFINITY;
  return value === '-Inf' ? Number.NEGATIVE_INFINITY : value;
}

function resultOf({ kind, result }: Case): MetricResult {
  const value = kind === 'scalar' || kind === 'vector' ? decoded(result) : (result ?? undefined);
  return { kind, value } as MetricResult;
}

describe('the peer’s verdicts on 1,256 answers', () => {
  test('there are as many cases as were evaluated', () => {
    expect(cases).toHaveLength(1256);
  });

  test('every verdict is the same, and so is every message', () => {
    const wrong = cases.flatMap((each) => {
      const verdict = judgeMeasurement(each, resultOf(each));
      if (verdict.phase === each.phase && (verdict.message ?? '') === (each.message ?? '')) return [];
      return [{ ...each, got: verdict }];
    });
    expect(wrong).toEqual([]);
  });
});
