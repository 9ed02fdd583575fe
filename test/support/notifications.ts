import type { KubeObject } from '../../src/api/meta.ts';
import { configMapName, secretName } from '../../src/core/notifications/config.ts';
import { SluiceError } from '../../src/kernel/errors.ts';
import { notificationServices } from '../../src/notifications/registry.ts';
import { checksums } from '../../src/operator/notifications.ts';
import type { HttpRequest, HttpResponse } from '../../src/ports/http.ts';
import type { Mail } from '../../src/ports/notification-service.ts';
import type { NotificationSettings } from '../../src/shell/notifications/notifier.ts';

/** The services that messages go to: they note what arrives, and can be down. */
export interface Post {
  readonly requests: HttpRequest[];
  readonly mails: Mail[];
  /** What the next requests are answered; undefined: nothing answers. Default 200. */
  answer: ((request: HttpRequest) => Partial<HttpResponse> | undefined) | undefined;
  /** Bodies of the requests that were taken, in order. */
  bodies(): string[];
}

export function post(): Post {
  const taken: HttpRequest[] = [];
  return {
    requests: taken,
    mails: [],
    answer: () => ({ status: 200 }),
    bodies: () => taken.map(({ body = '' }) => body),
  };
}

export function notificationSettings(
  to: Post,
  more: Partial<NotificationSettings> = {},
): NotificationSettings {
  return {
    services: notificationServices,
    namespace: 'default',
    isSelfService: false,
    ...checksums,
    tools: {
      http: {
        async request(request) {
          const answer = to.answer?.(request);
          if (answer === undefined)
            throw new SluiceError('METRIC_UNREACHABLE', 'hooks.test: connection refused');
          const { status = 200 } = answer;
          if (status < 300) to.requests.push(request);
          return { status, headers: {}, body: '', ...answer };
        },
      },
      mail: {
        async send(mail) {
          to.mails.push(mail);
        },
      },
    },
    ...more,
  };
}

/** The ConfigMap and the Secret of notifications. */
export function configured(
  data: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>> = {},
  namespace = 'default',
): KubeObject[] {
  const encoded = Object.entries(secrets).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: configMapName, namespace }, data } as KubeObject,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secretName, namespace },
      data: Object.fromEntries(encoded),
    } as KubeObject,
  ];
}
