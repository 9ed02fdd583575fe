import { random } from '../../../src/kernel/random.ts';
import type { MetricsFault } from '../../../src/sandbox/series/metrics-faults.ts';
import { createMetricsServer } from '../../../src/sandbox/series/metrics-server.ts';
import { trafficStage } from '../support.ts';

function stage(faults: readonly MetricsFault[], seed = 1) {
  const { clock, series, prometheus } = trafficStage();
  series.setGauge('error_rate', { app: 'shop' }, 0.2);
  const server = createMetricsServer(prometheus, { clock, random: random(seed), faults });
  const ask = (query = 'error_rate') =>
    server.ask({ method: 'GET', url: `/api/v1/query?query=${encodeURIComponent(query)}` });
  const value = async (query?: string) => {
    const found = JSON.parse((await ask(query))?.body ?? '{}') as {
      data: { result: { value: [number, string] }[] };
    };
    return found.data.result.map((sample) => sample.value[1]);
  };
  return { clock, server, ask, value };
}

describe('a metrics server that fails', () => {
  test('without a fault it answers as Prometheus does', async () => {
    expect(await stage([]).value()).toEqual(['0.2']);
  });

  test.each<[MetricsFault, string[]]>([
    [{ kind: 'wrong' }, ['2']],
    [{ kind: 'wrong', factor: -1 }, ['-0.2']],
    [{ kind: 'nan' }, ['NaN']],
    [{ kind: 'empty' }, []],
  ])('%j', async (fault, expected) => {
    expect(await stage([fault]).value()).toEqual(expected);
  });

  test.each<[MetricsFault, Record<string, unknown>]>([
    [{ kind: 'status' }, { status: 503 }],
    [
      { kind: 'status', status: 429, retryAfterSeconds: 30 },
      { status: 429, headers: { 'retry-after': '30' } },
    ],
    [{ kind: 'page' }, { status: 200, headers: { 'content-type': 'text/html' } }],
  ])('%j', async (fault, expected) => {
    expect(await stage([fault]).ask()).toMatchObject(expected);
  });

  test('half an answer is no JSON, a huge one is longer than what is read, and gone is no answer', async () => {
    const cut = await stage([{ kind: 'cut' }]).ask();
    expect(() => JSON.parse(cut?.body ?? '')).toThrow();
    expect((await stage([{ kind: 'huge' }]).ask())?.body.length).toBeGreaterThan(10 * 1024 * 1024);
    expect(await stage([{ kind: 'gone' }]).ask()).toBeUndefined();
  });

  test('a slow one answers later, and not at all to who does not wait', async () => {
    const { clock, ask, server } = stage([{ kind: 'slow', seconds: 20 }]);
    let isThere = false;
    const answer = ask().then(() => {
      isThere = true;
    });
    await clock.advanceBy(19);
    expect(isThere).toBe(false);
    await clock.advanceBy(1);
    await answer;
    const impatient = new AbortController();
    const missed = server.ask({ method: 'GET', url: '/api/v1/query?query=1' }, impatient.signal);
    impatient.abort();
    expect(await missed).toBeUndefined();
  });

  test('only the queries that are meant are hit, and only while they are meant', async () => {
    const { clock, value } = stage([{ kind: 'nan', query: 'error', fromSeconds: 60, untilSeconds: 120 }]);
    expect(await value()).toEqual(['0.2']);
    await clock.advanceBy(60);
    expect(await value()).toEqual(['NaN']);
    expect(await value('vector(1)')).toEqual(['1']);
    await clock.advanceBy(60);
    expect(await value()).toEqual(['0.2']);
  });

  test('a share of the requests, the same ones for the same seed', async () => {
    const hits = async (seed: number) => {
      const { value } = stage([{ kind: 'empty', share: 0.3 }], seed);
      const answers: number[] = [];
      for (let count = 0; count < 200; count += 1) answers.push((await value()).length);
      return answers;
    };
    const [one, same, other] = [await hits(1), await hits(1), await hits(2)];
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    expect(one.filter((found) => found === 0).length).toBeGreaterThan(40);
    expect(one.filter((found) => found === 0).length).toBeLessThan(80);
  });
});
