import { lgamma } from 'mathjs';
import { logGamma } from '../../../../src/core/analysis/statistics/log-gamma.ts';
import {
  judgeRatio,
  logEvidence,
  type SampleRatio,
} from '../../../../src/core/analysis/statistics/sample-ratio.ts';
import { type Random, random } from '../../../../src/kernel/random.ts';

const tolerance = 0.25;

test.each([0.01, 0.5, 1, 2, 2.5, 9.99, 10, 100.25, 12_345.6, 1e9])(
  'ln Γ(%d) is that of the numbers library',
  (x) => {
    expect(logGamma(x)).toBeCloseTo(lgamma(x), 8);
  },
);

describe('the evidence against a share', () => {
  // reference/statistics.md §3.2: vectors of Lindon and Malek's Bayes factor
  test.each([
    [10, 10, 1, 1513.2155],
    [10, 10, 10, 678.2388],
    [2, 18, 1, 0.134838],
  ])('of %d and %d requests at 10 %%, concentration %d, is %d', (canary, stable, weight, factor) => {
    expect(Math.exp(logEvidence({ canary, stable, share: 0.1 }, 0.1, weight))).toBeCloseTo(factor, 3);
  });

  test('has mean 1 when the share is the truth', () => {
    const n = 12;
    let mean = 0;
    for (let x = 0; x <= n; x += 1) {
      const chance =
        Math.exp(logGamma(n + 1) - logGamma(x + 1) - logGamma(n - x + 1)) * 0.3 ** x * 0.7 ** (n - x);
      mean += chance * Math.exp(logEvidence({ canary: x, stable: n - x, share: 0.2 }, 0.3));
    }
    expect(mean).toBeCloseTo(1, 10);
  });
});

describe('a split', () => {
  test.each<[string, Partial<SampleRatio>, string]>([
    ['without requests', { canary: 0, stable: 0 }, 'undecided'],
    ['with few requests', { canary: 0, stable: 20 }, 'undecided'],
    ['that nobody carried out', { canary: 0, stable: 100 }, 'differs'],
    ['that is right', { canary: 80, stable: 320 }, 'matches'],
    ['that is right within the tolerance', { canary: 230, stable: 770 }, 'matches'],
    ['that is right within the tolerance, for ever', { canary: 2_400_000, stable: 7_600_000 }, 'matches'],
    ['that is off by more, which many requests tell', { canary: 28_000, stable: 72_000 }, 'differs'],
    ['that gives too much', { canary: 50, stable: 50 }, 'differs'],
    ['that gives too much, where others may add', { canary: 50, stable: 50, mayExceed: true }, 'matches'],
    ['that gives too little, where others may add', { canary: 0, stable: 100, mayExceed: true }, 'differs'],
    ['that stayed at the weight before', { canary: 100, stable: 900, share: 0.2 }, 'differs'],
    ['of nearly everything', { canary: 9_900, stable: 100, share: 0.99 }, 'matches'],
    ['with counts that an extrapolation made', { canary: 80.3, stable: 319.9 }, 'matches'],
  ])('%s is told as such', (_, counts, verdict) => {
    expect(judgeRatio({ canary: 0, stable: 0, share: 0.2, tolerance, ...counts })).toBe(verdict);
  });
});

/** One weight, looked at every 30 s for half an hour: what is said first, and whether it was ever called different. */
function story(
  stream: Random,
  { share, truth, perLook }: { readonly share: number; readonly truth: number; readonly perLook: number },
) {
  let [canary, stable] = [0, 0];
  let firstLook: number | undefined;
  for (let look = 1; look <= 60; look += 1) {
    for (let request = 0; request < perLook; request += 1) {
      if (stream.next() < truth) canary += 1;
      else stable += 1;
    }
    const verdict = judgeRatio({ canary, stable, share, tolerance });
    if (verdict === 'differs') return { alarmedAt: look, calmAt: firstLook };
    if (verdict === 'matches') firstLook ??= look;
  }
  return { alarmedAt: undefined, calmAt: firstLook };
}

function stories(seeds: number, what: Parameters<typeof story>[1]) {
  return Array.from({ length: seeds }, (_, seed) => story(random(seed), what));
}

describe('looked at sixty times in half an hour', () => {
  test.each([0.05, 0.2, 0.5])('a right split of %d is never called wrong', (share) => {
    const alarms = stories(100, { share, truth: share, perLook: 50 }).filter(({ alarmedAt }) => alarmedAt);
    expect(alarms).toEqual([]);
  });

  test('one at the edge of the tolerance is called wrong once in a thousand at most', () => {
    const alarms = stories(500, { share: 0.2, truth: 0.25, perLook: 20 }).filter(
      ({ alarmedAt }) => alarmedAt,
    );
    expect(alarms.length).toBeLessThanOrEqual(2); // half an alarm is expected at most; 3 have a chance of 1.4 %
  });

  test.each([
    [0.05, 4],
    [0.2, 1],
    [0.5, 1],
  ])('one of %d that nobody carries out is found within %d looks of 50 requests', (share, looks) => {
    const found = stories(50, { share, truth: 0, perLook: 50 });
    expect(found.every(({ alarmedAt = 99, calmAt }) => alarmedAt <= looks && calmAt === undefined)).toBe(
      true,
    );
  });

  test('one that is off by twice the tolerance is rarely called right first', () => {
    const calm = stories(300, { share: 0.2, truth: 0.1, perLook: 50 }).filter(({ calmAt }) => calmAt);
    expect(calm.length).toBeLessThanOrEqual(24); // 5 % are 15
  });
});
