import { SluiceError } from '../../kernel/errors.ts';
import type { NotificationService } from '../../ports/notification-service.ts';
import {
  blockOf,
  connectionOptions,
  flag,
  longestForTeams,
  ofRecipient,
  renderedJson,
  withinBytes,
} from '../options.ts';
import { post, refused } from '../post.ts';

/** Microsoft Teams by an incoming webhook of the old kind, which takes a MessageCard; the recipient names its URL. */
export const teams: NotificationService = {
  type: 'teams',
  options: ['recipientUrls', 'insecureSkipVerify'],
  withoutEffect: connectionOptions,
  async deliver(message, tools) {
    const block = blockOf(message, 'teams');
    const facts = renderedJson(block['facts'], 'teams.facts');
    const sections = listOf(renderedJson(block['sections'], 'teams.sections'));
    const potentialAction = renderedJson(block['potentialAction'], 'teams.potentialAction');
    const allSections = facts === undefined ? sections : [...sections, { facts }];
    const url = ofRecipient(message, 'recipientUrls');
    const answer = await post(
      message,
      {
        url,
        headers: { 'content-type': 'application/json' },
        insecure: flag(message, 'insecureSkipVerify'),
        body:
          block['template'] ??
          withinBytes(longestForTeams, block['text'] ?? message.message, (text) => ({
            '@type': 'MessageCard',
            '@context': 'https://schema.org/extensions',
            title: block['title'] ?? '',
            summary: block['summary'] ?? '',
            text,
            ...(block['themeColor'] !== undefined && { themeColor: block['themeColor'] }),
            ...(potentialAction !== undefined && { potentialAction }),
            ...(allSections.length > 0 && { sections: allSections }),
          })),
      },
      tools,
    );
    // these webhooks answer 200 even when they refuse, and name the status that was meant
    const said = answer.body.trim();
    if (said !== '' && said !== '1') {
      const meant = Number(/HTTP error (\d{3})/.exec(said)?.[1]);
      if (meant >= 400) throw refused({ ...answer, status: meant }, url);
      throw new SluiceError('NOTIFICATION_REJECTED', `Teams refused the message: ${said.slice(0, 200)}`);
    }
  },
};

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
