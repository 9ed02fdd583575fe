import type { MetricAnswer } from '../../src/api/measurement.ts';
import type { Metric } from '../../src/api/v1alpha1/analysis.ts';
import type { ObservedSplitSpec } from '../../src/api/v1alpha1/observed-split.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { addSeconds, formatInstant, instant } from '../../src/kernel/instant.ts';
import { requestCounter } from '../../src/shell/count-requests.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { rollout, routedCanary } from '../support/builders.ts';

const start = instant(Date.UTC(2026, 0, 1));

function scene(observedSplit: ObservedSplitSpec = {}, answers: Record<string, MetricAnswer | Error> = {}) {
  const clock = virtualClock(start);
  const asked: Metric[] = [];
  const heard: number[] = [];
  const counter = requestCounter({
    clock,
    providers: {
      prometheus: {
        kind: 'prometheus',
        async measure(metric) {
          asked.push(metric);
          const { query = '' } = metric.provider.prometheus ?? {};
          const found = Object.entries(answers).find(([part]) => query.includes(part))?.[1];
          if (found instanceof Error) throw found;
          return found ?? { result: { kind: 'vector', value: [7] }, text: '[7]' };
        },
      },
    },
  });
  const shop = (since = addSeconds(start, 15)): Rollout => {
    const named = { stableService: 'shop-stable', canaryService: 'shop-canary' };
    const made = rollout({ canary: routedCanary([], { ...named, observedSplit }) });
    const split = { state: 'NotEnoughRequests' as const, message: '', since: formatInstant(since) };
    return { ...made, status: { canary: { observedSplit: split } } };
  };
  const look = (of = shop()) =>
    counter.observe(of, () => heard.push(clock.now()), new AbortController().signal);
  const queries = () => asked.map(({ provider }) => provider.prometheus?.query);
  return { clock, asked, heard, look, queries, shop };
}

const own = { canaryRequests: 'new[{{window}}]', stableRequests: 'old[{{window}}]' };

describe('the requests of each version', () => {
  test('are asked for an interval after the count begins, and then at every interval', async () => {
    const { clock, look, queries, heard } = scene(own);
    expect(look()).toEqual({ split: undefined, lookAgainAt: addSeconds(start, 45) });
    await clock.advanceBy(45);
    look();
    look();
    await clock.advanceBy(0);
    expect(queries()).toEqual(['new[30s]', 'old[30s]']);
    expect(heard).toHaveLength(1);
    expect(look().split).toEqual({ since: addSeconds(start, 15), canary: 7, stable: 7 });
    await clock.advanceBy(30);
    look();
    expect(queries().slice(2)).toEqual(['new[60s]', 'old[60s]']);
  });

  test('are asked for as often as the spec says', async () => {
    const { clock, look, queries } = scene({ ...own, interval: 10 });
    look();
    await clock.advanceBy(25);
    look();
    expect(queries()).toEqual(['new[10s]', 'old[10s]']);
  });

  test('of a new count are no answer of the one before', async () => {
    const { clock, look, shop } = scene(own);
    await clock.advanceBy(45);
    look();
    await clock.advanceBy(0);
    expect(look(shop(clock.now())).split).toBeUndefined();
  });

  test('are asked where, and with what, the spec says', async () => {
    const prometheus = {
      address: 'http://mine',
      timeout: 5,
      insecure: true,
      headers: [{ key: 'a', value: 'b' }],
    };
    const { clock, look, asked } = scene({ ...own, prometheus });
    await clock.advanceBy(45);
    look();
    expect(asked[0]?.provider.prometheus).toEqual({ ...prometheus, query: 'new[30s]' });
  });

  test('are those of Istio’s metrics when nothing else is said', async () => {
    const { clock, look, queries } = scene();
    await clock.advanceBy(45);
    look();
    expect(queries()[0]).toBe(
      'sum(increase(istio_requests_total{reporter="source",destination_service_namespace="default",destination_service_name="shop-canary"}[30s]))',
    );
  });

  test.each<[string, MetricAnswer, number]>([
    ['several series', { result: { kind: 'vector', value: [3, 4] }, text: '' }, 7],
    ['no series', { result: { kind: 'vector', value: [] }, text: '' }, 0],
    ['a series without a number', { result: { kind: 'vector', value: [Number.NaN] }, text: '' }, 0],
    ['one number', { result: { kind: 'scalar', value: 12.5 }, text: '' }, 12.5],
  ])('are the sum of %s', async (_, answer, canary) => {
    const { clock, look } = scene(own, { new: answer });
    await clock.advanceBy(45);
    look();
    await clock.advanceBy(0);
    expect(look().split).toMatchObject({ canary, stable: 7 });
  });

  test('that cannot be counted are told so', async () => {
    const { clock, look } = scene(own, { old: new Error('connection refused') });
    await clock.advanceBy(45);
    look();
    await clock.advanceBy(0);
    expect(look().split).toEqual({ since: addSeconds(start, 15), error: 'connection refused' });
  });
});
