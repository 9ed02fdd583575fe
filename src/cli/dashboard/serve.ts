import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dashboard } from './dashboard.ts';
import type { DashboardAnswer } from './exchange.ts';

export interface DashboardEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

/** The largest body is `{"full":true}`. */
const mostBodyBytes = 64 * 1024;

/** Puts the dashboard on a socket. Fails when the port is taken. */
export async function serveDashboard(
  dashboard: Dashboard,
  address: string,
  port: number,
): Promise<DashboardEndpoint> {
  const listener = createServer((incoming, outgoing) => {
    carry(dashboard, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, address, resolve);
  });
  return {
    port: (listener.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        dashboard.close();
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
}

async function carry(
  dashboard: Dashboard,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const body = await bodyOf(incoming);
  if (body === undefined) return void outgoing.writeHead(413).end();
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
  const { method = 'GET', url = '/' } = incoming;
  send(outgoing, await dashboard.handle({ method, url, headers, body, signal: gone.signal }));
}

function send(outgoing: ServerResponse, { status, headers, body }: DashboardAnswer): void {
  outgoing.writeHead(status, headers);
  if (typeof body === 'string' || body instanceof Uint8Array) outgoing.end(body);
  else void pour(outgoing, body);
}

async function pour(outgoing: ServerResponse, pieces: AsyncIterable<string>): Promise<void> {
  for await (const piece of pieces) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(piece)) await drained(outgoing);
  }
  outgoing.end();
}

/** A reader that is slow, or that has gone. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    outgoing.once('drain', resolve);
    outgoing.once('close', resolve);
  });
}

async function bodyOf(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
