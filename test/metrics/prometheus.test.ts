import type { Metric } from '../../src/api/v1alpha1/analysis.ts';
import { evaluateInstant } from '../../src/core/analysis/instant-expression.ts';
import { type Instant, parseInstant } from '../../src/kernel/instant.ts';
import { prometheus } from '../../src/metrics/prometheus.ts';
import type { Http, HttpRequest, HttpResponse } from '../../src/ports/http.ts';

const now = parseInstant('2026-01-01T00:00:00Z') as Instant;
const run = { namespace: 'store', name: 'shop', uid: 'u' };
type Settings = NonNullable<Metric['provider']['prometheus']>;

/** Answers in order; the last answer is repeated. */
function server(...answers: (Partial<HttpResponse> | object)[]): Http & { readonly asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  return {
    asked,
    async request(request) {
      asked.push(request);
      const answer = answers[Math.min(asked.length, answers.length) - 1] as Partial<HttpResponse>;
      if (answer.status !== undefined && typeof answer.status === 'number') {
        return { headers: {}, body: '', status: answer.status, ...answer };
      }
      return { status: 200, headers: {}, body: JSON.stringify(answer) };
    },
  };
}

function ask(http: Http, settings: Settings) {
  const provider = prometheus({ http, evaluateInstant, readSecret: async () => undefined });
  const metric: Metric = {
    name: 'm',
    provider: { prometheus: { address: 'http://prom:9090', ...settings } },
  };
  return provider.measure(metric, now, new AbortController().signal, run);
}

const success = (resultType: string, result: unknown, more: object = {}) => ({
  status: 'success',
  data: { resultType, result },
  ...more,
});

describe('what Prometheus answers', () => {
  test.each([
    ['a scalar', success('scalar', [1, '0.95']), { kind: 'scalar', value: 0.95 }, '0.95'],
    ['not a number', success('scalar', [1, 'NaN']), { kind: 'scalar', value: Number.NaN }, 'NaN'],
    [
      'a vector',
      success('vector', [{ value: [1, '10'] }, { value: [1, '+Inf'] }]),
      { kind: 'vector', value: [10, Number.POSITIVE_INFINITY] },
      '[10,+Inf]',
    ],
    ['nothing', success('vector', []), { kind: 'vector', value: [] }, '[]'],
    [
      'a range, all series one after the other',
      success('matrix', [
        {
          values: [
            [1, '1'],
            [2, '2'],
          ],
        },
        { values: [[1, '3']] },
      ]),
      { kind: 'vector', value: [1, 2, 3] },
      '[1,2,3]',
    ],
  ])('%s', async (_, answer, result, text) => {
    expect(await ask(server(answer), { query: 'up' })).toEqual({ result, text });
  });

  test('warnings are kept', async () => {
    const answer = await ask(server(success('vector', [], { warnings: ['slow', 'old'] })), { query: 'up' });
    expect(answer.metadata).toEqual({ warnings: '"slow", "old"' });
  });

  test.each([
    [
      'an error of the query',
      { status: 'error', errorType: 'bad_data', error: 'parse error' },
      'bad_data: parse error',
    ],
    ['a text', success('string', [1, 'x']), 'unexpected value type "string"'],
    ['404', { status: 404 }, 'client_error: client error: 404'],
    ['503', { status: 503, body: '<html>' }, 'server_error: server error: 503'],
    ['no JSON', { status: 200, body: '<html>' }, 'bad_response: the answer is no JSON object'],
  ])('%s is an error', async (_, answer, message) => {
    await expect(ask(server(answer), { query: 'up' })).rejects.toThrow(message);
  });
});

