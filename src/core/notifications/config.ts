import { parse } from 'yaml';
import type { LabelSelector } from '../../api/meta.ts';
import { messageOf, SluiceError } from '../../kernel/errors.ts';
import { checkTemplate, type MessageTemplate, spelledTemplate } from './blocks.ts';
import { checkCondition, type TriggerCondition } from './conditions.ts';
import { spelled } from './spelled.ts';

export interface ServiceConfig {
  /** `slack`, `webhook`… */
  readonly type: string;
  /** As they stand in the ConfigMap, with `$key` replaced by what the Secret has. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface GlobalSubscription {
  /** `slack:channel`. */
  readonly recipients: readonly string[];
  /** None: the default triggers. */
  readonly triggers: readonly string[];
  /** Absent: every Rollout. */
  readonly selector?: LabelSelector;
}

/** What the ConfigMap says, with the secrets put in. A key that cannot be read is a problem, and the others count. */
export interface NotificationConfig {
  readonly services: ReadonlyMap<string, ServiceConfig>;
  readonly triggers: ReadonlyMap<string, readonly TriggerCondition[]>;
  readonly templates: ReadonlyMap<string, MessageTemplate>;
  readonly subscriptions: readonly GlobalSubscription[];
  readonly defaultTriggers: readonly string[];
  readonly serviceDefaultTriggers: ReadonlyMap<string, readonly string[]>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly problems: readonly ConfigProblem[];
}

export interface ConfigProblem {
  /** Of the ConfigMap: `template.app-aborted`. */
  readonly key: string;
  readonly message: string;
  /** Is it the Secret that lacks something? */
  readonly isOfSecret?: true;
}

/** The names of the peer's objects, in the controller's namespace or in the Rollout's own. */
export const configMapName = 'argo-rollouts-notification-configmap';
export const secretName = 'argo-rollouts-notification-secret';

/** Reads the data of the ConfigMap; `secrets` are those of the Secret, decoded. */
export function parseNotificationConfig(
  data: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): NotificationConfig {
  const problems: ConfigProblem[] = [];
  const services = new Map<string, ServiceConfig>();
  const triggers = new Map<string, readonly TriggerCondition[]>();
  const templates = new Map<string, MessageTemplate>();
  const serviceDefaultTriggers = new Map<string, readonly string[]>();
  let subscriptions: readonly GlobalSubscription[] = [];
  let defaultTriggers: readonly string[] = [];

  const readKey = (key: string, value: string) => {
    const [kind, ...rest] = key.split('.');
    const name = rest.join('.');
    if (key === 'subscriptions')
      subscriptions = list(key, yaml(value)).map((each) => subscription(key, each));
    else if (key === 'defaultTriggers') defaultTriggers = texts(key, yaml(value));
    else if (key === 'context')
      throw invalid(key, 'has no effect: it is for templates of Argo CD, and no variable of a Rollout’s');
    else if (kind === 'defaultTriggers') serviceDefaultTriggers.set(name, texts(key, yaml(value)));
    else if (kind === 'template') {
      const template = spelledTemplate(record(key, yaml(value)));
      templates.set(name, template);
      for (const note of checkTemplate(template)) problems.push({ key, message: note });
    } else if (kind === 'trigger') {
      const conditions = list(key, yaml(value)).map((each) => condition(key, each));
      triggers.set(name, conditions);
      for (const each of conditions)
        for (const note of checkCondition(each)) problems.push({ key, message: note });
    } else if (kind === 'service') {
      const [type = '', given = type, tooMuch] = rest;
      if (type === '' || tooMuch !== undefined)
        throw invalid(key, 'must be service.TYPE or service.TYPE.NAME');
      const options = record(key, yaml(value) ?? {});
      for (const name of missingSecrets(options, secrets))
        problems.push({
          key,
          message: `names $${name}, and the Secret ${secretName} has no such key`,
          isOfSecret: true,
        });
      services.set(given, { type, options: record(key, withSecrets(options, secrets)) });
    } else {
      throw invalid(
        key,
        'is no key of notifications: service., template., trigger., subscriptions, defaultTriggers',
      );
    }
  };
  for (const [key, value] of Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))) {
    try {
      readKey(key, value);
    } catch (error) {
      problems.push({ key, message: messageOf(error) });
    }
  }
  const known = { services, triggers, templates, subscriptions, defaultTriggers, serviceDefaultTriggers };
  return { ...known, secrets, problems: [...problems, ...missingTemplates(known), ...missingTargets(known)] };
}

/** Nothing configured: nobody hears of anything. */
export const noNotifications: NotificationConfig = parseNotificationConfig({}, {});

function missingTemplates({
  triggers,
  templates,
}: Pick<NotificationConfig, 'triggers' | 'templates'>): readonly ConfigProblem[] {
  return [...triggers].flatMap(([name, conditions]) =>
    conditions
      .flatMap(({ send }) => send)
      .filter((template) => !templates.has(template))
      .map((template) => ({
        key: `trigger.${name}`,
        message: `sends "${template}", and there is no template of that name`,
      })),
  );
}

