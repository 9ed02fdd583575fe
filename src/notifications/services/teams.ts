import { SluiceError } from '../../kernel/errors.ts';
import type { NotificationService } from '../../ports/notification-service.ts';
import { blockOf, flag, ofRecipient, renderedJson } from '../options.ts';
import { post } from '../post.ts';

/** Microsoft Teams by an incoming webhook of the old kind, which takes a MessageCard; the recipient names its URL. */
export const teams: NotificationService = {
  type: 'teams',
  options: ['recipientUrls', 'insecureSkipVerify'],
  async deliver(message, tools) {
    const block = blockOf(message, 'teams');
    const facts = renderedJson(block['facts'], 'teams.facts');
    const sections = listOf(renderedJson(block['sections'], 'teams.sections'));
    const potentialAction = renderedJson(block['potentialAction'], 'teams.potentialAction');
    const allSections = facts === undefined ? sections : [...sections, { facts }];
    const answer = await post(
      message,
      {
        url: ofRecipient(message, 'recipientUrls'),
        headers: { 'content-type': 'application/json' },
        insecure: flag(message, 'insecureSkipVerify'),
        body: block['template'] ?? {
          '@type': 'MessageCard',
          '@context': 'https://schema.org/extensions',
          title: block['title'] ?? '',
          summary: block['summary'] ?? '',
          text: block['text'] ?? message.message,
          ...(block['themeColor'] !== undefined && { themeColor: block['themeColor'] }),
          ...(potentialAction !== undefined && { potentialAction }),
          ...(allSections.length > 0 && { sections: allSections }),
        },
      },
      tools,
    );
    // these webhooks answer 200 even when they refuse
    const said = answer.body.trim();
    if (said !== '' && said !== '1') {
      throw new SluiceError('NOTIFICATION_REJECTED', `Teams refused the message: ${said.slice(0, 200)}`);
    }
  },
};

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
