import type { NotificationService, OutgoingMessage, RetryLimits } from '../../ports/notification-service.ts';
import {
  configInvalid,
  connectionOptions,
  flag,
  optionalCount,
  optionalSeconds,
  requiredText,
} from '../options.ts';
import { basicAuth, post } from '../post.ts';

/**
 * Any HTTP endpoint. The template's block `webhook.NAME` says method, path and body; without one the message is the body of
 * a GET, as the peer's. Every request carries `Idempotency-Key`.
 */
export const webhook: NotificationService = {
  type: 'webhook',
  options: ['url', 'headers', 'basicAuth', 'insecureSkipVerify', 'retryWaitMin', 'retryWaitMax', 'retryMax'],
  withoutEffect: connectionOptions,
  retryLimits,
  async deliver(message, tools) {
    retryLimits(message); // what cannot be read is told with the first attempt
    const block = message.blocks['webhook']?.[message.service] as Block | undefined;
    const url = requiredText(message, 'url');
    const path = block?.path ?? '';
    await post(
      message,
      {
        url: path === '' ? url : `${url.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`,
        method: (block?.method || 'GET').toUpperCase(),
        headers: {
          'idempotency-key': message.idempotencyKey,
          ...headersOf(message),
          ...authorization(message),
        },
        body: block === undefined ? message.message : (block.body ?? ''),
        insecure: flag(message, 'insecureSkipVerify'),
      },
      tools,
    );
  },
};

interface Block {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
}

/** `retryMax` attempts after the first, `retryWaitMin` to `retryWaitMax` apart: numbers are nanoseconds, as with the peer. */
function retryLimits(given: Pick<OutgoingMessage, 'options' | 'service'>): RetryLimits {
  const most = optionalCount(given, 'retryMax');
  const firstSeconds = optionalSeconds(given, 'retryWaitMin', 1e-9);
  const longestSeconds = optionalSeconds(given, 'retryWaitMax', 1e-9);
  return {
    ...(most !== undefined && { most }),
    ...(firstSeconds !== undefined && { firstSeconds }),
    ...(longestSeconds !== undefined && { longestSeconds }),
  };
}

/** `headers: [{name, value}]`. */
export function headersOf({ options, service }: OutgoingMessage): Record<string, string> {
  const { headers = [] } = options;
  if (!Array.isArray(headers)) throw configInvalid(service, 'headers must be a list of name and value');
  return Object.fromEntries(
    headers.map((header: { name?: unknown; value?: unknown }) => {
      if (typeof header?.name === 'string') return [header.name.toLowerCase(), String(header.value ?? '')];
      throw configInvalid(service, 'headers must be a list of name and value');
    }),
  );
}

/** `basicAuth: {username, password}`. */
export function authorization({ options, service }: OutgoingMessage): Record<string, string> {
  const { basicAuth: given } = options;
  if (given === undefined || given === null) return {};
  const { username = '', password = '' } = given as { username?: unknown; password?: unknown };
  if (typeof given !== 'object') throw configInvalid(service, 'basicAuth must have username and password');
  return { authorization: basicAuth(String(username), String(password)) };
}
