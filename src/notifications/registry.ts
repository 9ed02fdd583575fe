import type { NotificationService, NotificationServices } from '../ports/notification-service.ts';
import { alertmanager } from './services/alertmanager.ts';
import { cloudevents } from './services/cloudevents.ts';
import { email } from './services/email.ts';
import { opsgenie } from './services/opsgenie.ts';
import { pagerdutyv2 } from './services/pagerduty.ts';
import { pagerduty } from './services/pagerduty-incidents.ts';
import { slack } from './services/slack.ts';
import { teams } from './services/teams.ts';
import { teamsWorkflows } from './services/teams-workflows.ts';
import { webhook } from './services/webhook.ts';

const all: readonly NotificationService[] = [
  ...[
    slack,
    webhook,
    email,
    pagerduty,
    pagerdutyv2,
    opsgenie,
    teams,
    teamsWorkflows,
    alertmanager,
    cloudevents,
  ],
];

/** Every kind of service that messages can go to, by type. */
export const notificationServices: NotificationServices = new Map(
  all.map((service) => [service.type, service]),
);
