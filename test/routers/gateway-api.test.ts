import type { GatewayRoute } from '../../src/api/routes.ts';
import {
  dividedRule,
  gateway,
  httpRoute,
  problems,
  render,
  rollout,
  routerOf,
  split,
  testers,
} from './support.ts';

const key = 'argoproj-labs/gatewayAPI';
const settings = (value: unknown) => rollout(gateway, { plugins: { [key]: value } } as never);
const rulesOf = (objects: readonly unknown[], index = 0) => (objects[index] as GatewayRoute).spec.rules ?? [];
const weightsOf = (rule: ReturnType<typeof rulesOf>[number] | undefined) =>
  Object.fromEntries((rule?.backendRefs ?? []).map(({ name, weight }) => [name, weight]));

describe('the settings, which no CRD describes', () => {
  test.each<[string, unknown, string]>([
    ['no object', 'shop', 'plugins[argoproj-labs/gatewayAPI]: must be an object with the names of routes'],
    ['no routes', {}, 'plugins[argoproj-labs/gatewayAPI]: No routes configured. At least one of'],
    [
      'a misspelt field',
      { httproute: 'shop' },
      'plugins[argoproj-labs/gatewayAPI].httproute: unknown field; there are ',
    ],
    ['a number for a name', { httpRoute: 7 }, 'plugins[argoproj-labs/gatewayAPI].httpRoute: must be a text'],
    [
      'a list of names',
      { httpRoutes: ['shop'] },
      'plugins[argoproj-labs/gatewayAPI].httpRoutes[0].name: must be the name of a route',
    ],
    ...(
      [
        ['a text for labels', 'app=shop', ': must be a label selector'],
        ['labels that select everything', {}, ': must select by at least one label'],
        ['a misspelt selector', { labels: { app: 'shop' } }, ': must be a label selector'],
        ['a number for a label', { matchLabels: { app: 7 } }, '.matchLabels.app: must be a text'],
        [
          'an unknown operator',
          { matchExpressions: [{ key: 'app', operator: 'Is' }] },
          '.matchExpressions[0].operator: must be one of In, NotIn, Exists, DoesNotExist',
        ],
      ] as const
    ).map(([name, labels, text]): [string, unknown, string] => [
      name,
      { httpRouteSelector: labels },
      `plugins[argoproj-labs/gatewayAPI].httpRouteSelector${text}`,
    ]),
    [
      'one route twice',
      { httpRoute: 'shop', httpRoutes: [{ name: 'shop' }] },
      'plugins[argoproj-labs/gatewayAPI].httpRoutes[0].name: the route is named more than once',
    ],
  ])('%s is refused by its field', (_name, value, text) => {
    expect(problems(gateway, [httpRoute(), httpRoute()], settings(value))[0]).toContain(text);
  });

  test('a route without a rule for both Services is refused, with what was looked for', () => {
    const lonely = dividedRule({ backendRefs: [{ name: 'stable', port: 80 }] });
    expect(problems(gateway, [httpRoute([lonely])])).toEqual([
      'plugins[argoproj-labs/gatewayAPI].httpRoute: backendRef was not found in httpRoute: no rule has both Services, stable and canary',
    ]);
  });
});

describe('a Service that stands twice in a rule', () => {
  test.each(['stable', 'canary'])('%s, on another port, is refused', (name) => {
    const again = dividedRule({ backendRefs: [...(dividedRule().backendRefs ?? []), { name, port: 8080 }] });
    expect(problems(gateway, [httpRoute([dividedRule(), again])])).toEqual([
      `plugins[argoproj-labs/gatewayAPI].httpRoute: backendRef ${name} stands more than once in a rule; its weight would count twice`,
    ]);
  });
});

