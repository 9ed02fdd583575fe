import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Metric } from '../../src/api/v1alpha1/analysis.ts';
import { evaluateInstant } from '../../src/core/analysis/instant-expression.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { messageOf, SluiceError } from '../../src/kernel/errors.ts';
import { axiosHttp } from '../../src/metrics/http-axios.ts';
import { providerRegistry } from '../../src/metrics/registry.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import type { Http } from '../../src/ports/http.ts';
import type { AnyMetricProvider } from '../../src/ports/metric-provider.ts';

/** Every secret that any of the metrics below proves itself with. */
const secret = 'hunter2-hunter2';
const run = { namespace: 'store', name: 'shop', uid: 'u' };
const clock = realClock();

type Kind = keyof Metric['provider'];

/** For each source that is asked over HTTP, a metric that asks the server at `origin`. */
const metrics: Readonly<Partial<Record<Kind, (origin: string) => object>>> = {
  prometheus: (address) => ({
    address,
    query: 'up',
    headers: [{ key: 'X-Api-Key', value: secret }],
    authentication: { basicAuth: { username: 'sluice', password: secret } },
  }),
  datadog: () => ({ query: 'avg:x{*}' }),
  web: (origin) => ({
    url: `${origin}/gate?key=${secret}`,
    headers: [{ key: 'Authorization', value: `Bearer ${secret}` }],
    jsonPath: '{$.value}',
  }),
  newRelic: () => ({ query: 'SELECT 1' }),
  wavefront: () => ({ address: 'wavefront.test', query: 'ts(x)' }),
  graphite: (address) => ({ address, query: 'target=x' }),
  influxdb: () => ({ query: 'from(bucket: "x")' }),
  skywalking: (address) => ({ address, query: 'query q { x }', interval: '5m' }),
  kayenta: (address) => ({
    address,
    application: 'a',
    canaryConfigName: 'c',
    metricsAccountName: 'm',
    configurationAccountName: 'f',
    storageAccountName: 's',
    threshold: { pass: 90, marginal: 75 },
    scopes: [],
    lookback: true,
  }),
};

const secretsAt = (origin: string): Readonly<Record<string, Record<string, string>>> => ({
  datadog: { 'api-key': secret, 'app-key': secret, address: origin },
  newrelic: { 'personal-api-key': secret, 'account-id': '1', 'base-url-nerdgraph': origin },
  'wavefront-api-tokens': { 'wavefront.test': secret },
  influxdb: { address: origin, authToken: secret, org: 'o' },
});

/** How long a test waits for a server of which it expects no end. */
const shortPatienceMs = 200;

/** Asks over the network, not too patiently; an address that is fixed leads to `origin`. */
function networkTo(origin: string, patienceMs: number): Http {
  const http = axiosHttp(clock);
  return {
    request: (request) =>
      http.request({
        ...request,
        url: request.url.replace('https://wavefront.test', origin),
        timeoutMs: Math.min(request.timeoutMs, patienceMs),
      }),
  };
}

