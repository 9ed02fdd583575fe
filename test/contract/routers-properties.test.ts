import fc from 'fast-check';
import type { KubeObject } from '../../src/api/meta.ts';
import type { Destination, Split } from '../../src/api/split.ts';
import { shown } from '../routers/shown.ts';
import { copy, kinds, render, rollout, routerOf, split, testers, unreleased } from '../routers/support.ts';

/** Any split that a release can ask for: weights that sum to the total, with or without routes and experiments. */
const anySplit: fc.Arbitrary<Split> = fc
  .record({
    shares: fc.tuple(fc.nat(50), fc.nat(20), fc.nat(20)),
    canary: fc.nat(50),
    templates: fc.nat(2),
    header: fc.boolean(),
    mirror: fc.boolean(),
  })
  .map(({ shares, canary, templates, header, mirror }) => {
    const additional: Destination[] = shares.slice(0, templates).map((weight, index) => ({
      service: `shop-6c54544bf9-2-1-template${index}`,
      podTemplateHash: `exp${index}`,
      weight: Math.min(weight, 25),
    }));
    return split(canary, {
      additional,
      headerRoutes: header ? [testers] : [],
      mirrorRoutes: mirror ? [copy] : [],
    });
  });

/** The object with every key in another order, as an API server may send it back. */
function reordered<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reordered) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, member]) => [key, reordered(member)]),
  ) as T;
}

/** Everything that is not a router's to change: weights, routes and annotations that it writes itself. */
function foreignFields(objects: readonly (KubeObject | undefined)[]): unknown {
  const ours =
    /^(weight|http|rules|annotations|resourceVersion|rollouts-pod-template-hash|routes|rollouts.argoproj.io\/gatewayapi-canary)$/;
  return objects.map((object) =>
    object === undefined
      ? undefined
      : JSON.parse(JSON.stringify(object, (key, value) => (ours.test(key) ? undefined : value))),
  );
}

describe.each(kinds)('%s, whatever it is asked for,', (kind) => {
  test('shows weights that sum to the total', () => {
    fc.assert(
      fc.property(anySplit, (wanted) => {
        const { weights } = shown(kind, render(kind, wanted));
        expect(Object.values(weights).reduce((sum, weight) => sum + weight, 0)).toBe(wanted.total);
      }),
    );
  });

  test('reads back the weight that it wrote', () => {
    fc.assert(
      fc.property(anySplit, (wanted) => {
        expect(routerOf(kind).readWeight(rollout(kind), render(kind, wanted), wanted)).toBe(
          wanted.canary.weight,
        );
      }),
    );
  });

  test('returns the same objects when they show the split already, in whatever order their members are', () => {
    fc.assert(
      fc.property(anySplit, (wanted) => {
        const once = render(kind, wanted).map(reordered);
        const twice = render(kind, wanted, once);
        expect(twice.every((object, index) => object === once[index])).toBe(true);
      }),
    );
  });

  test('ends at the same objects with the second decision at the latest, whatever it showed before', () => {
    fc.assert(
      fc.property(anySplit, anySplit, (first, second) => {
        const once = render(kind, second, render(kind, first));
        expect(render(kind, second, once)).toEqual(render(kind, second));
      }),
    );
  });

  test('changes nothing that it was given', () => {
    fc.assert(
      fc.property(anySplit, (wanted) => {
        const given = unreleased(kind);
        render(kind, wanted, given);
        expect(given).toEqual(unreleased(kind));
      }),
    );
  });

  test('keeps every field that is not its own', () => {
    const given = unreleased(kind);
    fc.assert(
      fc.property(anySplit, (wanted) => {
        const rendered = render(kind, wanted, given);
        const kept = rendered.filter((_, index) => given[index] !== undefined);
        expect(foreignFields(kept)).toEqual(foreignFields(given.filter((object) => object !== undefined)));
      }),
    );
  });
});
