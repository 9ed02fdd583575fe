import { seconds } from '../../src/kernel/instant.ts';
import { humanDuration } from '../../src/view/human-duration.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

describe('an age is printed as kubectl prints it', () => {
  test.each([
    [-2, '<invalid>'],
    [-1.5, '0s'],
    [-1, '0s'],
    [0, '0s'],
    [1.9, '1s'],
    [2 * minute - 1, '119s'],
    [2 * minute, '2m'],
    [2 * minute + 1, '2m1s'],
    [10 * minute - 1, '9m59s'],
    [10 * minute, '10m'],
    [3 * hour - 1, '179m'],
    [3 * hour, '3h'],
    [3 * hour + 5 * minute, '3h5m'],
    [8 * hour - 1, '7h59m'],
    [8 * hour, '8h'],
    [2 * day - 1, '47h'],
    [2 * day, '2d'],
    [2 * day + hour, '2d1h'],
    [8 * day - 1, '7d23h'],
    [8 * day, '8d'],
    [2 * year - 1, '729d'],
    [2 * year, '2y'],
    [2 * year + day, '2y1d'],
    [8 * year, '8y'],
  ])('%p s is %s', (length, text) => {
    expect(humanDuration(seconds(length))).toBe(text);
  });
});
