import { formatInstant, instant } from '../../../kernel/instant.ts';
import { problem, quote } from './problem.ts';
import { parseByLayout } from './time-layout.ts';
import { offsetSeconds } from './time-zone.ts';
import type { Time } from './values.ts';

const nanosecondsPer: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n, // U+00B5, micro sign
  μs: 1000n, // U+03BC, Greek mu
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** The nanoseconds of a Go duration text. */
export function parseDuration(text: string): bigint {
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0n;
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(body)) {
    throw problem(`time: invalid duration ${quote(text)}`);
  }
  let total = 0n;
  for (const [, amount = '', unit = ''] of body.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const [whole = '', fraction = ''] = amount.split('.');
    const scale = nanosecondsPer[unit] as bigint;
    total += BigInt(whole || '0') * scale;
    if (fraction !== '') total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  return text.startsWith('-') ? -total : total;
}

/** `1h30m0s`, `1.5s`, `300ms`, as Go prints a duration. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size < 1_000_000_000n) return sign + belowSecond(size);
  const hours = size / 3_600_000_000_000n;
  const minutes = (size / 60_000_000_000n) % 60n;
  const seconds = decimal(size % 60_000_000_000n, 9);
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0n ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}

function belowSecond(size: bigint): string {
  if (size < 1000n) return `${size}ns`;
  return size < 1_000_000n ? `${decimal(size, 3)}µs` : `${decimal(size, 6)}ms`;
}

/** `amount` / 10^digits without trailing zeros. */
function decimal(amount: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = String(amount % scale)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(amount / scale) : `${amount / scale}.${fraction}`;
}

/** The time, in UTC. */
export function formatTime({ nanoseconds }: Time): string {
  const shown = formatInstant(instant(Number(nanoseconds / 1_000_000n)));
  return `${shown.slice(0, 10)} ${shown.slice(11, 19)} +0000 UTC`;
}

/** Layouts that `date` tries when it is given none. */
const defaultLayouts = [
  '2006-01-02',
  '15:04:05',
  '2006-01-02 15:04:05',
  '2006-01-02T15:04:05Z07:00',
  '02 Jan 06 15:04 MST',
  'Monday, 02-Jan-06 15:04:05 MST',
  'Mon, 02 Jan 2006 15:04:05 MST',
];

/** A time written by a layout of Go's; in the given zone unless the text names one. */
export function parseTime(text: string, layout: string | undefined, zoneName = 'UTC'): Time {
  const layouts = layout === undefined ? defaultLayouts : [layout];
  for (const each of layouts) {
    const parsed = parseByLayout(text, each);
    if (parsed === undefined) continue;
    const offset = parsed.offsetSeconds ?? offsetSeconds(zoneName, parsed.localSeconds);
    return {
      kind: 'time',
      nanoseconds: BigInt(parsed.localSeconds - offset) * 1_000_000_000n + parsed.nanoseconds,
    };
  }
  if (layout === undefined) throw problem(`invalid date ${text}`);
  throw problem(`parsing time ${quote(text)} as ${quote(layout)}: cannot parse`);
}
