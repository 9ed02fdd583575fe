import { SluiceError } from '../../kernel/errors.ts';
import type { NotificationService } from '../../ports/notification-service.ts';
import { blockOf, flag, optionalText, renderedJson, requiredText } from '../options.ts';
import { post, refused } from '../post.ts';

/** Errors of Slack's API that another attempt may overcome. */
const temporary = ['ratelimited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'];

/**
 * Slack: `chat.postMessage` with a bot's token (https://docs.slack.dev/reference/methods/chat.postMessage). The recipient is a
 * channel. Slack takes no key that would make a second copy harmless.
 */
export const slack: NotificationService = {
  type: 'slack',
  options: [
    'token',
    'username',
    'icon',
    'apiURL',
    'disableUnfurl',
    'insecureSkipVerify',
    'signingSecret',
    'channels',
  ],
  async deliver(message, tools) {
    const block = blockOf(message, 'slack');
    const policy = block['deliveryPolicy'];
    if (policy !== undefined && policy !== 'Post') {
      throw new SluiceError(
        'NOTIFICATION_REJECTED',
        `slack.deliveryPolicy "${policy}" is not supported; use Post`,
      );
    }
    const base = (optionalText(message, 'apiURL') ?? 'https://slack.com/api').replace(/\/+$/, '');
    const url = `${base}/chat.postMessage`;
    const icon = block['icon'] ?? optionalText(message, 'icon');
    const username = block['username'] ?? optionalText(message, 'username');
    const attachments = renderedJson(block['attachments'], 'slack.attachments');
    const blocks = renderedJson(block['blocks'], 'slack.blocks');
    const body = {
      channel: message.recipient,
      text: message.message,
      ...(username !== undefined && { username }),
      ...(icon !== undefined && (/^:.+:$/.test(icon) ? { icon_emoji: icon } : { icon_url: icon })),
      ...(attachments !== undefined && { attachments }),
      ...(blocks !== undefined && { blocks }),
      ...(flag(message, 'disableUnfurl') && { unfurl_links: false, unfurl_media: false }),
    };
    const headers = {
      authorization: `Bearer ${requiredText(message, 'token')}`,
      'content-type': 'application/json; charset=utf-8',
    };
    const answer = await post(
      message,
      { url, headers, body, insecure: flag(message, 'insecureSkipVerify') },
      tools,
    );
    const { ok, error = 'unknown' } = parsed(answer.body);
    if (ok === true) return;
    if (temporary.includes(error)) throw refused({ ...answer, status: 503, body: error }, url);
    throw new SluiceError('NOTIFICATION_REJECTED', `Slack refused the message: ${error}`);
  },
};

function parsed(body: string): { readonly ok?: boolean; readonly error?: string } {
  try {
    return JSON.parse(body) as { ok?: boolean; error?: string };
  } catch {
    return { error: 'the answer is no JSON' };
  }
}
