import { backend, object, shares, trafficStage } from '../support.ts';

const twoRevisions = [...backend('shop-stable', 'old', 4), ...backend('shop-canary', 'new', 1)];
const to = (name: string, weight?: number, rest = {}) => ({ name, port: 80, weight, ...rest });
const weighted = (...services: readonly object[]) => ({ weighted: { services } });
const nested = { kind: 'TraefikService' };

function stageWith(specs: Readonly<Record<string, object>>) {
  const stage = trafficStage();
  stage.put(...twoRevisions);
  for (const [name, spec] of Object.entries(specs)) stage.put(object('TraefikService', name, { spec }));
  return stage;
}

const host = { namespace: 'shop', host: 'shop' };

describe('Traefik', () => {
  test.each<[string, Readonly<Record<string, object>>, Record<string, number>]>([
    ['weights', { shop: weighted(to('shop-stable', 75), to('shop-canary', 25)) }, { old: 0.75, new: 0.25 }],
    [
      'no weight counts 1',
      { shop: weighted(to('shop-stable', 3), to('shop-canary')) },
      { old: 0.75, new: 0.25 },
    ],
    ['weight 0 gives nothing', { shop: weighted(to('shop-stable', 1), to('shop-canary', 0)) }, { old: 1 }],
    ['a single service of weight 0 gets nothing either', { shop: weighted(to('shop-canary', 0)) }, {}],
    [
      'another TraefikService in its place',
      {
        shop: weighted(to('inner', 1, nested), to('shop-stable', 1)),
        inner: weighted(to('shop-stable', 1), to('shop-canary', 1)),
      },
      { old: 0.75, new: 0.25 },
    ],
    [
      'one that is not there loses its share',
      { shop: weighted(to('inner', 1, nested), to('shop-stable', 1)) },
      { old: 0.5 },
    ],
    [
      'one that leads back to itself reaches nobody',
      {
        shop: weighted(to('inner', 1, nested), to('shop-stable', 1)),
        inner: weighted(to('again', 1, nested)),
        again: weighted(to('inner', 1, nested)),
      },
      { old: 0.5 },
    ],
    [
      'a Service elsewhere is refused',
      { shop: weighted(to('shop-stable', 1), to('shop-canary', 1, { namespace: 'other' })) },
      { old: 0.5 },
    ],
  ])('%s', (_, specs, expected) => {
    expect(shares(stageWith(specs), host)).toEqual(expected);
  });

  test('follows a change of the TraefikService within', () => {
    const stage = stageWith({
      shop: weighted(to('inner', 1, nested)),
      inner: weighted(to('shop-stable', 1)),
    });
    expect(shares(stage, host)).toEqual({ old: 1 });
    stage.put(object('TraefikService', 'inner', { spec: weighted(to('shop-canary', 1)) }));
    expect(shares(stage, host)).toEqual({ new: 1 });
  });

  test('a mirror loads the pods and is no share', async () => {
    const mirroring = { ...to('shop-stable'), mirrors: [{ ...to('shop-canary'), percent: 50 }] };
    const stage = stageWith({ shop: { mirroring } });
    await stage.clock.advanceBy(60);
    expect(shares(stage, host)).toEqual({ old: 1 });
    const copies = 'sum(rate(http_requests_total{rollouts_pod_template_hash="new"}[1m]))';
    expect(stage.query(copies)).toBeCloseTo(10);
  });
});
