import { resources } from '../../src/api/resources.ts';
import { defineResource } from '../../src/sandbox/resource.ts';
import { replicaSetOf, serviceOf, worldStage } from './world-support.ts';

const old = { 'rollouts-pod-template-hash': 'old' };
const fresh = { 'rollouts-pod-template-hash': 'new' };

describe('the world in one go', () => {
  test('ReplicaSets become pods, pods endpoints, endpoints requests, and requests metrics', async () => {
    const stage = worldStage();
    stage.world.server.registerResource(defineResource(resources.virtualServices));
    await stage.create(resources.replicaSets, replicaSetOf('shop-old', 3, { labels: old }));
    await stage.create(
      resources.replicaSets,
      replicaSetOf('shop-new', 1, { labels: fresh, annotations: { 'error-rate': '0.25' } }),
    );
    await stage.create(resources.services, serviceOf('shop-stable', { app: 'shop', ...old }));
    await stage.create(resources.services, serviceOf('shop-canary', { app: 'shop', ...fresh }));
    const route = [
      { destination: { host: 'shop-stable' }, weight: 80 },
      { destination: { host: 'shop-canary' }, weight: 20 },
    ];
    await stage.create(resources.virtualServices, {
      metadata: { name: 'shop', namespace: 'default' },
      spec: { hosts: ['shop.example.com'], http: [{ route }] },
    });
    await stage.seconds(300);
    const split = stage.world.traffic.effectiveSplit({ namespace: 'default', host: 'shop.example.com' });
    expect(split).toEqual([
      { podTemplateHash: 'old', share: expect.closeTo(0.8) },
      { podTemplateHash: 'new', share: 0.2 },
    ]);
    const canary = 'istio_requests_total{reporter="source",destination_service=~"shop-canary.default.+"}';
    expect(stage.query(`sum(rate(${canary}[2m]))`)).toBeCloseTo(4);
    expect(
      stage.query(
        `sum(rate(${canary.replace('}', ',response_code=~"5.*"}')}[2m])) / sum(rate(${canary}[2m]))`,
      ),
    ).toBeCloseTo(0.25);
    expect(stage.query('count(http_requests_total{workload="shop-old"})')).toBe(3);
    expect(stage.warnings).toEqual([]);
    stage.world.stop();
  });

  test('after it has been stopped nothing waits any more, apart from what the API server does itself', async () => {
    const stage = worldStage();
    await stage.create(resources.replicaSets, replicaSetOf('shop', 2));
    await stage.seconds(1);
    stage.world.stop();
    expect(stage.clock.pending).toBe(0);
  });
});
