import type { VirtualService } from '../../src/api/routes.ts';
import {
  copy,
  destinationRule,
  experimentService,
  problems,
  render,
  rollout,
  routerOf,
  split,
  subsets,
  subsetVirtualService,
  testers,
  virtualService,
} from './support.ts';

const path = 'istio.virtualService.name';
const http = `${path}: Istio VirtualService has invalid HTTP routes. Error: `;
const to = (host: string, weight?: number, subset?: string) => ({
  destination: { host, ...(subset !== undefined && { subset }) },
  ...(weight !== undefined && { weight }),
});
const both = [to('stable', 100), to('canary', 0)];
const withRoute = (...route: object[]) => virtualService({ http: [{ route: route as [] }] });
const weightsOf = (object: unknown, index = 0) =>
  (object as VirtualService).spec.http?.[index]?.route?.map(({ weight }) => weight);

describe('which objects Istio’s router reads and writes', () => {
  test.each([
    ['shop', 'shop', 'web'],
    ['shop.mesh', 'shop', 'mesh'],
    ['shop.example.mesh', 'shop.example', 'mesh'],
    ['shop.mesh.svc.cluster.local', 'shop', 'mesh'],
  ])('%s is the VirtualService %s in namespace %s', (reference, name, namespace) => {
    const owner = rollout('istio', { istio: { virtualService: { name: reference } } });
    expect(routerOf('istio').objects(owner)).toMatchObject([{ name, namespace }]);
  });

  test('the DestinationRule comes first, so that a subset has pods before it gets weight', () => {
    const owner = rollout('istio', {
      istio: { virtualServices: [{ name: 'one' }, { name: 'two.mesh' }], destinationRule: subsets },
    });
    const kinds = routerOf('istio')
      .objects(owner)
      .map(({ type, name, namespace }) => `${type.kind} ${namespace}/${name}`);
    expect(kinds).toEqual(['DestinationRule web/shop', 'VirtualService web/one', 'VirtualService mesh/two']);
  });
});

describe('what Istio’s router refuses, and how it says so', () => {
  test.each([
    ['no routes', virtualService({ http: undefined }), 'Unable to get any of the HTTP, TCP or TLS routes'],
    ['no canary', withRoute(to('stable', 100)), `${http}Canary Service 'canary' not found in route`],
    ['no stable', withRoute(to('canary', 0)), `${http}Stable Service 'stable' not found in route`],
    [
      'the canary twice',
      withRoute(...both, to('canary.web', 0)),
      `${http}Canary Service 'canary' found more than once in route`,
    ],
    [
      'several routes, none of them named',
      virtualService({ http: [{ route: both }, { route: both }] }),
      `${http}spec.http[] should be set in VirtualService and it must have exactly one route when omitting spec.strategy.canary.trafficRouting.istio.virtualService.routes`,
    ],
    [
      'several TLS routes, none of them chosen',
      virtualService({ http: undefined, tls: [{ route: both }, { route: both }] }),
      `${path}: Istio VirtualService has invalid TLS routes. Error: spec.tls[] should be set`,
    ],
  ])('%s', (_, object, message) => {
    expect(problems('istio', [object])).toEqual([expect.stringContaining(message)]);
    expect(() => render('istio', split(10), [object])).toThrow();
  });

  test.each([
    [{ routes: ['absent'] }, `${http}HTTP Route 'absent' is not found in the defined Virtual Service.`],
    [{ tlsRoutes: [{ port: 443 }] }, 'invalid TLS routes. Error: No matching TLS routes found'],
    [{ tcpRoutes: [{ port: 3306 }] }, 'invalid TCP routes. Error: No matching TCP routes found'],
  ])('a choice of %j that nothing fits', (selection, message) => {
    const owner = rollout('istio', { istio: { virtualService: { name: 'shop', ...selection } } });
    const tls = [{ match: [{ port: 8443, sniHosts: ['a'] }], route: both }];
    const tcp = [{ match: [{ port: 5432 }], route: both }];
    expect(problems('istio', [virtualService({ tls, tcp, http: [{ route: both }] })], owner)).toEqual([
      expect.stringContaining(message),
    ]);
  });

  test.each([
    [{}, 'either VirtualService or VirtualServices must be configured'],
    [
      { virtualService: { name: 'a' }, virtualServices: [{ name: 'b' }] },
      'either VirtualService or VirtualServices must be configured',
    ],
    [
      { virtualServices: [{ name: 'shop' }, { name: 'shop.web' }] },
      'istio.virtualServices[1].name: the VirtualService is named more than once',
    ],
  ])('the configuration %j', (istio, message) => {
    const [first] = problems('istio', [virtualService(), virtualService()], rollout('istio', { istio }));
    expect(first).toContain(message);
  });

  test('a header route where there are no HTTP routes', () => {
    const tcp = virtualService({ http: undefined, tcp: [{ route: both }] });
    expect(() => render('istio', split(10, { headerRoutes: [testers] }), [tcp])).toThrow(
      'spec.http not found',
    );
  });

  test('a weighted template of an experiment that has no Service', () => {
    const nameless = { service: '', podTemplateHash: 'exp', weight: 5 };
    expect(() => render('istio', split(10, { additional: [nameless] }))).toThrow('declare a containerPort');
  });
});

