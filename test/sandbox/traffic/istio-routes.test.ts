import type { KubeObject } from '../../../src/api/meta.ts';
import { backend, object, sandbox, shares, to, trafficStage, virtualService } from '../support.ts';

const twoRevisions = [...backend('shop-stable', 'old', 4), ...backend('shop-canary', 'new', 1)];

function split(...objects: readonly KubeObject[]): Record<string, number> {
  const stage = trafficStage();
  stage.put(...twoRevisions, ...objects);
  return shares(stage);
}

const stable = { route: [to('shop-stable')] };
const canary = { route: [to('shop-canary')] };

describe('unusual VirtualServices', () => {
  test.each<[string, readonly unknown[], Record<string, number>]>([
    ['the first rule that fits takes all', [stable, canary], { old: 1 }],
    [
      'rules by path share what comes in',
      [{ match: [{ uri: { prefix: '/new' } }], ...canary }, stable],
      { old: 0.5, new: 0.5 },
    ],
    [
      'a path by pattern',
      [{ match: [{ uri: { regex: '/v\\d/[a-z]+' } }], ...canary }, stable],
      { old: 0.5, new: 0.5 },
    ],
    [
      'a pattern that cannot be read fits nothing',
      [{ match: [{ uri: { regex: '(?=x)' } }], ...canary }, stable],
      { old: 1 },
    ],
    [
      'letters may not matter',
      [{ match: [{ uri: { exact: '/Shop' }, ignoreUriCase: true }], ...canary }],
      { new: 1 },
    ],
    ['a rule for POST', [{ match: [{ method: { exact: 'POST' } }], ...canary }, stable], { old: 1 }],
    [
      'a rule for another name',
      [{ match: [{ authority: { exact: 'cart.example.com' } }], ...canary }, stable],
      { old: 1 },
    ],
    [
      'a rule without a header',
      [{ match: [{ withoutHeaders: { 'x-old': {} } }], ...canary }, stable],
      { new: 1 },
    ],
    [
      'a rule for a source inside',
      [{ match: [{ sourceLabels: { app: 'x' } }], ...canary }, stable],
      { old: 1 },
    ],
    [
      'weights that are missing count 0',
      [{ route: [to('shop-stable', 100), to('shop-canary')] }],
      { old: 1, new: 0 },
    ],
    [
      'a third destination keeps its share',
      [{ route: [to('shop-stable', 60), to('shop-canary', 20), to('other', 20)] }],
      { old: 0.6, new: 0.2 },
    ],
    ['a redirect answers by itself', [{ redirect: { uri: '/' } }, stable], {}],
  ])('%s', (_, http, expected) => {
    expect(split(virtualService(http))).toEqual(expected);
  });

  test.each(['tcp', 'tls'])('%s routes count when there are no HTTP routes', (protocol) => {
    const spec = {
      hosts: ['shop.example.com'],
      [protocol]: [{ route: [to('shop-stable', 90), to('shop-canary', 10)] }],
    };
    expect(split(object('VirtualService', 'shop', { spec }))).toEqual({ old: 0.9, new: 0.1 });
  });

  const tenth = { route: [to('shop-stable', 90), to('shop-canary', 10)] };
  const all = { route: [to('shop-stable')] };
  test.each<[string, object, Record<string, number>]>([
    ['each port has its part', { tcp: [on(5432, tenth), on(3306, all)] }, { old: 0.95, new: 0.05 }],
    ['the first route that takes a port has it', { tcp: [on(3306, all), on(3306, tenth)] }, { old: 1 }],
    ['nothing comes behind a route for all', { tcp: [all, tenth] }, { old: 1 }],
    [
      'names count with TLS, and its routes beside those of TCP',
      { tls: [tls('shop.example.com', tenth), tls('*.example.com', all)], tcp: [on(3306, all)] },
      { old: 0.966667, new: 0.033333 },
    ],
    [
      'a wildcard before the name takes it',
      { tls: [tls('*.example.com', all), tls('shop.example.com', tenth)] },
      { old: 1 },
    ],
    [
      'a route for labels of a source gets nothing from outside',
      { tcp: [{ match: [{ sourceLabels: { app: 'x' } }], ...tenth }, all] },
      { old: 1 },
    ],
    ['with HTTP routes, requests count', { http: [all], tcp: [tenth] }, { old: 1 }],
  ])('connections: %s', (_, routes, expected) => {
    const spec = { hosts: ['shop.example.com'], ...routes };
    expect(split(object('VirtualService', 'shop', { spec }))).toEqual(expected);
  });

  test('a rule may be delegated; both matches must hold, and the delegate alone lets nothing in', () => {
    const delegate = object('VirtualService', 'inner', {
      spec: { http: [{ match: [{ headers: { 'x-tester': { exact: 'yes' } } }], ...canary }, stable] },
    });
    const root = virtualService(
      [{ match: [{ uri: { prefix: '/shop' } }], delegate: { name: 'inner' } }],
      sandbox({ 'requests-with-header': 'x-tester: yes = 0.25' }),
    );
    const stage = trafficStage();
    stage.put(...twoRevisions, root, delegate);
    expect(shares(stage)).toEqual({ new: 0.25, old: 0.75 });
    expect(stage.traffic.routedTo({ namespace: 'shop', host: 'inner' })).toHaveLength(1);
  });
});

function on(port: number, route: object): object {
  return { match: [{ port }], ...route };
}

function tls(name: string, route: object): object {
  return { match: [{ port: 443, sniHosts: [name] }], ...route };
}
