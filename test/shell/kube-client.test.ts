import { MockAgent } from 'undici';
import { resources } from '../../src/api/resources.ts';
import { SluiceError } from '../../src/kernel/errors.ts';
import { instant } from '../../src/kernel/instant.ts';
import { random } from '../../src/kernel/random.ts';
import type { ApiError, Cluster, WatchEvent } from '../../src/ports/cluster.ts';
import { httpCluster } from '../../src/shell/kube-client/http-cluster.ts';
import type { Identity, RequestFacts } from '../../src/shell/kube-client/transport.ts';
import { linesOf } from '../../src/shell/kube-client/watch-lines.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';

const origin = 'https://api.test';
const json = { headers: { 'content-type': 'application/json' } };

interface Bench {
  readonly cluster: Cluster;
  readonly server: ReturnType<MockAgent['get']>;
  readonly counted: RequestFacts[];
  readonly refusals: number[];
}

function bench(): Bench {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const server = agent.get(origin);
  const refusals: number[] = [];
  let token = 1;
  const identityNow = (): Identity => ({
    headers: { authorization: `Bearer ${token}` },
    requests: server,
    watches: server,
  });
  const counted: RequestFacts[] = [];
  const cluster = httpCluster({
    source: {
      identity: async (refused) => {
        if (refused !== undefined) {
          refusals.push(token);
          token += 1;
        }
        return identityNow();
      },
      close: async () => {},
    },
    clock: virtualClock(instant(0)),
    random: random(1),
    onRequest: (facts) => counted.push(facts),
  });
  return { cluster, server, counted, refusals };
}

const rolloutRef = { type: resources.rollouts, namespace: 'web', name: 'shop' };
const shopOfWeb = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { namespace: 'web', name: 'shop' },
};

describe('the client of a Kubernetes API server', () => {
  test('asks for objects and collections under the paths of the API', async () => {
    const { cluster, server } = bench();
    const shop = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'shop' } };
    server
      .intercept({ path: '/apis/argoproj.io/v1alpha1/namespaces/web/rollouts/shop' })
      .reply(200, shop, json);
    server
      .intercept({ path: '/api/v1/services?labelSelector=app%3Dshop&limit=500&continue=abc' })
      .reply(
        200,
        { metadata: { resourceVersion: '7', continue: 'def' }, items: [{ metadata: { name: 'a' } }] },
        json,
      );
    expect(await cluster.get(rolloutRef)).toEqual(shop);
    const services = await cluster.list(resources.services, {
      labelSelector: 'app=shop',
      limit: 500,
      continueToken: 'abc',
    });
    expect(services).toEqual({
      items: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } }],
      resourceVersion: '7',
      continueToken: 'def',
    });
  });

  test.each<[string, (cluster: Cluster, mayWrite: () => void) => Promise<unknown>]>([
    ['create', (cluster, mayWrite) => cluster.create(shopOfWeb, resources.rollouts, { mayWrite })],
    ['replace', (cluster, mayWrite) => cluster.replace(shopOfWeb, resources.rollouts, { mayWrite })],
    ['patch', (cluster, mayWrite) => cluster.patch(rolloutRef, { kind: 'merge', body: {} }, { mayWrite })],
    ['delete', (cluster, mayWrite) => cluster.delete(rolloutRef, { mayWrite })],
  ])('a %s that must not be sent any more is not', async (_, write) => {
    const { cluster, counted } = bench(); // a server that expects nothing
    const refusal = new SluiceError('LEASE_UNCERTAIN', 'the Lease was renewed 30 s ago');
    const sent = write(cluster, () => {
      throw refusal;
    });
    await expect(sent).rejects.toMatchObject({ name: 'ApiError', status: 0, reason: 'LEASE_UNCERTAIN' });
    expect(counted).toHaveLength(1);
  });

  test('a strict creation asks for misspelt members to be refused', async () => {
    const { cluster, server } = bench();
    const path = '/apis/argoproj.io/v1alpha1/namespaces/web/rollouts';
    const status = { kind: 'Status', reason: 'BadRequest', message: 'unknown field "spec.a"', code: 400 };
    server.intercept({ path: `${path}?fieldValidation=Strict`, method: 'POST' }).reply(400, status, json);
    await expect(cluster.create(shopOfWeb, resources.rollouts, { strict: true })).rejects.toMatchObject({
      status: 400,
      message: 'unknown field "spec.a"',
    });
  });

  test('a missing object is undefined for get, and an error for a write', async () => {
    const { cluster, server } = bench();
    const path = '/apis/argoproj.io/v1alpha1/namespaces/web/rollouts/shop';
    const status = { kind: 'Status', reason: 'NotFound', message: 'rollouts "shop" not found', code: 404 };
    server.intercept({ path }).reply(404, status, json);
    server.intercept({ path, method: 'PATCH' }).reply(404, status, json);
    expect(await cluster.get(rolloutRef)).toBeUndefined();
    await expect(cluster.patch(rolloutRef, { kind: 'merge', body: {} })).rejects.toMatchObject({
      name: 'ApiError',
      status: 404,
      reason: 'NotFound',
      message: 'rollouts "shop" not found',
    });
  });

  test('sends a patch with its kind, to its subresource', async () => {
    const { cluster, server } = bench();
    server
      .intercept({
        path: '/apis/argoproj.io/v1alpha1/namespaces/web/rollouts/shop/status',
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: '{"status":{"abort":true}}',
      })
      .reply(200, { metadata: { name: 'shop' } }, json);
    const answer = await cluster.patch(
      rolloutRef,
      { kind: 'merge', body: { status: { abort: true } } },
      { subresource: 'status' },
    );
    expect(answer.metadata.name).toBe('shop');
  });

  test('deletes with its preconditions', async () => {
    const { cluster, server } = bench();
    server
      .intercept({
        path: '/apis/apps/v1/namespaces/web/replicasets/shop-1',
        method: 'DELETE',
        body: (body) =>
          JSON.stringify(JSON.parse(body)) ===
          '{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background","preconditions":{"uid":"u"}}',
      })
      .reply(200, { kind: 'Status', status: 'Success' }, json);
    const ref = { type: resources.replicaSets, namespace: 'web', name: 'shop-1' };
    await expect(cluster.delete(ref, { propagation: 'Background', uid: 'u' })).resolves.toBeUndefined();
  });

  test('says how long the server asked it to wait', async () => {
    const { cluster, server } = bench();
    server
      .intercept({ path: '/api/v1/services' })
      .reply(429, 'slow down', { headers: { 'retry-after': '7' } });
    const error = await cluster.list(resources.services).catch((thrown: ApiError) => thrown);
    expect(error).toMatchObject({ status: 429, retryAfterSeconds: 7, message: 'HTTP 429: slow down' });
  });

  test('asks for new credentials once when the server refuses the ones it has', async () => {
    const { cluster, server, refusals, counted } = bench();
    const path = '/api/v1/services';
    server.intercept({ path, headers: { authorization: 'Bearer 1' } }).reply(401, 'no');
    server.intercept({ path, headers: { authorization: 'Bearer 2' } }).reply(200, { items: [] }, json);
    expect((await cluster.list(resources.services)).items).toEqual([]);
    expect(refusals).toEqual([1]);
    expect(counted).toEqual([
      {
        verb: 'list',
        kind: 'services',
        namespace: undefined,
        name: undefined,
        status: 200,
        seconds: 0,
        waited: { as: 'routine', seconds: 0 },
      },
    ]);
  });

  test('a connection that breaks is an error without a status', async () => {
    const { cluster, server, counted } = bench();
    server.intercept({ path: '/api/v1/services' }).replyWithError(new Error('connect ECONNREFUSED'));
    await expect(cluster.list(resources.services)).rejects.toMatchObject({ name: 'ApiError', status: 0 });
    expect(counted[0]?.status).toBe(0);
  });
});

