import type { KubeObject } from '../../src/api/meta.ts';
import type {
  AmbassadorMapping,
  ApisixRoute,
  AppMeshVirtualNode,
  AppMeshVirtualRouter,
  TraefikService,
} from '../../src/api/routes.ts';
import {
  apisixRoute,
  type Kind,
  mapping,
  meshRouter,
  meshService,
  problems,
  render,
  rollout,
  routerOf,
  split,
  testers,
  traefikService,
  unreleased,
  virtualNode,
} from './support.ts';

/** The router's objects with the one at an index changed. */
function withChange<T extends KubeObject>(kind: Kind, index: number, change: (object: T) => void) {
  const objects = structuredClone(unreleased(kind));
  change(objects[index] as T);
  return objects;
}

describe('what does not fit is refused by its field', () => {
  test.each<[string, Kind, readonly (KubeObject | undefined)[], string]>([
    [
      'a TraefikService without weights',
      'traefik',
      withChange<TraefikService>('traefik', 0, ({ spec }) => delete spec.weighted),
      'traefik.weightedTraefikServiceName: spec.weighted.services was not found in traefik service manifest',
    ],
    [
      'a TraefikService without the canary',
      'traefik',
      withChange<TraefikService>('traefik', 0, ({ spec }) => spec.weighted?.services?.splice(1, 1)),
      'traefik.weightedTraefikServiceName: traefik canary service was not found',
    ],
    [
      'a TraefikService with stable twice',
      'traefik',
      withChange<TraefikService>('traefik', 0, ({ spec }) =>
        spec.weighted?.services?.push({ name: 'stable' }),
      ),
      'traefik.weightedTraefikServiceName: traefik stable service stands there 2 times; its weight would count twice',
    ],
    [
      'an ApisixRoute without HTTP rules',
      'apisix',
      withChange<ApisixRoute>('apisix', 0, ({ spec }) => delete spec.http),
      'apisix.route.name: spec.http was not found in Apisix Route manifest',
    ],
    [
      'an ApisixRoute without the canary',
      'apisix',
      withChange<ApisixRoute>('apisix', 0, ({ spec }) => spec.http?.[0]?.backends?.pop()),
      'apisix.route.name: apisix route canary backend was not found in rule rule',
    ],
    [
      'an ApisixRoute with several rules, none of them named',
      'apisix',
      withChange<ApisixRoute>('apisix', 0, ({ spec }) => spec.http?.push({ name: 'other', backends: [] })),
      'apisix.route.name: Apisix http route rule shop not found',
    ],
    [
      'somebody else’s ApisixRoute with the name of a managed route',
      'apisix',
      [apisixRoute(), { ...apisixRoute(), metadata: { name: 'testers', namespace: 'web' } }, undefined],
      'managedRoutes: duplicate ApisixRoute [testers] already exists',
    ],
    [
      'a Mapping with a weight of 0, which gets nothing beside one with a weight',
      'ambassador',
      [{ ...mapping(), spec: { ...mapping().spec, weight: 0 } } as AmbassadorMapping, undefined],
      'ambassador.mappings[0]: Ambassador mapping "shop" can not define weight',
    ],
    [
      'a Mapping with a weight',
      'ambassador',
      [{ ...mapping(), spec: { ...mapping().spec, weight: 20 } } as AmbassadorMapping, undefined],
      'ambassador.mappings[0]: Ambassador mapping "shop" can not define weight',
    ],
    [
      'a Mapping to another Service',
      'ambassador',
      [{ ...mapping(), spec: { ...mapping().spec, service: 'help:80' } } as AmbassadorMapping, undefined],
      'ambassador.mappings[0]: Ambassador mapping "shop" does not lead to the stable Service stable',
    ],
    [
      'an App Mesh VirtualService without a router',
      'appMesh',
      [virtualNode('new'), virtualNode('old'), { ...meshService(), spec: {} } as KubeObject],
      'appMesh.virtualService.name: Virtual-service is not associated with virtual-router',
    ],
    [
      'a VirtualRouter with a third target',
      'appMesh',
      withChange<AppMeshVirtualRouter>('appMesh', 3, ({ spec }) => {
        const route = spec.routes?.[0]?.['httpRoute'] as
          | undefined
          | { action: { weightedTargets: unknown[] } };
        route?.action.weightedTargets.push({ virtualNodeRef: { name: 'third' }, weight: 1 });
      }),
      'appMesh.virtualService.name: Virtual-router shop-router is not well-formed: route primary must have two weighted targets, the stable and the canary virtual-node, each with a weight',
    ],
  ])('%s', (_name, kind, objects, text) => {
    expect(problems(kind, objects)[0]).toBe(text);
  });
});

