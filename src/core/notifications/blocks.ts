import { messageOf, SluiceError } from '../../kernel/errors.ts';
import { spelled } from './spelled.ts';
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

/** A template and the name that it has in the ConfigMap. */
export interface NamedTemplate {
  readonly name: string;
  readonly template: MessageTemplate;
}

/**
 * How a member of a block is made: `text` is a template, `texts`, `map` and `maps` hold templates, `plain` is taken as it is;
 * `idle` is a text that nothing is made of, as with the peer.
 */
type Member = 'text' | 'texts' | 'map' | 'maps' | 'plain' | 'idle';

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
    ...{ actions: 'texts', tags: 'texts', details: 'map', visibleTo: 'maps' },
  },
  pagerduty: { title: 'text', body: 'text', urgency: 'text', priorityId: 'text' },
  pagerdutyv2: {
    ...{ summary: 'text', severity: 'text', source: 'text', component: 'text', group: 'text', class: 'text' },
    ...{ url: 'text', dedupKey: 'text' },
  },
  teams,
  'teams-workflows': { ...teams, template: 'idle', summary: 'idle', adaptiveCard: 'text' },
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
  ...['newrelic', 'pushover', 'rocketchat', 'telegram', 'webex', 'datadog'],
];

/** Blocks that a later template's stands instead of, but for lists and maps that it has not. Of the others it adds to what is there. */
const replaced = ['slack', 'opsgenie', 'pagerduty', 'pagerdutyv2'];

/** `webhook.NAME`: what is sent to the webhook of that name. */
const webhookMembers: Readonly<Record<string, Member>> = { method: 'plain', path: 'text', body: 'text' };

/** The template with names as we spell them: Go, which reads the peer's, does not tell capitals from small letters. */
export function spelledTemplate(given: Readonly<Record<string, unknown>>): MessageTemplate {
  const template = spelled(given, ['message', 'webhook', ...Object.keys(blockMembers), ...foreignBlocks]);
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => {
      if (name === 'webhook') {
        const hooks = Object.entries(recordOf(value));
        return [
          name,
          Object.fromEntries(hooks.map(([hook, block]) => [hook, spelledBlock(block, webhookMembers)])),
        ];
      }
      const members = Object.hasOwn(blockMembers, name) ? blockMembers[name] : undefined;
      return [name, members === undefined ? value : spelledBlock(value, members)];
    }),
  );
}

function spelledBlock(block: unknown, members: Readonly<Record<string, Member>>): object {
  return spelled(recordOf(block), Object.keys(members));
}

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
  return [...problems, ...unknownMembers(template), ...idleMembers(template)];
}

/** The service that a message is for. */
export interface Addressee {
  readonly type: string;
  readonly name: string;
}

/**
 * Renders templates one after the other into one message: a later one adds to, or stands instead of, an earlier one. Only what
 * `to` has a use for counts: an error in what is meant for others keeps nothing from it. Absent: everything.
 */
export function renderMessage(
  templates: readonly NamedTemplate[],
  variables: GoValue,
  context: TemplateContext,
  to?: Addressee,
): Notification {
  let message = '';
  const blocks: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const { name: ofTemplate, template: whole } of templates) {
    const template = to === undefined ? whole : partFor(whole, to);
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
      if (name === 'message') continue;
      const named = name === 'alertmanager' ? withAlertName(recordOf(block), ofTemplate) : recordOf(block);
      blocks[name] = joinedBlock(name, blocks[name] ?? {}, named);
    }
  }
  return { message, blocks };
}

function partFor(template: MessageTemplate, { type, name }: Addressee): MessageTemplate {
  const { message, webhook } = template;
  const hook = type === 'webhook' ? recordOf(webhook)[name] : undefined;
  return {
    ...(message !== undefined && { message }),
    ...(hook !== undefined && { webhook: { [name]: hook } }),
    ...(type !== 'webhook' && Object.hasOwn(template, type) && { [type]: template[type] }),
  };
}

/** An alert is called after its template when no label says otherwise. */
function withAlertName(block: Readonly<Record<string, unknown>>, template: string): Record<string, unknown> {
  const labels = recordOf(block['labels']);
  if (Object.keys(labels).length === 0) return { ...block };
  return { ...block, labels: { alertname: template, ...labels } };
}

function joinedBlock(
  name: string,
  before: Readonly<Record<string, unknown>>,
  block: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const members = blockMembers[name] ?? {};
  const stays = ([member]: [string, unknown]) =>
    !replaced.includes(name) || !['text', 'plain'].includes(members[member] ?? '');
  const counts = ([, value]: [string, unknown]) => replaced.includes(name) || value !== '';
  return {
    ...Object.fromEntries(Object.entries(before).filter(stays)),
    ...Object.fromEntries(Object.entries(block).filter(counts)),
  };
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
          return [name, walkMap(value, at, visit)];
        case 'maps':
          return [name, (Array.isArray(value) ? value : []).map((each) => walkMap(each, at, visit))];
        default:
          return [name, value];
      }
    }),
  );
}

function walkMap(map: unknown, path: string, visit: Visit): Record<string, string> {
  return Object.fromEntries(
    Object.entries(recordOf(map)).map(([key, value]) => [key, visit(String(value ?? ''), `${path}.${key}`)]),
  );
}

function idleMembers(template: MessageTemplate): readonly string[] {
  return Object.entries(template).flatMap(([name, value]) =>
    Object.keys(recordOf(value))
      .filter((member) => blockMembers[name]?.[member] === 'idle')
      .map((member) => `${name}.${member} has no effect, as with Argo Rollouts`),
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