describe('which routes Istio’s router weighs', () => {
  const named = (name: string) => ({ name, route: both });

  test('only the named ones, when the Rollout names some', () => {
    const owner = rollout('istio', { istio: { virtualService: { name: 'shop', routes: ['b', 'c'] } } });
    const object = virtualService({ http: ['a', 'b', 'c'].map(named) });
    const [rendered] = render('istio', split(20), [object], owner);
    expect([0, 1, 2].map((index) => weightsOf(rendered, index))).toEqual([
      [100, 0],
      [80, 20],
      [80, 20],
    ]);
  });

  test('the only one beside managed routes, so that a header route does not stop the weights', () => {
    const during = render('istio', split(10, { headerRoutes: [testers] }));
    const [rendered] = render('istio', split(40, { headerRoutes: [testers] }), during);
    expect(weightsOf(rendered, 1)).toEqual([60, 40]);
  });

  test('a listed route stays, though a managed route has its name', () => {
    const owner = rollout('istio', {
      istio: { virtualService: { name: 'shop', routes: ['testers'] } },
    });
    const object = virtualService({ http: [named('testers')] });
    expect(weightsOf(render('istio', split(20), [object], owner)[0])).toEqual([80, 20]);
  });

  test('TLS routes by port and the set of SNI hosts, TCP routes by port', () => {
    const owner = rollout('istio', {
      istio: {
        virtualService: {
          name: 'shop',
          tlsRoutes: [{ port: 443, sniHosts: ['b', 'a'] }],
          tcpRoutes: [{ port: 5432 }],
        },
      },
    });
    const tls = [
      {
        match: [
          { port: 443, sniHosts: ['a'] },
          { port: 443, sniHosts: ['b'] },
        ],
        route: both,
      },
      { match: [{ port: 443, sniHosts: ['a'] }], route: both },
    ];
    const tcp = [
      { match: [{ port: 3306 }], route: both },
      { match: [{ port: 5432 }], route: both },
    ];
    const [rendered] = render('istio', split(20), [virtualService({ http: undefined, tls, tcp })], owner);
    const spec = (rendered as VirtualService).spec as unknown as Record<
      string,
      { route: { weight: number }[] }[]
    >;
    const weights = (protocol: string) =>
      spec[protocol]?.map(({ route }) => route.map(({ weight }) => weight));
    expect(weights('tls')).toEqual([
      [80, 20],
      [100, 0],
    ]);
    expect(weights('tcp')).toEqual([
      [100, 0],
      [80, 20],
    ]);
  });

  test('none of a protocol that sends nothing to our Services', () => {
    const tcp = [{ route: [to('database', 100)] }];
    const object = virtualService({ tcp });
    expect(problems('istio', [object])).toEqual([]);
    expect((render('istio', split(20), [object])[0] as VirtualService).spec['tcp']).toEqual(tcp);
  });
});

