import type { KubeObject } from '../../src/api/meta.ts';
import type {
  AmbassadorMapping,
  ApisixRoute,
  AppMeshVirtualNode,
  AppMeshVirtualRouter,
  DestinationRule,
  Ingress,
  TraefikService,
  VirtualService,
} from '../../src/api/routes.ts';
import type { HeaderRoute, MirrorRoute } from '../../src/api/split.ts';
import type { TrafficRouting } from '../../src/api/v1alpha1/rollout.ts';
import {
  apisixRoute,
  destinationRule,
  ingress,
  kinds,
  mapping,
  meshRouter,
  meshService,
  problems,
  render,
  rollout,
  routerOf,
  split,
  subsets,
  subsetVirtualService,
  traefikService,
  unreleased,
  virtualNode,
  virtualService,
} from './support.ts';

/** Behaviours that the peer's own tests of its routers hold (commit 9f8d111d), as far as no other table here has them. */

type Weights = (number | undefined)[];
const both = (stable = 'stable', canary = 'canary') => [
  { destination: { host: stable }, weight: 100 },
  { destination: { host: canary }, weight: 0 },
];
const istio = (virtualService: object, more: object = {}) =>
  rollout('istio', {
    istio: { virtualService: { name: 'shop', ...virtualService }, ...more },
  } as TrafficRouting);
const weightsOf = (object: KubeObject | undefined, protocol: 'http' | 'tls' | 'tcp' = 'http'): Weights[] => {
  const routes = (object as VirtualService).spec[protocol] as { route?: { weight?: number }[] }[] | undefined;
  return (routes ?? []).map(({ route = [] }) => route.map(({ weight }) => weight));
};
const mirrorOf = (name: string, percentage = 90): MirrorRoute => ({
  name,
  percentage,
  match: [{ method: { exact: 'GET' } }],
});
const byAgent: HeaderRoute = {
  name: 'testers',
  match: [{ headerName: 'agent', headerValue: { exact: 'firefox' } }],
};

test.each(kinds)('%s gives back the very same objects when they show the split already', (kind) => {
  const shown = render(kind, split(30));
  for (const [index, object] of render(kind, split(30), shown).entries()) expect(object).toBe(shown[index]);
});

