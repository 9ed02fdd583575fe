import { blotted } from '../../../src/shell/notifications/blotted.ts';

const key = 'p/ss wörd';

test.each([
  ['as it is', `said ${key}`],
  ['in a URL', `GET /hook?key=${encodeURIComponent(key)}`],
  ['in base64', Buffer.from(key).toString('base64')],
  ['without the end of line that the file had', `<${key}>`],
])('a secret is not told %s', (_, text) => {
  expect(blotted(text, { key: `${key}\n`, plain: key })).toMatch(/\*{5}>?$/);
});

test('what is too short for a secret is left', () => {
  expect(blotted('a 404 of GET', { key: '404' })).toBe('a 404 of GET');
});
