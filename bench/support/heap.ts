import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** The heap of a Node process that was started with `--inspect`, looked at from outside. */
export interface InspectedHeap {
  /** What is kept after collections, MiB. */
  keptMiB(): Promise<number>;
  /** Writes a snapshot that the developer tools of a browser open. */
  snapshot(file: string): Promise<void>;
  close(): void;
}

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
  readonly params?: { readonly chunk: string };
}

/** One collection finds what weak references let go of, another what that kept. */
const collections = 3;

export async function inspectHeap(port: number): Promise<InspectedHeap> {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
    readonly webSocketDebuggerUrl: string;
  }[];
  if (target === undefined) throw new Error('nothing to inspect');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let onChunk = (_chunk: string) => {};
  socket.addEventListener('message', ({ data }) => {
    const { id, method, result, error, params } = JSON.parse(String(data)) as Reply;
    if (method === 'HeapProfiler.addHeapSnapshotChunk') onChunk(params?.chunk ?? '');
    const asked = waiting.get(id ?? -1);
    waiting.delete(id ?? -1);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(error.message));
  });
  let last = 0;
  const ask = (method: string, params: object = {}): Promise<unknown> => {
    last += 1;
    const reply = Promise.withResolvers<unknown>();
    waiting.set(last, reply);
    socket.send(JSON.stringify({ id: last, method, params }));
    return reply.promise;
  };

  return {
    async keptMiB() {
      for (let done = 0; done < collections; done += 1) await ask('HeapProfiler.collectGarbage');
      const { usedSize } = (await ask('Runtime.getHeapUsage')) as { readonly usedSize: number };
      return usedSize / 2 ** 20;
    },
    async snapshot(file) {
      const out = createWriteStream(file);
      onChunk = (chunk) => void out.write(chunk);
      await ask('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
      out.end();
      await finished(out);
    },
    close: () => socket.close(),
  };
}
