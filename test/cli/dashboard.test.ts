import { resources } from '../../src/api/resources.ts';
import { type Dashboard, type DashboardOptions, dashboard } from '../../src/cli/dashboard/dashboard.ts';
import type { DashboardAnswer, DashboardRequest } from '../../src/cli/dashboard/exchange.ts';
import { tokenHeader } from '../../src/cli/dashboard/guard.ts';
import type { RolloutInfo } from '../../src/cli/dashboard/info-types.ts';
import { pickFields } from '../../src/cli/dashboard/pick-fields.ts';
import type { Session } from '../../src/cli/verb.ts';
import { addSeconds } from '../../src/kernel/instant.ts';
import { random } from '../../src/kernel/random.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { type FakeCluster, fakeCluster } from '../shell/fake-cluster.ts';
import { hashOfImage, noon, pauseFor, replicaSet, rollout, setWeight } from '../support/builders.ts';
import { podOf, runOf } from './facts.ts';

const shop = rollout({
  image: 'shop:v2',
  canary: { steps: [setWeight(10), pauseFor()] },
  status: {
    phase: 'Paused',
    message: 'CanaryPauseStep',
    currentStepIndex: 1,
    stableRS: hashOfImage('shop:v1'),
    currentPodHash: hashOfImage('shop:v2'),
    observedGeneration: '1',
    replicas: 5,
    availableReplicas: 5,
  },
});
shop.metadata.annotations = {
  'kubectl.kubernetes.io/last-applied-configuration': '{"env":"hunter2"}',
  note: '<script>alert(1)</script>',
};

function filled(): FakeCluster {
  const cluster = fakeCluster();
  const stable = replicaSet({ image: 'shop:v1' });
  cluster.put(resources.rollouts, shop);
  cluster.put(resources.replicaSets, stable);
  cluster.put(resources.pods, podOf(stable, 'a1b2c'));
  cluster.put(resources.analysisRuns, runOf({ name: 'shop-1', owner: shop }));
  return cluster;
}

interface Opened {
  readonly cluster: FakeCluster;
  readonly clock: ReturnType<typeof virtualClock>;
  readonly pages: Dashboard;
  ask(method: string, path: string, more?: Partial<DashboardRequest>): Promise<DashboardAnswer>;
}

function opened(options: Partial<DashboardOptions> = {}, cluster = filled()): Opened {
  const clock = virtualClock(noon);
  const session = {
    clock,
    serverNow: clock.now,
    random: random(1),
    signal: new AbortController().signal,
    open: async () => ({ cluster, namespace: 'default' }),
  } as unknown as Session;
  const pages = dashboard(session, {
    rootPath: 'rollouts',
    version: 'v1.2.3',
    token: 'secret-token',
    hosts: [],
    isReadOnly: false,
    page: {
      files: new Map([['page.js', { type: 'text/javascript', body: 'let page' }]]),
      index: ({ base, token }) => `<html data-base="${base}" data-token="${token}">`,
    },
    ...options,
  });
  const ask: Opened['ask'] = (method, path, more = {}) =>
    pages.handle({
      method,
      url: path,
      body: '{}',
      signal: new AbortController().signal,
      ...more,
      headers: { host: 'localhost:3100', ...more.headers },
    });
  return { cluster, clock, pages, ask };
}

const api = '/rollouts/api/v1';
const bodyOf = (answer: DashboardAnswer) => JSON.parse(answer.body as string);
const ofPage = { headers: { origin: 'http://localhost:3100', 'sec-fetch-site': 'same-origin' } };

