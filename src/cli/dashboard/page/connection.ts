import { type Clock, realClock } from '../../../kernel/clock.ts';
import { addSeconds } from '../../../kernel/instant.ts';

/** How the page was started: what its HTML says. */
export interface PageFacts {
  readonly base: string;
  readonly token: string;
  readonly isReadOnly: boolean;
}

export const clock: Clock = realClock();

const retrySeconds = 3;

export interface Follower<T> {
  readonly heard: (message: T) => void;
  /** A connection begins: what was heard before may be out of date. */
  readonly began?: () => void;
  /** Undefined: all is well. */
  readonly trouble: (text: string | undefined) => void;
}

/** Listens to a stream of the API until it is stopped; opens it anew when it ends. */
export function follow<T>(url: string, follower: Follower<T>): () => void {
  let source: EventSource | undefined;
  let cancel = () => {};
  const open = () => {
    source = new EventSource(url);
    source.onopen = () => {
      follower.trouble(undefined);
      follower.began?.();
    };
    source.onmessage = ({ data }) => {
      const { result, error } = JSON.parse(data) as { result?: T; error?: { message: string } };
      if (result !== undefined) follower.heard(result);
      else follower.trouble(error?.message ?? 'the dashboard sent something strange');
    };
    source.onerror = () => {
      if (source?.readyState !== EventSource.CLOSED) {
        follower.trouble('The connection is lost; trying again.');
        return; // the browser itself tries again
      }
      void reasonOf(url).then(follower.trouble);
      cancel = clock.schedule(addSeconds(clock.now(), retrySeconds), open);
    };
  };
  open();
  return () => {
    source?.close();
    cancel();
  };
}

/** A stream does not say why it was refused; the same question without one does. */
async function reasonOf(url: string): Promise<string> {
  try {
    await ask(url.replace(/\/watch$/, ''));
    return 'The connection is lost; trying again.';
  } catch (error) {
    return (error as Error).message;
  }
}

/** An answer of the API; throws an Error that says what it says. */
export async function ask<T>(url: string): Promise<T> {
  return read<T>(await fetch(url, { headers: { accept: 'application/json' } }));
}

/** Asks for a change. */
export async function put(url: string, token: string, body: object = {}): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-sluice-token': token };
  await read(await fetch(url, { method: 'PUT', headers, body: JSON.stringify(body) }));
}

async function read<T>(response: Response): Promise<T> {
  const body = (await response.json()) as { message?: string };
  if (!response.ok) throw new Error(body.message ?? `HTTP ${response.status}`);
  return body as T;
}
