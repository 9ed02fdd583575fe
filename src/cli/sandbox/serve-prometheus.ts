import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { messageOf } from '../../kernel/errors.ts';
import type { PrometheusHandler } from '../../sandbox/series/http.ts';

export interface PrometheusEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the embedded Prometheus on loopback, for Grafana, promtool or curl. */
export async function servePrometheus(handler: PrometheusHandler, port: number): Promise<PrometheusEndpoint> {
  const listener = createServer((request, response) => {
    answer(handler, request).then(
      ({ status, body }) => {
        const isText = typeof body === 'string';
        response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
        response.end(isText ? body : JSON.stringify(body));
      },
      (error: unknown) => response.writeHead(500).end(messageOf(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
}

async function answer(handler: PrometheusHandler, request: IncomingMessage) {
  const { method = 'GET', url = '/' } = request;
  return handler.handle({ method, url, ...(method === 'POST' && { body: await text(request) }) });
}