describe('Istio', () => {
  const mixed = (stable: string, canary: string) =>
    virtualService({
      http: ['primary', 'secondary'].map((name) => ({ name, route: both(stable, canary) })),
      tls: [3000, 3001].map((port) => ({ match: [{ port }], route: both(stable, canary) })),
      tcp: [3000, 3001].map((port) => ({ match: [{ port }], route: both(stable, canary) })),
    });
  const chosen = { routes: ['primary'], tlsRoutes: [{ port: 3000 }], tcpRoutes: [{ port: 3000 }] };

  test.each([
    ['the named pair', 'stable', 'canary', {}],
    [
      'ping and pong',
      'ping',
      'pong',
      { stableService: '', canaryService: '', pingPong: { pingService: 'ping', pongService: 'pong' } },
    ],
  ])('weighs the chosen routes of all protocols in one VirtualService, for %s', (_, stable, canary, more) => {
    const owner = istio(chosen);
    Object.assign(owner.spec.strategy?.canary as object, more);
    const wanted = split(20, {
      stable: { service: stable, podTemplateHash: 'old', weight: 80 },
      canary: { service: canary, podTemplateHash: 'new', weight: 20 },
    });
    const [rendered] = render('istio', wanted, [mixed(stable, canary)], owner);
    for (const protocol of ['http', 'tls', 'tcp'] as const) {
      expect(weightsOf(rendered, protocol)).toEqual([
        [80, 20],
        [100, 0],
      ]);
    }
  });

  test.each<[string, 'tls' | 'tcp', object, object]>([
    ['TLS, the only one', 'tls', { port: 443, sniHosts: ['a'] }, {}],
    ['TLS by port', 'tls', { port: 443 }, { tlsRoutes: [{ port: 443 }] }],
    ['TLS by SNI host', 'tls', { sniHosts: ['a', 'b'] }, { tlsRoutes: [{ sniHosts: ['b', 'a'] }] }],
    ['TLS by both', 'tls', { port: 443, sniHosts: ['a'] }, { tlsRoutes: [{ port: 443, sniHosts: ['a'] }] }],
    ['TCP, the only one', 'tcp', { port: 3306 }, {}],
    ['TCP by port', 'tcp', { port: 3306 }, { tcpRoutes: [{ port: 3306 }] }],
  ])('%s', (_, protocol, match, selection) => {
    const object = virtualService({ http: undefined, [protocol]: [{ match: [match], route: both() }] });
    expect(problems('istio', [object], istio(selection))).toEqual([]);
    expect(weightsOf(render('istio', split(30), [object], istio(selection))[0], protocol)).toEqual([
      [70, 30],
    ]);
  });

  test.each<[string, object]>([
    ['no list', { http: 'not-a-list' }],
    ['routes that are none', { http: ['not-a-route'] }],
    ['a route to nobody', { http: [{ name: 'primary' }] }],
    ['empty lists', { http: [], tls: [], tcp: [] }],
  ])('refuses a VirtualService with %s', (_, spec) => {
    const object = virtualService(spec as VirtualService['spec']);
    expect(problems('istio', [object])[0]).toMatch(/^istio\.virtualService\.name: /);
    expect(() => render('istio', split(10), [object])).toThrow('VirtualService shop: ');
  });

  test('takes the share of a subset of another host from stable, when the Rollout names it', () => {
    const owner = istio({}, { destinationRule: { ...subsets, additionalSubsetNames: ['theirs'] } });
    const [route] = subsetVirtualService().spec.http ?? [];
    const theirs = { destination: { host: 'other', subset: 'theirs' }, weight: 20 };
    const object = virtualService({ http: [{ route: [...(route?.route ?? []), theirs] }] });
    expect(weightsOf(render('istio', split(10), [destinationRule(), object], owner)[1])).toEqual([
      [70, 10, 20],
    ]);
  });

  test('leads a header to the port of the weighed route, in front of all others, which keep what they have', () => {
    const [primary] = virtualService().spec.http ?? [];
    const secondary = {
      name: 'secondary',
      retries: { attempts: 3 },
      corsPolicy: { maxAge: '1d' },
      route: both(),
    };
    const object = virtualService({ http: [{ ...primary }, secondary] });
    const owner = istio({ routes: ['primary'] });
    const during = render('istio', split(0, { headerRoutes: [byAgent] }), [object], owner);
    expect((during[0] as VirtualService).spec.http).toEqual([
      {
        name: 'testers',
        match: [{ headers: { agent: { exact: 'firefox' } } }],
        route: [{ weight: 100, destination: { host: 'canary', port: { number: 80 } } }],
      },
      primary,
      secondary,
    ]);
    expect(render('istio', split(0), during, owner)).toEqual([object]);
  });

  test('puts mirrors in the order of managedRoutes in front of a route without a name, and keeps them at its weights', () => {
    const owner = istio({});
    const routing = owner.spec.strategy?.canary?.trafficRouting as { managedRoutes: object[] };
    routing.managedRoutes = ['second', 'third', 'first'].map((name) => ({ name }));
    const object = virtualService({ http: [{ route: both() }] });
    const mirrors = ['first', 'second', 'third'].map((name) => mirrorOf(name));
    const show = (weight: number, mirrorRoutes: MirrorRoute[], current: readonly KubeObject[]) =>
      render('istio', split(weight, { mirrorRoutes }), current, owner);
    const names = ([shown]: readonly KubeObject[]) =>
      (shown as VirtualService).spec.http?.map(({ name }) => name ?? 'the user’s');
    const at30 = show(30, mirrors, [object]);
    expect(names(at30)).toEqual(['second', 'third', 'first', 'the user’s']);
    expect(weightsOf(at30[0])).toEqual([1, 2, 3, 4].map(() => [70, 30]));
    const at40 = show(40, mirrors.slice(0, 2), at30);
    expect(names(at40)).toEqual(['second', 'first', 'the user’s']);
    expect(weightsOf(at40[0])).toEqual([1, 2, 3].map(() => [60, 40]));
    expect(show(0, [], at40)).toEqual([object]);
  });

  test('mirrors to the canary’s subset', () => {
    const owner = istio({}, { destinationRule: subsets });
    const current = [destinationRule(), subsetVirtualService()];
    const [, shown] = render('istio', split(10, { mirrorRoutes: [mirrorOf('copy', 35)] }), current, owner);
    expect((shown as VirtualService).spec.http?.[0]).toMatchObject({
      match: [{ method: { exact: 'GET' } }],
      mirror: { host: 'shop.web', subset: 'next' },
      mirrorPercentage: { value: 35 },
      route: [{ destination: { subset: 'now' } }, { destination: { subset: 'next' } }],
    });
  });

  test('takes the label of a version that is not there off its subset, and the rest of the rule stays', () => {
    const owner = istio({}, { destinationRule: subsets });
    const current = [destinationRule(), subsetVirtualService()];
    const during = render('istio', split(10), current, owner);
    const nobody = split(0, { canary: { service: '', podTemplateHash: '', weight: 0 } });
    const [rule] = render('istio', nobody, during, owner) as readonly DestinationRule[];
    expect(rule?.spec.subsets).toEqual([
      {
        name: 'now',
        labels: { tier: 'web', 'rollouts-pod-template-hash': 'old' },
        trafficPolicy: { tls: { mode: 'DISABLE' } },
      },
      { name: 'next', labels: {} },
      { name: 'legacy', labels: { version: 'v0' } },
    ]);
  });

  test('refuses a DestinationRule without subsets', () => {
    const { subsets: _, ...spec } = destinationRule().spec;
    const rule = { ...destinationRule(), spec };
    const owner = istio({}, { destinationRule: subsets });
    expect(problems('istio', [rule, subsetVirtualService()], owner)).toEqual(
      [
        "canarySubsetName: DestinationRule subset 'next'",
        "stableSubsetName: DestinationRule subset 'now'",
      ].map((text) => expect.stringContaining(text)),
    );
  });

  test('weighs every one of several VirtualServices by its own choice', () => {
    const owner = rollout('istio', {
      istio: {
        virtualServices: [
          { name: 'shop', routes: ['primary'] },
          { name: 'other', routes: ['second'] },
        ],
      },
    });
    const other = virtualService({ http: ['first', 'second'].map((name) => ({ name, route: both() })) });
    const rendered = render('istio', split(10), [virtualService(), other], owner);
    expect(rendered.map((object) => weightsOf(object))).toEqual([
      [[90, 10]],
      [
        [100, 0],
        [90, 10],
      ],
    ]);
  });
});

