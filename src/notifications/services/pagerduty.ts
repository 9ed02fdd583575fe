import { SluiceError } from '../../kernel/errors.ts';
import type { NotificationService } from '../../ports/notification-service.ts';
import { blockOf, ofRecipient, optionalText, upTo } from '../options.ts';
import { post } from '../post.ts';

const severities = ['critical', 'error', 'warning', 'info'];

/**
 * PagerDuty's Events API v2 (https://developer.pagerduty.com/docs/events-api-v2/trigger-events/); the recipient names the
 * routing key in `serviceKeys`. `dedup_key` makes a second copy harmless.
 */
export const pagerdutyv2: NotificationService = {
  type: 'pagerdutyv2',
  options: ['serviceKeys', 'apiURL'],
  async deliver(message, tools) {
    const block = blockOf(message, 'pagerdutyv2');
    const severity = block['severity'] ?? 'error';
    if (!severities.includes(severity)) {
      throw new SluiceError(
        'NOTIFICATION_REJECTED',
        `pagerdutyv2.severity "${severity}" is none of ${severities.join(', ')}`,
      );
    }
    const { component, group, url } = block;
    const kind = block['class'];
    const base = (optionalText(message, 'apiURL') ?? 'https://events.pagerduty.com').replace(/\/+$/, '');
    await post(
      message,
      {
        url: `${base}/v2/enqueue`,
        body: {
          routing_key: ofRecipient(message, 'serviceKeys'),
          event_action: 'trigger',
          ...upTo({ dedup_key: 255 }, { dedup_key: block['dedupKey'] ?? message.idempotencyKey }),
          client: 'Sluice',
          ...(url !== undefined && { client_url: url }),
          payload: {
            ...upTo({ summary: 1024 }, { summary: block['summary'] ?? message.message }),
            severity,
            source: block['source'] ?? `${message.about.namespace}/${message.about.name}`,
            ...(component !== undefined && { component }),
            ...(group !== undefined && { group }),
            ...(kind !== undefined && { class: kind }),
            ...(message.abortRecord !== undefined && { custom_details: message.abortRecord }),
          },
        },
      },
      tools,
    );
  },
};
