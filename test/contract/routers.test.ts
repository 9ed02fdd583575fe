import fc from 'fast-check';
import type { KubeObject } from '../../src/api/meta.ts';
import type { Ingress, VirtualService } from '../../src/api/routes.ts';
import type { Split } from '../../src/api/split.ts';
import type { Rollout, TrafficRouting } from '../../src/api/v1alpha1/rollout.ts';
import type { TrafficRouter } from '../../src/ports/traffic-router.ts';
import { routers } from '../../src/routers/registry.ts';

type Kind = 'istio' | 'alb';

const routing: Record<Kind, TrafficRouting> = {
  istio: {
    istio: { virtualService: { name: 'shop' } },
    managedRoutes: [{ name: 'testers' }, { name: 'copy' }],
  },
  alb: {
    alb: { ingress: 'shop', rootService: 'root', servicePort: 443 },
    managedRoutes: [{ name: 'testers' }],
  },
};

function rollout(kind: Kind, more: TrafficRouting = {}): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace: 'web' },
    spec: {
      strategy: {
        canary: {
          stableService: 'stable',
          canaryService: 'canary',
          trafficRouting: { ...routing[kind], ...more },
        },
      },
    },
  };
}

const virtualService: VirtualService = {
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'VirtualService',
  metadata: { name: 'shop', namespace: 'web', labels: { team: 'shop' } },
  spec: {
    hosts: ['shop.example.com'],
    http: [
      {
        name: 'primary',
        timeout: '5s',
        route: [
          { destination: { host: 'stable', port: { number: 80 } }, weight: 100, headers: { response: {} } },
          { destination: { host: 'canary.web.svc.cluster.local' }, weight: 0 },
        ],
      },
    ],
  },
};

const ingress: Ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: 'shop',
    namespace: 'web',
    annotations: { 'alb.ingress.kubernetes.io/scheme': 'internal' },
  },
  spec: {
    ingressClassName: 'alb',
    rules: [
      {
        host: 'shop.example.com',
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: 'root', port: { name: 'use-annotation' } } },
            },
          ],
        },
      },
    ],
  },
};

const objects: Record<Kind, KubeObject[]> = { istio: [virtualService], alb: [ingress] };

function split(canary: number, more: Partial<Split> = {}): Split {
  return {
    total: 100,
    stable: { service: 'stable', podTemplateHash: 'old', weight: 100 - canary },
    canary: { service: 'canary', podTemplateHash: 'new', weight: canary },
    additional: [],
    headerRoutes: [],
    mirrorRoutes: [],
    ...more,
  };
}

function render(
  kind: Kind,
  wanted: Split,
  current = objects[kind],
  owner = rollout(kind),
): readonly KubeObject[] {
  return (routers[kind] as TrafficRouter).render(owner, current, wanted);
}

const destinations = (rendered: readonly KubeObject[]) =>
  (rendered[0] as VirtualService).spec.http?.map(({ name, route }) => [
    name,
    Object.fromEntries((route ?? []).map(({ destination, weight }) => [destination.host, weight])),
  ]);
const groups = (rendered: readonly KubeObject[], service = 'root') => {
  const action = rendered[0]?.metadata.annotations?.[`alb.ingress.kubernetes.io/actions.${service}`];
  return action === undefined
    ? undefined
    : JSON.parse(action).ForwardConfig.TargetGroups.map((group: object) => Object.values(group));
};

/** What each router shows for each split. A new router does not compile until it has an answer. */
const weights: Record<Kind, Record<number, unknown>> = {
  istio: {
    0: [['primary', { stable: 100, 'canary.web.svc.cluster.local': 0 }]],
    30: [['primary', { stable: 70, 'canary.web.svc.cluster.local': 30 }]],
    100: [['primary', { stable: 0, 'canary.web.svc.cluster.local': 100 }]],
  },
  alb: {
    0: [
      ['canary', '443', 0],
      ['stable', '443', 100],
    ],
    30: [
      ['canary', '443', 30],
      ['stable', '443', 70],
    ],
    100: [
      ['canary', '443', 100],
      ['stable', '443', 0],
    ],
  },
};
const shown: Record<Kind, (rendered: readonly KubeObject[]) => unknown> = {
  istio: destinations,
  alb: (rendered) => groups(rendered),
};
const kinds: readonly Kind[] = ['istio', 'alb'];
const rows = kinds.flatMap((kind) => [0, 30, 100].map((weight) => [kind, weight] as const));

