import { type RouterCapability, routerKinds } from '../../src/api/split.ts';
import { routers } from '../../src/routers/registry.ts';
import { shown } from '../routers/shown.ts';
import {
  additional,
  copy,
  experimentService,
  gateway,
  type Kind,
  kinds,
  problems,
  render,
  rollout,
  routerOf,
  split,
  testers,
  unreleased,
} from '../routers/support.ts';

/** Written down, never assumed: validation refuses what a router cannot do. A new router must answer every row. */
const unsupported = 'unsupported';

const abilities: Record<RouterCapability, Record<Kind, 'supported' | typeof unsupported>> = {
  weight: row(...kinds),
  headerRoute: row('istio', 'alb', 'apisix', gateway),
  headerRoutePattern: row('istio', 'apisix', gateway),
  mirrorRoute: row('istio', gateway),
  additionalDestinations: row('istio', 'alb', 'smi', gateway),
  pingPong: row('istio', 'alb', gateway),
  maxTrafficWeight: row('nginx', gateway),
  verify: row(),
};
const can = (kind: Kind, ability: RouterCapability) => abilities[ability][kind] === 'supported';

function row(...able: readonly Kind[]): Record<Kind, 'supported' | typeof unsupported> {
  const entries = kinds.map((kind) => [kind, able.includes(kind) ? 'supported' : unsupported]);
  return Object.fromEntries(entries) as Record<Kind, 'supported' | typeof unsupported>;
}

const weights = [0, 30, 100];
const rows = kinds.flatMap((kind) => weights.map((weight) => [kind, weight] as const));
const withoutZeros = (all: Record<string, number>) =>
  Object.fromEntries(Object.entries(all).filter(([, weight]) => weight !== 0));

describe('who gets weight', () => {
  const able = kinds.filter((kind) => can(kind, 'additionalDestinations'));

  test('is told by those routers that serve experiments', () => {
    expect(kinds.filter((kind) => routerOf(kind).readReceivers !== undefined)).toEqual(able);
  });

  test.each(able)('%s tells of the canary, stable and the experiment, as it was written', (kind) => {
    const rendered = render(kind, split(20, { additional }));
    const told = routerOf(kind).readReceivers?.(rollout(kind), rendered) ?? [];
    expect(told.find(({ service }) => service === experimentService)?.weight).toBe(additional[0]?.weight);
    expect(told.some(({ weight }) => weight === 20)).toBe(true);
  });
});

describe('every router', () => {
  test('has its row in this contract', () => {
    expect(routerKinds.filter((kind) => routers[kind] !== undefined)).toEqual([...kinds]);
  });

  test.each(kinds)('%s can do what the table says, and nothing else', (kind) => {
    const told = Object.keys(abilities) as RouterCapability[];
    expect([...routerOf(kind).capabilities].sort()).toEqual(told.filter((each) => can(kind, each)).sort());
  });

  test.each(rows)('%s shows a canary of %i, and reads it back', (kind, weight) => {
    const rendered = render(kind, split(weight));
    expect(shown(kind, rendered).weights).toEqual(withoutZeros({ stable: 100 - weight, canary: weight }));
    expect(routerOf(kind).readWeight(rollout(kind), rendered)).toBe(weight);
  });

  test.each(rows)(
    '%s at %i leads testers with a header to the canary, or says that it cannot',
    (kind, weight) => {
      const rendered = render(kind, split(weight, { headerRoutes: [testers] }));
      const expected = can(kind, 'headerRoute') ? { testers: ['x-tester', 'x-team'] } : {};
      expect(shown(kind, rendered).headers).toEqual(expected);
      expect(shown(kind, rendered).weights).toEqual(shown(kind, render(kind, split(weight))).weights);
    },
  );

  test.each(rows)('%s at %i copies requests to the canary, or says that it cannot', (kind, weight) => {
    const rendered = render(kind, split(weight, { mirrorRoutes: [copy] }));
    expect(shown(kind, rendered).mirrors).toEqual(can(kind, 'mirrorRoute') ? { copy: 35 } : {});
    expect(shown(kind, rendered).weights).toEqual(shown(kind, render(kind, split(weight))).weights);
  });

  test.each(kinds)('%s gives an experiment its share, or leaves it with stable', (kind) => {
    const rendered = render(kind, split(30, { additional }));
    expect(shown(kind, rendered).weights).toEqual(
      can(kind, 'additionalDestinations')
        ? { stable: 65, canary: 30, [experimentService]: 5 }
        : { stable: 70, canary: 30 },
    );
  });

  test.each(rows)('%s at %i takes away what a split does not have any more', (kind, weight) => {
    const during = render(
      kind,
      split(weight, {
        additional: weight === 30 ? additional : [],
        headerRoutes: [testers],
        mirrorRoutes: [copy],
      }),
    );
    const after = render(kind, split(weight), during);
    expect(after).toEqual(render(kind, split(weight)));
  });

  test.each(kinds)('%s goes from the end of a release back to stable', (kind) => {
    const after = render(kind, split(0), render(kind, split(100)));
    expect(shown(kind, after).weights).toEqual({ stable: 100 });
  });

  test.each(kinds)('%s finds nothing wrong with what it has rendered', (kind) => {
    const all = { additional, headerRoutes: [testers], mirrorRoutes: [copy] };
    expect(problems(kind, unreleased(kind))).toEqual([]);
    expect(problems(kind, render(kind, split(30, all)))).toEqual([]);
  });

  test.each(kinds)('%s names the user’s object that is missing, and renders nothing without it', (kind) => {
    const refs = routerOf(kind).objects(rollout(kind));
    const missing = refs.map(() => undefined);
    if (refs.every(({ isMadeByRouter }) => isMadeByRouter === true)) {
      expect(problems(kind, missing)).toEqual([]);
      return;
    }
    expect(problems(kind, missing)).toEqual([expect.stringMatching(/"shop" not found$/)]);
    expect(() => render(kind, split(10), missing)).toThrow('"shop" not found');
  });

  test.each(kinds)('%s makes its own objects with the Rollout as their owner', (kind) => {
    const made = routerOf(kind)
      .objects(rollout(kind))
      .flatMap(({ isMadeByRouter, name }, index) =>
        isMadeByRouter === true ? [{ name, object: render(kind, split(10))[index] }] : [],
      );
    for (const { name, object } of made) {
      if (object === undefined) continue; // no step asks for it
      expect(object?.metadata).toMatchObject({ name, namespace: 'web' });
      expect(object?.metadata.ownerReferences).toMatchObject([
        { kind: 'Rollout', uid: 'uid-of-shop', controller: true },
      ]);
    }
    expect(made.filter(({ object }) => object !== undefined)).toHaveLength(
      ['nginx', 'smi', 'ambassador'].includes(kind) ? 1 : 0,
    );
  });

  test.each(kinds)('%s leaves objects of others alone when it releases', (kind) => {
    const strangers = [
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop' } },
      ...render('istio', split(10)),
      ...render('alb', split(10)),
      ...render('nginx', split(10)),
      ...render(gateway, split(10)),
      ...render('ambassador', split(10)),
      ...render('apisix', split(10)).filter((object) => object !== undefined),
    ];
    const release = routerOf(kind).release ?? ((_: string, objects: typeof strangers) => objects);
    expect(release('another', strangers)).toEqual(strangers);
  });
});
