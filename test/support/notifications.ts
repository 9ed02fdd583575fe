import type { KubeObject } from '../../src/api/meta.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { configMapName, secretName } from '../../src/core/notifications/config.ts';
import { SluiceError } from '../../src/kernel/errors.ts';
import { notificationServices } from '../../src/notifications/registry.ts';
import { checksums } from '../../src/operator/notifications.ts';
import type { HttpRequest, HttpResponse } from '../../src/ports/http.ts';
import type { Mail } from '../../src/ports/notification-service.ts';
import type { NotificationSettings } from '../../src/shell/notifications/notifier.ts';
import { pauseFor, rollout, setWeight } from './builders.ts';

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

const triggers = ['updated', 'completed', 'aborted', 'paused', 'step-completed'].map(
  (name) => `on-rollout-${name}`,
);

const revision = '{{ index .rollout.metadata.annotations "rollout.argoproj.io/revision" }}';
const step = ' {{ add .rollout.status.currentStepIndex 1 }}/{{ len .rollout.spec.strategy.canary.steps }}';

/** The word for what happened, the revision it is about, and the step. */
const bodyOf = (trigger: string) =>
  `${trigger.replace('on-rollout-', '')} r${revision}${trigger.includes('step') ? step : ''}`;

/** A webhook `bot` that hears of everything, in words that say what and about which revision, at a path named after the Rollout. */
export function tellingAll(url: string): Record<string, string> {
  return {
    'service.webhook.bot': `url: ${url}\nheaders: [{name: Authorization, value: "Bearer $token"}]`,
    ...Object.fromEntries(triggers.map((trigger) => [`trigger.${trigger}`, `- send: [${trigger}]`])),
    ...Object.fromEntries(
      triggers.map((trigger) => {
        const body = bodyOf(trigger);
        const bot = { method: 'POST', path: '/{{ .rollout.metadata.name }}', body };
        return [
          `template.${trigger}`,
          JSON.stringify({ message: body, email: { subject: body }, webhook: { bot } }),
        ];
      }),
    ),
  };
}

/** The annotations by which a Rollout tells a service of everything. */
export const subscribedTo = (service: string, recipient = ''): Record<string, string> =>
  Object.fromEntries(
    triggers.map((trigger) => [`notifications.argoproj.io/subscribe.${trigger}.${service}`, recipient]),
  );

export const subscribed = subscribedTo('bot');

/** A canary of three steps, the second and the third a pause, that a person would apply. */
export function toldCanary(
  image: string,
  { annotations = subscribed, name = 'shop', namespace = 'default', secondPauseSeconds = 30 } = {},
): Rollout {
  const steps = [setWeight(50), pauseFor(), pauseFor(secondPauseSeconds)];
  const { metadata: _, ...rest } = rollout({ image, replicas: 2, canary: { steps } });
  return { ...rest, metadata: { name, namespace, annotations } };
}

/**
 * What is told of a `toldCanary`, the second and the third a pause: a first version, a second that is promoted at its
 * first pause, a third that is aborted there.
 */
export const wholeStory: readonly string[] = [
  ...['updated r1', 'completed r1'],
  ...['updated r2', 'step-completed r2 1/3', 'paused r2', 'step-completed r2 2/3', 'paused r2'],
  ...['step-completed r2 3/3', 'completed r2'],
  ...['updated r3', 'step-completed r3 1/3', 'paused r3', 'aborted r3'],
];
