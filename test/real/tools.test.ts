import { execFileSync } from 'node:child_process';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { type RealPrometheus, startPrometheus } from './support/prometheus.ts';

describe('the real parts of this tier', () => {
  let plane: ControlPlane;
  let prometheus: RealPrometheus;

  beforeAll(async () => {
    [plane, prometheus] = await Promise.all([startControlPlane(), startPrometheus()]);
  });
  afterAll(async () => {
    await plane?.stop();
    await prometheus?.stop();
  });

  test('the API server answers kubectl over verified TLS', () => {
    const version = execFileSync('kubectl', ['--kubeconfig', plane.kubeconfig, 'version', '-o', 'json'], {
      encoding: 'utf8',
    });
    expect(JSON.parse(version).serverVersion.major).toBe('1');
  });

  test('Prometheus sees what is exposed', async () => {
    prometheus.set('shop_requests_total{code="200"}', 5);
    await expect(prometheus.shows('shop_requests_total', 5)).resolves.toBeUndefined();
  });
});