describe('what Prometheus is asked', () => {
  test('an instant query goes by POST, below the path of the address', async () => {
    const http = server(success('vector', []));
    await ask(http, { query: 'sum(rate(x[5m]))', address: 'https://prom/prefix/?tenant=a', timeout: 5 });
    expect(http.asked[0]).toMatchObject({
      method: 'POST',
      url: 'https://prom/prefix/api/v1/query?tenant=a',
      body: 'tenant=a&query=sum%28rate%28x%5B5m%5D%29%29&time=1767225600',
      timeoutMs: 5000,
      insecure: false,
      sharedAt: now,
    });
  });

  test('where POST is not allowed, GET is', async () => {
    const http = server({ status: 405 }, success('scalar', [1, '1']));
    await ask(http, { query: 'up' });
    expect(http.asked[1]).toMatchObject({
      method: 'GET',
      url: 'http://prom:9090/api/v1/query?query=up&time=1767225600',
      body: undefined,
    });
  });

  test('a range query names its bounds by expressions', async () => {
    const http = server(success('matrix', []));
    const rangeQuery = { start: 'now() - duration("1h")', end: 'now()', step: '1m30s' };
    await ask(http, { query: 'up', rangeQuery });
    expect(http.asked[0]?.url).toBe('http://prom:9090/api/v1/query_range');
    expect(http.asked[0]?.body).toBe('query=up&start=1767222000&end=1767225600&step=90');
  });

  test('headers are set last, and a custom Authorization outranks a password', async () => {
    const http = server(success('vector', []));
    const authentication = { basicAuth: { username: 'u', password: 'p' } };
    await ask(http, { query: 'up', authentication });
    await ask(http, { query: 'up', authentication, headers: [{ key: 'Authorization', value: 'mine' }] });
    expect(http.asked.map(({ headers }) => headers?.authorization)).toEqual(['Basic dTpw', 'mine']);
  });

  test('Amazon Managed Prometheus sees a signature, also of a role that was taken on', async () => {
    const http = server(success('vector', []));
    const identities: unknown[] = [];
    const provider = prometheus({
      http,
      evaluateInstant,
      readSecret: async () => undefined,
      readAwsCredentials: async (identity) => {
        identities.push(identity);
        return { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' };
      },
    });
    const address = 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1';
    const roleArn = 'arn:aws:iam::123456789012:role/metrics';
    const settings = { address, query: 'up', authentication: { sigv4: { region: 'eu-west-1', roleArn } } };
    const metric: Metric = { name: 'm', provider: { prometheus: settings } };
    await provider.measure(metric, now, new AbortController().signal, run);
    expect(identities).toEqual([{ region: 'eu-west-1', roleArn }]);
    expect(http.asked[0]).toMatchObject({
      url: `${address}/api/v1/query`,
      headers: {
        'x-amz-date': '20260101T000000Z',
        'x-amz-security-token': 'session',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKID\/20260101\/eu-west-1\/aps\/aws4_request, /,
        ),
      },
    });
  });

  test('a token is fetched with the client credentials', async () => {
    const http = server({ access_token: 'abc' }, success('vector', []));
    const oauth2 = { tokenUrl: 'http://idp/token', clientId: 'id', clientSecret: 's', scopes: ['a', 'b'] };
    await ask(http, { query: 'up', authentication: { oauth2 } });
    expect(http.asked[0]).toMatchObject({
      url: 'http://idp/token',
      body: 'grant_type=client_credentials&scope=a+b',
      headers: { authorization: 'Basic aWQ6cw==' },
    });
    expect(http.asked[1]?.headers?.authorization).toBe('Bearer abc');
  });
});

describe('settings that cannot be used', () => {
  test.each<[string, Settings, string]>([
    ['no scheme', { address: 'prom' }, 'prometheus address is not is url format'],
    ['no address at all', { address: '' }, 'prometheus address is not configured'],
    ['a negative timeout', { timeout: -1 }, 'prometheus timeout should not be negative'],
    [
      'half a password',
      { authentication: { basicAuth: { username: 'u' } } },
      'missing mandatory parameter in metric for basic auth setup: password',
    ],
    [
      'half a client',
      { authentication: { oauth2: { clientId: 'c' } } },
      'missing mandatory parameter in metric for OAuth2 setup',
    ],
    [
      'a start that is no time',
      { rangeQuery: { start: '1', end: 'now()', step: '1m' } },
      'failed to parse rangeQuery.start as time: expected time.Time, but got int',
    ],
    [
      'a step without a unit',
      { rangeQuery: { start: 'now()', end: 'now()', step: '60' } },
      'failed to parse rangeQuery.step as duration: time: invalid duration "60"',
    ],
  ])('%s', async (_, settings, message) => {
    const http = server(success('vector', []));
    await expect(ask(http, { query: 'up', ...settings })).rejects.toThrow(message);
    expect(http.asked).toEqual([]);
  });
});
