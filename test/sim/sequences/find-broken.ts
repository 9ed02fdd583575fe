import fc from 'fast-check';
import { anySequence } from './arbitrary.ts';
import { brokenBy } from './play-sequence.ts';
import type { Sequence } from './sequence.ts';

export interface Finding {
  /** How many sequences were played until then. */
  readonly played: number;
  /** The sequence that breaks something, as small as it could be made. */
  readonly sequence: Sequence;
  readonly broken: string;
}

/** Plays sequences drawn from this seed until one breaks something, and makes that one small. */
export function findBroken(seed: number, sequences: number): Finding | undefined {
  const details = fc.check(
    fc.property(anySequence(), (sequence) => brokenBy(sequence) === undefined),
    { seed, numRuns: sequences, verbose: 0 },
  );
  const [sequence] = details.counterexample ?? [];
  if (sequence === undefined) return undefined;
  return {
    played: details.numRuns,
    sequence,
    broken: brokenBy(sequence) ?? 'nothing, when it is played again',
  };
}
