import type { NotificationService } from '../../ports/notification-service.ts';
import { blockOf, connectionOptions, cut, flag, ofRecipient, optionalText, upTo } from '../options.ts';
import { post } from '../post.ts';

/** Characters that the API takes; one too many and it refuses the alert. */
const longest = { message: 130, alias: 512, description: 15_000, note: 25_000, entity: 512, user: 100 };
const [mostActions, mostTags, longestWord] = [10, 20, 50];
/** Of all names and values of the details together. */
const longestDetails = 8000;

/**
 * Opsgenie's Alert API (https://docs.opsgenie.com/docs/alert-api#create-alert); the recipient is a team, whose key stands in
 * `apiKeys`. `alias` makes a second copy of an open alert harmless.
 */
export const opsgenie: NotificationService = {
  type: 'opsgenie',
  options: ['apiUrl', 'apiKeys', 'insecureSkipVerify'],
  withoutEffect: connectionOptions,
  async deliver(message, tools) {
    const { description, priority, note, entity, user, alias } = blockOf(message, 'opsgenie');
    const { actions, tags, details, visibleTo } = message.blocks['opsgenie'] ?? {};
    const host = (optionalText(message, 'apiUrl') ?? 'api.opsgenie.com').replace(/\/+$/, '');
    await post(
      message,
      {
        url: `${/^https?:\/\//.test(host) ? host : `https://${host}`}/v2/alerts`,
        insecure: flag(message, 'insecureSkipVerify'),
        headers: { authorization: `GenieKey ${ofRecipient(message, 'apiKeys')}` },
        body: {
          ...upTo(longest, {
            message: message.message,
            alias: alias ?? message.idempotencyKey,
            description,
            note,
            entity,
            user,
          }),
          ...(priority !== undefined && { priority }),
          ...(actions !== undefined && { actions: shortList(actions, mostActions) }),
          ...(tags !== undefined && { tags: shortList(tags, mostTags) }),
          ...(details !== undefined && { details: shortMap(details) }),
          ...(visibleTo !== undefined && { visibleTo }),
          responders: [{ type: 'team', id: message.recipient }],
          source: 'Sluice',
        },
      },
      tools,
    );
  },
};

function shortList(texts: unknown, most: number): readonly string[] {
  return (texts as readonly string[]).slice(0, most).map((text) => cut(text, longestWord));
}

function shortMap(details: unknown): Record<string, string> {
  let left = longestDetails;
  return Object.fromEntries(
    Object.entries(details as Record<string, string>).flatMap(([name, value]) => {
      if (name.length > left) return [];
      const short = cut(value, left - name.length);
      left -= name.length + short.length;
      return [[name, short]];
    }),
  );
}
