import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../kernel/errors.ts';
import { parseBody } from './body.ts';
import { valueAt } from './json.ts';
import type { ApiRequest, ApiResponse, ApiServer, StreamResponse } from './server.ts';
import { StatusError } from './status.ts';

export interface HttpOptions {
  /** Default 127.0.0.1: the sandbox has no users and no passwords, so it belongs on loopback. */
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Sent with every answer. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

export interface HttpEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

/** Largest request body, as on the real server: 3 MiB. */
const maximumBodyBytes = 3 * 1024 * 1024;

/** Serves the API server on a socket, so that kubectl and any other client can talk to it. */
export async function serveHttp(server: ApiServer, options: HttpOptions = {}): Promise<HttpEndpoint> {
  const { host = '127.0.0.1', port = 0 } = options;
  const listener = createServer((incoming, outgoing) => {
    for (const [name, value] of Object.entries(options.headers?.() ?? {})) outgoing.setHeader(name, value);
    serve(server, incoming, outgoing).catch((error: unknown) => {
      if (outgoing.headersSent) outgoing.destroy();
      else sendStatus(outgoing, error);
    });
  });
  listener.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, host, resolve);
  });
  const address = listener.address() as AddressInfo;
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
}

async function serve(server: ApiServer, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const request = await readRequest(incoming);
  const response = await server.handle(request);
  if (response.stream === undefined) sendBody(outgoing, response, request.method === 'HEAD');
  else await sendStream(outgoing, response);
}

async function readRequest(incoming: IncomingMessage): Promise<ApiRequest> {
  const url = new URL(incoming.url ?? '/', 'http://sandbox');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const bytes = await readBytes(incoming);
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    ...parseBody(bytes, headers['content-type'] ?? ''),
  };
}

async function readBytes(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maximumBodyBytes) {
      throw new StatusError(
        413,
        'RequestEntityTooLarge',
        `Request entity too large: limit is ${maximumBodyBytes}`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function sendBody(outgoing: ServerResponse, response: ApiResponse, withoutBody: boolean): void {
  const { status, headers, body } = response;
  if (status === 0) return void outgoing.destroy(); // a fault: no answer comes
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  setWarnings(outgoing, response);
  const retryAfter = valueAt(body, ['details', 'retryAfterSeconds']);
  if (typeof retryAfter === 'number') outgoing.setHeader('retry-after', String(retryAfter));
  outgoing.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-cache, private',
  });
  outgoing.end(withoutBody ? undefined : text);
}

function setWarnings(outgoing: ServerResponse, { warnings = [] }: ApiResponse): void {
  if (warnings.length > 0) outgoing.setHeader('warning', warnings.map(warningHeader));
}

/** RFC 7234: code 299, no agent, the text in quotes. */
const warningHeader = (text: string): string =>
  `299 - "${text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')}"`;

/** One JSON object a line, each sent as it comes, until the watch ends or the client goes away. */
async function sendStream(outgoing: ServerResponse, response: StreamResponse): Promise<void> {
  const lines = response.stream[Symbol.asyncIterator]();
  outgoing.on('close', () => void lines.return?.());
  setWarnings(outgoing, response);
  outgoing.writeHead(response.status, { ...response.headers, 'cache-control': 'no-cache, private' });
  outgoing.flushHeaders();
  for (let line = await lines.next(); line.done !== true && !outgoing.destroyed; line = await lines.next()) {
    const isRoomLeft = outgoing.write(`${JSON.stringify(line.value)}\n`);
    if (!isRoomLeft) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done);
      outgoing.off('close', done);
      resolve();
    };
    outgoing.once('drain', done);
    outgoing.once('close', done);
  });
}

function sendStatus(outgoing: ServerResponse, error: unknown): void {
  const failed =
    error instanceof StatusError
      ? error
      : new StatusError(500, 'InternalError', `Internal error occurred: ${messageOf(error)}`);
  sendBody(
    outgoing,
    { status: failed.status.code, headers: { 'content-type': 'application/json' }, body: failed.status },
    false,
  );
}