describe('every router', () => {
  test.each(rows)('%s shows a canary of %i', (kind, weight) => {
    const rendered = render(kind, split(weight));
    expect(shown[kind](rendered)).toEqual(weights[kind][weight]);
    expect((routers[kind] as TrafficRouter).readWeight(rollout(kind), rendered)).toBe(weight);
  });

  test.each(kinds)('%s changes nothing that shows the split already, and returns the same object', (kind) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), (weight) => {
        const once = render(kind, split(weight));
        expect(render(kind, split(weight), [...once])[0]).toBe(once[0]);
      }),
    );
  });

  test.each(kinds)('%s keeps every field that is not its own', (kind) => {
    const [rendered] = render(kind, split(30));
    const strip = (object: KubeObject | undefined) =>
      JSON.stringify(object, (key, value) => (key === 'weight' || key === 'annotations' ? undefined : value));
    expect(strip(rendered)).toBe(strip(objects[kind][0]));
  });

  test.each(kinds)('%s takes its header routes away when the split has none', (kind) => {
    const header = { name: 'testers', match: [{ headerName: 'x-tester', headerValue: { exact: 'yes' } }] };
    const before = render(kind, split(30));
    const during = render(kind, split(30, { headerRoutes: [header] }), [...before]);
    expect(during[0]).not.toEqual(before[0]);
    expect(render(kind, split(30), [...during])[0]).toEqual(before[0]);
  });

  test.each(kinds)('%s names what its objects lack', (kind) => {
    const router = routers[kind] as TrafficRouter;
    expect(router.validate(rollout(kind), [undefined])).toEqual([
      {
        path: expect.stringContaining(`trafficRouting.${kind}`),
        value: 'shop',
        detail: expect.stringContaining('"shop" not found'),
      },
    ]);
    expect(router.validate(rollout(kind), objects[kind])).toEqual([]);
  });
});

describe('Istio', () => {
  test('testers with a header reach the canary, in front of all other routes', () => {
    const rendered = render(
      'istio',
      split(10, {
        headerRoutes: [
          {
            name: 'testers',
            match: [
              { headerName: 'x-tester', headerValue: { prefix: 'y' } },
              { headerName: 'x-team', headerValue: { exact: 'qa' } },
            ],
          },
        ],
      }),
    );
    expect((rendered[0] as VirtualService).spec.http?.[0]).toEqual({
      name: 'testers',
      match: [{ headers: { 'x-tester': { prefix: 'y' } } }, { headers: { 'x-team': { exact: 'qa' } } }],
      route: [{ weight: 100, destination: { host: 'canary', port: { number: 80 } } }],
    });
  });

  test('a mirror copies a share of the requests to the canary', () => {
    const rendered = render(
      'istio',
      split(0, { mirrorRoutes: [{ name: 'copy', match: [{ method: { exact: 'GET' } }], percentage: 35 }] }),
    );
    expect((rendered[0] as VirtualService).spec.http?.[0]).toMatchObject({
      name: 'copy',
      match: [{ method: { exact: 'GET' } }],
      mirror: { host: 'canary' },
      mirrorPercentage: { value: 35 },
    });
  });

  test('a destination of somebody else with weight is refused, and nothing is rendered', () => {
    const foreign = structuredClone(virtualService);
    foreign.spec.http?.[0]?.route?.push({ destination: { host: 'other' }, weight: 5 });
    expect(() => render('istio', split(10), [foreign])).toThrow(
      'neither the stable nor the canary destination',
    );
  });

  test('several routes without a name in the Rollout are refused', () => {
    const two = structuredClone(virtualService);
    two.spec.http?.push({ name: 'second', route: [] });
    expect((routers.istio as TrafficRouter).validate(rollout('istio'), [two])[0]?.detail).toContain(
      'must have exactly one route',
    );
  });

  test('weighted templates of an experiment get their share, and lose it when it ends', () => {
    const wanted = split(10, {
      stable: { service: 'stable', podTemplateHash: 'old', weight: 85 },
      additional: [{ service: 'shop-exp', podTemplateHash: 'x', weight: 5 }],
    });
    const during = render('istio', wanted);
    expect(destinations(during)).toEqual([
      ['primary', { stable: 85, 'canary.web.svc.cluster.local': 10, 'shop-exp': 5 }],
    ]);
    expect(destinations(render('istio', split(10), [...during]))).toEqual([
      ['primary', { stable: 90, 'canary.web.svc.cluster.local': 10 }],
    ]);
  });

  test('subsets select the pods of their revision', () => {
    const owner = rollout('istio', {
      istio: {
        virtualService: { name: 'shop' },
        destinationRule: { name: 'shop', canarySubsetName: 'new', stableSubsetName: 'now' },
      },
    });
    const rule: KubeObject = {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'DestinationRule',
      metadata: { name: 'shop', namespace: 'web' },
      spec: {
        host: 'shop',
        subsets: [
          { name: 'now', trafficPolicy: { a: 1 } },
          { name: 'new' },
          { name: 'other', labels: { a: 'b' } },
        ],
      },
    };
    const subsets: VirtualService = {
      ...virtualService,
      spec: {
        http: [
          {
            route: [
              { destination: { host: 'shop', subset: 'now' }, weight: 100 },
              { destination: { host: 'shop', subset: 'new' }, weight: 0 },
            ],
          },
        ],
      },
    };
    const [renderedRule, renderedService] = render('istio', split(20), [rule, subsets], owner) as [
      KubeObject,
      VirtualService,
    ];
    expect((renderedRule.spec as { subsets: unknown }).subsets).toEqual([
      { name: 'now', trafficPolicy: { a: 1 }, labels: { 'rollouts-pod-template-hash': 'old' } },
      { name: 'new', labels: { 'rollouts-pod-template-hash': 'new' } },
      { name: 'other', labels: { a: 'b' } },
    ]);
    expect(renderedService.spec.http?.[0]?.route?.map(({ weight }) => weight)).toEqual([80, 20]);
  });
});

