/** The φ-quantile with linear interpolation between ranks; below 0 and above 1 it is infinite. */
export function quantileOf(phi: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(phi)) return Number.NaN;
  if (phi < 0) return Number.NEGATIVE_INFINITY;
  if (phi > 1) return Number.POSITIVE_INFINITY;
  const sorted = [...values].sort(byValue);
  const rank = phi * (sorted.length - 1);
  const below = Math.max(0, Math.floor(rank));
  const above = Math.min(sorted.length - 1, below + 1);
  const weight = rank - Math.floor(rank);
  return (sorted[below] as number) * (1 - weight) + (sorted[above] as number) * weight;
}

/** Variance of the values of several series, by Welford's recurrence. It begins with the first: of one value it is 0, whatever the value. */
export function groupVariance([first = Number.NaN, ...others]: readonly number[]): number {
  return variance(others, first, 1);
}

/** Variance of the values of one series, by Welford's recurrence. */
export const standardVariance = (values: readonly number[]): number => variance(values, 0, 0);

function variance(values: readonly number[], initialMean: number, initialCount: number): number {
  let [mean, squares, count] = [initialMean, 0, initialCount];
  for (const value of values) {
    count += 1;
    const difference = value - mean;
    mean += difference / count;
    squares += difference * (value - mean);
  }
  return squares / count;
}

/** The sum with what each addition loses added at the end, by Kahan and Neumaier. */
export function exactSum(values: readonly number[]): number {
  let [sum, lost] = [0, 0];
  for (const value of values) {
    const total = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum;
    sum = total;
  }
  return sum + lost;
}

/** Ascending, NaN first. */
export function byValue(one: number, other: number): number {
  if (Number.isNaN(one)) return Number.isNaN(other) ? 0 : -1;
  if (Number.isNaN(other)) return 1;
  return one - other;
}
