import { backend, sandbox, shares, to, trafficStage, virtualService } from '../support.ts';

const twoRevisions = [...backend('shop-stable', 'old', 4), ...backend('shop-canary', 'new', 1)];

function weights(canary: number, annotations = {}) {
  return virtualService(
    [{ route: [to('shop-stable', 100 - canary), to('shop-canary', canary)] }],
    annotations,
  );
}

function stage() {
  const created = trafficStage();
  created.put(...twoRevisions, weights(0));
  const canaryShare = () => shares(created)['new'];
  return { ...created, canaryShare };
}

describe('a router that does not do what it is told at once', () => {
  test('a changed route takes effect late, a changed pod at once', async () => {
    const { traffic, put, remove, clock, canaryShare } = stage();
    traffic.faults = [{ delaySeconds: 10 }];
    put(weights(100));
    await clock.advanceBy(9);
    expect(canaryShare()).toBe(0);
    await clock.advanceBy(1);
    expect(canaryShare()).toBe(1);
    remove('EndpointSlice', 'shop-canary-abc');
    expect(canaryShare()).toBeUndefined();
  });

  test('a deaf one stays as it was until the fault is over and something changes', async () => {
    const { traffic, put, clock, canaryShare } = stage();
    traffic.faults = [{ delaySeconds: 'never', name: 'shop' }];
    put(weights(50));
    await clock.advanceBy(3600);
    expect(canaryShare()).toBe(0);
    traffic.faults = [];
    put(weights(60));
    expect(canaryShare()).toBe(0.6);
  });

  test('an object may say so itself', async () => {
    const { put, clock, canaryShare } = stage();
    put(weights(50, sandbox({ 'apply-delay': '30s' })));
    expect(canaryShare()).toBe(0);
    await clock.advanceBy(30);
    expect(canaryShare()).toBe(0.5);
    put(weights(70, sandbox({ 'apply-delay': 'never' })));
    await clock.advanceBy(3600);
    expect(canaryShare()).toBe(0.5);
  });

  test('only what is meant is late', () => {
    const { traffic, put, canaryShare } = stage();
    traffic.faults = [
      { resource: 'ingresses.networking.k8s.io', delaySeconds: 10 },
      { namespace: 'cart', delaySeconds: 10 },
    ];
    put(weights(50));
    expect(canaryShare()).toBe(0.5);
  });

  test('a slower, older change does not undo a newer one', async () => {
    const { put, clock, canaryShare } = stage();
    put(weights(50, sandbox({ 'apply-delay': '60s' })));
    put(weights(20, sandbox({ 'apply-delay': '10s' })));
    await clock.advanceBy(10);
    expect(canaryShare()).toBe(0.2);
    await clock.advanceBy(60);
    expect(canaryShare()).toBe(0.2);
  });
});
