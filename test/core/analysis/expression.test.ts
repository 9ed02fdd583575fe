import type { MetricResult } from '../../../src/api/measurement.ts';
import { judgeMeasurement } from '../../../src/core/analysis/conditions.ts';

function judge(successCondition: string, result: MetricResult = { kind: 'scalar', value: 1 }) {
  const { phase, message = '' } = judgeMeasurement({ successCondition }, result);
  const problem = message.slice(message.indexOf('": ') + 3).replace(/ \(\d+:\d+\)$/, ''); // where: see places.test.ts
  return phase === 'Error' ? problem : phase;
}
const json = (value: unknown): MetricResult => ({ kind: 'json', value });

describe('what an expression may not do', () => {
  const many = (times: number, text: string) => Array.from({ length: times }, () => text).join('');
  test.each([
    [
      'run for long',
      'let xs = 1..900; all(xs, all(xs, all(xs, true)))',
      'evaluation takes more than 5000000 steps',
    ],
    ['make a large list', 'len(1..2000000) > 1', 'memory budget exceeded'],
    ['make a large text', 'len(repeat("abc", 999999)) > 1', 'memory budget exceeded'],
    ['let a text grow', 'len(reduce(1..60, #acc + #acc, "ab")) > 1', 'memory budget exceeded'],
    [
      'nest deeply',
      `${many(5000, '(')}true${many(5000, ')')}`,
      'expression is nested deeper than 400 levels',
    ],
    ['negate deeply', `${many(20_000, '!')}true`, 'expression is nested deeper than 400 levels'],
    ['be a long sum', `1${many(4000, ' + 1')} > 1`, 'expression is nested deeper than 800 levels'],
    [
      'have many nodes',
      `[1${many(10_001, ', 1')}] == nil`,
      'compilation failed: expression exceeds maximum allowed nodes',
    ],
    ['be long', `result > 1 //${many(100_000, 'x')}`, 'expression is longer than 100000 characters'],
  ])('%s', (_, expression, message) => {
    expect(judge(expression)).toBe(message);
  });

  test.each([
    ['result.constructor == nil', json({}), 'Successful'],
    ['result["__proto__"] == nil', json({}), 'Successful'],
    ['"toString" in result', json({}), 'Failed'],
    ['result.constructor == nil', json('text'), 'type string has no field constructor'],
    ['constructor == nil', json({}), 'unknown name constructor'],
    ['hasOwnProperty("a")', json({}), 'unknown name hasOwnProperty'],
    ['__proto__ == nil', json({}), 'unknown name __proto__'],
    ['result.a.constructor == nil', json({ a: [1] }), 'invalid operation: int(string)'],
  ])('reach a prototype: %s', (expression, result, verdict) => {
    expect(judge(expression, result as MetricResult)).toBe(verdict);
  });

  test('hang on a pattern', () => {
    const text = `${many(50_000, 'a')}!`;
    expect(judge('result matches "^(a+)+$"', json(text))).toBe('Failed');
  });
});

describe('what is settled beforehand is not looked at', () => {
  test.each([
    ['result.a > 1 || true', 'Successful'],
    ['result.a > 1 && 1 + 1 == 3', 'Failed'],
    ['result.a > 1 || result.b == nil', 'invalid operation: <nil> > int'],
    ['result.b == nil || result.a > 1', 'Successful'],
  ])('%s', (expression, verdict) => {
    expect(judge(expression, json({}))).toBe(verdict);
  });
});

describe('where we differ from the peer on purpose', () => {
  test('the last match is found also to the right of an operator, where the peer loses the left side', () => {
    expect(judge('5 > findLast([1, 2, 3], # < 3)')).toBe('Successful');
  });
});
