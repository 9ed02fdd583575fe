import { messageOf, SluiceError } from '../kernel/errors.ts';
import type { HttpResponse } from '../ports/http.ts';
import type { NotificationTools, OutgoingMessage } from '../ports/notification-service.ts';
import { configInvalid } from './options.ts';

/** One attempt; a service that takes longer is asked again. */
const usualTimeoutMs = 10_000;
/** Of an answer, in messages about it. */
const shownCharacters = 200;

/** Shorter ones would be found everywhere. */
const shortestLogin = 4;

export interface Post {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body: string | Readonly<object> | readonly unknown[];
  readonly insecure?: boolean;
  /** Answers besides 2xx that mean that the message is there. Default none. */
  readonly isDelivered?: (answer: HttpResponse) => boolean;
  /** Of one attempt. Default 10,000. */
  readonly timeoutMs?: number;
}

/** Sends one HTTP request and takes any 2xx for delivered. 408, 425, 429 and 5xx may be better next time. */
export async function post(
  message: Pick<OutgoingMessage, 'service'>,
  {
    url,
    method = 'POST',
    headers = {},
    body,
    insecure = false,
    timeoutMs = usualTimeoutMs,
    isDelivered,
  }: Post,
  { http, signal }: Pick<NotificationTools, 'http' | 'signal'>,
): Promise<HttpResponse> {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw configInvalid(message.service, 'its URL is invalid');
  const isJson = typeof body !== 'string';
  const answer = await http
    .request({
      method,
      url,
      headers: {
        'user-agent': 'sluice',
        ...(isJson && { 'content-type': 'application/json' }),
        ...lowerCase(headers),
      },
      ...(body !== '' && { body: isJson ? JSON.stringify(body) : body }),
      timeoutMs,
      insecure,
      signal,
    })
    .catch((error: unknown) => {
      throw new SluiceError('NOTIFICATION_UNREACHABLE', messageOf(error), {}, error);
    });
  if ((answer.status >= 200 && answer.status < 300) || isDelivered?.(answer) === true) return answer;
  throw refused({ ...answer, body: withoutLogin(answer.body, headers) }, url);
}

/** A server may repeat what it was sent; who sent it shall not stand in an error. */
function withoutLogin(body: string, headers: Readonly<Record<string, string>>): string {
  const login = lowerCase(headers)['authorization']?.replace(/^\S+ +/, '') ?? '';
  return login.length < shortestLogin ? body : body.replaceAll(login, '*****');
}

/** The error that an answer means. */
export function refused({ status, headers, body }: HttpResponse, url: string): SluiceError {
  const said = body.trim().slice(0, shownCharacters);
  const sentence = `${new URL(url).host} answered ${status}${said === '' ? '' : `: ${said}`}`;
  const isTemporary = status === 408 || status === 425 || status === 429 || status >= 500;
  if (!isTemporary) return new SluiceError('NOTIFICATION_REJECTED', sentence, { status });
  const retryAfterSeconds = pauseAsked(headers);
  const facts = { status, ...(retryAfterSeconds > 0 && { retryAfterSeconds }) };
  return new SluiceError('NOTIFICATION_UNREACHABLE', sentence, facts);
}

/** `Retry-After` in seconds, or an HTTP date by the server's own clock (RFC 9110 §10.2.3). 0 when it asks for none. */
function pauseAsked({ 'retry-after': asked = '', date = '' }: HttpResponse['headers']): number {
  if (/^\d+$/.test(asked)) return Number(asked);
  const seconds = (Date.parse(asked) - Date.parse(date)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

export function basicAuth(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