describe('ALB', () => {
  const key = 'alb.ingress.kubernetes.io/actions.root';

  test.each([
    '{',
    '[]',
    'null',
    '"x"',
    '{"ForwardConfig":null}',
    '{"ForwardConfig":{"TargetGroups":{}}}',
    '{"ForwardConfig":{"TargetGroups":[null]}}',
  ])('writes over an action that reads %s', (text) => {
    const current = [ingress('root', { [key]: text })];
    expect(routerOf('alb').readWeight(rollout('alb'), current)).toBeUndefined();
    const [rendered] = render('alb', split(30), current);
    expect(rendered?.metadata.annotations?.[key]).toMatch(/"Weight":30.*"Weight":70/);
    const released = routerOf('alb').release?.('shop', [
      {
        ...(rendered as Ingress),
        metadata: { ...rendered?.metadata, annotations: { ...rendered?.metadata.annotations, [key]: text } },
      } as Ingress,
    ]);
    expect(released?.[0]?.metadata.annotations?.[key]).toBe(text);
  });

  test('uses a path to the header route that stands there already, as the user wrote it', () => {
    const current = ingress('root');
    const path = {
      path: '/beta',
      pathType: 'Prefix',
      backend: { service: { name: 'testers', port: { name: 'use-annotation' } } },
    };
    current.spec.rules?.[0]?.http?.paths.push(path);
    const [rendered] = render('alb', split(0, { headerRoutes: [byAgent] }), [current]) as readonly Ingress[];
    expect(rendered?.spec.rules?.[0]?.http?.paths.map((each) => each.path)).toEqual(['/beta', '/']);
  });
});

