import { execFileSync } from 'node:child_process';
import { fetch } from 'undici';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { eventually } from './support/processes.ts';
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
    prometheus.expose('shop_requests_total{code="200"} 5\n');
    const value = await eventually('the sample to be scraped', async () => {
      const response = await fetch(`${prometheus.url}/api/v1/query?query=shop_requests_total`);
      const body = (await response.json()) as { data: { result: { value: [number, string] }[] } };
      return body.data.result[0]?.value[1];
    });
    expect(value).toBe('5');
  });
});
