import { random } from '../../../src/kernel/random.ts';
import { randomCounts } from '../../../src/sandbox/series/counts.ts';
import { backend, ingress, sandbox, slice, to, trafficStage, virtualService } from '../support.ts';

function canaryStage(
  canary: Record<string, string | number>,
  options: Parameters<typeof trafficStage>[0] = {},
) {
  const stage = trafficStage(options);
  stage.put(...backend('shop-stable', 'old', 3), ...backend('shop-canary', 'new', 1, sandbox(canary)));
  stage.put(
    virtualService(
      [{ route: [to('shop-stable', 75), to('shop-canary', 25)] }],
      sandbox({ 'requests-per-second': 40 }),
    ),
  );
  return stage;
}

const canaryErrors = `sum(rate(istio_requests_total{reporter="source",destination_service_name="shop-canary",response_code=~"5.."}[1m]))
  / sum(rate(istio_requests_total{reporter="source",destination_service_name="shop-canary"}[1m]))`;

describe('the metrics of the data plane', () => {
  test.each([
    [
      'requests of the canary',
      'sum(rate(istio_requests_total{reporter="source",destination_service_name="shop-canary"}[1m]))',
      10,
    ],
    ['requests of one stable pod', 'rate(http_requests_total{pod="old-0",code="200"}[1m])', 10],
    [
      'both sides of the mesh count the same',
      'sum(rate(istio_requests_total{reporter="source"}[2m])) - sum(rate(istio_requests_total{reporter="destination"}[2m]))',
      0,
    ],
    ['the error rate of the canary', canaryErrors, 0.2],
    [
      'the same by pod template hash',
      'sum(rate(http_requests_total{rollouts_pod_template_hash="new",status="500"}[2m])) / sum(rate(http_requests_total{rollouts_pod_template_hash="new"}[2m]))',
      0.2,
    ],
    [
      'mean latency in milliseconds',
      'sum(rate(istio_request_duration_milliseconds_sum{destination_service_name="shop-canary"}[1m])) / sum(rate(istio_request_duration_milliseconds_count{destination_service_name="shop-canary"}[1m]))',
      140.14,
    ],
  ])('%s', async (_, query, expected) => {
    const stage = canaryStage({ 'error-rate': 0.2, 'latency-ms': 120 });
    await stage.clock.advanceBy(300);
    expect(stage.query(query)).toBeCloseTo(expected, 1);
  });

  test('the 95th percentile lies in the bucket that holds it', async () => {
    const stage = canaryStage({ 'latency-ms': 120, 'latency-p95-ms': 400 });
    await stage.clock.advanceBy(300);
    const p95 = stage.query(
      'histogram_quantile(0.95, sum by (le) (rate(istio_request_duration_milliseconds_bucket{destination_service_name="shop-canary"}[1m])))',
    );
    expect(p95).toBeGreaterThan(250);
    expect(p95).toBeLessThan(500);
  });

  test('an hour without a change costs no tick, and a query sees all of it', async () => {
    const stage = canaryStage({ 'error-rate': 0.1 });
    await stage.clock.advanceBy(1);
    expect(stage.clock.pending).toBe(0);
    await stage.clock.advanceBy(3600);
    expect(stage.query('sum(increase(istio_requests_total{reporter="source"}[1h]))')).toBeCloseTo(
      40 * 3600,
      -2,
    );
  });

  test('a pod may turn bad after a while', async () => {
    const stage = canaryStage({ 'error-rate': 0, 'error-rate-after': '120s=0.5' });
    await stage.clock.advanceBy(120);
    expect(stage.query(canaryErrors)).toBeUndefined();
    await stage.clock.advanceBy(75);
    expect(stage.query(canaryErrors)).toBeCloseTo(0.5, 3);
  });

  test('what one pod cannot take fails', async () => {
    const stage = canaryStage({ 'max-requests-per-second': 8 });
    await stage.clock.advanceBy(120);
    expect(stage.query(canaryErrors)).toBeCloseTo(0.2, 3);
  });

  test('a code that was never answered has no series', async () => {
    const stage = canaryStage({});
    await stage.clock.advanceBy(120);
    expect(stage.query('sum(rate(istio_requests_total{response_code=~"5.."}[1m]))')).toBeUndefined();
    expect(stage.query('sum(rate(istio_requests_total{response_code=~"5.."}[1m])) or vector(0)')).toBe(0);
  });

  test('the series of a pod end with it, those of a pod that gets nothing stay', async () => {
    const stage = canaryStage({});
    await stage.clock.advanceBy(60);
    stage.put(slice('shop-stable', ['old-0', 'old-1']));
    await stage.clock.advanceBy(60);
    expect(stage.query('http_requests_total{pod="old-2"}')).toBeCloseTo(600);
    stage.remove('Pod', 'old-2');
    expect(stage.query('http_requests_total{pod="old-2"}')).toBeUndefined();
    expect(stage.query('count(http_requests_total)')).toBe(3);
  });

  describe('with chance', () => {
    const drawn = (seed: number) =>
      canaryStage({ 'error-rate': 0.05 }, { counting: randomCounts(random(seed)) });

    test('counts are whole, near their expectation, and the same for the same seed', async () => {
      const [one, same, other] = [drawn(1), drawn(1), drawn(2)];
      for (const stage of [one, same, other]) await stage.clock.advanceBy(1800);
      const total = 'sum(istio_requests_total{reporter="source"})';
      const value = one.query(total) as number;
      expect(Number.isInteger(value)).toBe(true);
      expect(Math.abs(value - 72_000)).toBeLessThan(1500);
      expect(one.query(canaryErrors.replaceAll('1m', '30m'))).toBeCloseTo(0.05, 1.5);
      expect(same.query(total)).toBe(value);
      expect(other.query(total)).not.toBe(value);
    });

    test('asking early and often changes nothing', async () => {
      const [often, once] = [drawn(3), drawn(3)];
      for (let minute = 0; minute < 10; minute += 1) {
        await often.clock.advanceBy(60);
        often.query('sum(istio_requests_total)');
      }
      await once.clock.advanceBy(600);
      const buckets = 'sum(istio_request_duration_milliseconds_bucket{le="100"})';
      expect(often.query(buckets)).toBe(once.query(buckets));
    });
  });
});

