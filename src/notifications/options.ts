import { parseGoDuration } from '../kernel/duration.ts';
import { SluiceError } from '../kernel/errors.ts';
import type { OutgoingMessage } from '../ports/notification-service.ts';

type Given = Pick<OutgoingMessage, 'options' | 'service'>;

/** A text of the options; undefined when it is absent or empty. */
export function optionalText({ options, service }: Given, name: string): string | undefined {
  const value = options[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' || typeof value === 'number') return checked(String(value), service, name);
  throw configInvalid(service, `${name} must be a text`);
}

export function requiredText(given: Given, name: string): string {
  const value = optionalText(given, name);
  if (value === undefined) throw configInvalid(given.service, `${name} is missing`);
  return value;
}

export function flag({ options, service }: Given, ...names: readonly string[]): boolean {
  for (const name of names) {
    const value = options[name];
    if (value === true || value === 'true') return true;
    if (value !== undefined && value !== false && value !== 'false' && value !== null) {
      throw configInvalid(service, `${name} must be true or false`);
    }
  }
  return false;
}

/** A length of time: `5s` as Go writes it, or a number in `unit`s of a second. Undefined when it is absent or 0. */
export function optionalSeconds(given: Given, name: string, unit: number): number | undefined {
  const text = optionalText(given, name);
  if (text === undefined) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) * unit : parseGoDuration(text);
  if (seconds === undefined || seconds < 0) {
    throw configInvalid(given.service, `${name} must be a length of time such as 5s, not "${text}"`);
  }
  return seconds === 0 ? undefined : seconds;
}

/** A number of things. Undefined when it is absent or 0, which means the same to the peer. */
export function optionalCount(given: Given, name: string): number | undefined {
  const text = optionalText(given, name);
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text))
    throw configInvalid(given.service, `${name} must be a whole number, not "${text}"`);
  return Number(text) === 0 ? undefined : Number(text);
}

/** The value that the options have for the recipient, such as its key: `recipientUrls: {general: $url}`. */
export function ofRecipient(message: OutgoingMessage, name: string): string {
  const values = message.options[name];
  const { recipient, service } = message;
  const isMap = typeof values === 'object' && values !== null && Object.hasOwn(values, recipient);
  const value = isMap ? (values as Record<string, unknown>)[recipient] : undefined;
  if (typeof value === 'string' && value !== '') return checked(value, service, `${name}.${recipient}`);
  throw configInvalid(service, `${name} has nothing for the recipient "${recipient}"`);
}

/** What the template says for this service; empty texts count as absent. */
export function blockOf(
  { blocks }: Pick<OutgoingMessage, 'blocks'>,
  name: string,
): Readonly<Record<string, string>> {
  const texts = Object.entries(blocks[name] ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

/** JSON that a template has rendered. */
export function renderedJson(text: string | undefined, where: string): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new SluiceError('NOTIFICATION_REJECTED', `${where} of the template renders no JSON`);
  }
}

export function configInvalid(service: string, problem: string): SluiceError {
  return new SluiceError('NOTIFICATION_CONFIG_INVALID', `service ${service}: ${problem}`, { service });
}

/** `$key` is still there when the Secret has no such key; sending it would only tell somebody that. */
function checked(value: string, service: string, name: string): string {
  if (!/^\$[\w-]+$/.test(value)) return value;
  throw configInvalid(service, `${name} names ${value}, and the Secret has no such key`);
}

const ownPool = 'connections are kept and ended by the process, for all services alike';

/** Options of the peer about its own pool of connections. */
export const connectionOptions: Readonly<Record<string, string>> = {
  ...{
    maxIdleConns: ownPool,
    maxIdleConnsPerHost: ownPool,
    maxConnsPerHost: ownPool,
    idleConnTimeout: ownPool,
  },
};

/** What of the texts is there, each cut at the length that an API takes: a long text must not cost the whole message. */
export function upTo(
  longest: Readonly<Record<string, number>>,
  texts: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const given = Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([name, text]) => [name, cut(text, longest[name])]));
}

/** The text up to a length in UTF-16 units, never with half of a character. */
export function cut(text: string, longest = Number.POSITIVE_INFINITY): string {
  return text.length <= longest ? text : text.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
}

/** The body with as much of the text as leaves its JSON within so many bytes. */
export function withinBytes(
  longest: number,
  text: string,
  bodyOf: (text: string) => Readonly<object>,
): Readonly<object> {
  const whole = bodyOf(text);
  const excess = jsonBytes(whole) - longest;
  if (excess <= 0) return whole;
  let left = jsonBytes(text) - excess;
  let kept = '';
  for (const character of text) {
    left -= jsonBytes(character) - quotes;
    if (left < quotes) break;
    kept += character;
  }
  return bodyOf(kept);
}

/** Around a text, in JSON. */
const quotes = 2;

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * Bytes of a message to Teams. Documented are 28 KB, for webhooks and workflows alike
 * (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook,
 * https://learn.microsoft.com/connectors/teams/); senders have measured that it is refused from 21,000 on.
 */
export const longestForTeams = 20_000;
