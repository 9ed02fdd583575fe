import { join } from 'node:path';
import { findBroken } from './sequences/find-broken.ts';
import { keptIn } from './sequences/kept.ts';
import { brokenBy } from './sequences/play-sequence.ts';
import { storyOf } from './sequences/sequence.ts';

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
const sequencesOfEach = 100;

describe('any sequence of deeds, with any spec, keeps the invariants and ends', () => {
  test.each(seeds)('seed %i', (seed) => {
    const finding = findBroken(seed, sequencesOfEach);
    if (finding !== undefined) throw new Error(`${finding.broken}\n${storyOf(finding.sequence)}`);
  });
});

describe('what once broke an invariant', () => {
  const kept = keptIn(join(__dirname, 'sequences'));
  test.each(kept.map(({ title, sequence }) => [title, sequence] as const))('%s', (_, sequence) => {
    expect(brokenBy(sequence)).toBeUndefined();
  });
});
