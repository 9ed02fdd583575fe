import { chartedValue, thresholdsOf } from '../../src/view/thresholds.ts';

describe('the lines of a chart', () => {
  const conditions: [string | undefined, [string, number][]][] = [
    ['result[0] <= 0.05', [['<=', 0.05]]],
    ['result >= 0.95 && result < 2', [['>=', 0.95], ['<', 2]]], // biome-ignore format: one a line
    ['0.95 <= float(result.rate)', [['>=', 0.95]]],
    ['result.a?.b > -3', [['>', -3]]],
    ['len(result) == 0 || result[0] < 10', [['<', 10]]],
    ['result == 3', []],
    ['result[0] < other', []],
    ['all(result, {# < 3})', []],
    ['result <', []],
    ['', []],
    [undefined, []],
  ];
  test.each(conditions)('%s', (condition, lines) => {
    expect(thresholdsOf(condition).map(({ operator, value }) => [operator, value])).toEqual(lines);
  });
});

describe('the value of a measurement in a chart', () => {
  test.each([
    ['0.02', 0.02],
    ['[0.02,3]', 0.02],
    ['"0.5"', 0.5],
    ['[]', undefined],
    ['{"a":1}', undefined],
    ['[NaN]', undefined],
    ['true', undefined],
    ['"" ', undefined],
    [undefined, undefined],
  ])('%s', (text, value) => {
    expect(chartedValue(text)).toBe(value);
  });
});