describe('the metrics of ingress-nginx', () => {
  const nginx = { 'kubernetes.io/ingress.class': 'nginx' };
  async function nginxStage() {
    const stage = trafficStage();
    stage.put(
      ...backend('shop-stable', 'old', 1),
      ...backend('shop-canary', 'new', 1, sandbox({ 'error-rate': 0.2 })),
    );
    stage.put(
      ingress('shop', 'shop-stable', undefined, { ...nginx, ...sandbox({ 'requests-per-second': 40 }) }),
      ingress('shop-shop-canary', 'shop-canary', undefined, {
        ...nginx,
        'nginx.ingress.kubernetes.io/canary': 'true',
        'nginx.ingress.kubernetes.io/canary-weight': '25',
      }),
    );
    await stage.clock.advanceBy(300);
    return stage;
  }

  test.each([
    ['all requests have the names of the main Ingress', '{ingress="shop",service="shop-stable"}', 40],
    ['those of the canary say where they went', '{ingress="shop",canary="shop-shop-canary-80"}', 10],
    ['the others have no such label', '{canary=""}', 30],
    ['errors of the canary', '{canary!="",status=~"5.*"}', 2],
    ['nothing has the name of the canary Ingress', '{ingress="shop-shop-canary"}', undefined],
  ])('%s', async (_, selector, expected) => {
    const found = (await nginxStage()).query(`sum(rate(nginx_ingress_controller_requests${selector}[1m]))`);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toBeCloseTo(expected, 6);
  });

  test.each(['request', 'response'])('how long a %s took', async (of) => {
    const name = `nginx_ingress_controller_${of}_duration_seconds_bucket`;
    const p99 = `histogram_quantile(0.99, sum by (le) (rate(${name}{canary!=""}[1m])))`;
    expect((await nginxStage()).query(p99)).toBeGreaterThan(0.05);
  });
});
