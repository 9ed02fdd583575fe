import { messageOf, SluiceError } from '../../kernel/errors.ts';
import type { TemplateContext } from './template/functions/function.ts';
import { readTemplate, renderTemplate } from './template/render-template.ts';
import type { GoValue } from './template/values.ts';

/** A template as it stands in the ConfigMap: `message`, and a block for each service that wants more. */
export type MessageTemplate = Readonly<Record<string, unknown>>;

/** A message, rendered: texts under the names of the templates' members. */
export interface Notification {
  readonly message: string;
  /** By the name of the block: `slack`, `email`, `webhook`… */
  readonly blocks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** How a member of a block is made: `text` is a template, `texts` and `map` hold templates, `plain` is taken as it is. */
type Member = 'text' | 'texts' | 'map' | 'plain';

const teams = {
  template: 'text',
  title: 'text',
  summary: 'text',
  text: 'text',
  themeColor: 'text',
  facts: 'text',
  sections: 'text',
  potentialAction: 'text',
} as const;

/** The members of each service's block in a template, spelled as the peer spells them; `cloudevents` is ours. */
const blockMembers: Readonly<Record<string, Readonly<Record<string, Member>>>> = {
  slack: {
    ...{ attachments: 'text', blocks: 'text', username: 'text', icon: 'text', groupingKey: 'text' },
    ...{ notifyBroadcast: 'plain', deliveryPolicy: 'plain' },
  },
  email: { subject: 'text', body: 'text' },
  opsgenie: {
    ...{ description: 'text', priority: 'text', alias: 'text', note: 'text', entity: 'text', user: 'text' },
    ...{ actions: 'texts', tags: 'texts', details: 'map' },
  },
  pagerdutyv2: {
    ...{ summary: 'text', severity: 'text', source: 'text', component: 'text', group: 'text', class: 'text' },
    ...{ url: 'text', dedupKey: 'text' },
  },
  teams,
  'teams-workflows': { ...teams, adaptiveCard: 'text' },
  alertmanager: { labels: 'map', annotations: 'map', generatorURL: 'text' },
  cloudevents: { type: 'text', subject: 'text', data: 'text' },
};

/** Blocks of services that we do not have: taken for what they are, and of no use to any that we have. */
const foreignBlocks = [
  ...[
    'awssqs',
    'gcppubsub',
    'github',
    'gitlab',
    'googlechat',
    'grafana',
    'kafka',
    'mattermost',
    'matrix',
    'nats',
  ],
  ...['newrelic', 'pagerduty', 'pushover', 'rocketchat', 'telegram', 'webex', 'datadog'],
];

/** `webhook.NAME`: what is sent to the webhook of that name. */
const webhookMembers: Readonly<Record<string, Member>> = { method: 'plain', path: 'text', body: 'text' };

/** What is wrong with a template whatever it is rendered for, in sentences. */
export function checkTemplate(template: MessageTemplate): readonly string[] {
  const problems: string[] = [];
  walk(template, (source, path) => {
    try {
      readTemplate(source);
    } catch (error) {
      problems.push(`${path}: ${messageOf(error)}`);
    }
    return source;
  });
  return [...problems, ...unknownMembers(template)];
}

/** Renders templates one after the other into one message: a later one adds to, or stands instead of, an earlier one. */
export function renderMessage(
  templates: readonly MessageTemplate[],
  variables: GoValue,
  context: TemplateContext,
): Notification {
  let message = '';
  const blocks: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const template of templates) {
    const [unknown] = unknownMembers(template);
    if (unknown !== undefined) throw new SluiceError('NOTIFICATION_TEMPLATE_INVALID', unknown);
    const rendered = walk(template, (source, path) => {
      try {
        return renderTemplate(source, variables, context);
      } catch (error) {
        throw new SluiceError('NOTIFICATION_TEMPLATE_INVALID', `${path}: ${messageOf(error)}`);
      }
    });
    if (typeof rendered['message'] === 'string' && rendered['message'] !== '') message = rendered['message'];
    for (const [name, block] of Object.entries(rendered)) {
      if (name !== 'message') blocks[name] = { ...blocks[name], ...(block as Record<string, unknown>) };
    }
  }
  return { message, blocks };
}

type Visit = (source: string, path: string) => string;

/** The template with every text of it replaced by what `visit` makes of it; foreign blocks are left out. */
function walk(template: MessageTemplate, visit: Visit): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(template)) {
    if (name === 'message') result[name] = visit(String(value ?? ''), name);
    else if (name === 'webhook') {
      result[name] = Object.fromEntries(
        Object.entries(recordOf(value)).map(([hook, block]) => [
          hook,
          walkBlock(recordOf(block), webhookMembers, `webhook.${hook}`, visit),
        ]),
      );
    } else if (Object.hasOwn(blockMembers, name)) {
      result[name] = walkBlock(recordOf(value), blockMembers[name] ?? {}, name, visit);
    }
  }
  return result;
}

function walkBlock(
  block: Readonly<Record<string, unknown>>,
  members: Readonly<Record<string, Member>>,
  path: string,
  visit: Visit,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(block).map(([name, value]) => {
      const at = `${path}.${name}`;
      switch (members[name]) {
        case 'text':
          return [name, visit(String(value ?? ''), at)];
        case 'texts':
          return [name, (Array.isArray(value) ? value : []).map((each) => visit(String(each), at))];
        case 'map':
          return [
            name,
            Object.fromEntries(
              Object.entries(recordOf(value)).map(([key, each]) => [
                key,
                visit(String(each ?? ''), `${at}.${key}`),
              ]),
            ),
          ];
        default:
          return [name, value];
      }
    }),
  );
}

function unknownMembers(template: MessageTemplate): readonly string[] {
  return Object.entries(template).flatMap(([name, value]) => {
    if (name === 'message' || foreignBlocks.includes(name)) return [];
    if (name === 'webhook') {
      return Object.entries(recordOf(value)).flatMap(([hook, block]) =>
        unknownIn(recordOf(block), webhookMembers, `webhook.${hook}`),
      );
    }
    if (!Object.hasOwn(blockMembers, name))
      return [`"${name}" is no block of a template; docs/notifications.md lists them`];
    return unknownIn(recordOf(value), blockMembers[name] ?? {}, name);
  });
}

function unknownIn(
  block: object,
  members: Readonly<Record<string, Member>>,
  path: string,
): readonly string[] {
  return Object.keys(block)
    .filter((member) => !Object.hasOwn(members, member))
    .map((member) => `${path}.${member} is not supported; ${path} has ${Object.keys(members).join(', ')}`);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