describe('a watch', () => {
  const watched = async (body: string, status = 200): Promise<{ events: WatchEvent[]; error?: ApiError }> => {
    const { cluster, server } = bench();
    server
      .intercept({
        // the mock sorts the members of a query
        path: /^\/api\/v1\/namespaces\/web\/services\?allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=\d+&watch=true$/,
      })
      .reply(status, body);
    const events: WatchEvent[] = [];
    try {
      const options = { namespace: 'web', resourceVersion: '5' };
      for await (const event of cluster.watch(resources.services, options, new AbortController().signal)) {
        events.push(event);
      }
      return { events };
    } catch (error) {
      return { events, error: error as ApiError };
    }
  };

  test('gives the changes and bookmarks of its stream, then ends', async () => {
    const { events, error } = await watched(
      [
        '{"type":"ADDED","object":{"metadata":{"name":"größe"}}}',
        '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}',
        '{"type":"DELETED","object":{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"}}}',
      ].join('\n'),
    );
    expect(error).toBeUndefined();
    expect(events).toEqual([
      { type: 'ADDED', object: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'größe' } } },
      { type: 'BOOKMARK', resourceVersion: '9' },
      { type: 'DELETED', object: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'b' } } },
    ]);
  });

  test.each([
    ['in the stream', '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}', 200],
    ['instead of a stream', '{"kind":"Status","code":410,"reason":"Expired","message":"too old"}', 410],
  ])('a version that is too old is an error with status 410, told %s', async (_, body, status) => {
    const { error } = await watched(body, status);
    expect(error).toMatchObject({ name: 'ApiError', status: 410, reason: 'Expired' });
  });

  test('ends quietly when it is no longer wanted', async () => {
    const { cluster } = bench();
    const controller = new AbortController();
    controller.abort();
    const events: WatchEvent[] = [];
    const stream = cluster.watch(resources.services, { resourceVersion: '1' }, controller.signal);
    for await (const event of stream) events.push(event);
    expect(events).toEqual([]);
  });
});

describe('lines of a byte stream', () => {
  test.each([1, 2, 3, 5, 1000])('are the same in chunks of %i bytes', async (size) => {
    const bytes = new TextEncoder().encode('{"a":"ü€😀"}\n\n{"b":1}\r\nrest');
    const chunks = async function* () {
      for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
    };
    const lines: string[] = [];
    for await (const line of linesOf(chunks())) lines.push(line);
    expect(lines).toEqual(['{"a":"ü€😀"}', '{"b":1}', 'rest']);
  });
});
