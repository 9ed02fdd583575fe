import { parseArgs } from 'node:util';
import { type Finding, findBroken } from './find-broken.ts';
import { fileIn, keep } from './kept.ts';
import { storyOf } from './sequence.ts';

/** `npm run sim -- --seeds 100`: plays sequences of many seeds, and keeps what breaks. See CONTRIBUTING.md. */
const usage = `Usage: npm run sim -- [--seeds N] [--from SEED] [--sequences N]
  --seeds N       how many seeds to play (default 20)
  --from SEED     the first of them (default 1)
  --sequences N   sequences drawn from each seed (default 100)`;

const progressEveryMs = 5000;

function main(): number {
  const options = optionsOf(process.argv.slice(2));
  if (options === undefined) {
    console.error(usage);
    return 2;
  }
  const { seeds, from, sequences } = options;
  const started = performance.now();
  let told = started;
  let played = 0;
  let broken = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const finding = findBroken(seed, sequences);
    played += finding?.played ?? sequences;
    if (finding !== undefined) {
      broken += 1;
      console.log(report(seed, finding));
      keep(import.meta.dirname, finding);
    }
    if (performance.now() - told < progressEveryMs) continue;
    told = performance.now();
    console.error(`seed ${seed} of ${from + seeds - 1}: ${played} sequences, ${broken} broken`);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${seeds} seeds, ${played} sequences in ${seconds} s: ${broken} broken invariants`);
  if (broken > 0) console.log(`kept in ${fileIn(import.meta.dirname)}`);
  return broken > 0 ? 1 : 0;
}

function report(seed: number, { broken, sequence, played }: Finding): string {
  return `\nseed ${seed}, sequence ${played}: ${broken}\n${storyOf(sequence)}\n`;
}

function optionsOf(args: string[]): Record<'seeds' | 'from' | 'sequences', number> | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seeds: { type: 'string', default: '20' },
        from: { type: 'string', default: '1' },
        sequences: { type: 'string', default: '100' },
      },
    });
    const [seeds, from, sequences] = [values.seeds, values.from, values.sequences].map(Number);
    const numbers = { seeds: seeds ?? 0, from: from ?? 0, sequences: sequences ?? 0 };
    return Object.values(numbers).every((number) => Number.isSafeInteger(number) && number >= 0)
      ? numbers
      : undefined;
  } catch {
    return undefined;
  }
}

process.exitCode = main();