describe('what the dashboard tells', () => {
  test('one rollout, in the words of the peer’s API, and why it is where it is', async () => {
    const { ask } = opened();
    const info = bodyOf(await ask('GET', `${api}/rollouts/default/shop/info`)) as RolloutInfo;
    expect(info).toMatchObject({
      objectMeta: { name: 'shop', namespace: 'default' },
      status: 'Paused',
      message: 'CanaryPauseStep',
      strategy: 'Canary',
      step: '1/2',
      setWeight: '10',
      restartedAt: 'Never',
      available: 5,
      containers: [{ name: 'shop', image: 'shop:v2' }],
    });
    expect(info.replicaSets).toMatchObject([{ stable: true, images: ['shop:v1'], pods: [{ ready: '1/1' }] }]);
    expect(info.analysisRuns).toMatchObject([{ objectMeta: { name: 'shop-1' } }]);
    expect(info.sluice.explanation?.[0]).toBe('shop is Paused at step 2 of 2 (pause): CanaryPauseStep.');
    expect(info.sluice.steps.map(({ state }) => state)).toEqual(['done', 'current']);
  });

  test('nothing of what was applied last, which may hold secrets', async () => {
    const { ask } = opened();
    for (const path of ['rollouts/default/shop/info', 'rollouts/default/info']) {
      const answer = await ask('GET', `${api}/${path}`);
      expect(answer.status).toBe(200);
      expect(answer.body).not.toContain('hunter2');
    }
  });

  test('the list, the namespaces, the version', async () => {
    const { ask } = opened();
    const { rollouts } = bodyOf(
      await ask('GET', `${api}/rollouts/default/info?fields=rollouts.objectMeta.name`),
    );
    expect(rollouts).toEqual([{ objectMeta: { name: 'shop' } }]);
    expect(bodyOf(await ask('GET', `${api}/namespace`))).toEqual({
      namespace: 'default',
      availableNamespaces: ['default'],
    });
    expect(bodyOf(await ask('GET', `${api}/version`))).toEqual({ rolloutsVersion: 'v1.2.3' });
  });

  test('what is not there is told so', async () => {
    const { ask } = opened();
    expect(await ask('GET', `${api}/rollouts/default/cart/info`)).toMatchObject({ status: 404 });
    expect(await ask('GET', `${api}/rollouts/default/cart/info/watch`)).toMatchObject({ status: 404 });
    expect(await ask('GET', `${api}/nothing`)).toMatchObject({ status: 404 });
    expect(await ask('PUT', `${api}/rollouts/default/cart/abort`)).toMatchObject({ status: 404 });
  });

  test('what the API server refuses is told with its words, and asked anew the next time', async () => {
    const { ask, cluster } = opened();
    cluster.onCall = (call) => {
      if (call.startsWith('list rollouts')) throw new ApiError(403, 'Forbidden', 'rollouts is forbidden');
    };
    const refused = await ask('GET', `${api}/rollouts/default/info`);
    expect([refused.status, bodyOf(refused).message]).toEqual([403, 'rollouts is forbidden']);
    cluster.onCall = () => {};
    expect((await ask('GET', `${api}/rollouts/default/info`)).status).toBe(200);
  });

  test('paths that are no files are places in the page; the root leads to it', async () => {
    const { ask } = opened();
    expect(await ask('GET', '/')).toMatchObject({ status: 302, headers: { location: '/rollouts/' } });
    expect(await ask('GET', '/rollouts')).toMatchObject({ status: 302 });
    expect((await ask('GET', '/rollouts/rollout/default/shop')).body).toContain('data-base="/rollouts/"');
    expect(await ask('GET', '/rollouts/page.js')).toMatchObject({ status: 200, body: 'let page' });
    expect(await ask('GET', '/elsewhere')).toMatchObject({ status: 404 });
    const { ask: bare } = opened({ rootPath: '' });
    expect((await bare('GET', '/')).body).toContain('data-base="/"');
    expect((await bare('GET', '/api/v1/version')).status).toBe(200);
  });
});

