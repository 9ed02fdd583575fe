import {
  type NotificationOptions,
  namedIn,
  notificationConfig,
  notificationFlags,
  notificationSubject,
  resourceNote,
} from '../notification-config.ts';
import type { Verb } from '../verb.ts';

interface Options extends NotificationOptions {
  readonly recipient?: readonly string[];
}

/** `notifications template notify`: what a template makes of a Rollout, printed or sent. */
export const notifyByTemplate: Verb<Options> = {
  words: 'notifications template notify',
  arguments: '<NAME> <RESOURCE>',
  summary: 'Render a template, and send it where you say',
  details: `${resourceNote} The message is printed unless a recipient is given; to one it is sent at once.`,
  flags: [
    ...notificationFlags,
    {
      flags: '--recipient <SERVICE:RECIPIENT>',
      summary: 'whom to send it to (default: console:stdout)',
      repeatable: true,
    },
  ],
  async run(session, [name = '', resource = ''], { recipient: recipients = ['console:stdout'], ...files }) {
    const config = await notificationConfig(session, files);
    namedIn(config.templates, 'template', name);
    const { destinationOf } = await import('../../core/notifications/subscriptions.ts');
    const { outgoing, sendMessage } = await import('../../shell/notifications/delivery.ts');
    const { notificationSettings } = await import('../../operator/notifications.ts');
    const { blottedError } = await import('../../shell/notifications/blotted.ts');
    const settings = notificationSettings({ clock: session.clock, namespace: '', isSelfService: false });
    const subject = await notificationSubject(session, resource);
    for (const recipient of recipients) {
      const destination = destinationOf(recipient);
      const isPrinted = destination.service === 'console';
      const services = isPrinted
        ? new Map([...config.services, ['console', { type: 'console', options: {} }]])
        : config.services;
      const due = {
        ...{ key: `${name}:${recipient}:${session.clock.now()}`, trigger: 'on-request', templates: [name] },
        ...{ destination, subject, source: { config: { ...config, services } } },
      };
      if (isPrinted) {
        const { message, blocks } = outgoing(due, settings.digest);
        const { stringify } = await import('yaml');
        session.out(stringify({ message, ...blocks }));
      } else {
        await sendMessage(due, { ...settings, signal: session.signal }).catch((error: unknown) => {
          throw blottedError(error, config.secrets);
        });
        session.out(`sent to ${recipient}\n`);
      }
    }
    return 0;
  },
};
