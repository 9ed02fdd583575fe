import { evaluateInstant } from '../../../src/core/analysis/instant-expression.ts';
import { formatInstant, type Instant, parseInstant } from '../../../src/kernel/instant.ts';

const now = parseInstant('2026-03-14T15:09:26Z') as Instant;

describe('instants of a range query', () => {
  test.each([
    ['now()', '2026-03-14T15:09:26Z'],
    ['now() - duration("1h30m")', '2026-03-14T13:39:26Z'],
    ['now().Add(duration("-24h"))', '2026-03-13T15:09:26Z'],
    ['date("2023-08-14 00:00:00", "2006-01-02 15:04:05", "UTC")', '2023-08-14T00:00:00Z'],
    ['date("2023-08-14 12:00:00", "2006-01-02 15:04:05", "Europe/Berlin")', '2023-08-14T10:00:00Z'],
    ['date("2023-01-14 12:00:00", "2006-01-02 15:04:05", "America/New_York")', '2023-01-14T17:00:00Z'],
    ['date("2023-08-14T01:02:03+02:00")', '2023-08-13T23:02:03Z'],
    ['date("2023-08-14")', '2023-08-14T00:00:00Z'],
    ['date(timezone("Asia/Tokyo"), "2023-08-14 09:00:00")', '2023-08-14T00:00:00Z'],
    ['date("Aug 4, 2023 at 3:04pm", "Jan 2, 2006 at 3:04pm")', '2023-08-04T15:04:00Z'],
    ['date("08/14/23 03:04 PM", "01/02/06 03:04 PM")', '2023-08-14T15:04:00Z'],
  ])('%s is %s', (expression, expected) => {
    let answer: string;
    try {
      answer = formatInstant(evaluateInstant(expression, now));
    } catch (error) {
      answer = (error as Error).message;
    }
    expect(answer).toContain(expected);
  });

  test.each([
    ['1', 'expected time.Time, but got int'],
    ['result', 'unknown name result'],
    ['date("2023-02-30")', 'invalid date 2023-02-30'],
    ['now() - "1h"', 'mismatched types time.Time and string'],
    ['date("x", "2006", "No/Where")', 'unknown time zone No/Where'],
  ])('%s is refused', (expression, message) => {
    expect(() => evaluateInstant(expression, now)).toThrow(message);
  });
});