interface Patience {
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

async function ask(
  kind: Kind,
  origin: string,
  { patienceMs = 10_000, signal = new AbortController().signal }: Patience = {},
): Promise<unknown> {
  const provider = providerRegistry({
    http: networkTo(origin, patienceMs),
    clock,
    evaluateInstant,
    jobs: { cluster: {} as Cluster },
    readSecret: async (_, name) => secretsAt(origin)[name],
  })[kind] as AnyMetricProvider;
  const metric = { name: 'm', provider: { [kind]: metrics[kind]?.(origin) } } as unknown as Metric;
  const at = clock.now();
  if ('measure' in provider) return provider.measure(metric, at, signal, run);
  return provider.start({ metric, at, attempt: 1, signal, run });
}

/** What the source says of its failure; it must be an error, and one that gives nothing away. */
async function complaint(kind: Kind, origin: string, patience?: Patience): Promise<string> {
  const error: unknown = await ask(kind, origin, patience).then(
    (answer) => new Error(`an answer: ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SluiceError);
  const { facts } = error as SluiceError;
  expect(`${messageOf(error)} ${JSON.stringify(facts)}`).not.toContain(secret);
  expect(messageOf(error).length).toBeLessThan(1000);
  return messageOf(error);
}

const servers: Server[] = [];
async function serving(answer: RequestListener, tls = false): Promise<string> {
  const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
  const server = tls
    ? createTlsServer({ key: fixture('untrusted.key'), cert: fixture('untrusted.crt') }, answer)
    : createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as { port: number }).port}`;
}
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const kinds = Object.keys(metrics) as Kind[];

/** What the answer of a status means, by source, where the peer has words of its own. */
const statusWords: Readonly<Partial<Record<Kind, (status: number) => string>>> = {
  prometheus: (status) =>
    `${status < 500 ? 'client_error: client error' : 'server_error: server error'}: ${status}`,
  graphite: () => 'error response: ',
  kayenta: (status) => `Invalid Response: HTTP ${status}`,
  influxdb: (status) => `influxdb: status ${status}`,
  datadog: (status) => `${status}`,
};
const worded = (kind: Kind, status: number) => statusWords[kind]?.(status) ?? `${status}`;

describe.each(kinds)('%s, when its server', (kind) => {
  test('refuses the connection', async () => {
    const origin = await serving(() => {});
    const server = servers.pop() as Server;
    await new Promise((resolve) => server.close(resolve));
    expect(await complaint(kind, origin)).toBe(`${origin}: connection refused`);
  });

  test('does not answer', async () => {
    const origin = await serving(() => {});
    expect(await complaint(kind, origin, { patienceMs: shortPatienceMs })).toBe(
      `${origin}: no answer within 0.2 s`,
    );
  });

  test('answers drop by drop, for ever', async () => {
    const origin = await serving((_, response) => {
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect(await complaint(kind, origin, { patienceMs: shortPatienceMs })).toBe(
      `${origin}: no answer within 0.2 s`,
    );
  });

  test('is given up by us', async () => {
    const origin = await serving(() => {});
    const leaving = new AbortController();
    const asked = complaint(kind, origin, { signal: leaving.signal });
    leaving.abort();
    expect(await asked).toMatch(/: cancelled$/);
  });

  test('breaks off in the middle', async () => {
    const origin = await serving((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"status":"succ', () => response.destroy());
    });
    expect(await complaint(kind, origin)).toMatch(
      /^http:\/\/127.0.0.1:\d+: (the answer broke off|connection broken)$/,
    );
  });

  test('never stops', async () => {
    const chunk = Buffer.alloc(1 << 20, ' ');
    const origin = await serving((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    expect(await complaint(kind, origin)).toBe(`${origin}: the answer is larger than 10485760 bytes`);
  });

  test('sends the page of a proxy', async () => {
    const origin = await serving((_, response) =>
      response.setHeader('content-type', 'text/html').end('<html><body>\nPlease log in.\n</body></html>'),
    );
    // a web metric may well ask for a text
    if (kind === 'web')
      expect(await ask(kind, origin)).toMatchObject({ result: { value: expect.stringMatching('log in') } });
    else expect(await complaint(kind, origin)).toMatch('(content type text/html)');
  });

  test.each([401, 500])('answers %i, and repeats what it was sent', async (status) => {
    const origin = await serving((request, response) =>
      response.writeHead(status).end(`no: ${JSON.stringify(request.headers)} ${'x'.repeat(100_000)}`),
    );
    expect(await complaint(kind, origin)).toMatch(worded(kind, status));
  });

  test('asks for a pause', async () => {
    const origin = await serving((_, response) =>
      response.writeHead(429, { 'retry-after': '30' }).end('slow down'),
    );
    const said = await complaint(kind, origin);
    expect(said).toMatch(worded(kind, 429));
    expect(said).toMatch('(the server asks to wait 30 s)');
  });

  test('shows a certificate that nobody vouches for', async () => {
    const origin = await serving((_, response) => response.end('{}'), true);
    expect(await complaint(kind, origin)).toBe(
      `${origin}: the certificate is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    );
  });

  test('speaks no TLS where it should', async () => {
    const origin = (await serving((_, response) => response.end('{}'))).replace('http:', 'https:');
    expect(await complaint(kind, origin)).toMatch(
      /: (no TLS is spoken there|the certificate is not accepted .*)$/,
    );
  });

  test('sends us round in circles', async () => {
    const origin = await serving((request, response) =>
      response.writeHead(302, { location: request.url ?? '/' }).end(),
    );
    expect(await complaint(kind, origin)).toBe(`${origin}: too many redirects`);
  });

  test('sends us to somebody else: he learns no secret', async () => {
    const learned: unknown[] = [];
    const other = await serving((request, response) => {
      learned.push(request.headers);
      response.writeHead(404).end();
    });
    const origin = await serving((_, response) => response.writeHead(307, { location: `${other}/x` }).end());
    expect(await complaint(kind, origin)).toMatch(worded(kind, 404));
    expect(learned).toHaveLength(1);
    const headers = JSON.stringify(learned);
    expect(headers).not.toContain(secret);
    expect(headers).not.toMatch(/authorization/);
  });
});

test('a certificate that nobody vouches for is accepted where the metric says so', async () => {
  const origin = await serving((_, response) => response.end('{"value": 1}'), true);
  const provider = providerRegistry({
    http: axiosHttp(clock),
    clock,
    evaluateInstant,
    jobs: { cluster: {} as Cluster },
    readSecret: async () => undefined,
  }).web as AnyMetricProvider;
  if (!('measure' in provider)) throw new Error('takes longer than one call');
  const metric = { name: 'm', provider: { web: { url: origin, insecure: true, jsonPath: '{$.value}' } } };
  const answer = await provider.measure(metric as Metric, clock.now(), new AbortController().signal, run);
  expect(answer.result.value).toBe(1);
});

test('a server that is no HTTP server is named as such', async () => {
  const origin = await serving(() => {});
  servers[0]?.removeAllListeners('connection');
  servers[0]?.on('connection', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n', () => socket.destroy()));
  expect(await complaint('graphite', origin)).toBe(`${origin}: the answer is no HTTP`);
});
