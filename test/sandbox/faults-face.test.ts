import { servePrometheus } from '../../src/cli/sandbox/serve-prometheus.ts';
import { faultsPath, withFaultsFace } from '../../src/sandbox/faults/face.ts';
import type { BodyResponse } from '../../src/sandbox/request.ts';
import { worldStage } from './world-support.ts';

function stage() {
  const { world, clock, seconds } = worldStage();
  const face = withFaultsFace(world, clock);
  const ask = async (method: string, body?: unknown) => {
    const answer = await face.ask({
      method,
      url: faultsPath,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    await seconds(0);
    return { status: answer?.status, body: answer?.body ?? '' };
  };
  const listPods = async (userAgent: string) => {
    const path = '/api/v1/namespaces/default/pods';
    const request = { method: 'GET', path, query: new URLSearchParams() };
    return ((await world.server.handle({ ...request, headers: { 'user-agent': userAgent } })) as BodyResponse)
      .status;
  };
  const query = () => face.ask({ method: 'GET', url: '/api/v1/query?query=1' });
  return { ask, listPods, query, seconds, face };
}

const refusal = (clients: string[], forSeconds?: number) => ({
  faults: [
    { kind: 'error', status: 503, on: { verbs: ['list'], clients }, ...(forSeconds && { forSeconds }) },
  ],
});

describe('the face for faults', () => {
  test('puts faults of the API server into force, for as long as the plan says, and tells what they did', async () => {
    const { ask, listPods, seconds } = stage();
    expect((await ask('PUT', refusal(['kubectl'], 60))).status).toBe(200);
    expect(await listPods('kubectl/v1.34')).toBe(503);
    expect(await listPods('curl/8')).toBe(200);
    expect(JSON.parse((await ask('GET')).body)).toEqual({
      ...refusal(['kubectl'], 60),
      deeds: [{ at: expect.stringMatching(/Z$/), kind: 'error', what: '503 for list pods' }],
    });
    await seconds(61);
    expect(await listPods('kubectl/v1.34')).toBe(200);
  });

  test.each([
    ['another plan', { faults: [] }],
    ['the empty list', []],
  ])('%s ends all that was in force', async (_, next) => {
    const { ask, listPods, query } = stage();
    await ask('PUT', {
      faults: [...refusal(['kubectl']).faults, { kind: 'metrics', faults: [{ kind: 'gone' }] }],
    });
    expect([await listPods('kubectl/v1.34'), await query()]).toEqual([503, undefined]);
    expect((await ask('PUT', next)).status).toBe(200);
    expect([await listPods('kubectl/v1.34'), (await query())?.status]).toEqual([200, 200]);
  });

  test('a list is one of faults of the metrics server, and ends with the next plan', async () => {
    const { ask, query } = stage();
    expect(await ask('PUT', [{ kind: 'gone' }])).toEqual({ status: 200, body: '[{"kind":"gone"}]' });
    expect(await query()).toBeUndefined();
    expect((await ask('GET')).body).toBe('[{"kind":"gone"}]');
    await ask('PUT', { faults: [] });
    expect((await query())?.status).toBe(200);
  });

  test.each([
    [
      [{ kind: 'lazy' }],
      'faults[0].kind: "lazy" is none of gone, slow, status, cut, page, huge, empty, nan, wrong',
    ],
    [[{ kind: 'slow', second: 5 }], 'faults[0].second: there is no such field'],
    [[{ kind: 'slow', seconds: 'x' }], 'faults[0].seconds: "x" is no number'],
    ['gone', 'faults'],
    [{}, 'faults: Required value'],
    [{ faults: [{ kind: 'error', status: 418, on: {} }] }, 'faults[0].status: Unsupported value: 418'],
    [{ faults: [{ kind: 'restart', atSeconds: 0, downSecond: 1 }] }, 'faults[0].downSeconds: Required value'],
  ])('%j is refused by name, and what was in force stays', async (wrong, message) => {
    const { ask, listPods } = stage();
    await ask('PUT', refusal(['kubectl']));
    const answer = await ask('PUT', wrong);
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining(message)]);
    expect(await listPods('kubectl/v1.34')).toBe(503);
  });

  test('other methods are refused', async () => {
    expect((await stage().ask('POST', [])).status).toBe(405);
  });

  test('is served on loopback', async () => {
    const endpoint = await servePrometheus(stage().face, 0);
    expect(new URL(endpoint.url).hostname).toBe('127.0.0.1');
    const body = JSON.stringify({ faults: [{ kind: 'restart', atSeconds: 0, downSeconds: 5 }] });
    const put = await fetch(`${endpoint.url}${faultsPath}`, { method: 'PUT', body });
    expect([put.status, await put.json()]).toEqual([200, { ...JSON.parse(body), deeds: [] }]);
    await endpoint.close();
  });
});
