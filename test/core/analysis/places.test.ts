import { judgeMeasurement } from '../../../src/core/analysis/conditions.ts';
import { underline } from '../../../src/view/caret.ts';

/** Marked with the carets that a user gets to see. */
const marks: readonly [condition: string, carets: string][] = [
  ['result[0] >= 0.95 && retsult[1] < 3', '                     ^^^^^^^'],
  ['result + true', '       ^'],
  ['result > 1 and', '              ^'],
  ['result >= 1 ? true', '                  ^'],
  ['len(result[0])', '^^^'],
  ['all(result, # > "a")', '              ^'],
  ['result[5] > 1', '      ^^^'],
  ['result[0].Value > 1', '          ^^^^^'],
  ['not result', '^^^'],
  ["result[0] == 'a", '             ^^'],
  ['result[0] ~ 1', '          ^'],
  ['1_000x > 2', '^^^^^^'],
  ['let a = 1; let a = 2; true', '               ^'],
  ['result[0] > 1\n  && rate(1)', '     ^^^^'],
  ['?.', '^^'],
];

test.each(marks)('the place of what is wrong in %j', (condition, carets) => {
  const { phase, fault } = judgeMeasurement(
    { successCondition: condition },
    { kind: 'vector', value: [1, 2] },
  );
  expect(phase).toBe('Error');
  expect(fault?.place).toBeDefined();
  expect(fault?.place && underline(condition, fault.place)[1]).toBe(carets);
});
