import { formatInstant, instant } from '../../../kernel/instant.ts';
import { offsetSeconds } from '../../analysis/expression/time-zone.ts';

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** A time as Go has it: an instant, and the zone that it is shown in. */
export interface GoTime {
  readonly kind: 'time';
  /** Since the epoch. */
  readonly nanoseconds: bigint;
  /** IANA name of the zone that it is shown in; UTC when absent. */
  readonly zoneName?: string;
}

interface Shown {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanoseconds: bigint;
  readonly dayOfYear: number;
  readonly offset: number;
  readonly zone: string;
}

const two = (value: number) => String(value).padStart(2, '0');
const twelve = (hour: number) => (hour % 12 === 0 ? 12 : hour % 12);

/** The elements of Go's layouts; of those that begin alike the longest first. */
const elements: readonly (readonly [pattern: RegExp, show: (shown: Shown, found: string) => string])[] = [
  [/January/y, ({ month }) => months[month - 1] as string],
  [/Jan/y, ({ month }) => (months[month - 1] as string).slice(0, 3)],
  [/Monday/y, ({ weekday }) => days[weekday] as string],
  [/Mon/y, ({ weekday }) => (days[weekday] as string).slice(0, 3)],
  [/MST/y, ({ zone }) => zone],
  [/2006/y, ({ year }) => String(year).padStart(4, '0')],
  [/[Z-]07(:?00(:?00)?)?/y, offset],
  [/[.,](0+|9+)(?!\d)/y, fraction],
  [/002/y, ({ dayOfYear }) => String(dayOfYear).padStart(3, '0')],
  [/__2/y, ({ dayOfYear }) => String(dayOfYear).padStart(3)],
  [/_2(?!006)/y, ({ day }) => String(day).padStart(2)],
  [/01/y, ({ month }) => two(month)],
  [/02/y, ({ day }) => two(day)],
  [/03/y, ({ hour }) => two(twelve(hour))],
  [/04/y, ({ minute }) => two(minute)],
  [/05/y, ({ second }) => two(second)],
  [/06/y, ({ year }) => two(year % 100)],
  [/15/y, ({ hour }) => two(hour)],
  [/PM/y, ({ hour }) => (hour < 12 ? 'AM' : 'PM')],
  [/pm/y, ({ hour }) => (hour < 12 ? 'am' : 'pm')],
  [/1/y, ({ month }) => String(month)],
  [/2/y, ({ day }) => String(day)],
  [/3/y, ({ hour }) => String(twelve(hour))],
  [/4/y, ({ minute }) => String(minute)],
  [/5/y, ({ second }) => String(second)],
];

/** The time by a layout of Go's time package (https://pkg.go.dev/time#pkg-constants), in its own zone. */
export function formatTime(time: GoTime, layout: string): string {
  const shown = shownOf(time);
  let text = '';
  for (let at = 0; at < layout.length; ) {
    const [found, show] = elementAt(layout, at);
    text += show === undefined ? found : show(shown, found);
    at += found.length;
  }
  return text;
}

function elementAt(layout: string, at: number): [string, ((shown: Shown, found: string) => string)?] {
  for (const [pattern, show] of elements) {
    pattern.lastIndex = at;
    const found = pattern.exec(layout)?.[0];
    if (found !== undefined) return [found, show];
  }
  return [layout[at] as string];
}

function shownOf({ nanoseconds, zoneName = 'UTC' }: GoTime): Shown {
  const epochSeconds = Number((nanoseconds - floorRest(nanoseconds)) / 1_000_000_000n);
  const offset = zoneOffset(zoneName, epochSeconds);
  const iso = formatInstant(instant((epochSeconds + offset) * 1000));
  const [year, month, day, hour, minute, second] = iso.split(/\D/).map(Number) as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const midnight = Date.UTC(year, month - 1, day) / 86_400_000;
  const zone = zoneName === 'UTC' || zoneName === '' ? 'UTC' : abbreviation(zoneName, epochSeconds, offset);
  return {
    ...{ year, month, day, hour, minute, second, offset, zone },
    nanoseconds: floorRest(nanoseconds),
    weekday: (((midnight + 4) % 7) + 7) % 7,
    dayOfYear: midnight - Date.UTC(year, 0, 1) / 86_400_000 + 1,
  };
}

function floorRest(nanoseconds: bigint): bigint {
  return ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
}

/** How far ahead of UTC the zone is at this time. */
function zoneOffset(zoneName: string, epochSeconds: number): number {
  const near = offsetSeconds(zoneName, epochSeconds);
  return offsetSeconds(zoneName, epochSeconds + near);
}

/** `CET`, `EST`; where there is none, the offset as Go shows it: `+03`. */
function abbreviation(zoneName: string, epochSeconds: number, offset: number): string {
  const parts = (locale: string) =>
    new Intl.DateTimeFormat(locale, { timeZone: zoneName, timeZoneName: 'short' }).formatToParts(
      epochSeconds * 1000,
    );
  for (const locale of ['en-US', 'en-GB', 'en-AU', 'en-IN']) {
    const name = parts(locale).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    if (/^[A-Z]{3,5}$/.test(name) && name !== 'GMT') return name;
  }
  if (offset === 0) return 'GMT';
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 3600))}${offset % 3600 === 0 ? '' : two((Math.abs(offset) % 3600) / 60)}`;
}

function offset({ offset: ahead }: Shown, found: string): string {
  if (found.startsWith('Z') && ahead === 0) return 'Z';
  const size = Math.abs(ahead);
  const colon = found.includes(':') ? ':' : '';
  const minutes = found.length > 3 ? colon + two(Math.floor((size % 3600) / 60)) : '';
  return `${ahead < 0 ? '-' : '+'}${two(Math.floor(size / 3600))}${minutes}`;
}

/** `.000` shows as many digits as there are noughts, `.999` as many at most, and none when they are all nought. */
function fraction({ nanoseconds }: Shown, found: string): string {
  const digits = String(nanoseconds)
    .padStart(9, '0')
    .slice(0, found.length - 1);
  if (found[1] === '0') return found[0] + digits;
  const shown = digits.replace(/0+$/, '');
  return shown === '' ? '' : found[0] + shown;
}
