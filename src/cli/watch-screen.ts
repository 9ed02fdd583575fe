import { until } from '../kernel/clock.ts';
import { addSeconds } from '../kernel/instant.ts';
import type { Bell } from './bell.ts';
import { type Contact, lostNotice } from './contact.ts';
import { screen } from './screen.ts';
import { type Exit, type Session, UsageError } from './verb.ts';

/** No faster than the eye; and ages go on while nothing changes. */
const shortestRedrawSeconds = 0.2;
const longestRedrawSeconds = 1;

/** The flags of every `get … -w`. */
export const watchFlags = [
  { flags: '-w, --watch', summary: 'redraw on every change' },
  { flags: '--no-color', summary: 'no colours' },
  { flags: '--timeout-seconds <N>', summary: 'end a watch after this time; 0 never', fallback: '0' },
];

export const watchDetails =
  'With -o: what the screen shows, as data with times in UTC. `kubectl get -o` prints the object itself.';

export interface WatchOptions {
  readonly watch?: boolean;
  readonly timeoutSeconds: string;
}

/** Seconds after which a watch ends; 0: never. */
export function timeoutOf({ timeoutSeconds }: WatchOptions): number {
  if (/^\d+$/.test(timeoutSeconds)) return Number(timeoutSeconds);
  throw new UsageError(`--timeout-seconds must be a whole number of 0 or more, not "${timeoutSeconds}"`);
}

/** What is drawn again and again. */
export interface Watched extends Contact {
  /** What to draw now; throws when its object is gone. */
  readonly text: () => string;
  readonly changes: Bell;
}

/** Draws on every change, and now and then for the ages, until the time is up or somebody interrupts. */
export async function watchScreen(
  session: Session,
  timeoutSeconds: number,
  follow: (signal: AbortSignal) => Promise<Watched>,
): Promise<Exit> {
  const { clock } = session;
  const deadline = timeoutSeconds === 0 ? undefined : addSeconds(clock.now(), timeoutSeconds);
  const end = new AbortController();
  const cancel = deadline === undefined ? undefined : clock.schedule(deadline, () => end.abort());
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, end.signal, stop.signal]);
  const drawing = screen(session);
  try {
    const { text, changes, lost } = await follow(signal);
    while (!signal.aborted) {
      const notice = lostNotice({ lost }, clock.now());
      drawing.draw(notice === undefined ? text() : `${notice}\n\n${text()}`);
      const drawnAt = clock.now();
      await changes.wait(addSeconds(drawnAt, longestRedrawSeconds), signal);
      await until(clock, addSeconds(drawnAt, shortestRedrawSeconds), signal);
    }
    return 0;
  } finally {
    stop.abort();
    cancel?.();
    drawing.close();
  }
}
