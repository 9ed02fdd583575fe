import { problem } from './problem.ts';

const parts: Intl.DateTimeFormatOptions = {
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
};

/** How far ahead of UTC a zone is when its clocks show `localSeconds`. */
export function offsetSeconds(zoneName: string, localSeconds: number): number {
  if (zoneName === 'UTC' || zoneName === '') return 0;
  const format = formatOf(zoneName);
  const atUtc = localSeconds - offsetAt(format, localSeconds);
  return offsetAt(format, atUtc);
}

/** Refuses a zone that does not exist. */
export function checkZone(zoneName: string): string {
  if (zoneName !== 'UTC' && zoneName !== '') formatOf(zoneName);
  return zoneName;
}

function formatOf(zoneName: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { ...parts, timeZone: zoneName });
  } catch {
    throw problem(`unknown time zone ${zoneName}`);
  }
}

function offsetAt(format: Intl.DateTimeFormat, epochSeconds: number): number {
  const shown = new Map(
    format.formatToParts(epochSeconds * 1000).map(({ type, value }) => [type, Number(value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => shown.get(type) ?? 0;
  const local =
    Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) / 1000;
  return local - epochSeconds;
}
