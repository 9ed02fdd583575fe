import { logBeta } from './log-gamma.ts';

/** Requests that each side has answered, and the share that the canary should have had of them. */
export interface SampleRatio {
  readonly canary: number;
  readonly stable: number;
  /** 0 to 1, both excluded. */
  readonly share: number;
  /** How far the share may be off, as a part of the smaller side's share: 0.25 lets 20 % be 15 % to 25 %. */
  readonly tolerance: number;
  /** More than its share is no fault: routes by header or mirrored requests add to it. */
  readonly mayExceed?: boolean;
}

/** `differs` and `matches` are claims with a bounded risk of being wrong, however often one looks; else nobody can tell. */
export type RatioVerdict = 'differs' | 'matches' | 'undecided';

/** Chance that a split within the tolerance is ever called different. */
const falseAlarm = 0.001;
/** Chance that a split off by twice the tolerance is ever called right. */
const falseCalm = 0.05;
/** How firmly the alternative is believed to lie near the wanted share: as if so many requests had told it. */
const concentration = 1;

/**
 * A sample-ratio check that may be looked at as often as one likes. The evidence against a share p is the Bayes factor
 * B(cθ+x, c(1−θ)+y) / B(cθ, c(1−θ)) · p^−x (1−p)^−y, whose mean is 1 when p is the truth, so that it ever reaches 1/α with a
 * chance of at most α (Ville). Against an interval of shares counts the least of it. Source: Lindon and Malek,
 * "Anytime-valid inference for multinomial count data", arXiv 2011.03567; the interval is ours, and lowers the risk.
 */
export function judgeRatio(counts: SampleRatio): RatioVerdict {
  const { share, tolerance, mayExceed = false } = counts;
  const margin = tolerance * Math.min(share, 1 - share);
  const highest = mayExceed ? 1 : share + margin;
  const against = logEvidence(counts, nearest(observedShare(counts), share - margin, highest));
  if (against >= -Math.log(falseAlarm)) return 'differs';
  return isWithin(counts, 2 * margin) ? 'matches' : 'undecided';
}

/** The canary's part of all requests; the wanted one while there are none. */
export function observedShare({ canary, stable, share }: SampleRatio): number {
  return canary + stable === 0 ? share : canary / (canary + stable);
}

/** ln of the Bayes factor against the share `p`. */
export function logEvidence(
  { canary, stable, share }: Pick<SampleRatio, 'canary' | 'stable' | 'share'>,
  p: number,
  weight = concentration,
): number {
  const [a, b] = [weight * share, weight * (1 - share)];
  return logBeta(a + canary, b + stable) - logBeta(a, b) - xLogY(canary, p) - xLogY(stable, 1 - p);
}

/** Is there evidence against every share that is off by more than the margin? */
function isWithin(counts: SampleRatio, margin: number): boolean {
  const { share, mayExceed } = counts;
  const observed = observedShare(counts);
  const [lowest, highest] = [share - margin, share + margin];
  if (observed <= lowest || (observed >= highest && mayExceed !== true)) return false;
  const rivals = mayExceed === true ? [lowest] : [lowest, highest];
  return rivals
    .filter((rival) => rival > 0 && rival < 1)
    .every((rival) => logEvidence(counts, rival) >= -Math.log(falseCalm));
}

function nearest(value: number, lowest: number, highest: number): number {
  return Math.min(Math.max(value, lowest), highest);
}

/** x ln y, and 0 for no x at all. */
function xLogY(x: number, y: number): number {
  return x === 0 ? 0 : x * Math.log(y);
}
