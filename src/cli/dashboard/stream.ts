import type { Clock } from '../../kernel/clock.ts';
import { until } from '../../kernel/clock.ts';
import { messageOf } from '../../kernel/errors.ts';
import { addSeconds } from '../../kernel/instant.ts';
import type { DashboardAnswer, DashboardRequest } from './exchange.ts';
import type { Feed } from './feed.ts';

/** As the peer: a comment so often keeps the connection through proxies. */
const silenceSeconds = 15;
/** Changes come in bursts; nobody reads faster. */
const shortestSeconds = 0.2;

/**
 * Tells at once what is, and then what becomes of it. `look` gives the messages to send now; undefined ends the stream.
 * Browsers get server-sent events, others a line of JSON each. While the API server cannot be read an error says so; the stream ends
 * when it can be read again, and whoever listens opens a new one.
 */
export function stream(
  { headers, signal }: DashboardRequest,
  feed: Feed,
  clock: Clock,
  look: () => readonly unknown[] | undefined,
): DashboardAnswer {
  const isEvents = (headers['accept'] ?? '').includes('text/event-stream');
  const frame = (message: object) => {
    const text = JSON.stringify(message);
    return isEvents ? `data: ${text}\n\n` : `${text}\n`;
  };
  return {
    status: 200,
    headers: { 'content-type': isEvents ? 'text/event-stream' : 'application/json' },
    body: messages(),
  };

  async function* messages(): AsyncGenerator<string> {
    const { changes, leave } = feed.join();
    try {
      let toldAt = clock.now();
      let isLost = false;
      if (isEvents) yield ':\n\n'; // the browser learns that it is connected
      while (!signal.aborted) {
        const found = look();
        if (found === undefined) return;
        for (const result of found) yield frame({ result });
        const lost = feed.lost();
        if (lost === undefined && isLost) return;
        if (lost !== undefined && !isLost) yield frame({ error: { message: lostMessage(lost.reason) } });
        isLost = lost !== undefined;
        if (found.length > 0) toldAt = clock.now();
        await until(clock, addSeconds(clock.now(), shortestSeconds), signal);
        const silentAt = addSeconds(toldAt, silenceSeconds);
        await changes.wait(silentAt, signal);
        if (isEvents && clock.now() >= silentAt) {
          yield ':\n\n';
          toldAt = clock.now();
        }
      }
    } catch (error) {
      yield frame({ error: { message: messageOf(error) } });
    } finally {
      leave();
    }
  }
}

function lostMessage(reason: string): string {
  return `The API server cannot be read (${reason}); trying again. This is how it was then.`;
}

/** Says which of the messages by key are new, changed or gone since it was last asked. */
export function differences<T>(keyOf: (value: T) => string, textOf: (value: T) => string) {
  let last = new Map<string, { readonly text: string; readonly value: T }>();
  return (values: readonly T[]): { readonly changed: T[]; readonly gone: T[] } => {
    const next = new Map(values.map((value) => [keyOf(value), { text: textOf(value), value }]));
    const changed = [...next].filter(([key, { text }]) => last.get(key)?.text !== text);
    const gone = [...last].filter(([key]) => !next.has(key));
    last = next;
    return { changed: changed.map(([, { value }]) => value), gone: gone.map(([, { value }]) => value) };
  };
}