describe('ALB', () => {
  test('the action is written as the peer writes it, to the letter', () => {
    const [rendered] = render('alb', split(30));
    expect(rendered?.metadata.annotations?.['alb.ingress.kubernetes.io/actions.root']).toBe(
      '{"Type":"forward","ForwardConfig":{"TargetGroups":[{"ServiceName":"canary","ServicePort":"443","Weight":30},{"ServiceName":"stable","ServicePort":"443","Weight":70}]}}',
    );
    expect(rendered?.metadata.annotations?.['rollouts.argoproj.io/managed-alb-annotations']).toBe(
      '{"shop":["alb.ingress.kubernetes.io/actions.root"]}',
    );
  });

  test('a header route gets an action, conditions and a path in front', () => {
    const [rendered] = render(
      'alb',
      split(30, {
        headerRoutes: [
          {
            name: 'testers',
            match: [
              { headerName: 'x-a', headerValue: { exact: '1' } },
              { headerName: 'x-a', headerValue: { exact: '2' } },
            ],
          },
        ],
      }),
    ) as [Ingress];
    expect(groups([rendered], 'testers')).toEqual([['canary', '443', 100]]);
    expect(rendered.metadata.annotations?.['alb.ingress.kubernetes.io/conditions.testers']).toBe(
      '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"x-a","values":["1","2"]}}]',
    );
    expect(rendered.spec.rules?.[0]?.http?.paths.map(({ backend }) => backend.service?.name)).toEqual([
      'testers',
      'root',
    ]);
  });

  test('ping and pong swap roles with the promotion', () => {
    const owner = rollout('alb');
    const canary = owner.spec.strategy?.canary as NonNullable<
      NonNullable<Rollout['spec']['strategy']>['canary']
    >;
    canary.pingPong = { pingService: 'ping', pongService: 'pong' };
    expect(groups(render('alb', split(10), objects.alb, owner))).toEqual([
      ['ping', '443', 10],
      ['pong', '443', 90],
    ]);
    owner.status = { canary: { stablePingPong: 'ping' } };
    expect(groups(render('alb', split(10), objects.alb, owner))).toEqual([
      ['pong', '443', 10],
      ['ping', '443', 90],
    ]);
  });

  test('a managed annotation that is no JSON is an error that says so', () => {
    const odd = {
      ...ingress,
      metadata: { ...ingress.metadata, annotations: { 'rollouts.argoproj.io/managed-alb-annotations': '{' } },
    };
    expect(() => render('alb', split(10), [odd])).toThrow('is not JSON');
  });

  test('after the Rollout is gone nothing of it is left', () => {
    const [rendered] = render('alb', split(30)) as [Ingress];
    expect((routers.alb as TrafficRouter).release?.('shop', [rendered])).toEqual([ingress]);
  });
});
