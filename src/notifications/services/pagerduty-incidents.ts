import type { NotificationService } from '../../ports/notification-service.ts';
import { blockOf, optionalText, requiredText } from '../options.ts';
import { post } from '../post.ts';

/**
 * PagerDuty's REST API, which makes an incident (https://developer.pagerduty.com/api-reference/a7d81b0e9200f-create-an-incident);
 * the recipient is the ID of a service. `incident_key` makes a second copy harmless: while the incident is open it is refused.
 */
export const pagerduty: NotificationService = {
  type: 'pagerduty',
  options: ['token', 'from', 'apiURL'],
  withoutEffect: { serviceId: 'the recipient is the ID of the service, as with Argo Rollouts' },
  async deliver(message, tools) {
    const { title, body, urgency, priorityId } = blockOf(message, 'pagerduty');
    const base = (optionalText(message, 'apiURL') ?? 'https://api.pagerduty.com').replace(/\/+$/, '');
    const from = optionalText(message, 'from');
    await post(
      message,
      {
        url: `${base}/incidents`,
        headers: {
          authorization: `Token token=${requiredText(message, 'token')}`,
          accept: 'application/vnd.pagerduty+json;version=2',
          ...(from !== undefined && { from }),
        },
        body: {
          incident: {
            type: 'incident',
            title: title ?? message.message,
            service: { id: message.recipient, type: 'service_reference' },
            ...(priorityId !== undefined && { priority: { id: priorityId, type: 'priority_reference' } }),
            ...(urgency !== undefined && { urgency }),
            incident_key: message.idempotencyKey,
            body: { type: 'incident_body', details: body ?? message.message },
          },
        },
        isDelivered: ({ status, body: said }) => status === 400 && /dedup key already exists/i.test(said),
      },
      tools,
    );
  },
};