describe('NGINX', () => {
  test('copies neither TLS nor a class that the stable Ingress does not have', () => {
    const { tls: _, ingressClassName: __, ...spec } = ingress('stable').spec;
    const [, canary] = render('nginx', split(10), [{ ...ingress('stable'), spec } as Ingress, undefined]);
    expect(Object.keys((canary as Ingress).spec)).toEqual(['rules']);
  });

  test('copies one class of an Ingress that has come to have two, as no new one may', () => {
    const stable = ingress('stable', { 'kubernetes.io/ingress.class': 'public' });
    const [, canary] = render('nginx', split(10), [stable, undefined]) as readonly Ingress[];
    expect(canary?.spec.ingressClassName).toBeUndefined();
    expect(canary?.metadata.annotations).toMatchObject({ 'kubernetes.io/ingress.class': 'public' });
  });

  test('refuses an additional annotation that would get a second prefix', () => {
    const additionalIngressAnnotations = { 'canary-by-header': 'x', 'example.com/a': 'b' };
    const owner = rollout('nginx', { nginx: { stableIngress: 'shop', additionalIngressAnnotations } });
    expect(problems('nginx', [ingress('stable'), undefined], owner)).toEqual([
      expect.stringMatching(/^nginx\.additionalIngressAnnotations: .*canaryIngressAnnotations$/),
    ]);
  });

  test('copies the TLS of each of several stable Ingresses', () => {
    const owner = rollout('nginx', { nginx: { stableIngresses: ['one', 'two'] } });
    const named = (name: string) => ({
      ...ingress('stable'),
      metadata: { name, namespace: 'web' },
      spec: { ...ingress('stable').spec, tls: [{ hosts: [`${name}.example.com`], secretName: name }] },
    });
    const rendered = render('nginx', split(10), [named('one'), undefined, named('two'), undefined], owner);
    expect([rendered[1], rendered[3]].map((canary) => (canary as Ingress).spec['tls'])).toEqual(
      ['one', 'two'].map((name) => [{ hosts: [`${name}.example.com`], secretName: name }]),
    );
  });

  test('follows a stable Ingress that leads to another path, and renames the Service in it', () => {
    const during = render('nginx', split(10));
    const moved = structuredClone(during[0] as Ingress);
    const [first] = moved.spec.rules?.[0]?.http?.paths ?? [];
    if (first !== undefined) first.path = '/moved';
    const [, canary] = render('nginx', split(10), [moved, during[1]]);
    expect((canary as Ingress).spec.rules?.[0]?.http?.paths).toEqual([
      { ...first, backend: { service: { name: 'canary', port: { name: 'use-annotation' } } } },
    ]);
  });
});

describe('Ambassador', () => {
  const canaryOf = (service: string) =>
    (
      render('ambassador', split(20), [
        { ...mapping(), spec: { prefix: '/', service } } as AmbassadorMapping,
        undefined,
      ])[1] as AmbassadorMapping
    ).spec.service;

  test.each([
    ['stable', 'canary'],
    ['stable:80', 'canary:80'],
    ['stable.web', 'canary.web'],
    ['https://stable.web:443', 'https://canary.web:443'],
    ['stable.stable:80', 'canary.stable:80'],
  ])('the canary of %s is %s', (base, canary) => {
    expect(canaryOf(base)).toBe(canary);
  });

  test.each(['my-stable:80', 'stable-v2', 'http://web.stable:80', ''])(
    '%p is no Mapping to stable',
    (service) => {
      const base = { ...mapping(), spec: { prefix: '/', service } } as AmbassadorMapping;
      expect(problems('ambassador', [base, undefined])).toEqual([
        'ambassador.mappings[0]: Ambassador mapping "shop" does not lead to the stable Service stable',
      ]);
    },
  );

  test('makes a canary for each of several Mappings, whose names may be long', () => {
    const names = ['one', 'two', 'x'.repeat(253)];
    const owner = rollout('ambassador', { ambassador: { mappings: names } });
    const current = names.flatMap((name) => [
      { ...mapping(), metadata: { name, namespace: 'web' } },
      undefined,
    ]);
    const made = render('ambassador', split(13), current, owner).filter((_, index) => index % 2 === 1);
    expect(made.map(({ metadata }) => metadata.name)).toEqual([
      'one-canary',
      'two-canary',
      `${'x'.repeat(246)}-canary`,
    ]);
    expect(made.map((object) => (object as AmbassadorMapping).spec['weight'])).toEqual([13, 13, 13]);
  });

  test('names every Mapping that is missing, and refuses one that is named twice', () => {
    const owner = (...mappings: string[]) => rollout('ambassador', { ambassador: { mappings } });
    expect(problems('ambassador', [], owner('one', 'two', 'three'))).toHaveLength(3);
    expect(
      problems('ambassador', [mapping(), undefined, mapping(), undefined], owner('shop', 'shop')),
    ).toEqual(['ambassador.mappings[1]: Ambassador mapping "shop" is named more than once']);
  });
});

