import {
  backend,
  destinationRule,
  ingress,
  pod,
  sandbox,
  service,
  shares,
  slice,
  to,
  trafficStage,
  virtualService,
} from '../support.ts';

const shop = { namespace: 'shop', host: 'shop.example.com' };

function forward(...groups: readonly (readonly [string, number])[]): string {
  const targetGroups = groups.map(([ServiceName, Weight]) => ({ ServiceName, ServicePort: '80', Weight }));
  return JSON.stringify({ Type: 'forward', ForwardConfig: { TargetGroups: targetGroups } });
}

const twoRevisions = [...backend('shop-stable', 'old', 4), ...backend('shop-canary', 'new', 1)];

describe('how requests are divided among revisions', () => {
  test.each([
    [
      'an Istio VirtualService by host',
      [virtualService([{ route: [to('shop-stable', 75), to('shop-canary', 25)] }])],
    ],
    [
      'Istio hosts written in full',
      [
        virtualService([
          { route: [to('shop-stable.shop.svc.cluster.local', 75), to('shop-canary.shop', 25)] },
        ]),
      ],
    ],
    [
      'an ALB Ingress by its forward action',
      [
        ingress('shop', 'shop-root', 'use-annotation', {
          'alb.ingress.kubernetes.io/actions.shop-root': forward(['shop-canary', 25], ['shop-stable', 75]),
        }),
      ],
    ],
    [
      'an nginx Ingress and its canary Ingress',
      [
        ingress('shop', 'shop-stable', undefined, { 'kubernetes.io/ingress.class': 'nginx' }),
        ingress('shop-canary', 'shop-canary', undefined, {
          'nginx.ingress.kubernetes.io/canary': 'true',
          'nginx.ingress.kubernetes.io/canary-weight': '50',
          'nginx.ingress.kubernetes.io/canary-weight-total': '200',
        }),
      ],
    ],
  ])('%s', (_, objects) => {
    const stage = trafficStage();
    stage.put(...twoRevisions, ...objects);
    expect(shares(stage)).toEqual({ old: 0.75, new: 0.25 });
  });

  test('Istio subsets narrow one Service down to the pods of a revision', () => {
    const stage = trafficStage();
    stage.put(service('shop'), pod('a', 'old'), pod('b', 'new'), slice('shop', ['a', 'b']));
    stage.put(destinationRule('shop', { stable: 'old', canary: 'new' }));
    stage.put(virtualService([{ route: [to('shop', 90, 'stable'), to('shop', 10, 'canary')] }]));
    expect(shares(stage)).toEqual({ old: 0.9, new: 0.1 });
  });

  test('a plain Service gives each ready pod the same', () => {
    const stage = trafficStage();
    stage.put(service('shop'), pod('a', 'old'), pod('b', 'old'), pod('c', 'old'), pod('d', 'new'));
    stage.put(slice('shop', ['a', 'b', 'c', 'd']));
    expect(shares(stage, { namespace: 'shop', host: 'shop' })).toEqual({ old: 0.75, new: 0.25 });
  });

  test('an SMI TrafficSplit stands in for its root Service', () => {
    const stage = trafficStage();
    stage.put(...twoRevisions, service('shop'), {
      apiVersion: 'split.smi-spec.io/v1alpha1',
      kind: 'TrafficSplit',
      metadata: { name: 'shop', namespace: 'shop' },
      spec: {
        service: 'shop',
        backends: [
          { service: 'shop-stable', weight: '75' },
          { service: 'shop-canary', weight: '25' },
        ],
      },
    });
    expect(shares(stage, { namespace: 'shop', host: 'shop' })).toEqual({ old: 0.75, new: 0.25 });
  });

  test('requests with a header follow the route that asks for it', () => {
    const stage = trafficStage();
    const headerRoute = {
      match: [{ headers: { 'X-Tester': { exact: 'yes' } } }],
      route: [to('shop-canary')],
    };
    stage.put(...twoRevisions);
    stage.put(
      virtualService(
        [headerRoute, { route: [to('shop-stable', 100), to('shop-canary', 0)] }],
        sandbox({ 'requests-with-header': 'x-tester: yes = 0.1' }),
      ),
    );
    expect(shares(stage)).toEqual({ new: 0.1, old: 0.9 });
  });

  test('a copy of the requests is no share of them, and still loads the pods', async () => {
    const stage = trafficStage();
    const http = [
      { route: [to('shop-stable')], mirror: { host: 'shop-canary' }, mirrorPercentage: { value: 50 } },
    ];
    stage.put(...twoRevisions, virtualService(http));
    expect(shares(stage)).toEqual({ old: 1 });
    await stage.clock.advanceBy(60);
    expect(stage.query('sum(rate(http_requests_total{rollouts_pod_template_hash="new"}[1m]))')).toBeCloseTo(
      10,
    );
    expect(stage.traffic.totals(shop).total).toBeCloseTo(20 * 60);
  });

  test('a destination without ready pods loses its share, and the loss is counted', async () => {
    const stage = trafficStage();
    stage.put(...backend('shop-stable', 'old', 1), service('shop-canary'));
    stage.put(
      virtualService(
        [{ route: [to('shop-stable', 90), to('shop-canary', 10)] }],
        sandbox({ 'requests-per-second': 100 }),
      ),
    );
    await stage.clock.advanceBy(30);
    expect(shares(stage)).toEqual({ old: 0.9 });
    expect(stage.traffic.totals(shop)).toEqual({ total: 3000, failed: 300, failedForLackOfPods: 300 });
    expect(
      stage.traffic
        .routedTo(shop)
        .map(({ service: name, share, readyEndpoints }) => [name, share, readyEndpoints]),
    ).toEqual([
      ['shop-stable', 0.9, 1],
      ['shop-canary', 0.1, 0],
    ]);
  });

  test('a subset that nobody defines refuses its requests', () => {
    const stage = trafficStage();
    stage.put(...backend('shop', 'old', 2), destinationRule('shop', { stable: 'old' }));
    stage.put(virtualService([{ route: [to('shop', 50, 'stable'), to('shop', 50, 'canary')] }]));
    expect(shares(stage)).toEqual({ old: 0.5 });
  });
});
