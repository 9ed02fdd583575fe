import { instant } from '../../src/kernel/instant.ts';
import { notificationServices } from '../../src/notifications/registry.ts';
import type { HttpRequest, HttpResponse } from '../../src/ports/http.ts';
import type { Mail, NotificationTools, OutgoingMessage } from '../../src/ports/notification-service.ts';

/** Lets a service deliver a message about an aborted Rollout to one that takes everything; says what it was sent. */
export async function deliver(
  type: string,
  more: Partial<OutgoingMessage>,
  answer: Partial<HttpResponse> = { body: type === 'slack' ? '{"ok": true}' : '' },
  threads: NotificationTools['threads'] = new Map(),
) {
  const requests: HttpRequest[] = [];
  const mails: Mail[] = [];
  await notificationServices.get(type)?.deliver(
    {
      message: 'Rollout shop was aborted',
      blocks: {},
      service: type,
      recipient: 'ops',
      options: {},
      idempotencyKey: 'cafe',
      trigger: 'on-rollout-aborted',
      about: { namespace: 'web', name: 'shop', uid: 'u', revision: 3 },
      at: instant(Date.UTC(2026, 0, 5, 9, 0, 0)),
      ...more,
    },
    {
      http: {
        request: async (request) => {
          requests.push(request);
          return { status: 200, headers: {}, body: '', ...answer };
        },
      },
      mail: { send: async (mail) => void mails.push(mail) },
      threads,
      signal: new AbortController().signal,
    },
  );
  const [request] = requests;
  return {
    request,
    requests,
    mails,
    get json() {
      return request?.body === undefined ? undefined : JSON.parse(request.body);
    },
  };
}
