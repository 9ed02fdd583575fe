import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { messageOf } from '../../kernel/errors.ts';
import type { MetricsServer } from '../../sandbox/series/metrics-server.ts';

export interface PrometheusEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the embedded Prometheus, and the face for faults, on loopback only, for Grafana, promtool or curl. */
export async function servePrometheus(
  metrics: Pick<MetricsServer, 'ask'>,
  port: number,
): Promise<PrometheusEndpoint> {
  const listener = createServer((request, response) => {
    answer(metrics, request).then(
      (found) => {
        if (found === undefined) return response.destroy(); // a fault: nobody answers
        return response.writeHead(found.status, found.headers).end(found.body);
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

async function answer(metrics: Pick<MetricsServer, 'ask'>, request: IncomingMessage) {
  const { method = 'GET', url = '/' } = request;
  const hasBody = method === 'POST' || method === 'PUT';
  return metrics.ask({ method, url, ...(hasBody && { body: await text(request) }) });
}
