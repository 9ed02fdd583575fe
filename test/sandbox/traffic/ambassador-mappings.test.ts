import { backend, object, sandbox, shares, trafficStage } from '../support.ts';

const twoRevisions = [...backend('shop-stable', 'old', 4), ...backend('shop-canary', 'new', 1)];
const base = { hostname: 'shop.example.com', prefix: '/', service: 'shop-stable:80' };
const canary = { ...base, service: 'shop-canary:80' };

function stageWith(specs: Readonly<Record<string, object>>) {
  const annotations = sandbox({ 'requests-with-header': 'x-tester: yes = 0.2' });
  const stage = trafficStage();
  stage.put(...twoRevisions);
  for (const [name, spec] of Object.entries(specs))
    stage.put(object('Mapping', name, { spec }, { annotations }));
  return stage;
}

describe('Ambassador', () => {
  test.each<[string, Readonly<Record<string, object>>, Record<string, number>]>([
    ['a Mapping alone', { shop: base }, { old: 1 }],
    [
      'a canary beside it',
      { shop: base, 'shop-canary': { ...canary, weight: 25 } },
      { old: 0.75, new: 0.25 },
    ],
    ['whose name comes first', { shop: base, canary: { ...canary, weight: 25 } }, { old: 0.75, new: 0.25 }],
    ['a canary at 0', { shop: base, 'shop-canary': { ...canary, weight: 0 } }, { old: 1, new: 0 }],
    ['a canary at 100', { shop: base, 'shop-canary': { ...canary, weight: 100 } }, { old: 0, new: 1 }],
    ['two without weights share', { shop: base, other: canary }, { old: 0.5, new: 0.5 }],
    [
      'weights alone are made to sum to 100',
      { shop: { ...base, weight: 60 }, other: { ...canary, weight: 20 } },
      { old: 0.75, new: 0.25 },
    ],
    [
      'another prefix is another group',
      { shop: base, other: { ...canary, prefix: '/new/' } },
      { old: 0.5, new: 0.5 },
    ],
    [
      'another host is another entry',
      { shop: base, other: { ...canary, hostname: 'b.example.com' } },
      { old: 1 },
    ],
    [
      'a header',
      { shop: base, testers: { ...canary, headers: { 'X-Tester': 'yes' } } },
      { old: 0.8, new: 0.2 },
    ],
    [
      'a header of any value',
      { shop: base, testers: { ...canary, headers: { 'x-tester': true } } },
      { old: 0.8, new: 0.2 },
    ],
    [
      'a header by pattern',
      { shop: base, testers: { ...canary, regex_headers: { 'x-tester': 'y.*' } } },
      { old: 0.8, new: 0.2 },
    ],
    [
      'a method that nobody uses',
      { shop: base, other: { ...canary, method: 'POST', weight: 50 } },
      { old: 1 },
    ],
    ['a prefix by pattern', { shop: { ...base, prefix: '/v[0-9]+/.*', prefix_regex: true } }, { old: 1 }],
    [
      'Services written in full',
      {
        shop: { ...base, service: 'http://shop-stable.shop:80' },
        other: { ...canary, service: 'shop-canary.shop.svc.cluster.local', weight: 25 },
      },
      { old: 0.75, new: 0.25 },
    ],
  ])('%s', (_, specs, expected) => {
    expect(shares(stageWith(specs))).toEqual(expected);
  });

  test('follows the canary Mapping until it is gone', () => {
    const stage = stageWith({ shop: base, 'shop-canary': { ...canary, weight: 25 } });
    expect(shares(stage)).toEqual({ old: 0.75, new: 0.25 });
    stage.put(object('Mapping', 'shop-canary', { spec: { ...canary, weight: 50 } }));
    expect(shares(stage)).toEqual({ old: 0.5, new: 0.5 });
    stage.remove('Mapping', 'shop-canary');
    expect(shares(stage)).toEqual({ old: 1 });
  });
});
