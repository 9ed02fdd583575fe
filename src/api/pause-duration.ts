import { parseGoDuration } from '../kernel/duration.ts';

/** Longer than 68 years does not fit the field in which the peer keeps it. */
const longestSeconds = 2 ** 31 - 1;

/**
 * A pause's length in whole seconds. A number, or a text of digits, is seconds; any other text is a Go duration such as
 * `1h30m`, whose fractions of a second are cut off. Undefined when it is neither, negative, or beyond all measure.
 * Source: `reference/rollout.md` §2.5.
 */
export function pauseSeconds(duration: string | number): number | undefined {
  const seconds = Math.trunc(
    typeof duration === 'number' || /^[+-]?\d+$/.test(duration)
      ? Number(duration)
      : (parseGoDuration(duration) ?? -1),
  );
  return seconds >= 0 && seconds <= longestSeconds ? Math.abs(seconds) : undefined;
}
