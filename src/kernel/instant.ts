/** A point in time: milliseconds since the Unix epoch. Branded, so that a bare number is never taken for one. */
export type Instant = number & { readonly __unit: 'Instant' };

/** A length of time in seconds. May have a fraction; never negative unless a caller says so. */
export type Seconds = number & { readonly __unit: 'Seconds' };

export function instant(epochMs: number): Instant {
  return epochMs as Instant;
}

export function seconds(amount: number): Seconds {
  return amount as Seconds;
}

export function addSeconds(at: Instant, amount: number): Instant {
  return (at + amount * 1000) as Instant;
}

export function secondsBetween(from: Instant, to: Instant): Seconds {
  return ((to - from) / 1000) as Seconds;
}

/** The earlier of the instants that are there; undefined when none is. */
export function earliest(...instants: readonly (Instant | undefined)[]): Instant | undefined {
  let soonest: Instant | undefined;
  for (const candidate of instants) {
    if (candidate !== undefined && (soonest === undefined || candidate < soonest)) soonest = candidate;
  }
  return soonest;
}

/** The later of two instants. */
export function later(one: Instant, other: Instant): Instant {
  return Math.max(one, other) as Instant;
}

/** The last answers: what happens at one instant writes its time many times, and reads what it wrote. */
let lastWritten = { at: Number.NaN, text: '' };
const lastRead = new Map<string, Instant>();
const readsKept = 256;

/** RFC 3339, UTC, whole seconds (fractions are cut off), as the Kubernetes API writes its times. */
export function formatInstant(at: Instant): string {
  if (lastWritten.at !== at) lastWritten = { at, text: `${new Date(at).toISOString().slice(0, -5)}Z` };
  return lastWritten.text;
}

/** Undefined when `text` is absent or is no RFC 3339 time. */
export function parseInstant(text: string | undefined | null): Instant | undefined {
  if (text === undefined || text === null) return undefined;
  const known = lastRead.get(text);
  if (known !== undefined) return known;
  const read = readInstant(text);
  if (read === undefined) return undefined;
  if (lastRead.size >= readsKept) lastRead.clear();
  lastRead.set(text, read);
  return read;
}

function readInstant(text: string): Instant | undefined {
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? undefined : (epochMs as Instant);
}

/** For libraries that take a Date; our own code never does. */
export function toDate(at: Instant): Date {
  return new Date(at);
}
