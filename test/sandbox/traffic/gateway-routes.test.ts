import type { KubeObject } from '../../../src/api/meta.ts';
import { backend, object, sandbox, shares, trafficStage } from '../support.ts';

const twoRevisions = [...backend('shop-stable', 'old', 4), ...backend('shop-canary', 'new', 1)];

function route(spec: Record<string, unknown>, kind = 'HTTPRoute', annotations = {}): KubeObject {
  const common = { parentRefs: [{ name: 'edge' }], hostnames: ['shop.example.com'] };
  return object(kind, 'shop', { spec: { ...common, ...spec } }, { annotations });
}

function to(name: string, weight?: number, rest: Record<string, unknown> = {}) {
  return { name, port: 80, ...(weight === undefined ? {} : { weight }), ...rest };
}

const weighted = { backendRefs: [to('shop-stable', 75), to('shop-canary', 25)] };

function gateway(...hostnames: readonly string[]): KubeObject {
  const listeners = hostnames.map((hostname, index) => ({
    name: `l${index}`,
    hostname,
    port: 80,
    protocol: 'HTTP',
  }));
  return object('Gateway', 'edge', { spec: { gatewayClassName: 'istio', listeners } });
}

function split(...objects: readonly KubeObject[]): Record<string, number> {
  const stage = trafficStage();
  stage.put(...twoRevisions, ...objects);
  return shares(stage);
}

