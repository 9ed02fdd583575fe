import type { KubeObject } from '../../../src/api/meta.ts';
import { backend, object, sandbox, shares, trafficStage } from '../support.ts';

const node = (name: string, serviceDiscovery: object) =>
  object('VirtualNode', name, { spec: { serviceDiscovery } });
const dns = (hostname: string) => ({ dns: { hostname } });
const nodes = [node('old', dns('shop-stable.shop.svc.cluster.local')), node('new', dns('shop-canary.shop'))];
const to = (name: string, weight: number) => ({ virtualNodeRef: { name }, weight });
const action = (...weightedTargets: readonly object[]) => ({ action: { weightedTargets } });
const split = { match: { prefix: '/' }, ...action(to('old', 75), to('new', 25)) };
const host = { namespace: 'shop', host: 'shop.mesh.local' };

function virtualService(provider: object): KubeObject {
  const annotations = sandbox({ 'requests-with-header': 'x-tester: yes = 0.2' });
  const spec = { awsName: host.host, provider };
  const apiVersion = 'appmesh.k8s.aws/v1beta2';
  return { ...object('VirtualService', 'shop', { spec }, { annotations }), apiVersion };
}

function stageWith(routes: readonly object[], ...more: readonly KubeObject[]) {
  const stage = trafficStage();
  stage.put(
    ...backend('shop-stable', 'old', 4),
    ...backend('shop-canary', 'new', 1),
    ...nodes,
    virtualService({ virtualRouter: { virtualRouterRef: { name: 'shop-router' } } }),
    object('VirtualRouter', 'shop-router', { spec: { routes } }),
    ...more,
  );
  return stage;
}

const forHeader = (header: object) => [
  { name: 'all', priority: 2, httpRoute: { match: { prefix: '/' }, ...action(to('old', 1)) } },
  {
    name: 'testers',
    priority: 1,
    httpRoute: { match: { prefix: '/', headers: [header] }, ...action(to('new', 1)) },
  },
];

describe('App Mesh', () => {
  test.each<[string, readonly object[], Record<string, number>]>([
    ['weights', [{ httpRoute: split }], { old: 0.75, new: 0.25 }],
    ['weights over HTTP/2', [{ http2Route: split }], { old: 0.75, new: 0.25 }],
    ['weights over gRPC', [{ grpcRoute: { ...split, match: {} } }], { old: 0.75, new: 0.25 }],
    ['weights over TCP', [{ tcpRoute: action(to('old', 3), to('new', 1)) }], { old: 0.75, new: 0.25 }],
    ['a single target of weight 0 gets nothing', [{ httpRoute: action(to('new', 0)) }], {}],
    [
      'a node that is not there loses its share',
      [{ httpRoute: action(to('old', 1), to('no', 1)) }],
      { old: 0.5 },
    ],
    [
      'the lower priority number wins',
      forHeader({ name: 'X-Tester', match: { exact: 'yes' } }),
      { old: 0.8, new: 0.2 },
    ],
    ['a header that must be there', forHeader({ name: 'x-tester' }), { old: 0.8, new: 0.2 }],
    [
      'a header that must not be there',
      forHeader({ name: 'x-tester', invert: true }),
      { old: 0.2, new: 0.8 },
    ],
    ['a header by pattern', forHeader({ name: 'x-tester', match: { regex: 'y.*' } }), { old: 0.8, new: 0.2 }],
    ['a header by its end', forHeader({ name: 'x-tester', match: { suffix: 'no' } }), { old: 1 }],
    [
      'an exact path before a prefix',
      [
        { httpRoute: { match: { path: { exact: '/new' } }, ...action(to('new', 1)) } },
        { httpRoute: { match: { prefix: '/' }, ...action(to('old', 1)) } },
      ],
      { old: 0.5, new: 0.5 },
    ],
  ])('%s', (_, routes, expected) => {
    expect(shares(stageWith(routes), host)).toEqual(expected);
  });

  test('a VirtualService with one VirtualNode behind it', () => {
    const single = virtualService({ virtualNode: { virtualNodeRef: { name: 'new' } } });
    expect(shares(stageWith([], single), host)).toEqual({ new: 1 });
  });

  test('a node in Cloud Map is out of reach', () => {
    const stage = stageWith([{ httpRoute: split }], node('new', { awsCloudMap: { serviceName: 'shop' } }));
    expect(shares(stage, host)).toEqual({ old: 0.75 });
  });

  test('follows its router and its nodes', () => {
    const stage = stageWith([{ httpRoute: split }]);
    const routes = [{ httpRoute: action(to('old', 1), to('new', 1)) }];
    stage.put(object('VirtualRouter', 'shop-router', { spec: { routes } }));
    expect(shares(stage, host)).toEqual({ old: 0.5, new: 0.5 });
    stage.put(node('new', dns('shop-stable')));
    expect(shares(stage, host)).toEqual({ old: 1 });
  });
});