describe('the weights', () => {
  test('stand in every rule that has both Services; other rules are not touched', () => {
    const health = dividedRule({ backendRefs: [{ name: 'canary', port: 80 }] });
    const legacy = dividedRule({ backendRefs: [{ name: 'legacy', port: 80, weight: 3 }] });
    const [route] = render(gateway, split(30), [httpRoute([dividedRule(), health, legacy, dividedRule()])]);
    const rules = rulesOf([route]);
    expect([rules[0], rules[3]].map(weightsOf)).toEqual([
      { stable: 70, canary: 30 },
      { stable: 70, canary: 30 },
    ]);
    expect([rules[1], rules[2]]).toEqual([health, legacy]);
  });

  test('leave a backend of another kind with the name of a Service alone', () => {
    const bucket = { group: 'storage.example.com', kind: 'Bucket', name: 'canary', weight: 9 };
    const rule = dividedRule({ backendRefs: [...(dividedRule().backendRefs ?? []), bucket] });
    const [route] = render(gateway, split(30), [httpRoute([rule])]);
    expect(rulesOf([route])[0]?.backendRefs).toContainEqual(bucket);
  });

  test('of a TCP route are written without any header rule', () => {
    const tcp = { ...httpRoute([{ backendRefs: dividedRule().backendRefs ?? [] }]), kind: 'TCPRoute' };
    const owner = settings({ tcpRoute: 'shop' });
    const [route] = render(gateway, split(30, { headerRoutes: [testers] }), [tcp], owner);
    expect(rulesOf([route])).toHaveLength(1);
    expect(weightsOf(rulesOf([route])[0])).toEqual({ stable: 70, canary: 30 });
  });
});

describe('a route by header', () => {
  const during = () =>
    render(gateway, split(10, { headerRoutes: [testers] }), [httpRoute([dividedRule(), dividedRule()])]);

  test('is one rule for each divided one, narrowed by all headers', () => {
    const added = rulesOf(during()).slice(2);
    expect(added.map(({ name }) => name)).toEqual(['testers', 'testers-1']);
    expect(added[0]).toMatchObject({
      matches: [
        {
          path: { type: 'PathPrefix', value: '/' },
          headers: [
            { type: 'Exact', name: 'x-tester', value: 'yes' },
            { type: 'Exact', name: 'x-team', value: 'qa' },
          ],
        },
      ],
      filters: dividedRule()['filters'],
      backendRefs: [{ name: 'canary', port: 80, weight: 1 }],
    });
  });

  test('answers as the rule does that it narrows, by the canary as that rule reaches it', () => {
    const filters = [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['x'] } }];
    const [stable, canary] = dividedRule().backendRefs ?? [];
    const rule = dividedRule({
      timeouts: { request: '3s' },
      sessionPersistence: { sessionName: 'shop' },
      backendRefs: [stable, { ...canary, filters }] as never,
    });
    const [route] = render(gateway, split(10, { headerRoutes: [testers] }), [httpRoute([rule])]);
    expect(rulesOf([route])[1]).toMatchObject({
      timeouts: { request: '3s' },
      sessionPersistence: { sessionName: 'shop' },
      backendRefs: [{ name: 'canary', filters, weight: 1 }],
    });
  });

  test('is found and removed where an older API server has dropped its name', () => {
    const owner = rollout(gateway, {}, { steps: [{ setHeaderRoute: testers as never }] });
    const nameless = rulesOf(during()).map(({ name: _, ...rule }) => rule);
    const [after] = render(gateway, split(0), [httpRoute(nameless)], owner);
    expect(rulesOf([after])).toHaveLength(2);
  });

  test('never takes a rule of the user for its own', () => {
    const user = dividedRule({ name: 'testers-only', backendRefs: [{ name: 'canary', port: 80 }] });
    const [after] = render(gateway, split(0), [httpRoute([dividedRule(), user])]);
    expect(rulesOf([after])).toContainEqual(user);
  });

  test('turns prefixes into regular expressions', () => {
    const match = [
      { headerName: 'a', headerValue: { prefix: 'v1.' } },
      { headerName: 'b', headerValue: { regex: '^x+$' } },
    ];
    const [route] = render(gateway, split(0, { headerRoutes: [{ name: 'testers', match }] }));
    expect(rulesOf([route])[1]?.matches?.[0]?.headers).toEqual([
      { type: 'RegularExpression', name: 'a', value: 'v1\\..*' },
      { type: 'RegularExpression', name: 'b', value: '^x+$' },
    ]);
  });

  test('is not added to a route that does not ask for it', () => {
    const owner = settings({ httpRoutes: [{ name: 'shop' }] });
    const [route] = render(gateway, split(10, { headerRoutes: [testers] }), [httpRoute()], owner);
    expect(rulesOf([route])).toHaveLength(1);
  });
});