describe('the Gateway API', () => {
  test.each(['TCPRoute', 'TLSRoute'])('a %s divides connections', (kind) => {
    const stage = trafficStage();
    stage.put(...twoRevisions, route({ rules: [weighted] }, kind));
    expect(shares(stage)).toEqual({ old: 0.75, new: 0.25 });
    stage.put(route({ rules: [{ backendRefs: [to('shop-stable', 1), to('shop-canary', 0)] }] }, kind));
    expect(shares(stage)).toEqual({ old: 1 });
  });

  test('a TCPRoute has no names: callers ask by its own', () => {
    const stage = trafficStage();
    stage.put(...twoRevisions, route({ hostnames: undefined, rules: [weighted] }, 'TCPRoute'));
    expect(shares(stage, { namespace: 'shop', host: 'shop' })).toEqual({ old: 0.75, new: 0.25 });
  });

  test.each<[string, Record<string, unknown>, Record<string, number>]>([
    ['weights', { rules: [weighted] }, { old: 0.75, new: 0.25 }],
    [
      'weights that sum to anything',
      { rules: [{ backendRefs: [to('shop-stable', 1), to('shop-canary', 7)] }] },
      { old: 0.125, new: 0.875 },
    ],
    [
      'no weights: 1 each',
      { rules: [{ backendRefs: [to('shop-stable'), to('shop-canary')] }] },
      { old: 0.5, new: 0.5 },
    ],
    [
      'weight 0 gives nothing',
      { rules: [{ backendRefs: [to('shop-stable', 5), to('shop-canary', 0)] }] },
      { old: 1 },
    ],
    [
      'a single backend of weight 0 gets nothing either',
      { rules: [{ backendRefs: [to('shop-canary', 0)] }] },
      {},
    ],
    [
      'a third backend without pods loses its share',
      { rules: [{ backendRefs: [to('shop-stable', 2), to('nobody', 2)] }] },
      { old: 0.5 },
    ],
    [
      'a backend that is no Service',
      { rules: [{ backendRefs: [to('shop-stable', 2), to('x', 2, { kind: 'Bucket', group: 'a.b' })] }] },
      { old: 0.5 },
    ],
    [
      'a rule for a header alone gets nothing of plain requests',
      {
        rules: [
          { matches: [{ headers: [{ name: 'x-tester', value: 'yes' }] }], backendRefs: [to('shop-canary')] },
          { backendRefs: [to('shop-stable')] },
        ],
      },
      { old: 1 },
    ],
    [
      'the longer prefix wins, wherever it stands',
      {
        rules: [
          { matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [to('shop-stable')] },
          { matches: [{ path: { type: 'PathPrefix', value: '/new' } }], backendRefs: [to('shop-canary')] },
        ],
      },
      { old: 0.5, new: 0.5 },
    ],
    [
      'a prefix counts whole parts',
      {
        rules: [
          { matches: [{ path: { type: 'Exact', value: '/newer' } }], backendRefs: [to('shop-stable')] },
          { matches: [{ path: { type: 'PathPrefix', value: '/new' } }], backendRefs: [to('shop-canary')] },
        ],
      },
      { old: 0.5, new: 0.5 },
    ],
    [
      'a path by pattern',
      {
        rules: [
          {
            matches: [{ path: { type: 'RegularExpression', value: '/v[0-9]+/(orders|carts)' } }],
            backendRefs: [to('shop-canary')],
          },
          { matches: [{ path: { type: 'Exact', value: '/' } }], backendRefs: [to('shop-stable')] },
        ],
      },
      { old: 0.5, new: 0.5 },
    ],
    [
      'a method that nobody uses',
      {
        rules: [
          { matches: [{ method: 'POST' }], backendRefs: [to('shop-canary')] },
          { backendRefs: [to('shop-stable')] },
        ],
      },
      { old: 1 },
    ],
  ])('%s', (_, spec, expected) => {
    expect(split(route(spec))).toEqual(expected);
  });

  test('requests with a header follow the rule that asks for it', () => {
    const rules = [
      weighted,
      {
        matches: [{ headers: [{ type: 'RegularExpression', name: 'X-Tester', value: 'y.*' }] }],
        backendRefs: [to('shop-canary')],
      },
    ];
    const annotations = sandbox({ 'requests-with-header': 'x-tester: yes = 0.2' });
    expect(split(route({ rules }, 'HTTPRoute', annotations))).toEqual({ old: 0.6, new: 0.4 });
  });

  test('a GRPCRoute is weighed like an HTTPRoute', () => {
    const rules = [{ matches: [{ method: { service: 'shop.Cart', method: 'Add' } }], ...weighted }];
    expect(split(route({ rules }, 'GRPCRoute'))).toEqual({ old: 0.75, new: 0.25 });
  });

  test.each<[string, readonly string[], Record<string, number>]>([
    ['of the same name', ['shop.example.com'], { old: 0.75, new: 0.25 }],
    ['of all names below', ['*.example.com'], { old: 0.75, new: 0.25 }],
    ['of another name', ['cart.example.com'], {}],
  ])('a Gateway that is there must have a listener for the host: one %s', (_, hostnames, expected) => {
    const stage = trafficStage();
    stage.put(...twoRevisions, gateway(...hostnames), route({ rules: [weighted] }));
    const { traffic } = stage;
    const isAttached = Object.keys(expected).length > 0;
    expect(traffic.routedTo({ namespace: 'shop', host: 'shop.example.com' }).length > 1).toBe(isAttached);
  });

  test('a backend in another namespace needs a ReferenceGrant there', () => {
    const stage = trafficStage();
    const elsewhere = twoRevisions.map((one) => ({
      ...one,
      metadata: { ...one.metadata, namespace: 'backends' },
    }));
    const rules = [{ backendRefs: [to('shop-stable', 1, { namespace: 'backends' })] }];
    stage.put(...elsewhere, route({ rules }));
    expect(shares(stage)).toEqual({});
    const grant = object('ReferenceGrant', 'routes', {
      spec: {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' }],
        to: [{ group: '', kind: 'Service' }],
      },
    });
    stage.put({ ...grant, metadata: { ...grant.metadata, namespace: 'backends' } });
    expect(shares(stage)).toEqual({ old: 1 });
  });

  test('a mirror loads the pods and is no share', async () => {
    const mirror = { type: 'RequestMirror', requestMirror: { backendRef: to('shop-canary'), percent: 50 } };
    const stage = trafficStage();
    stage.put(...twoRevisions, route({ rules: [{ filters: [mirror], backendRefs: [to('shop-stable')] }] }));
    await stage.clock.advanceBy(60);
    expect(shares(stage)).toEqual({ old: 1 });
    expect(stage.query('sum(rate(http_requests_total{rollouts_pod_template_hash="new"}[1m]))')).toBeCloseTo(
      10,
    );
  });

  test('the gateway reports under Istio’s names', async () => {
    const stage = trafficStage();
    stage.put(...twoRevisions, route({ rules: [weighted] }));
    await stage.clock.advanceBy(60);
    const canary = 'istio_requests_total{reporter="source",destination_service_name="shop-canary"}';
    expect(stage.query(`sum(rate(${canary}[1m]))`)).toBeCloseTo(5);
  });
});
