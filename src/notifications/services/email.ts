import type { NotificationService } from '../../ports/notification-service.ts';
import { blockOf, configInvalid, flag, optionalText, requiredText } from '../options.ts';

/**
 * Mail by SMTP; the recipient is an address. The Message-ID is made of the message's key, so that mail systems that know it
 * already can drop a second copy.
 */
export const email: NotificationService = {
  type: 'email',
  options: [
    'host',
    'port',
    'insecure_skip_verify',
    'insecureSkipVerify',
    'username',
    'password',
    'from',
    'html',
  ],
  async deliver(message, { mail, signal }) {
    const block = blockOf(message, 'email');
    const port = Number(optionalText(message, 'port') ?? 25);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw configInvalid(message.service, 'port must be a port');
    const username = optionalText(message, 'username');
    const password = optionalText(message, 'password');
    await mail.send(
      {
        host: requiredText(message, 'host'),
        port,
        secure: port === 465,
        insecureSkipVerify: flag(message, 'insecure_skip_verify', 'insecureSkipVerify'),
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
        from: requiredText(message, 'from'),
        to: message.recipient,
        subject: block['subject'] ?? '',
        body: block['body'] ?? message.message,
        html: flag(message, 'html'),
        messageId: `<${message.idempotencyKey}@sluice>`,
        at: message.at,
      },
      signal,
    );
  },
};
