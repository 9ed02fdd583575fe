import { SluiceError } from '../../kernel/errors.ts';
import { formatInstant } from '../../kernel/instant.ts';
import type {
  NotificationService,
  NotificationTools,
  OutgoingMessage,
} from '../../ports/notification-service.ts';
import {
  blockOf,
  configInvalid,
  connectionOptions,
  flag,
  optionalSeconds,
  optionalText,
} from '../options.ts';
import { post } from '../post.ts';
import { authorization } from './webhook.ts';

/**
 * Prometheus Alertmanager, API v2. An alert goes to every target, and is delivered when one has taken it: they tell each other.
 * Equal labels are the same alert, so a second copy is harmless.
 */
export const alertmanager: NotificationService = {
  type: 'alertmanager',
  options: ['targets', 'scheme', 'apiPath', 'basicAuth', 'bearerToken', 'insecureSkipVerify', 'timeout'],
  withoutEffect: connectionOptions,
  async deliver(message, tools) {
    const targets = message.options['targets'] ?? ['127.0.0.1:9093'];
    if (!Array.isArray(targets) || targets.length === 0)
      throw configInvalid(message.service, 'targets must be a list');
    const attempts = await Promise.allSettled(targets.map((target) => send(String(target), message, tools)));
    if (attempts.some(({ status }) => status === 'fulfilled')) return;
    throw (attempts[0] as PromiseRejectedResult).reason;
  },
};

async function send(target: string, message: OutgoingMessage, tools: NotificationTools): Promise<void> {
  const { labels, annotations } = (message.blocks['alertmanager'] ?? {}) as {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  if (labels === undefined || Object.keys(labels).length === 0) {
    throw new SluiceError('NOTIFICATION_REJECTED', 'the template has no alertmanager.labels');
  }
  const generatorURL = blockOf(message, 'alertmanager')['generatorURL'];
  const bearer = optionalText(message, 'bearerToken');
  const scheme = optionalText(message, 'scheme') ?? 'http';
  const timeoutSeconds = optionalSeconds(message, 'timeout', 1); // a number is seconds, as with the peer
  const path = optionalText(message, 'apiPath') ?? '/api/v2/alerts';
  await post(
    message,
    {
      url: `${scheme}://${target}${path}`,
      headers: {
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...authorization(message),
      },
      insecure: flag(message, 'insecureSkipVerify'),
      ...(timeoutSeconds !== undefined && { timeoutMs: timeoutSeconds * 1000 }),
      body: [
        {
          labels,
          annotations: annotations ?? {},
          startsAt: formatInstant(message.at),
          ...(generatorURL !== undefined && { generatorURL: webPage(generatorURL) }),
        },
      ],
    },
    tools,
  );
}

/** `git@host:owner/repository` is no URL; the same repository's page is. */
function webPage(url: string): string {
  const git = /^git@([^:]*):?(.*)$/s.exec(url);
  return git === null ? url : `https://${git[1]}/${git[2]}`;
}
