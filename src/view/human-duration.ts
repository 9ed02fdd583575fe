import { type Instant, type Seconds, secondsBetween } from '../kernel/instant.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/**
 * A length of time in at most two units, as `kubectl get` prints ages: the larger the time, the coarser the text.
 * The clock of the server and ours may differ by a second: down to -1 s it is `0s`, earlier it is `<invalid>`.
 */
export function humanDuration(length: Seconds): string {
  const total = Math.trunc(length);
  if (total < -1) return '<invalid>';
  if (total < 0) return '0s';
  if (total < 2 * minute) return `${total}s`;
  if (total < 10 * minute) return twoUnits(total, [minute, 'm'], [1, 's']);
  if (total < 3 * hour) return `${Math.floor(total / minute)}m`;
  if (total < 8 * hour) return twoUnits(total, [hour, 'h'], [minute, 'm']);
  if (total < 2 * day) return `${Math.floor(total / hour)}h`;
  if (total < 8 * day) return twoUnits(total, [day, 'd'], [hour, 'h']);
  if (total < 2 * year) return `${Math.floor(total / day)}d`;
  if (total < 8 * year) return twoUnits(total, [year, 'y'], [day, 'd']);
  return `${Math.floor(total / year)}y`;
}

/** For a column of a list: `-` when it is not known since when. */
export function ageOf(createdAt: Instant | undefined, now: Instant): string {
  return createdAt === undefined ? '-' : humanDuration(secondsBetween(createdAt, now));
}

type Unit = readonly [seconds: number, letter: string];

function twoUnits(total: number, [large, largeLetter]: Unit, [small, smallLetter]: Unit): string {
  const rest = Math.floor((total % large) / small);
  return `${Math.floor(total / large)}${largeLetter}${rest === 0 ? '' : `${rest}${smallLetter}`}`;
}