describe('what Istio’s router writes', () => {
  test.each([
    ['without weight', 'other', 0, [80, 20, 0]],
    ['with a weight, which stable gives up', 'other.web', 5, [75, 20, 5]],
    ['whose name only starts like an experiment’s', 'shop-legacy', 50, [30, 20, 50]],
    ['with more than stable has to give', 'other', 90, [0, 20, 90]],
  ])('a destination of somebody else %s stays as it is', (_, service, weight, shown) => {
    const [rendered] = render('istio', split(20), [withRoute(...both, to(service, weight))]);
    expect(weightsOf(rendered)).toEqual(shown);
  });

  test('a managed route of another Rollout in the same VirtualService stays, though it has the same name', () => {
    const theirs = { name: 'testers', route: [to('their-canary', 100)] };
    const object = virtualService({ http: [theirs, { name: 'primary', route: both }] });
    const owner = rollout('istio', { istio: { virtualService: { name: 'shop', routes: ['primary'] } } });
    const names = (rendered: unknown) =>
      (rendered as VirtualService).spec.http?.map(({ route }) => route?.[0]?.destination.host);
    const during = render('istio', split(20, { headerRoutes: [testers] }), [object], owner);
    expect(names(during[0])).toEqual(['canary', 'their-canary', 'stable']);
    expect(names(render('istio', split(0), during, owner)[0])).toEqual(['their-canary', 'stable']);
  });

  test.each([
    ['by its name', experimentService, rollout('istio')],
    [
      'by the status',
      'baseline',
      {
        ...rollout('istio'),
        status: {
          canary: {
            weights: {
              canary: { weight: 0 },
              stable: { weight: 95 },
              additional: [{ weight: 5, serviceName: 'baseline' }],
            },
          },
        },
      },
    ],
    [
      'by a step',
      'baseline',
      rollout(
        'istio',
        {},
        {
          steps: [
            { experiment: { templates: [{ name: 'a', specRef: 'stable', service: { name: 'baseline' } }] } },
          ],
        },
      ),
    ],
  ])('what an experiment has left behind is known %s, and goes', (_, service, owner) => {
    const [rendered] = render(
      'istio',
      split(20),
      [withRoute(to('stable', 95), to('canary', 0), to(service, 5))],
      owner,
    );
    expect((rendered as VirtualService).spec.http?.[0]?.route).toEqual([to('stable', 80), to('canary', 20)]);
  });

  test('an absent weight is written only when it is not 0', () => {
    const [rendered] = render('istio', split(0), [withRoute(to('stable'), to('canary'))]);
    expect((rendered as VirtualService).spec.http?.[0]?.route).toEqual([to('stable', 100), to('canary')]);
  });

  test('managed routes stand in the order of managedRoutes, in front of all others', () => {
    const owner = rollout('istio', { managedRoutes: [{ name: 'copy' }, { name: 'testers' }] });
    const all = split(10, { headerRoutes: [testers], mirrorRoutes: [copy] });
    const names = (rendered: unknown) => (rendered as VirtualService).spec.http?.map(({ name }) => name);
    expect(names(render('istio', all)[0])).toEqual(['testers', 'copy', 'primary']);
    expect(names(render('istio', all, undefined, owner)[0])).toEqual(['copy', 'testers', 'primary']);
  });

  test('a mirror follows the weights, and keeps what its destinations say of headers', () => {
    const during = render('istio', split(0, { mirrorRoutes: [copy] }));
    const [rendered] = render('istio', split(30, { mirrorRoutes: [copy] }), during);
    const mirror = (rendered as VirtualService).spec.http?.[0];
    expect(mirror?.route).toEqual((rendered as VirtualService).spec.http?.[1]?.route);
    expect(mirror?.['mirror']).toEqual({ host: 'canary', port: { number: 80 } });
  });

  test('a header route of a step that the Rollout does not list as managed is removed as well', () => {
    const owner = rollout(
      'istio',
      { managedRoutes: [] },
      { steps: [{ setHeaderRoute: { name: 'testers' } }] },
    );
    const during = render('istio', split(10, { headerRoutes: [testers] }));
    expect(render('istio', split(10), during, owner)).toEqual(render('istio', split(10)));
  });

  test('the shares of the user’s own subsets are taken from stable, and never below 0', () => {
    const owner = rollout('istio', {
      istio: {
        virtualService: { name: 'shop' },
        destinationRule: { ...subsets, additionalSubsetNames: ['legacy'] },
      },
    });
    const route = [to('shop', 80, 'now'), to('shop', 0, 'next'), to('shop', 20, 'legacy')];
    const object = virtualService({ http: [{ route }] });
    const weights = (canary: number) =>
      weightsOf(render('istio', split(canary), [destinationRule(), object], owner)[1]);
    expect(weights(30)).toEqual([50, 30, 20]);
    expect(weights(90)).toEqual([0, 90, 20]);
  });
});

