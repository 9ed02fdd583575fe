import { addSeconds } from '../../src/kernel/instant.ts';
import { random } from '../../src/kernel/random.ts';
import { checkFaultPlan } from '../../src/sandbox/faults/check-plan.ts';
import { injectFaults } from '../../src/sandbox/faults/inject.ts';
import type { Fault } from '../../src/sandbox/faults/plan.ts';
import { randomFaultPlan } from '../../src/sandbox/faults/random-plan.ts';
import type { ApiRequest, BodyResponse } from '../../src/sandbox/request.ts';
import { createWorld } from '../../src/sandbox/world.ts';
import { epoch } from '../../src/sim/simulation.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';

function worldWith(...faults: Fault[]) {
  const clock = virtualClock(epoch);
  const world = createWorld({ clock, random: random(1) });
  const running = injectFaults({ faults }, { world, clock });
  const request = (method: string, path: string, body?: unknown, userAgent = 'sluice'): ApiRequest => {
    const [plain = '', query = ''] = path.split('?');
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { 'user-agent': userAgent, 'content-type': type };
    return { method, path: plain, query: new URLSearchParams(query), headers, body };
  };
  const send = async (method: string, path: string, body?: unknown, userAgent?: string) =>
    (await world.server.handle(request(method, path, body, userAgent))) as BodyResponse;
  return { clock, world, running, send };
}

const maps = '/api/v1/namespaces/default/configmaps';
const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

describe('a fault', () => {
  test('hits the operator, and nobody else unless it is named', async () => {
    const { send, clock } = worldWith({ kind: 'error', on: { verbs: ['create'] }, status: 429 });
    await clock.advanceBy(0);
    const refused = await send('POST', maps, map('a'));
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
    expect(refused.body).toMatchObject({ reason: 'TooManyRequests', details: { retryAfterSeconds: 1 } });
    expect((await send('POST', maps, map('a'), 'kubectl/1.34')).status).toBe(201);
    expect((await send('GET', `${maps}/a`)).status).toBe(200);
  });

  test('of 409 leaves reads and creations alone', async () => {
    const { send } = worldWith({ kind: 'error', on: {}, status: 409 });
    expect((await send('POST', maps, map('a'))).status).toBe(201);
    expect((await send('PATCH', `${maps}/a`, { data: { x: '1' } })).status).toBe(409);
  });

  test('lets no more through its limit than it says, and ends when it says', async () => {
    const { send, clock } = worldWith({ kind: 'error', on: { atMost: 1 }, status: 500, forSeconds: 60 });
    expect((await send('GET', maps)).status).toBe(500);
    expect((await send('GET', maps)).status).toBe(200);
    const other = worldWith({ kind: 'error', on: {}, status: 503, fromSeconds: 5, forSeconds: 5 });
    const seen: number[] = [];
    for (let at = 0; at < 12; at += 4) {
      seen.push((await other.send('GET', maps)).status);
      await other.clock.advanceBy(4);
    }
    expect(seen).toEqual([200, 200, 503]);
    await clock.advanceBy(1);
  });

  test.each([
    ['before', 404],
    ['after', 200],
  ] as const)('of a time-out %s the effect answers nothing, and the object is %i', async (effect, found) => {
    const { send, clock } = worldWith({ kind: 'timeout', on: { verbs: ['create'] }, effect });
    const lost = send('POST', maps, map('a'));
    await clock.advanceBy(31);
    expect((await lost).status).toBe(0);
    expect((await send('GET', `${maps}/a`)).status).toBe(found);
  });

  test('of stale reads shows the past to who allows any version, and never goes back', async () => {
    const { send, clock } = worldWith({ kind: 'stale-reads', lagSeconds: 10 });
    const names = async (query: string) =>
      ((await send('GET', `${maps}${query}`)).body as { items: { metadata: { name: string } }[] }).items.map(
        ({ metadata }) => metadata.name,
      );
    await send('POST', maps, map('old'));
    await clock.advanceBy(20);
    await send('POST', maps, map('young'));
    expect(await names('?resourceVersion=0')).toEqual(['old']);
    expect(await names('')).toEqual(['old', 'young']);
    await clock.advanceBy(11);
    expect(await names('?resourceVersion=0')).toEqual(['old', 'young']);
  });

  test('of a restart refuses connections, and forgets the history of watches', async () => {
    const { send, clock, world } = worldWith({ kind: 'restart', atSeconds: 1, downSeconds: 5 });
    const before = world.server.store.revision();
    await send('POST', maps, map('a'));
    await clock.advanceBy(2);
    expect((await send('GET', maps)).status).toBe(0);
    await clock.advanceBy(5);
    expect((await send('GET', maps)).status).toBe(200);
    const answer = await world.server.handle({
      method: 'GET',
      path: maps,
      query: new URLSearchParams({ watch: 'true', resourceVersion: String(before) }),
      headers: {},
    });
    const first = await answer.stream?.[Symbol.asyncIterator]().next();
    expect(first?.value).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  });

  test('of a watch ends it', async () => {
    const { clock, world } = worldWith({ kind: 'watch', atSeconds: 3, how: 'dropped' });
    const query = new URLSearchParams({ watch: 'true' });
    const answer = await world.server.handle({ method: 'GET', path: maps, query, headers: {} });
    const next = answer.stream?.[Symbol.asyncIterator]().next();
    await clock.advanceBy(4);
    expect((await next)?.done).toBe(true);
  });
});

