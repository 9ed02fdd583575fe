import { until } from '../kernel/clock.ts';
import { addSeconds } from '../kernel/instant.ts';
import { type Session, UsageError } from './verb.ts';

/** What the system says of a port that is taken, `EADDRINUSE`, does not say which flag to change. */
export async function listening<T>(flag: string, port: number, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    throw new UsageError(`port ${port} is taken; name another with ${flag}, or 0 for any that is free`);
  }
}

/** Of a flag; a port from 0, for any that is free. */
export function parsePort(flag: string, value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new UsageError(`${flag} must be a port from 0 to 65535, not "${value}"`);
}

/** A far instant: the wait ends by the signal only. */
const longSeconds = 100 * 365 * 86_400;

/** Resolves on Ctrl-C. */
export function interrupted({ clock, signal }: Session): Promise<void> {
  return until(clock, addSeconds(clock.now(), longSeconds), signal);
}