describe('Istio’s router over subsets', () => {
  const owner = rollout('istio', { istio: { virtualService: { name: 'shop' }, destinationRule: subsets } });
  const current = [destinationRule(), subsetVirtualService()];

  test('subsets select the pods of their revision, and those of others stay', () => {
    const [rule, service] = render('istio', split(20), current, owner);
    expect(rule).toMatchObject({
      metadata: { annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'shop' } },
      spec: {
        host: 'shop.web',
        subsets: [
          {
            name: 'now',
            labels: { tier: 'web', 'rollouts-pod-template-hash': 'old' },
            trafficPolicy: { tls: { mode: 'DISABLE' } },
          },
          { name: 'next', labels: { 'rollouts-pod-template-hash': 'new' } },
          { name: 'legacy', labels: { version: 'v0' } },
        ],
      },
    });
    expect(weightsOf(service)).toEqual([80, 20]);
  });

  test('an experiment’s subset comes and goes', () => {
    const additional = [{ service: experimentService, podTemplateHash: 'exp', weight: 5 }];
    const during = render('istio', split(20, { additional }), current, owner);
    expect(during[0]).toMatchObject({ spec: { subsets: { length: 4, 3: { name: experimentService } } } });
    expect(render('istio', split(20), during, owner)).toEqual(render('istio', split(20), current, owner));
  });

  test('a header route leads to the canary’s subset of the rule’s host', () => {
    const [, service] = render('istio', split(20, { headerRoutes: [testers] }), current, owner);
    expect((service as VirtualService).spec.http?.[0]?.route).toEqual([
      { weight: 100, destination: { host: 'shop.web', subset: 'next' } },
    ]);
  });

  test('a subset that the rule or the route lacks is refused', () => {
    const rule = destinationRule();
    rule.spec.subsets = rule.spec.subsets?.filter(({ name }) => name !== 'next');
    expect(problems('istio', [rule, withRoute(to('shop', 100, 'now'))], owner)).toEqual([
      `istio.destinationRule.canarySubsetName: DestinationRule subset 'next' not found in DestinationRule 'shop'`,
      `${http}Canary DestinationRule subset 'next' not found in route`,
    ]);
    expect(problems('istio', [undefined, subsetVirtualService()], owner)).toEqual([
      `istio.destinationRule.name: destinationrules.networking.istio.io "shop" not found`,
    ]);
  });

  test('a rule that another Rollout manages is refused: two would put their marks on it in turn', () => {
    const [rule, service] = render('istio', split(20), current, owner);
    const cart = { ...owner, metadata: { ...owner.metadata, name: 'cart' } };
    expect(problems('istio', [rule, service], owner)).toEqual([]);
    expect(problems('istio', [rule, service], cart)).toEqual([
      'istio.destinationRule.name: DestinationRule "shop" is managed by another Rollout, shop',
    ]);
  });

  test('the event names the subsets and their hashes', () => {
    const [rule, service] = render('istio', split(20), current, owner);
    const say = (object: unknown) =>
      routerOf('istio').describeChange(object as VirtualService, split(20), owner);
    expect(say(rule)).toEqual({
      reason: 'UpdatedDestinationRule',
      message: 'DestinationRule shop subset updated (next: new, now: old)',
    });
    expect(say(service)).toEqual({
      reason: 'Updated VirtualService',
      message: "VirtualService `shop` set to desiredWeight '20'",
    });
  });

  test('released, the rule has neither our label nor our mark; another Rollout’s is left alone', () => {
    const [rule] = render('istio', split(20), current, owner);
    const release = (name: string) => routerOf('istio').release?.(name, [rule as VirtualService])[0];
    expect(release('another')).toBe(rule);
    expect(JSON.stringify(release('shop'))).not.toMatch(/rollouts-pod-template-hash|managed-by/);
    expect(release('shop')).toMatchObject({ spec: { subsets: { 0: { labels: { tier: 'web' } } } } });
  });
});