describe('App Mesh', () => {
  const withRoutes = (routes: unknown) =>
    [
      ...unreleased('appMesh').slice(0, 3),
      { ...meshRouter(), spec: { routes } } as unknown as AppMeshVirtualRouter,
    ] as KubeObject[];
  const targets = [
    { virtualNodeRef: { name: 'new' }, weight: 0 },
    { virtualNodeRef: { name: 'old' }, weight: 100 },
  ];
  const meshRoute = (name: string, protocol = 'httpRoute') => ({
    name,
    [protocol]: { action: { weightedTargets: targets } },
  });
  const shown = (routes: unknown, names: string[] = []) => {
    const owner = rollout('appMesh');
    const { appMesh } = owner.spec.strategy?.canary?.trafficRouting ?? {};
    Object.assign(appMesh?.virtualService as object, { routes: names });
    const rendered = render('appMesh', split(55), withRoutes(routes), owner)[3] as AppMeshVirtualRouter;
    return (rendered.spec.routes ?? []).map((route) => {
      const [protocol] = Object.keys(route).filter((each) => each !== 'name');
      const { action } = route[protocol as 'httpRoute'] as {
        action: { weightedTargets: { weight: number }[] };
      };
      return action.weightedTargets.map(({ weight }) => weight);
    });
  };

  test.each(['httpRoute', 'tcpRoute', 'http2Route', 'grpcRoute'])('weighs a route under %s', (protocol) => {
    expect(shown([meshRoute('primary', protocol)])).toEqual([[55, 45]]);
  });

  test('weighs the routes that are named, and no other', () => {
    const routes = ['one', 'two', 'three'].map((name) => meshRoute(name));
    expect(shown(routes, ['one', 'three'])).toEqual([
      [55, 45],
      [0, 100],
      [55, 45],
    ]);
  });

  test.each<[string, unknown]>([
    ['no routes', undefined],
    ['an empty list', []],
    ['a route of no protocol', [{ name: 'primary', badRoute: {} }]],
    ['a route without an action', [{ name: 'primary', httpRoute: {} }]],
    ['one target', [{ name: 'primary', httpRoute: { action: { weightedTargets: targets.slice(1) } } }]],
    [
      'targets that are other nodes',
      [
        {
          name: 'primary',
          httpRoute: {
            action: { weightedTargets: [{ virtualNodeRef: { name: 'x' }, weight: 1 }, targets[0]] },
          },
        },
      ],
    ],
    [
      'a target without a weight',
      [
        {
          name: 'primary',
          httpRoute: { action: { weightedTargets: [targets[0], { virtualNodeRef: { name: 'old' } }] } },
        },
      ],
    ],
  ])('refuses a VirtualRouter with %s', (_, routes) => {
    expect(problems('appMesh', withRoutes(routes))).toEqual([
      expect.stringMatching(/^appMesh\.virtualService\.name: Virtual-router shop-router /),
    ]);
  });

  test('follows the VirtualService to a router in another namespace', () => {
    const elsewhere = structuredClone(meshService());
    Object.assign(elsewhere.spec.provider?.virtualRouter?.virtualRouterRef as object, { namespace: 'mesh' });
    const known = { get: () => elsewhere as never, list: () => [] };
    expect(routerOf('appMesh').objects(rollout('appMesh'), known).at(-1)).toMatchObject({
      name: 'shop-router',
      namespace: 'mesh',
    });
  });

  test.each<[string, object]>([
    ['no labels', {}],
    ['another version’s label', { matchLabels: { 'rollouts-pod-template-hash': 'older' } }],
  ])('selects the pods of both versions by nodes with %s', (_, podSelector) => {
    const node = (name: string) => ({ ...virtualNode(name), spec: { podSelector } });
    const current = [node('new'), node('old'), meshService(), meshRouter()];
    const selected = (render('appMesh', split(30), current).slice(0, 2) as AppMeshVirtualNode[]).map(
      ({ spec }) => spec.podSelector?.matchLabels,
    );
    expect(selected).toEqual(['new', 'old'].map((hash) => ({ 'rollouts-pod-template-hash': hash })));
  });
});

