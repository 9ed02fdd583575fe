import type { NotificationService } from '../../ports/notification-service.ts';
import { blockOf, ofRecipient, optionalText } from '../options.ts';
import { post } from '../post.ts';

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
          // the API takes 130 characters
          message: message.message.slice(0, 130),
          alias: alias ?? message.idempotencyKey,
          ...(description !== undefined && { description }),
          ...(priority !== undefined && { priority }),
          ...(note !== undefined && { note }),
          ...(entity !== undefined && { entity }),
          ...(user !== undefined && { user }),
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
