import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** What one path answers. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

export type Pages = Readonly<Record<string, () => Promise<Answer> | Answer>>;

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A page is small and read by machines; who is slower than this is none. */
const requestTimeoutMs = 10_000;

/** Serves fixed pages by GET. Fails when the port is taken. */
export async function servePages(port: number, pages: Pages): Promise<RunningServer> {
  const server = createServer((request, response) => void answer(request, response, pages));
  server.requestTimeout = requestTimeoutMs;
  server.headersTimeout = requestTimeoutMs;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return { port: portOf(server), close: () => closeServer(server) };
}

async function answer(request: IncomingMessage, response: ServerResponse, pages: Pages): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] as string;
  const page = request.method === 'GET' && Object.hasOwn(pages, path) ? pages[path] : undefined;
  try {
    const {
      status,
      body,
      contentType = 'text/plain; charset=utf-8',
    } = (await page?.()) ?? {
      status: 404,
      body: 'not found\n',
    };
    response.writeHead(status, { 'content-type': contentType }).end(body);
  } catch (error) {
    response.writeHead(500).end(`${String(error)}\n`);
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