describe('streams', () => {
  const listen = async (stage: Opened, path: string, accept: string, signal: AbortSignal) => {
    const answer = await stage.ask('GET', path, { headers: { accept }, signal });
    return (answer.body as AsyncIterable<string>)[Symbol.asyncIterator]();
  };

  test('tell at once what is, then each change, and a comment when nothing happens', async () => {
    const stage = opened();
    const gone = new AbortController();
    const events = await listen(
      stage,
      `${api}/rollouts/default/shop/info/watch`,
      'text/event-stream',
      gone.signal,
    );
    expect((await events.next()).value).toBe(':\n\n');
    const first = (await events.next()).value as string;
    expect(JSON.parse(first.replace(/^data: /, ''))).toMatchObject({ result: { status: 'Paused' } });

    stage.cluster.put(resources.rollouts, {
      ...shop,
      status: { ...shop.status, phase: 'Healthy', message: '' },
    });
    const changed = events.next();
    await stage.clock.advanceTo(addSeconds(noon, 1));
    expect((await changed).value).toContain('"status":"Healthy"');

    const silent = events.next();
    await stage.clock.advanceTo(addSeconds(noon, 17));
    expect((await silent).value).toBe(':\n\n');
    gone.abort();
    expect((await events.next()).done).toBe(true);
  });

  test('tell that the API server is away, and end when it is back so that all is told anew', async () => {
    const stage = opened();
    const gone = new AbortController();
    const path = `${api}/rollouts/default/info/watch`;
    const lines = await listen(stage, path, 'application/json', gone.signal);
    await lines.next();
    stage.cluster.onCall = () => {
      throw new ApiError(0, '', 'connect ECONNREFUSED');
    };
    stage.cluster.dropWatches();
    const trouble = lines.next();
    await stage.clock.advanceTo(addSeconds(noon, 5));
    expect(JSON.parse((await trouble).value as string)).toEqual({
      error: {
        message:
          'The API server cannot be read (connect ECONNREFUSED); trying again. This is how it was then.',
      },
    });
    stage.cluster.onCall = () => {};
    const next = lines.next();
    await stage.clock.advanceTo(addSeconds(noon, 25));
    expect((await next).done).toBe(true);
  });

  test('of a list tell what is new and what is gone, a line each for those who want no events', async () => {
    const stage = opened();
    const gone = new AbortController();
    const lines = await listen(stage, `${api}/rollouts/default/info/watch`, 'application/json', gone.signal);
    const first = JSON.parse((await lines.next()).value as string);
    expect(first.result).toMatchObject({ type: 'Updated', rolloutInfo: { objectMeta: { name: 'shop' } } });
    stage.cluster.remove({ type: resources.rollouts, namespace: 'default', name: 'shop' });
    const next = lines.next();
    await stage.clock.advanceTo(addSeconds(noon, 1));
    const second = JSON.parse((await next).value as string);
    expect(second.result).toEqual({
      type: 'Deleted',
      rolloutInfo: { objectMeta: expect.objectContaining({ name: 'shop' }) },
    });
    gone.abort();
  });
});

describe('what the dashboard does', () => {
  test.each([
    ['abort', '{}', 'patch rollouts/status default/shop', { status: { abort: true } }],
    ['retry', '{}', 'patch rollouts/status default/shop', { status: { abort: false } }],
    [
      'promote',
      '{"full":false}',
      'patch rollouts/status default/shop',
      { status: { pauseConditions: null, currentStepIndex: 2 } },
    ],
    ['promote', '{"full":true}', 'patch rollouts/status default/shop', { status: { promoteFull: true } }],
    ['restart', '{}', 'patch rollouts default/shop', { spec: { restartAt: '2026-01-01T12:00:00Z' } }],
  ])('%s %s', async (words, body, call, written) => {
    const { ask, cluster } = opened();
    const answer = await ask('PUT', `${api}/rollouts/default/shop/${words}`, {
      body,
      headers: { ...ofPage.headers, [tokenHeader]: 'secret-token' },
    });
    expect(answer.status).toBe(200);
    expect(bodyOf(answer)).toMatchObject({ kind: 'Rollout', metadata: { name: 'shop' } });
    const writes = cluster.calls.filter((each) => !/^(get|list|watch) /.test(each));
    expect(writes.map((each, index) => [each, cluster.bodies[index]])).toEqual([[call, written]]);
  });

  test.each([
    ['set/shop/registry.example.com/shop/v3', 'registry.example.com/shop:v3'],
    ['set/shop/registry.example.com%2Fshop/v3', 'registry.example.com/shop:v3'],
    [`set/shop/shop/sha256%3A${'a'.repeat(64)}`, `shop@sha256:${'a'.repeat(64)}`],
  ])('%s', async (words, image) => {
    const { ask, cluster } = opened();
    expect((await ask('PUT', `${api}/rollouts/default/shop/${words}`)).status).toBe(200);
    expect(JSON.stringify(cluster.bodies.at(-1))).toContain(`"image":"${image}"`);
  });

  test('undo, to a revision that there is', async () => {
    const { ask } = opened();
    const answer = await ask('PUT', `${api}/rollouts/default/shop/undo/9`);
    expect([answer.status, bodyOf(answer).message]).toEqual([
      404,
      'unable to find specified revision 9 in history; there are 1',
    ]);
  });
});

