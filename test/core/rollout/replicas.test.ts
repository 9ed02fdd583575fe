import {
  basicSizes,
  countsForWeight,
  fencesOf,
  routedSizes,
  type Side,
} from '../../../src/core/rollout/replicas.ts';

describe('pods that come closest to a weight', () => {
  test.each([
    [1, 49, 0, 0, 1],
    [1, 50, 0, 1, 0],
    [1, 1, 1, 1, 1],
    [1, 99, 1, 1, 1],
    [2, 1, 0, 1, 1],
    [2, 1, 1, 1, 2],
    [2, 50, 1, 1, 1],
    [2, 99, 1, 2, 1],
    [3, 10, 0, 1, 2],
    [3, 50, 0, 2, 1],
    [3, 10, 1, 1, 3],
    [3, 50, 1, 2, 2],
    [10, 14, 0, 1, 9],
    [10, 15, 0, 2, 8],
    [10, 18, 1, 2, 9],
    [10, 20, 1, 2, 8],
    [10, 24, 1, 3, 8],
    [10, 99, 0, 9, 1],
    [10, 99, 1, 10, 1],
    [0, 50, 1, 0, 0],
  ])(
    '%i pods at weight %i with surge %i are %i for the canary and %i for stable',
    (replicas, weight, surge, canary, stable) => {
      expect(countsForWeight(replicas, weight, 100, surge)).toEqual({ canary, stable });
    },
  );
});

describe('a move between the fences', () => {
  const side = (size: number, available = size): Side => ({ size, available });
  const none = side(0);
  test.each([
    ['grows the canary first', 10, 20, 2, 0, side(10), none, 0, 10, 2],
    ['then takes pods from stable', 10, 20, 2, 0, side(10), side(2), 0, 8, 2],
    ['goes no further than the surge', 10, 30, 2, 0, side(10), none, 0, 10, 2],
    ['without surge makes room first', 10, 20, 0, 2, side(10), none, 0, 8, 0],
    ['and fills the room then', 10, 20, 0, 2, side(8), none, 0, 8, 2],
    ['does both at once where it may', 10, 50, 2, 1, side(10), none, 0, 9, 2],
    ['drains the canary of an abort', 10, 0, 1, 1, side(10), side(1), 0, 10, 0],
    ['one pod at a time: room', 10, 5, 0, 1, side(10), none, 0, 9, 0],
    ['one pod at a time: filled', 10, 5, 0, 1, side(9), none, 0, 9, 1],
    ['waits for available pods', 10, 100, 3, 0, side(7, 8), side(6, 3), 0, 7, 6],
    ['keeps what serves within the surge', 10, 100, 1, 0, side(10, 2), side(10, 8), 0, 2, 9],
    ['lets others drain first', 10, 30, 1, 0, side(1), none, 3, 7, 1],
    ['keeps a broken stable until the canary can serve', 4, 100, 1, 0, side(4, 1), none, 0, 4, 1],
    ['replaces unavailable pods of stable', 4, 100, 1, 0, side(4, 1), side(1), 0, 3, 1],
    ['brings stable back from nothing', 4, 0, 1, 0, none, side(4), 0, 1, 4],
    ['waits for the pod that comes back', 4, 0, 1, 0, side(1, 0), side(4), 0, 1, 4],
    ['and then lets a canary pod go', 4, 0, 1, 0, side(1), side(4), 0, 1, 3],
    ['may go down to one pod of three', 3, 99, 0, 2, side(3), none, 0, 1, 0],
    ['and fills up from there', 3, 99, 0, 2, side(1), none, 0, 1, 2],
    ['stays when it has arrived', 3, 99, 0, 2, side(1), side(2), 0, 1, 2],
    ['of a full promotion fills the surge', 4, 100, 3, 0, side(4), none, 0, 4, 3],
  ] as const)(
    '%s',
    (_title, replicas, weight, surge, unavailable, stable, canary, others, wantStable, wantCanary) => {
      const sizes = basicSizes({
        replicas,
        weight,
        totalWeight: 100,
        fences: { surge, unavailable },
        canary,
        stable,
        others,
      });
      expect(sizes).toEqual({ stable: wantStable, canary: wantCanary });
    },
  );

  test('a revision without a rival takes all pods', () => {
    const fences = { surge: 1, unavailable: 0 };
    expect(
      basicSizes({
        replicas: 3,
        weight: 0,
        totalWeight: 100,
        fences,
        canary: none,
        stable: undefined,
        others: 0,
      }),
    ).toEqual({ canary: 3, stable: 0 });
  });
});

describe('fences', () => {
  test.each([
    [{}, 10, 3, 2],
    [{ maxSurge: 0, maxUnavailable: 0 }, 10, 0, 1],
    [{ maxSurge: '25' }, 8, 2, 2],
    [{ maxSurge: 2, maxUnavailable: 20 }, 4, 2, 4],
  ])('of %j over %i pods are surge %i, unavailable %i', (strategy, replicas, surge, unavailable) => {
    expect(fencesOf(strategy, replicas)).toEqual({ surge, unavailable });
  });
});

describe('sizes behind a router', () => {
  const input = {
    replicas: 10,
    weight: 20,
    totalWeight: 100,
    explicitCanary: undefined,
    canaryTraffic: 0,
    stableTraffic: 100,
    dynamicStableScale: false,
    minPods: 0,
  };
  test.each([
    ['the weight counts the canary, stable stays whole', {}, 2, 10],
    ['a dynamic stable keeps the pods its traffic still needs', { dynamicStableScale: true }, 2, 10],
    [
      'a dynamic stable shrinks when its traffic has moved',
      { dynamicStableScale: true, stableTraffic: 80 },
      2,
      8,
    ],
    ['an explicit scale wins over the weight', { explicitCanary: 3 }, 3, 10],
    [
      'an explicit scale leaves a dynamic stable whole',
      { explicitCanary: 3, dynamicStableScale: true, stableTraffic: 80 },
      3,
      10,
    ],
    ['a floor holds for a small weight', { weight: 5, minPods: 2 }, 2, 10],
    ['the floor does not apply to nothing', { weight: 0, minPods: 2 }, 0, 10],
    ['pods stay until their traffic has left', { weight: 20, canaryTraffic: 60 }, 6, 10],
  ])('%s', (_title, change, canary, stable) => {
    expect(routedSizes({ ...input, ...change })).toEqual({ canary, stable });
  });
});
