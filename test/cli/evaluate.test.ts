import { terminal } from './terminal.ts';

const files: Readonly<Record<string, string>> = {
  'answer.json': '[0.5, "NaN"]',
  'cases.jsonl': [
    '{"kind": "vector", "result": [0.99], "successCondition": "result[0] >= 0.95", "id": 7}',
    '',
    '{"kind": "scalar", "result": "NaN", "failureCondition": "isNaN(result)"}',
    '{"kind": "json", "result": {"ok": 1}, "successCondition": "result.ok + true"}',
  ].join('\n'),
  'broken.jsonl': '{"kind": "scalar", "result": 1}\n{"kind": "scalar", "result": "one"}\n',
};

function evaluate(...words: string[]) {
  const readFile = async (path: string) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
    return text;
  };
  return terminal({ readFile }).run(['evaluate', ...words]);
}

describe('evaluate', () => {
  test.each([
    ['a good value', ['--success', 'result > 1', '--result', '2'], 'Successful\n'],
    ['a bad value', ['--success', 'result > 1', '--result', '1'], 'Failed\n'],
    ['neither', ['--success', 'result > 2', '--failure', 'result < 1', '--result', '2'], 'Inconclusive\n'],
    ['a vector', ['--success', 'result[0] > 0.95', '--kind', 'vector', '--result', '[0.99]'], 'Successful\n'],
    [
      'a result in a file',
      ['--failure', 'isNaN(result[1])', '--kind', 'vector', '--result', '@answer.json'],
      'Failed\n',
    ],
  ])('%s', async (_name, words, out) => {
    expect(await evaluate(...words)).toEqual({ code: 0, out, err: '' });
  });

  test('shows the place of what cannot be evaluated', async () => {
    const { code, out } = await evaluate('--success', 'result.rate % 2 == 0', '--result', '{"rate": 1.5}');
    expect(code).toBe(1);
    expect(out).toBe(
      [
        'Error',
        'could not evaluate successCondition "result.rate % 2 == 0": invalid operation: float64 % int (1:13)',
        '  result.rate % 2 == 0',
        '              ^',
        '',
      ].join('\n'),
    );
  });

  test('--batch prints each line again with its verdict, in order', async () => {
    const { code, out } = await evaluate('--batch', 'cases.jsonl');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        kind: 'vector',
        result: [0.99],
        successCondition: 'result[0] >= 0.95',
        id: 7,
        phase: 'Successful',
      },
      { kind: 'scalar', result: 'NaN', failureCondition: 'isNaN(result)', phase: 'Failed' },
      {
        kind: 'json',
        result: { ok: 1 },
        successCondition: 'result.ok + true',
        phase: 'Error',
        message: expect.stringContaining('(1:11)'),
      },
    ]);
  });

  test.each([
    [['--success', 'true'], /^Error: no result given/],
    [['--result', '{'], /^Error: --result: not JSON: /],
    [['--kind', 'number', '--result', '1'], /^Error: kind: found "number", must be one of scalar, /],
    [['--kind', 'vector', '--result', '[1,"x"]'], /^Error: --result\[1\]: found "x", must be a number/],
    [['--result', '@none.json'], /^Error: there is no file none.json/],
    [['--batch', 'broken.jsonl'], /^Error: broken.jsonl:2: result: found "one", must be a number/],
  ])('%j is refused', async (words, text) => {
    const { code, err } = await evaluate(...words);
    expect(code).toBe(1);
    expect(err).toMatch(text);
  });
});