describe('whom the dashboard answers', () => {
  const abort = `${api}/rollouts/default/shop/abort`;
  const cases: [string, string, string, DashboardRequest['headers'], number][] = [
    ['a script without a browser', 'PUT', abort, {}, 200],
    ['its own page', 'PUT', abort, { ...ofPage.headers, [tokenHeader]: 'secret-token' }, 200],
    ['its own page of an earlier start', 'PUT', abort, { ...ofPage.headers, [tokenHeader]: 'old' }, 403],
    ['a page without the token', 'PUT', abort, ofPage.headers, 403],
    [
      'a page of another site',
      'PUT',
      abort,
      { origin: 'https://evil.example', [tokenHeader]: 'secret-token' },
      403,
    ],
    ['a page that hides its origin', 'PUT', abort, { origin: 'null', [tokenHeader]: 'secret-token' }, 403],
    [
      'another port of this machine',
      'PUT',
      abort,
      { origin: 'http://localhost:8080', [tokenHeader]: 'secret-token' },
      403,
    ],
    [
      'another site that reads',
      'GET',
      `${api}/rollouts/default/info`,
      { 'sec-fetch-site': 'cross-site' },
      403,
    ],
    ['a link of another site to the page', 'GET', '/rollouts/', { 'sec-fetch-site': 'cross-site' }, 200],
    ['a name that was made to point here', 'GET', '/rollouts/', { host: 'evil.example:3100' }, 403],
    ['no name', 'GET', '/rollouts/', { host: undefined }, 403],
    ['loopback by number', 'GET', '/rollouts/', { host: '127.0.0.1:3100' }, 200],
    ['loopback of IPv6', 'GET', '/rollouts/', { host: '[::1]:3100' }, 200],
    ['a name that is allowed', 'GET', '/rollouts/', { host: 'Releases.example' }, 200],
  ];
  test.each(cases)('%s', async (_, method, path, headers, status) => {
    const { ask, cluster } = opened({ hosts: ['releases.example'] });
    const answer = await ask(method, path, { headers });
    expect(answer.status).toBe(status);
    if (status === 403) expect(cluster.calls.filter((call) => call.startsWith('patch'))).toEqual([]);
  });

  test('nobody changes anything when it was started to be read only', async () => {
    const { ask } = opened({ isReadOnly: true });
    expect((await ask('PUT', abort)).status).toBe(403);
    expect((await ask('GET', `${api}/rollouts/default/info`)).status).toBe(200);
  });

  test('every answer forbids scripts of others, frames and guessing of types', async () => {
    const { ask } = opened();
    for (const path of ['/rollouts/', '/rollouts/page.js', `${api}/version`, '/elsewhere']) {
      const { headers } = await ask('GET', path);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-frame-options']).toBe('DENY');
    }
  });
});

test.each([
  ['a.b,c', { a: { b: 1 }, c: [{ d: 1, e: 2 }] }],
  ['c.d', { c: [{ d: 1 }] }],
  ['-a.b', { a: { x: 2 }, c: [{ d: 1, e: 2 }] }],
  ['-c.e', { a: { b: 1, x: 2 }, c: [{ d: 1 }] }],
  ['', { a: { b: 1, x: 2 }, c: [{ d: 1, e: 2 }] }],
])('fields=%s', (fields, expected) => {
  expect(pickFields({ a: { b: 1, x: 2 }, c: [{ d: 1, e: 2 }] }, fields)).toEqual(expected);
});