describe('APISIX', () => {
  const during = (base: ApisixRoute, owned?: KubeObject, match = byAgent.match) =>
    render('apisix', split(0, { headerRoutes: [{ name: 'testers', match }] }), [
      base,
      owned,
      undefined,
    ])[1] as ApisixRoute;

  test.each([
    [undefined, 1],
    [0, 1],
    [7, 8],
  ])('prefers a header route to a rule of priority %p by %p', (priority, expected) => {
    const base = apisixRoute();
    if (priority !== undefined) Object.assign(base.spec.http?.[0] as object, { priority });
    expect(during(base).spec.http?.[0]?.priority).toBe(expected);
  });

  test('asks for all of exact, patterned and prefixed values, and follows a step that changes them', () => {
    const values = [{ exact: 'v1.' }, { regex: 'v1.' }, { prefix: 'v1.' }];
    const first = during(apisixRoute());
    const { spec, metadata } = during(
      apisixRoute(),
      first,
      values.map((headerValue) => ({ headerName: 'agent', headerValue })),
    );
    expect(metadata).toEqual(first.metadata);
    expect(spec.http?.[0]?.priority).toBe(1);
    expect(spec.http?.[0]?.match?.exprs?.slice(1)).toEqual(
      [
        ['Equal', 'v1.'],
        ['RegexMatch', 'v1.'],
        ['RegexMatch', '^v1\\..*'],
      ].map(([op, value]) => ({ subject: { scope: 'Header', name: 'agent' }, op, value })),
    );
  });

  test.each<[string, (route: ApisixRoute) => void, string]>([
    ['no backends', ({ spec }) => delete spec.http?.[0]?.backends, 'Apisix http route backends not found'],
    [
      'a backend without a Service',
      ({ spec }) => spec.http?.[0]?.backends?.push({} as never),
      'serviceName field was not found in backend',
    ],
    [
      'no backend to stable',
      ({ spec }) => spec.http?.[0]?.backends?.shift(),
      'apisix route stable backend was not found in rule rule',
    ],
    [
      'a backend that stands there twice',
      ({ spec }) => spec.http?.[0]?.backends?.push({ serviceName: 'stable', servicePort: 8080 }),
      'apisix route stable backend stands 2 times in rule rule; its weight would count twice',
    ],
  ])('refuses a rule with %s', (_, change, detail) => {
    const route = apisixRoute();
    change(route);
    expect(problems('apisix', [route])).toEqual([`apisix.route.name: ${detail}`]);
  });

  test('refuses a rule that is not there, by its field', () => {
    const owner = rollout('apisix', { apisix: { route: { name: 'shop', rules: ['absent'] } } });
    expect(problems('apisix', [apisixRoute()], owner)).toEqual([
      'apisix.route.rules: Apisix http route rule absent not found',
    ]);
  });
});

describe('Traefik', () => {
  test.each<[string, object[], string]>([
    ['a service without a name', [{ port: 80 }, { name: 'stable' }], 'name field was not found in service'],
    ['no stable', [{ name: 'canary' }], 'traefik stable service was not found'],
    ['no services', [], 'traefik canary service was not found'],
  ])('refuses %s', (_, services, detail) => {
    const object = { ...traefikService(), spec: { weighted: { services } } } as TraefikService;
    expect(problems('traefik', [object])[0]).toBe(`traefik.weightedTraefikServiceName: ${detail}`);
  });
});