describe('a lost node', () => {
  test('becomes unknown, its pod unready, then evicted; when it is back the pod goes', async () => {
    const { clock, world, send } = worldWith({
      kind: 'node-lost',
      atSeconds: 10,
      forSeconds: 600,
      node: 'sandbox-2',
    });
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: {
        containers: [{ name: 'web', image: 'web' }],
        nodeSelector: { 'kubernetes.io/hostname': 'sandbox-2' },
      },
    };
    await send('POST', '/api/v1/namespaces/default/pods', pod);
    const state = async () => {
      const { body } = await send('GET', '/api/v1/namespaces/default/pods/web');
      const { metadata, status } = body as {
        metadata?: { deletionTimestamp?: string };
        status?: { conditions?: { type: string; status: string }[] } | string;
      };
      if (typeof status === 'string') return 'gone';
      const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
      return `${ready}${metadata?.deletionTimestamp === undefined ? '' : ', ending'}`;
    };
    const states: string[] = [];
    for (const seconds of [9, 10, 50, 300, 200, 60]) {
      await clock.advanceTo(addSeconds(clock.now(), seconds));
      states.push(await state());
    }
    expect(states).toEqual(['True', 'True', 'False', 'False, ending', 'False, ending', 'gone']);
    expect(JSON.stringify(world.server.store.table('nodes').get(undefined, 'sandbox-2'))).not.toContain(
      'taints',
    );
  });
});

describe('a plan', () => {
  test('is refused by the name of what is wrong', () => {
    const plan = {
      sed: 1,
      faults: [
        { kind: 'error', on: { verb: ['get'] }, status: 418 },
        { kind: 'flood' },
        { kind: 'restart', atSeconds: -1 },
      ],
    };
    expect(checkFaultPlan(plan).map(({ path }) => path)).toEqual([
      'faults[0].on.verb',
      'faults[0].status',
      'faults[1].kind',
      'faults[2].atSeconds',
      'faults[2].downSeconds',
      'sed',
    ]);
  });

  test('lends its faults to routers and to the metrics server while it says', async () => {
    const { clock, world } = worldWith(
      { kind: 'router', faults: [{ delaySeconds: 'never' }], forSeconds: 30 },
      { kind: 'metrics', faults: [{ kind: 'gone' }], fromSeconds: 10 },
    );
    const seen: number[][] = [];
    for (let at = 0; at < 3; at += 1) {
      await clock.advanceBy(15);
      seen.push([world.traffic.faults.length, world.metrics.faults.length]);
    }
    expect(seen).toEqual([
      [1, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  test('drawn from a seed is always the same, and valid', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      expect(checkFaultPlan(randomFaultPlan(seed, 120))).toEqual([]);
      expect(randomFaultPlan(seed, 120)).toEqual(randomFaultPlan(seed, 120));
    }
    expect(randomFaultPlan(1, 120)).not.toEqual(randomFaultPlan(2, 120));
  });
});
