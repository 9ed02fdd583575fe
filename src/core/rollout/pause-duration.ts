import { parseGoDuration } from '../../kernel/duration.ts';

/**
 * A pause's length in whole seconds; undefined when it lasts until somebody resumes. A number, or a text of digits, is
 * seconds; any other text is a Go duration such as `1h30m`, whose fractions are cut off.
 */
export function pauseSeconds(duration: string | number | undefined): number | undefined {
  if (duration === undefined) return undefined;
  if (typeof duration === 'number') return duration;
  if (/^-?\d+$/.test(duration)) return Number(duration);
  const parsed = parseGoDuration(duration);
  return parsed === undefined ? undefined : Math.trunc(parsed);
}
