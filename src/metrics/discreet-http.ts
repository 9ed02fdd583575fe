import type { Http, HttpRequest, HttpResponse } from '../ports/http.ts';

/** Headers that prove who asks. */
const secretHeader = /auth|key|token|secret|cookie|passw|credential|signature/i;

/** Shorter texts are no secrets, and would be found everywhere. */
const shortestSecret = 4;

/**
 * Blots out of every answer what the request has proved itself with: a server or proxy that repeats it in a fault would
 * otherwise carry it into a status, an event or a log.
 */
export function discreetHttp(http: Http): Http {
  return {
    async request(request) {
      const answer = await http.request(request);
      return blotted(answer, secretsOf(request));
    },
  };
}

function blotted(answer: HttpResponse, secrets: readonly string[]): HttpResponse {
  const body = secrets.reduce((text, secret) => text.replaceAll(secret, '*****'), answer.body);
  return body === answer.body ? answer : { ...answer, body };
}

/** The values, the parts of `Bearer …` and the password in `Basic …`; the longest first. */
function secretsOf({ headers = {} }: HttpRequest): readonly string[] {
  const values = Object.entries(headers).flatMap(([name, value]) => {
    if (!secretHeader.test(name)) return [];
    const [scheme = '', ...rest] = value.split(' ');
    const password = /^basic$/i.test(scheme) ? decoded(rest.join(' ')) : [];
    return [value, ...rest, ...password];
  });
  return [...new Set(values)]
    .filter((value) => value.length >= shortestSecret)
    .sort((a, b) => b.length - a.length);
}

function decoded(base64: string): readonly string[] {
  const pair = Buffer.from(base64, 'base64').toString('utf8');
  return [pair, pair.slice(pair.indexOf(':') + 1)].flatMap((text) => [text, decodeSafely(text)]);
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
