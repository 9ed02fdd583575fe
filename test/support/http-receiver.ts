import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { selfSigned } from './self-signed.ts';

export interface Asked {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What it was answered; absent while it waits. */
  status?: number;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface HttpReceiver {
  /** Every request so far, answered or not, in order. */
  readonly asked: Asked[];
  readonly host: string;
  readonly url: string;
  /** What the next requests are answered, when that resolves. */
  answer: (asked: Asked) => Answer | Promise<Answer>;
  stop(): Promise<void>;
}

/** A server on loopback that notes what it is asked, and answers everything alike until it is told otherwise. */
export async function httpReceiver(
  usual: Answer = {},
  tls?: ReturnType<typeof selfSigned>,
): Promise<HttpReceiver> {
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const receiver: HttpReceiver = {
    ...{ asked: [], host, url: `${tls === undefined ? 'http' : 'https'}://${host}` },
    answer: () => usual,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('request', async (request, response) => {
    const line = `${request.method} ${request.url}`;
    const asked: Asked = { line, headers: request.headers, body: await text(request) };
    receiver.asked.push(asked);
    const { status = 200, headers = {}, body = '' } = await receiver.answer(asked);
    asked.status = status;
    response.writeHead(status, headers).end(body);
  });
  return receiver;
}
