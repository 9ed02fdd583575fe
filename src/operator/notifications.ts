import { createHash } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import { axiosHttp } from '../metrics/http-axios.ts';
import { nodemailer } from '../notifications/mail-nodemailer.ts';
import { notificationServices } from '../notifications/registry.ts';
import type { NotificationSettings } from '../shell/notifications/notifier.ts';

/** Notifications over the network, with every service there is. */
export function notificationSettings({
  clock,
  ...where
}: Pick<NotificationSettings, 'namespace' | 'isSelfService'> & {
  readonly clock: Clock;
}): NotificationSettings {
  return {
    ...where,
    services: notificationServices,
    tools: { http: axiosHttp(clock), mail: nodemailer },
    ...checksums,
  };
}

/** The checksums that templates and the record ask for. */
export const checksums: Pick<NotificationSettings, 'digest' | 'conditionHash'> = {
  digest: (algorithm, text) => createHash(algorithm).update(text).digest('hex'),
  conditionHash: (text) => createHash('sha1').update(text).digest('base64url'),
};