describe('the label that keeps GitOps tools away', () => {
  const labelOf = (value: object, weight: number) =>
    render(gateway, split(weight), [httpRoute()], settings({ httpRoute: 'shop', ...value }))[0]?.metadata
      .labels;

  test.each<[object, number, object]>([
    [{}, 10, { team: 'shop', 'rollouts.argoproj.io/gatewayapi-canary': 'in-progress' }],
    [{}, 0, { team: 'shop' }],
    [{ disableInProgressLabel: true }, 10, { team: 'shop' }],
    [{ inProgressLabelKey: 'release', inProgressLabelValue: 'on' }, 10, { team: 'shop', release: 'on' }],
  ])('%j at %i', (value, weight, labels) => {
    expect(labelOf(value, weight)).toEqual(labels);
  });

  test('goes when the release is over', () => {
    const [route] = render(gateway, split(0), render(gateway, split(50)));
    expect(route?.metadata.labels).toEqual({ team: 'shop' });
  });
});

describe('routes that are found by their labels', () => {
  const labelled = (name: string, app: string) => {
    const route = httpRoute();
    return { ...route, metadata: { ...route.metadata, name, labels: { app } } };
  };
  const routes = [
    labelled('b', 'shop'),
    labelled('a', 'shop'),
    labelled('c', 'other'),
    labelled('shop', 'shop'),
  ];
  const known = {
    get: () => undefined,
    list: (type: { kind: string }) => (type.kind === 'HTTPRoute' ? routes : []),
  };
  const owner = settings({
    httpRoute: 'shop',
    configMap: 'where-the-plugin-notes-its-rules',
    httpRouteSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['shop'] }] },
  });

  test('stand behind those that are named, each once', () => {
    const found = routerOf(gateway).objects(owner, known);
    expect(found.map(({ name }) => name)).toEqual(['shop', 'a', 'b']);
    expect(routerOf(gateway).searches?.(owner)).toEqual([{ type: found[0]?.type, namespace: 'web' }]);
    expect(
      routerOf(gateway)
        .objects(owner)
        .map(({ name }) => name),
    ).toEqual(['shop']);
  });

  test('are weighed, and take no header routes', () => {
    const rendered = render(
      gateway,
      split(20, { headerRoutes: [testers] }),
      [httpRoute(), labelled('a', 'shop')],
      owner,
    );
    const rules = rendered.map((route) => (route as GatewayRoute).spec.rules ?? []);
    expect(
      rules.map((all) => all.map(({ backendRefs }) => backendRefs?.map(({ weight }) => weight))),
    ).toEqual([[[80, 20], [1]], [[80, 20]]]);
  });

  test('are refused by their selector when they divide nothing, and when there is none', () => {
    const lonely = {
      ...httpRoute([dividedRule({ backendRefs: [] })]),
      metadata: { name: 'a', namespace: 'web' },
    };
    expect(problems(gateway, [httpRoute(), lonely], owner)).toEqual([
      expect.stringContaining('.httpRouteSelector: backendRef was not found in httpRoute'),
    ]);
    const onlyFound = settings({ tlsRouteSelector: { matchLabels: { app: 'shop' } } });
    expect(problems(gateway, [], onlyFound)).toEqual([expect.stringContaining('No routes configured.')]);
  });
});

