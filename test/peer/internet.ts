import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the hosts say that the suite's templates ask. */
const answers: Readonly<Record<string, unknown>> = {
  'dns.google': { Status: 0 },
  'gist.githubusercontent.com': { message: 'It worked!' },
  'kubernetes.default.svc': { major: '1' },
};

/**
 * Plays those hosts behind a proxy on loopback, as a cluster without a way out has one: HTTPS through CONNECT, under a certificate
 * that only `environment` makes trusted. Every other host is refused.
 */
export async function playInternet(): Promise<{
  /** For the process that is to use it. */
  readonly environment: NodeJS.ProcessEnv;
  stop(): void;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-internet-'));
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const names = Object.keys(answers).map((host) => `DNS:${host}`);
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...[
        '-subj',
        '/CN=played',
        '-addext',
        `subjectAltName=${names.join()}`,
        '-out',
        certificate,
        '-keyout',
        key,
      ],
    ],
    { stdio: 'ignore' },
  );
  const hosts = createTlsServer(
    { cert: readFileSync(certificate), key: readFileSync(key) },
    (request, answer) => {
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify(answers[request.headers.host?.split(':')[0] ?? '']));
    },
  );
  const sockets = new Set<Socket>();
  const proxy = createServer((_request, answer) => answer.writeHead(502).end());
  proxy.on('connect', (request, socket: Socket) => {
    const known = (request.url ?? '').split(':')[0] as string;
    if (answers[known] === undefined) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    hosts.emit('connection', socket);
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  return {
    environment: {
      HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      NO_PROXY: '127.0.0.1,localhost',
      // Go's and Node's word for it
      SSL_CERT_FILE: certificate,
      NODE_EXTRA_CA_CERTS: certificate,
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      rmSync(folder, { recursive: true });
    },
  };
}
