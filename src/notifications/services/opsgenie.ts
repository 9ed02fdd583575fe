import type { NotificationService } from '../../ports/notification-service.ts';
import { blockOf, ofRecipient, optionalText, upTo } from '../options.ts';
import { post } from '../post.ts';

/** Characters that the API takes; one too many and it refuses the alert. */
const longest = { message: 130, alias: 512, description: 15_000, note: 25_000, entity: 512, user: 100 };

/**
 * Opsgenie's Alert API (https://docs.opsgenie.com/docs/alert-api#create-alert); the recipient is a team, whose key stands in
 * `apiKeys`. `alias` makes a second copy of an open alert harmless.
 */
export const opsgenie: NotificationService = {
  type: 'opsgenie',
  options: ['apiUrl', 'apiKeys'],
  async deliver(message, tools) {
    const { description, priority, note, entity, user, alias } = blockOf(message, 'opsgenie');
    const { actions, tags, details } = message.blocks['opsgenie'] ?? {};
    const host = (optionalText(message, 'apiUrl') ?? 'api.opsgenie.com').replace(/\/+$/, '');
    await post(
      message,
      {
        url: `${/^https?:\/\//.test(host) ? host : `https://${host}`}/v2/alerts`,
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
          ...(actions !== undefined && { actions }),
          ...(tags !== undefined && { tags }),
          ...(details !== undefined && { details }),
          responders: [{ type: 'team', id: message.recipient }],
          source: 'Sluice',
        },
      },
      tools,
    );
  },
};