describe('a mirror', () => {
  const mirrored = (own: unknown, match: object, protocol: 'HTTP' | 'GRPC' = 'HTTP') => {
    const route = httpRoute([dividedRule({ matches: own as never })]);
    const route_ = protocol === 'HTTP' ? route : { ...route, kind: 'GRPCRoute' };
    const owner = protocol === 'HTTP' ? rollout(gateway) : settings({ grpcRoute: 'shop' });
    const copy = { name: 'copy', percentage: 100, match: [match] };
    return rulesOf(render(gateway, split(10, { mirrorRoutes: [copy] }), [route_], owner))
      .filter(({ name }) => name === 'copy')
      .flatMap(({ matches = [] }) => matches);
  };
  const prefix = (value: string) => ({ type: 'PathPrefix', value });
  const exact = (value: string) => ({ type: 'Exact', value });

  test.each<[string, object | undefined, object, object | undefined]>([
    ['no path of either', undefined, {}, prefix('/')],
    ['a prefix within', prefix('/'), { prefix: '/shop' }, prefix('/shop')],
    ['a prefix around', prefix('/shop/cart'), { prefix: '/shop' }, prefix('/shop/cart')],
    ['a prefix with a slash at its end', prefix('/shop'), { prefix: '/shop/' }, prefix('/shop/')],
    ['a prefix of letters only', prefix('/shopping'), { prefix: '/shop' }, undefined],
    ['an exact path within', prefix('/shop'), { exact: '/shop/cart' }, exact('/shop/cart')],
    ['an exact path elsewhere', prefix('/help'), { exact: '/shop/cart' }, undefined],
    ['the same exact path', exact('/cart'), { exact: '/cart' }, exact('/cart')],
    ['a prefix around an exact path', exact('/shop/cart'), { prefix: '/shop' }, exact('/shop/cart')],
    [
      'a pattern where everything is taken',
      prefix('/'),
      { regex: '/v[0-9]+/.*' },
      { type: 'RegularExpression', value: '/v[0-9]+/.*' },
    ],
  ])('narrows %s', (_, own, asked, wanted) => {
    const found = mirrored(own && [{ path: own }], Object.keys(asked).length > 0 ? { path: asked } : {});
    expect(found).toEqual(wanted === undefined ? [] : [{ path: wanted }]);
  });

  test('asks for the method and the headers of both', () => {
    const own = [{ path: prefix('/'), method: 'GET', headers: [{ type: 'Exact', name: 'a', value: '1' }] }];
    const headers = [
      { type: 'Exact', name: 'a', value: '1' },
      { type: 'Exact', name: 'b', value: '2' },
    ];
    const asked = { method: { exact: 'GET' }, headers: { b: { exact: '2' } } };
    expect(mirrored(own, asked)).toEqual([{ path: prefix('/'), method: 'GET', headers }]);
    expect(mirrored(own, { method: { exact: 'POST' } })).toEqual([]);
  });

  test('of calls keeps service and method', () => {
    const own = [{ method: { service: 'shop.Cart', method: 'Add' } }];
    const headers = [{ type: 'Exact', name: 'b', value: '2' }];
    expect(mirrored(own, { headers: { b: { exact: '2' } } }, 'GRPC')).toEqual([{ ...own[0], headers }]);
  });

  const step = (match: object, route: object, more: object = {}) =>
    problems(gateway, [httpRoute([dividedRule(more as never)])], {
      ...settings(route),
      spec: {
        strategy: {
          canary: {
            ...settings(route).spec.strategy?.canary,
            steps: [{ setMirrorRoute: { name: 'copy', match: [match] } }],
          },
        },
      },
    } as never).map((text) => text.replace('spec.strategy.canary.', ''));

  test.each<[string, object, object, object, string]>([
    [
      'a method by its start',
      { method: { prefix: 'G' } },
      { httpRoute: 'shop' },
      {},
      'steps[0].setMirrorRoute.match[0].method: must be exactly one of GET',
    ],
    [
      'two patterns of the path',
      { path: { regex: '.*' } },
      { httpRoute: 'shop' },
      { matches: [{ path: prefix('/shop') }] },
      'steps[0].setMirrorRoute.match[0].path: a regular expression cannot be combined',
    ],
    [
      'the path of a call',
      { path: { exact: '/' } },
      { grpcRoute: 'shop' },
      {},
      'steps[0].setMirrorRoute.match[0].path: a GRPCRoute is narrowed by headers only',
    ],
    [
      'a route that takes none',
      {},
      { tcpRoute: 'shop' },
      {},
      'steps[0].setMirrorRoute: no HTTPRoute or GRPCRoute takes routes of steps',
    ],
    [
      'a route that takes none yet',
      {},
      { httpRoutes: [{ name: 'shop' }] },
      {},
      'steps[0].setMirrorRoute: no HTTPRoute or GRPCRoute takes routes of steps',
    ],
  ])('refuses %s by its field', (_, match, route, more, text) => {
    expect(step(match, route, more)).toEqual([expect.stringContaining(text)]);
  });

  test('is found again without its name, which servers before 1.4 drop', () => {
    const owner = rollout(
      gateway,
      {},
      { steps: [{ setMirrorRoute: { name: 'copy', match: [{}], percentage: 35 } }] },
    );
    const copy = { name: 'copy', percentage: 35, match: [{}] };
    const shown = render(gateway, split(10, { mirrorRoutes: [copy] }), [httpRoute()], owner);
    const nameless = rulesOf(shown).map(({ name: _, ...rule }) => rule);
    expect(rulesOf(render(gateway, split(10), [httpRoute(nameless)], owner))).toEqual(
      rulesOf(render(gateway, split(10), [httpRoute()], owner)),
    );
  });
});
