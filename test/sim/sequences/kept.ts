import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './find-broken.ts';
import type { Sequence } from './sequence.ts';

/** A sequence that once broke something. It is played again with every run of the tests, for ever. */
export interface Kept {
  /** What must not happen again, as a sentence. */
  readonly title: string;
  readonly sequence: Sequence;
}

export function keptIn(folder: string): readonly Kept[] {
  return JSON.parse(readFileSync(fileIn(folder), 'utf8')) as Kept[];
}

/** Adds what was found, unless it is kept already. The title is what broke; who repairs it writes a better one. */
export function keep(folder: string, { broken, sequence }: Finding): void {
  const before = keptIn(folder);
  const text = JSON.stringify(sequence);
  if (before.some((kept) => JSON.stringify(kept.sequence) === text)) return;
  const after = [...before, { title: broken, sequence }];
  writeFileSync(fileIn(folder), `${JSON.stringify(after, null, 2)}\n`);
}

export function fileIn(folder: string): string {
  return join(folder, 'kept.json');
}
