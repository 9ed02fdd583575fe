import { notifiedAnnotation } from '../../api/labels.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Destination } from './variables.ts';

/**
 * What the annotation `notified.notifications.argoproj.io` of a Rollout remembers: Unix seconds by key.
 *
 * The peer's keys are `[oncePer:][namespace:]trigger:[i].hash:service:recipient`; they stand for what was delivered and holds
 * still. Ours beside them, which the peer leaves alone: the same with a negative number is due and not yet delivered;
 * `occurrence:sluice` is taken up; `trigger:sluice-since` says that the trigger is subscribed to.
 */
export type Notified = ReadonlyMap<string, number>;

/** As the peer. Ours that tell of the current revision stay in any case: they are few. */
const mostEntries = 100;

export function notifiedOf({ annotations = {} }: Pick<ObjectMeta, 'annotations'>): Notified {
  try {
    const json: unknown = JSON.parse(annotations[notifiedAnnotation] ?? '{}');
    return new Map(
      Object.entries(json as object).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
    );
  } catch {
    return new Map(); // as the peer: what cannot be read is nothing
  }
}

/** One change of the record; absent `at`: the entry goes. */
export interface NotifiedChange {
  readonly key: string;
  /** Unix seconds; negative for what is due. */
  readonly at?: number;
}

/** The record after these changes, as the annotation's text; null when nothing is left of it. */
export function notifiedText(
  before: Notified,
  changes: readonly NotifiedChange[],
  revision: number | undefined,
): string | null {
  const entries = new Map(before);
  for (const { key, at } of changes) {
    if (at === undefined) entries.delete(key);
    else entries.set(key, at);
  }
  const kept = [...entries].filter(([key]) => !isOfEarlierRevision(key, revision));
  const ours = kept.filter(([key]) => isOurs(key));
  const others = kept.filter(([key]) => !isOurs(key)).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const all = [...ours, ...others.slice(0, Math.max(0, mostEntries - ours.length))];
  if (all.length === 0) return null;
  return JSON.stringify(Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1))));
}

export function unixSeconds(at: Instant): number {
  return Math.floor(at / 1000);
}

export const settledKey = (occurrence: string) => `${occurrence}:sluice`;
export const sinceKey = (trigger: string) => `${trigger}:sluice-since`;

export function isSettled(notified: Notified, occurrence: string): boolean {
  return notified.has(settledKey(occurrence));
}

/** What a message is remembered under. */
export interface MessageKey {
  /** What `oncePer` amounted to, or the occurrence; absent for a condition that is told once while it holds. */
  readonly once?: string;
  /** Of a configuration that is a namespace's own. */
  readonly namespace?: string;
  readonly trigger: string;
  /** `[i].hash`, see `conditionKey`. */
  readonly condition: string;
  readonly destination: Destination;
}

export function messageKey({ once, namespace, trigger, condition, destination }: MessageKey): string {
  return [
    ...[once, namespace].filter((part) => part !== undefined && part !== ''),
    ...[trigger, condition, destination.service, destination.recipient],
  ].join(':');
}

/** The key, read back; undefined for keys of another form. An occurrence of ours holds no colon, a recipient may. */
export function readMessageKey(key: string): (MessageKey & { readonly index: number }) | undefined {
  const match = /^((?:[^:[\]]+:){0,2}?)([^:[\]]+):(\[(\d+)\]\.[\w-]+):([^:]+):(.*)$/s.exec(key);
  if (match === null) return undefined;
  const [, before = '', trigger = '', condition = '', index = '', service = '', recipient = ''] = match;
  const parts = before.split(':').filter(Boolean);
  const once = parts.find(isOccurrence);
  const namespace = parts.find((part) => part !== once);
  return {
    ...(once !== undefined && { once }),
    ...(namespace !== undefined && { namespace }),
    ...{ trigger, condition, index: Number(index), destination: { service, recipient } },
  };
}

/** `r3.completed`, `r3.a1.step.0`. */
function isOccurrence(part: string): boolean {
  return /^r\d+\.[\w.-]+$/.test(part);
}

function isOurs(key: string): boolean {
  return key.endsWith(':sluice') || key.endsWith(':sluice-since');
}

/** What was taken up of revisions that are past is of no use: only what is current can be evident. */
function isOfEarlierRevision(key: string, revision: number | undefined): boolean {
  const of = /^r(\d+)\.[^:]*:sluice$/.exec(key)?.[1];
  return of !== undefined && revision !== undefined && Number(of) < revision;
}
