import { pauseSeconds } from '../../src/api/pause-duration.ts';

test.each<[string | number, number | undefined]>([
  [0, 0],
  [30, 30],
  ['10', 10],
  ['+10', 10],
  ['0', 0],
  ['1h30m', 5400],
  ['90s', 90],
  ['1.5m', 90],
  ['1.9s', 1],
  ['250ms', 0],
  ['-0.5s', 0],
  [2147483647, 2147483647],
  [2147483648, undefined],
  ['2147483648', undefined],
  ['9999999h', undefined],
  [-1, undefined],
  ['-1', undefined],
  ['-1m', undefined],
  ['1m30', undefined],
  ['1d', undefined],
  ['', undefined],
  ['soon', undefined],
])('a pause of %p lasts %p seconds', (duration, seconds) => {
  expect(pauseSeconds(duration)).toBe(seconds);
});
