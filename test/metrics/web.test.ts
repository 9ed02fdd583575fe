import { evaluateInstant } from '../../src/core/analysis/instant-expression.ts';
import { instant } from '../../src/kernel/instant.ts';
import { web } from '../../src/metrics/web.ts';
import type { HttpRequest } from '../../src/ports/http.ts';

const document = {
  ok: true,
  rate: 0.97,
  none: null,
  'a.b': 'dotted',
  list: [1, 2, 3],
  items: [
    { name: 'x', n: 1, tags: ['a'] },
    { name: 'y', n: 5, tags: ['b'] },
  ],
  deep: { inner: { n: 7 } },
};

function ask(settings: object, body: unknown = document, status = 200) {
  const asked: HttpRequest[] = [];
  const http = {
    async request(request: HttpRequest) {
      asked.push(request);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return { status, headers: {}, body: text };
    },
  };
  const provider = web({ http, evaluateInstant, readSecret: async () => undefined });
  const metric = { name: 'm', provider: { web: { url: 'http://shop/stats', ...settings } } };
  const run = { namespace: 'store', name: 'shop', uid: 'u' };
  return { asked, answer: provider.measure(metric, instant(0), new AbortController().signal, run) };
}

describe('what a path finds in an answer', () => {
  test.each<[string, unknown, string]>([
    ['{$}', document, ''],
    ['{$.rate}', 0.97, '0.97'],
    ['{.ok}', true, 'true'],
    ["{['a.b']}", 'dotted', '"dotted"'],
    ['{.a\\.b}', 'dotted', '"dotted"'],
    ['{.none}', null, 'null'],
    ['{.list[-1:]}', 3, '3'],
    ['{.list[1]}', 2, '2'],
    ['{.list[0,2]}', 1, '1'],
    ['{.list}', [1, 2, 3], '[1,2,3]'],
    ['{.items[*].n}', 1, '1'],
    ['{.items[?(@.name=="y")].n}', 5, '5'],
    ['{.items[?(@.n > 1)].name}', 'y', '"y"'],
    ['{.items[?(@.missing)]}{.rate}', 0.97, '0.97'],
    ['{..inner.n}', 7, '7'],
    ['rate', 'rate', '"rate"'],
  ])('%s', async (jsonPath, value, text) => {
    const { result, text: shown } = await ask({ jsonPath }).answer;
    expect(result).toEqual({ kind: 'json', value });
    if (text !== '') expect(shown).toBe(text);
  });

  test.each([
    ['{.gone}', 'Could not find JSONPath in body: gone is not found'],
    ['{.list[9]}', 'Could not find JSONPath in body: array index out of bounds: index 9, length 3'],
    ['{.items[?(@.n == 9)]}', 'result of web metric produced no value'],
    ['{.rate', 'jsonPath: unclosed action'],
    ['{.list[x]}', 'jsonPath: invalid array index x'],
  ])('%s is refused', async (jsonPath, message) => {
    await expect(ask({ jsonPath }).answer).rejects.toThrow(message);
  });

  test('an answer that is no JSON is the text itself', async () => {
    expect(await ask({ jsonPath: '{.x}' }, 'all OK').answer).toEqual({
      result: { kind: 'json', value: 'all OK' },
      text: 'all OK',
    });
  });
});

describe('what is asked', () => {
  test('GET with ten seconds of patience unless told otherwise', async () => {
    const { asked, answer } = ask({});
    await answer;
    expect(asked[0]).toMatchObject({
      method: 'GET',
      url: 'http://shop/stats',
      timeoutMs: 10_000,
      insecure: false,
    });
  });

  test('a JSON body says what it is', async () => {
    const { asked, answer } = ask({ method: 'POST', jsonBody: { a: 1 }, timeoutSeconds: 3, insecure: true });
    await answer;
    expect(asked[0]).toMatchObject({
      method: 'POST',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json' },
      timeoutMs: 3000,
      insecure: true,
    });
  });

  test.each([
    [{ body: 'x' }, 'Body/JSONBody can only be used with POST or PUT WebMetric Method types'],
    [
      { method: 'PUT', body: 'x', jsonBody: {} },
      'use either Body or JSONBody; both cannot exists for WebMetric payload',
    ],
  ])('%j is refused', async (settings, message) => {
    await expect(ask(settings).answer).rejects.toThrow(message);
  });

  test('an answer of failure is an error', async () => {
    await expect(ask({}, document, 500).answer).rejects.toThrow('received non 2xx response code: 500');
  });
});
