import { instant } from '../../src/kernel/instant.ts';
import { random } from '../../src/kernel/random.ts';
import { parseBody } from '../../src/sandbox/body.ts';
import { type ApiRequest, createApiServer } from '../../src/sandbox/server.ts';
import { StatusError } from '../../src/sandbox/status.ts';
import type { Answer, Request, Server } from './scenario.ts';

/** An embedded server of its own, at a fixed time. */
export function embeddedServer(): Server {
  const now = instant(Date.parse('2026-01-01T00:00:00Z'));
  const clock = { now: () => now, schedule: () => () => {} };
  const server = createApiServer({ clock, random: random(1) });
  const handle = async (request: Request) => {
    try {
      return await server.handle(parsed(request));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return { status: error.status.code, body: error.status, warnings: [] };
    }
  };
  return {
    async send(request) {
      const response = await handle(request);
      return answerOf(response.status, response.body, 'warnings' in response ? response.warnings : []);
    },
    async watch(request) {
      const response = await handle(request);
      const lines = 'stream' in response ? response.stream?.[Symbol.asyncIterator]() : undefined;
      return {
        answer: answerOf(response.status, response.body ?? null, []),
        next: async () => overTheWire((await lines?.next())?.value),
        close: async () => void (await lines?.return?.()),
      };
    },
    async install(definition) {
      server.installCrd(definition as Parameters<typeof server.installCrd>[0]);
    },
  };
}

function parsed({ body, ...request }: Request): ApiRequest {
  if (body === undefined) return request;
  return { ...request, ...parseBody(Buffer.from(body), request.headers['content-type'] ?? '') };
}

const answerOf = (status: number, body: unknown, warnings: readonly string[] = []): Answer => ({
  status,
  body: overTheWire(body),
  warnings,
});

const overTheWire = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));
