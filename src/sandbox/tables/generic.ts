import type { KubeObject } from '../../api/meta.ts';
import { type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Column, TableShape } from '../resource.ts';

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object; unique within its namespace.',
};

/** Name and creation time: for kinds that say nothing better. */
export const genericTable: TableShape = {
  columns: [
    nameColumn,
    { name: 'Created At', type: 'date', description: 'When the server created the object, RFC 3339.' },
  ],
  cells: (object) => [nameOf(object), object.metadata.creationTimestamp],
};

/** A bookmark has none. */
export const nameOf = ({ metadata }: KubeObject): string => metadata.name ?? '';

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'Time since the server created the object.',
};

export function ageOf({ metadata }: KubeObject, now: Instant): string {
  return sinceText(metadata.creationTimestamp, now);
}

/** How long ago `timestamp` was, as kubectl prints it: `5s`, `3m20s`, `2h`, `4d3h`. */
export function sinceText(timestamp: string | undefined, now: Instant): string {
  const at = parseInstant(timestamp);
  return at === undefined ? '<unknown>' : durationText(Math.floor((now - at) / 1000));
}

/** Coarser the longer it is, as kubectl prints durations. */
export function durationText(totalSeconds: number): string {
  if (totalSeconds < -1) return '<invalid>';
  const seconds = Math.max(0, totalSeconds);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const years = Math.floor(days / 365);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (hours < 192) return pair(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  return years < 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}