describe('Traefik', () => {
  test('keeps every other service, and sticky sessions', () => {
    const [object] = render('traefik', split(30)) as readonly TraefikService[];
    expect(object?.spec).toEqual({
      weighted: {
        ...traefikService().spec.weighted,
        services: [
          { name: 'stable', port: 80, kind: 'Service', weight: 70 },
          { name: 'canary', port: 80, kind: 'Service', weight: 30 },
          { name: 'help', port: 80, weight: 1 },
        ],
      },
    });
  });
});

describe('APISIX', () => {
  test('leads by header with a route of its own that is preferred, keeps the base’s other conditions, and then deletes it', () => {
    const during = render('apisix', split(0, { headerRoutes: [testers] }));
    expect(during[1]).toMatchObject({
      metadata: { name: 'testers', labels: { team: 'shop' } },
      spec: {
        http: [
          {
            name: 'rule',
            priority: 1,
            match: {
              paths: ['/*'],
              exprs: [
                { subject: { scope: 'Query', name: 'q' }, op: 'Equal', value: '1' },
                { subject: { scope: 'Header', name: 'x-tester' }, op: 'Equal', value: 'yes' },
                { subject: { scope: 'Header', name: 'x-team' }, op: 'Equal', value: 'qa' },
              ],
            },
            backends: [{ serviceName: 'canary', servicePort: 80, weight: 100 }],
          },
        ],
      },
    });
    expect(render('apisix', split(0), during)[1]).toBeUndefined();
  });
});

describe('Ambassador', () => {
  test('goes back to 0 before its Mapping is deleted', () => {
    const half = render('ambassador', split(50));
    expect((half[1] as AmbassadorMapping).spec).toEqual({
      prefix: '/shop',
      service: 'canary:80',
      timeout_ms: 3000,
      weight: 50,
    });
    const back = render('ambassador', split(0), half);
    expect((back[1] as AmbassadorMapping).spec.weight).toBe(0);
    expect(render('ambassador', split(0), back)[1]).toBeUndefined();
  });

  test('never rounds a share away', () => {
    const weightAt = (canary: number) => {
      const rendered = render('ambassador', split(canary, { total: 1000 }));
      return (rendered[1] as AmbassadorMapping | undefined)?.spec.weight ?? 0;
    };
    expect([0, 1, 4, 500, 999, 1000].map(weightAt)).toEqual([0, 1, 1, 50, 99, 100]);
  });
});

describe('App Mesh', () => {
  const hashes = (objects: readonly KubeObject[]) =>
    (objects.slice(0, 2) as AppMeshVirtualNode[]).map(
      ({ spec }) => spec.podSelector?.matchLabels?.['rollouts-pod-template-hash'],
    );

  test.each([
    ['during a release', split(30), ['new', 'old']],
    [
      'after it: two nodes never select the same pods',
      split(0, {
        stable: { service: 'stable', podTemplateHash: 'new', weight: 100 },
        canary: { service: 'canary', podTemplateHash: 'new', weight: 0 },
      }),
      ['canary-hash', 'new'],
    ],
    [
      'before the first version is stable',
      split(0, { stable: { service: 'stable', podTemplateHash: '', weight: 100 } }),
      ['new', 'stable-hash'],
    ],
  ])('%s', (_name, wanted, expected) => {
    expect(hashes(render('appMesh', wanted))).toEqual(expected);
  });

  test('points the canary’s node to its pods before it gets weight, and away from them after it has lost it', () => {
    const order = (weight: number) => routerOf('appMesh').writeOrder?.(rollout('appMesh'), split(weight), 4);
    expect(order(30)).toEqual([0, 1, 2, 3]);
    expect(order(0)).toEqual([1, 2, 3, 0]);
  });

  test('finds its router through the VirtualService', () => {
    const known = { get: () => meshService() as never, list: () => [] };
    const refs = routerOf('appMesh').objects(rollout('appMesh'), known);
    expect(refs.at(-1)).toMatchObject({
      name: 'shop-router',
      namespace: 'web',
      type: { kind: 'VirtualRouter' },
    });
    expect(routerOf('appMesh').objects(rollout('appMesh'))).toHaveLength(3);
  });

  test('keeps the rest of the route', () => {
    const { routes = [] } = (render('appMesh', split(30))[3] as AppMeshVirtualRouter).spec;
    const before = meshRouter().spec.routes?.[0]?.['httpRoute'] as object;
    expect(routes[0]?.['httpRoute']).toEqual({
      ...before,
      action: {
        weightedTargets: [
          { virtualNodeRef: { name: 'new' }, weight: 30, port: 80 },
          { virtualNodeRef: { name: 'old' }, weight: 70, port: 80 },
        ],
      },
    });
  });
});
