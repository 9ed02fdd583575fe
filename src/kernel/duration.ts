import type { Seconds } from './instant.ts';

const secondsPerUnit: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6, // U+00B5, micro sign
  μs: 1e-6, // U+03BC, Greek mu
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/**
 * Go's duration strings, as all durations of this API are written: `1h30m`, `-1.5s`, `0`.
 * Undefined when the text is none: `1d`, `5` and the empty text are not.
 */
export function parseGoDuration(text: string): Seconds | undefined {
  const match = /^([+-]?)(.*)$/s.exec(text);
  const sign = match?.[1] === '-' ? -1 : 1;
  let rest = match?.[2] ?? '';
  if (rest === '0') return 0 as Seconds;
  if (rest === '') return undefined;
  let total = 0;
  while (rest !== '') {
    const part = /^(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/.exec(rest);
    if (part === null) return undefined;
    total += Number(part[1]) * (secondsPerUnit[part[2] as string] as number);
    rest = rest.slice(part[0].length);
  }
  return (sign * total) as Seconds;
}
