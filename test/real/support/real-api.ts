import { createInterface } from 'node:readline';
import { Agent, request } from 'undici';
import type { Answer, Request, Server } from '../../conformance/scenario.ts';

/** A real API server that accepts this token. */
export function realServer(url: string, token: string): Server {
  const dispatcher = new Agent({ allowH2: false, connect: { rejectUnauthorized: false } });
  const open = ({ method, path, query, headers, body }: Request) =>
    request(`${url}${path}${query.size === 0 ? '' : `?${query}`}`, {
      method: method as 'GET',
      dispatcher,
      headers: { ...headers, authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
    });

  const send = async (asked: Request): Promise<Answer> => {
    const response = await open(asked);
    const warnings = warningsOf(response.headers['warning']);
    return { status: response.statusCode, body: parse(await response.body.text()), warnings };
  };

  return {
    send,
    async watch(asked) {
      const response = await open(asked);
      const { statusCode: status } = response;
      const body = status === 200 ? null : parse(await response.body.text());
      // a server that ends the watch is an answer, not a fault of ours
      response.body.on('error', () => {});
      const lines = createInterface({ input: response.body })[Symbol.asyncIterator]();
      return {
        answer: { status, body, warnings: [] },
        next: async () => {
          const { done, value } = await lines.next();
          if (done === true) throw new Error(`the server has ended the watch of ${asked.path}`);
          return parse(String(value));
        },
        close: async () => void response.body.destroy(),
      };
    },
    async install(definition) {
      const { spec } = definition as {
        spec: { group: string; names: { plural: string }; versions: { name: string; served: boolean }[] };
      };
      const common = { query: new URLSearchParams(), headers: { 'content-type': 'application/json' } };
      const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      const made = await send({
        ...common,
        method: 'POST',
        path: definitions,
        body: JSON.stringify(definition),
      });
      if (made.status >= 400 && made.status !== 409) throw new Error(JSON.stringify(made.body));
      for (const { name } of spec.versions.filter(({ served }) => served)) {
        const path = `/apis/${spec.group}/${name}/${spec.names.plural}`;
        await served(() => send({ ...common, method: 'GET', path }), path);
      }
    },
  };
}

/** The real server serves a definition some time after it was written, and says so by no event that is sure. */
async function served(ask: () => Promise<Answer>, path: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await ask()).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${path} is not served`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `299 - "text"`, one or several, without the frame. */
function warningsOf(header: string | string[] | undefined): readonly string[] {
  const lines = Array.isArray(header) ? header : (header ?? '').split(/, (?=299 )/);
  return lines
    .filter((line) => line !== '')
    .map((line) => line.replace(/^299 - "|"$/g, '').replace(/\\(.)/g, '$1'));
}