/** Subscriptions for all Rollouts, and defaults, that name what there is not. */
function missingTargets(known: Omit<NotificationConfig, 'secrets' | 'problems'>): readonly ConfigProblem[] {
  const { services, triggers, subscriptions, defaultTriggers, serviceDefaultTriggers } = known;
  const untriggered = (key: string, names: readonly string[]) =>
    names
      .filter((name) => !triggers.has(name))
      .map((name) => ({ key, message: `names the trigger ${name}, and there is no trigger.${name}` }));
  const unserved = subscriptions
    .flatMap(({ recipients }) => recipients.map((recipient) => recipient.split(':')[0] as string))
    .filter((service) => !services.has(service))
    .map((service) => ({
      key: 'subscriptions',
      message: `names the service ${service}, and there is no service.${service}`,
    }));
  return [
    ...subscriptions.flatMap((each) => untriggered('subscriptions', each.triggers)),
    ...unserved,
    ...untriggered('defaultTriggers', defaultTriggers),
    ...[...serviceDefaultTriggers].flatMap(([service, names]) =>
      untriggered(`defaultTriggers.${service}`, names),
    ),
  ];
}

function yaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new SluiceError('NOTIFICATION_CONFIG_INVALID', `is no YAML: ${messageOf(error).split('\n')[0]}`);
  }
}

function missingSecrets(value: unknown, secrets: Readonly<Record<string, string>>): readonly string[] {
  if (typeof value === 'string') {
    const names = [...value.matchAll(secretReference)].map(([, name]) => name as string);
    return names.filter((name) => !Object.hasOwn(secrets, name));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap((entry) => entry.flatMap((each) => missingSecrets(each, secrets)));
}

/** `$key` within any text of the options, names in them too, becomes what the Secret has under that key; one that it has not stays. */
function withSecrets(value: unknown, secrets: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return value.replace(secretReference, (whole, key: string) =>
      Object.hasOwn(secrets, key) ? (secrets[key] as string) : whole,
    );
  }
  if (Array.isArray(value)) return value.map((each) => withSecrets(each, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map((entry) => entry.map((each) => withSecrets(each, secrets))),
  );
}

const secretReference = /\$([\w-]+)/g;

const conditionMembers = ['when', 'oncePer', 'send', 'description'];

function condition(key: string, value: unknown): TriggerCondition {
  const given = spelled(record(key, value), conditionMembers);
  const unknown = Object.keys(given).find((member) => !conditionMembers.includes(member));
  if (unknown !== undefined)
    throw invalid(key, `"${unknown}" is no member of a trigger: ${conditionMembers.join(', ')}`);
  const { when, oncePer, send, description } = given;
  return {
    ...(when !== undefined && when !== null && { when: String(when) }),
    ...(oncePer !== undefined && oncePer !== null && { oncePer: String(oncePer) }),
    send: texts(key, send ?? []),
    ...(typeof description === 'string' && { description }),
  };
}

function subscription(key: string, value: unknown): GlobalSubscription {
  const members = spelled(record(key, value), ['recipients', 'triggers', 'selector']);
  const { recipients, triggers, selector, ...others } = members;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw invalid(key, `"${unknown}" is no member of a subscription: recipients, triggers, selector`);
  return {
    recipients: texts(key, recipients ?? []),
    triggers: texts(key, triggers ?? []),
    ...(selector !== undefined && selector !== null && { selector: selectorOf(key, selector) }),
  };
}

/** `app=shop,tier!=test,!legacy`, `env in (a, b)`, as the peer; or a selector as the API spells it. */
function selectorOf(key: string, value: unknown): LabelSelector {
  if (typeof value === 'object') return value as LabelSelector;
  const parts = String(value)
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter(Boolean);
  return { matchExpressions: parts.map((part) => requirement(key, part)) };
}

function requirement(key: string, part: string): NonNullable<LabelSelector['matchExpressions']>[number] {
  const set = /^([\w./-]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part);
  if (set !== null) {
    const values = (set[3] as string).split(',').map((each) => each.trim());
    return { key: set[1] as string, operator: set[2] === 'in' ? 'In' : 'NotIn', values };
  }
  const pair = /^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/.exec(part);
  if (pair !== null) {
    return {
      key: pair[1] as string,
      operator: pair[2] === '!=' ? 'NotIn' : 'In',
      values: [pair[3] as string],
    };
  }
  const presence = /^(!?)\s*([\w./-]+)$/.exec(part);
  if (presence === null) throw invalid(key, `"${part}" is no selector of labels`);
  return { key: presence[2] as string, operator: presence[1] === '!' ? 'DoesNotExist' : 'Exists' };
}

function record(key: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalid(key, 'must be a map');
}

function list(key: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(key, 'must be a list');
}

function texts(key: string, value: unknown): readonly string[] {
  const all = list(key, value);
  if (all.every((each) => typeof each === 'string')) return all;
  throw invalid(key, 'must be a list of names');
}

function invalid(key: string, message: string): SluiceError {
  return new SluiceError('NOTIFICATION_CONFIG_INVALID', message, { key });
}
