import type { Metric } from '../../src/api/v1alpha1/analysis.ts';
import { evaluateInstant } from '../../src/core/analysis/instant-expression.ts';
import { type Instant, parseInstant } from '../../src/kernel/instant.ts';
import { datadog } from '../../src/metrics/datadog.ts';
import type { HttpRequest } from '../../src/ports/http.ts';

const now = parseInstant('2026-01-01T00:00:00Z') as Instant;
const keys = { 'api-key': 'k', 'app-key': 'a' };

function ask(
  settings: Record<string, unknown>,
  body: unknown = {},
  { status = 200, secrets = { '/datadog': keys } as object } = {},
) {
  const asked: HttpRequest[] = [];
  const provider = datadog({
    http: {
      async request(request) {
        asked.push(request);
        return { status, headers: {}, body: JSON.stringify(body) };
      },
    },
    evaluateInstant,
    readSecret: async (namespace, name) =>
      (secrets as Record<string, Record<string, string>>)[`${namespace ?? ''}/${name}`],
  });
  const run = { namespace: 'store', name: 'shop', uid: 'u' };
  const metric = { name: 'm', provider: { datadog: settings } as unknown as Metric['provider'] };
  return { asked, answer: provider.measure(metric, now, new AbortController().signal, run) };
}

describe('version 1', () => {
  test('asks for the interval before now, with both keys', async () => {
    const { asked, answer } = ask({ query: 'avg:x{*}', interval: '10m' }, { series: [] });
    await answer;
    expect(asked[0]).toMatchObject({
      method: 'GET',
      url: 'https://api.datadoghq.com/api/v1/query?from=1767225000&query=avg%3Ax%7B*%7D&to=1767225600',
      headers: { 'dd-api-key': 'k', 'dd-application-key': 'a' },
      timeoutMs: 10_000,
    });
  });

  test.each([
    [
      'the last point of the first series',
      {
        series: [
          {
            pointlist: [
              [1, 2],
              [2, 0.5],
            ],
          },
        ],
      },
      0.5,
      '0.5',
    ],
    ['a point of null', { series: [{ pointlist: [[1, null]] }] }, 0, '0'],
    ['no series', { series: [] }, undefined, '[]'],
    ['no points', { series: [{ pointlist: [] }] }, undefined, '[{"Pointlist":[]}]'],
  ])('%s', async (_, body, value, text) => {
    expect(await ask({ query: 'q' }, body).answer).toEqual({
      result: { kind: 'optionalScalar', value },
      text,
    });
  });
});

describe('version 2', () => {
  const v2 = (settings: Record<string, unknown>, columns: object[]) =>
    ask({ apiVersion: 'v2', query: 'q', ...settings }, { data: { attributes: { columns } } });

  test('asks for one scalar of all queries', async () => {
    const { asked, answer } = v2({ query: undefined, queries: { a: 'x', b: 'y' }, formula: 'a/b' }, []);
    await answer;
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      data: {
        attributes: {
          from: now - 300_000,
          to: now,
          queries: [
            { aggregator: 'last', data_source: 'metrics', name: 'a', query: 'x' },
            { aggregator: 'last', data_source: 'metrics', name: 'b', query: 'y' },
          ],
          formulas: [{ formula: 'a/b' }],
        },
        type: 'scalar_request',
      },
    });
  });

  test('one number, or a list where the query groups', async () => {
    const number = { type: 'number', values: [0.5, null] };
    expect(await v2({}, [number]).answer).toEqual({
      result: { kind: 'optionalScalar', value: 0.5 },
      text: '0.5',
    });
    const group = { type: 'group', values: [['a', 'b'], ['c']] };
    expect(await v2({}, [group, number]).answer).toEqual({
      result: { kind: 'vector', value: [0.5] },
      text: '[0.5]',
      metadata: { groups: '[{"name":"a,b","value":0.5}]' },
    });
    expect(await v2({}, []).answer).toEqual({
      result: { kind: 'optionalScalar', value: undefined },
      text: '[]',
    });
  });

  test('of many groups the lowest and the highest are kept', async () => {
    const values = Array.from({ length: 150 }, (_, index) => index);
    const group = { type: 'group', values: values.map((each) => [`g${each}`]) };
    const { metadata } = await v2({}, [group, { values }]).answer;
    const kept = JSON.parse(metadata?.groups ?? '[]') as { value: number }[];
    expect(kept.map(({ value }) => value)).toEqual([...values.slice(0, 50), ...values.slice(100)]);
    expect(metadata?.groups_truncated).toBe('true');
  });
});

describe('what Datadog cannot be asked', () => {
  test.each([
    [{}, 'Must have either a query or queries.'],
    [{ query: 'q', queries: { a: 'x' } }, 'Cannot have both a query and queries.'],
    [{ queries: { a: 'x' } }, 'Query is empty. API Version v1 only supports'],
    [{ apiVersion: 'v2', query: 'q', formula: 'f' }, 'Formula are only valid when queries are set.'],
    [{ apiVersion: 'v2', queries: { a: 'x', b: 'y' } }, 'you must include a formula.'],
    [{ query: 'q', aggregator: 'avg' }, 'Aggregator is not supported in v1.'],
    [{ query: 'q', requestTimeout: '5' }, 'Could not parse the request timeout'],
    [{ query: 'q', requestTimeout: '0s' }, 'Request timeout must be a positive duration'],
    [{ query: 'q', secretRef: { namespaced: true } }, 'secret name is required for namespaced credentials'],
    [
      { query: 'q', secretRef: { name: 'other' } },
      'failed to find the credentials for datadog metrics provider',
    ],
  ])('%j', async (settings, message) => {
    const { asked, answer } = ask(settings);
    await expect(answer).rejects.toThrow(message);
    expect(asked).toEqual([]);
  });

  test('a refusal and a failure are told apart', async () => {
    await expect(ask({ query: 'q' }, {}, { status: 403 }).answer).rejects.toThrow(
      'received authentication error response code: 403 {}',
    );
    await expect(ask({ query: 'q' }, {}, { status: 500 }).answer).rejects.toThrow(
      'received non 2xx response code: 500 {}',
    );
  });

  test('credentials may stand beside the run', async () => {
    const secrets = { 'store/mine': { ...keys, address: 'https://dd.eu/' } };
    const secretRef = { name: 'mine', namespaced: true };
    const { asked, answer } = ask({ query: 'q', secretRef }, { series: [] }, { secrets });
    await answer;
    expect(asked[0]?.url).toMatch(/^https:\/\/dd\.eu\/api\/v1\/query/);
  });
});
