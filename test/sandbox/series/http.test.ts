import { createPrometheusHandler } from '../../../src/sandbox/series/http.ts';
import { createSeriesStore } from '../../../src/sandbox/series/store.ts';
import { virtualClock } from '../../../src/sim/virtual-clock.ts';
import { noon } from '../support.ts';

function stage() {
  const clock = virtualClock(noon);
  const series = createSeriesStore(clock);
  const prometheus = createPrometheusHandler(series, () => clock.now());
  const get = (url: string) => prometheus.handle({ method: 'GET', url });
  return { clock, series, prometheus, get };
}

const noonSeconds = noon / 1000;

describe('the HTTP API of Prometheus', () => {
  test('answers an instant query by GET and by POST alike', () => {
    const { series, prometheus, get } = stage();
    series.setGauge('error_rate', { app: 'shop' }, 0.2);
    const data = {
      resultType: 'vector',
      result: [{ metric: { __name__: 'error_rate', app: 'shop' }, value: [noonSeconds, '0.2'] }],
    };
    expect(get('/api/v1/query?query=error_rate')).toEqual({ status: 200, body: { status: 'success', data } });
    expect(
      prometheus.handle({ method: 'POST', url: '/api/v1/query', body: 'query=error_rate' }).body,
    ).toEqual({
      status: 'success',
      data,
    });
  });

  test('a gauge that is set changes at once, and had its old value before', async () => {
    const { clock, series, get } = stage();
    const value = (query: string) =>
      (
        get(`/api/v1/query?query=${encodeURIComponent(query)}`).body as {
          data: { result: { value: [number, string] }[] };
        }
      ).data.result[0]?.value[1];
    series.setGauge('error_rate', {}, 0.01);
    await clock.advanceBy(47);
    series.setGauge('error_rate', {}, 0.5);
    expect(value('error_rate')).toBe('0.5');
    expect(value('error_rate offset 1s')).toBe('0.01');
    expect(value('count_over_time(error_rate[1m])')).toBe('5'); // at 0, 15, 30 and 45 seconds, and when it was set
    series.removeGauge('error_rate', {});
    expect(value('error_rate')).toBeUndefined();
  });

  test('a gauge may be a function of time', async () => {
    const { clock, series, get } = stage();
    series.setGauge('wave', {}, (at) => (at - noon) / 1000);
    await clock.advanceBy(60);
    const range = `start=${noonSeconds}&end=${noonSeconds + 60}&step=30s`;
    expect(get(`/api/v1/query_range?query=wave&${range}`).body).toMatchObject({
      data: {
        resultType: 'matrix',
        result: [
          {
            values: [
              [noonSeconds, '0'],
              [noonSeconds + 30, '30'],
              [noonSeconds + 60, '60'],
            ],
          },
        ],
      },
    });
  });

  test.each([
    ['histogram_count(x)', `the sandbox's PromQL does not support the function "histogram_count"`],
    ['holt_winters(x[1m], 1, 1)', `the sandbox's PromQL does not support the function "holt_winters"`],
    ['mad_over_time(x[1m])', 'unknown function with name "mad_over_time"'],
    ['limitk(2, x)', 'unknown function with name "limitk"'],
  ])('refuses by name what it does not have: %s', (query, message) => {
    expect(stage().get(`/api/v1/query?query=${encodeURIComponent(query)}`)).toEqual({
      status: 400,
      body: {
        status: 'error',
        errorType: 'bad_data',
        error: `invalid parameter "query": 1:1: parse error: ${message}`,
      },
    });
  });

  test('a subquery of too many steps is refused before it is evaluated', () => {
    const { status, body } = stage().get('/api/v1/query?query=count_over_time(up[30d:1s])');
    expect([status, body]).toEqual([422, expect.objectContaining({ errorType: 'execution' })]);
  });

  test('lists series, labels and values of a label', () => {
    const { series, get } = stage();
    series.setGauge('up', { app: 'shop' }, 1);
    series.setGauge('up', { app: 'cart', zone: 'a' }, 1);
    series.setGauge('load', { app: 'shop' }, 1);
    const data = (url: string) => (get(url).body as { data: unknown }).data;
    expect(data('/api/v1/series?match[]=up{zone="a"}')).toEqual([{ __name__: 'up', app: 'cart', zone: 'a' }]);
    expect(data('/api/v1/labels')).toEqual(['__name__', 'app', 'zone']);
    expect(data('/api/v1/label/__name__/values')).toEqual(['load', 'up']);
    expect(data('/api/v1/label/app/values?match[]=up')).toEqual(['cart', 'shop']);
  });

  test('knows no other paths', () => {
    expect(stage().get('/api/v1/admin/tsdb/snapshot').status).toBe(404);
  });
});
