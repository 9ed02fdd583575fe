import { excerpt } from '../../src/metrics/answer.ts';

describe('what is repeated of a server’s own words', () => {
  test('is all of it when it is short, without the white space around', () => {
    expect(excerpt('  Bad Request\n')).toBe('Bad Request');
  });

  test('never ends in the middle of a word, which might be a secret', () => {
    const said = excerpt(`${'a '.repeat(240)}token=hunter2-hunter2-hunter2 more`);
    expect(said).toBe(`${'a '.repeat(240)}…`);
    expect(excerpt('x'.repeat(600))).toBe('…');
  });
});
