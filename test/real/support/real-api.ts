import { Agent, request } from 'undici';
import type { Send } from '../../conformance/scenario.ts';
import { definition } from '../../conformance/scenarios.ts';

/** Sends to a real API server that accepts this token; installs the definition and waits until it is served. */
export async function realSend(url: string, token: string): Promise<Send> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const send: Send = async ({ method, path, query, headers, body }) => {
    const response = await request(`${url}${path}${query.size === 0 ? '' : `?${query}`}`, {
      method,
      dispatcher,
      headers: { ...headers, authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.body.text();
    return {
      status: response.statusCode,
      body: parse(text),
      warnings: warningsOf(response.headers['warning']),
    };
  };
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const common = { query: new URLSearchParams(), headers: { 'content-type': 'application/json' } };
  await send({ ...common, method: 'POST', path: definitions, body: definition });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { status } = await send({ ...common, method: 'GET', path: '/apis/conformance.dev/v1/widgets' });
    if (status === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return send;
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
