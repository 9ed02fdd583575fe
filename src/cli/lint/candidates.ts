import type { Argument, Metric } from '../../api/v1alpha1/analysis.ts';
import { resolveMetrics } from '../../core/analysis/substitute.ts';

/** What an argument without a value may stand for: a name, a number, a duration. */
const guesses = ['value', '1', '5m'] as const;

/**
 * The metric with its arguments filled in, as it may be used: those without a value with a guess at each. Empty when a
 * placeholder names no argument.
 */
export function candidatesOf(metric: Metric, args: readonly Argument[]): readonly Metric[] {
  const open = args.some(({ value }) => value === undefined);
  const resolved = (open ? guesses : [guesses[0]]).map((guess) =>
    resolveMetrics(
      [metric],
      args.map(({ name, value = guess }) => ({ name, value })),
    ),
  );
  return resolved.flatMap((each) => ('error' in each ? [] : each.metrics));
}
