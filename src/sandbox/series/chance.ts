import type { Random } from '../../kernel/random.ts';

/** Above this many expected hits the normal distribution is near enough, and much quicker. */
const exactLimit = 30;

/** How many events of a known mean happen. Knuth's method while it is quick. */
export function poisson(random: Random, mean: number): number {
  if (mean > exactLimit) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let events = 0;
  for (let product = random.next(); product > limit; product *= random.next()) events += 1;
  return events;
}

/** How many of `trials` hit, each with `chance`. */
export function binomial(random: Random, trials: number, chance: number): number {
  if (trials <= 0 || chance <= 0) return 0;
  if (chance >= 1) return trials;
  if (chance > 0.5) return trials - binomial(random, trials, 1 - chance);
  const mean = trials * chance;
  if (mean > exactLimit) {
    const drawn = Math.round(mean + Math.sqrt(mean * (1 - chance)) * normal(random));
    return Math.min(trials, Math.max(0, drawn));
  }
  let hits = 0;
  // From one hit to the next: the geometric distribution skips the misses.
  for (let trial = skip(random, chance); trial < trials; trial += 1 + skip(random, chance)) hits += 1;
  return hits;
}

function skip(random: Random, chance: number): number {
  return Math.floor(Math.log1p(-random.next()) / Math.log1p(-chance));
}

/** Box and Muller's transform. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
