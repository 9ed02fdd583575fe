import { pinoLog } from '../../src/operator/pino-log.ts';

const linesOf = (format: 'json' | 'text', level: 'debug' | 'info' = 'info') => {
  const lines: string[] = [];
  const log = pinoLog({ level, format, write: (line) => lines.push(line) });
  log.debug('Details.');
  log.info('Decided and written.', {
    namespace: 'web',
    rollout: 'shop',
    step: 2,
    reason: 'a b',
    gone: undefined,
  });
  return lines;
};

describe('the log', () => {
  test('is one JSON object a line', () => {
    const [line, ...rest] = linesOf('json');
    expect(rest).toEqual([]);
    expect(JSON.parse(line ?? '')).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      level: 'info',
      message: 'Decided and written.',
      namespace: 'web',
      rollout: 'shop',
      step: 2,
      reason: 'a b',
    });
  });

  test('can be read by people', () => {
    expect(linesOf('text')[0]).toMatch(
      /^\d{4}-\S+ INFO {2}Decided and written\. namespace=web rollout=shop step=2 reason="a b"\n$/,
    );
  });

  test('says more when it is asked for more', () => {
    expect(linesOf('json', 'debug')).toHaveLength(2);
  });
});
