import { parse } from 'yaml';
import type { ObjectMeta } from '../../api/meta.ts';
import { matchesSelector } from '../../api/meta.ts';
import type { NotificationConfig } from './config.ts';
import type { Destination } from './variables.ts';

const prefix = 'notifications.argoproj.io/';

/** Who wants to hear of what: destinations by trigger, each once. */
export type Subscriptions = ReadonlyMap<string, readonly Destination[]>;

type Defaults = Pick<NotificationConfig, 'defaultTriggers' | 'serviceDefaultTriggers'>;

/**
 * The subscriptions of one Rollout: those of the configuration that select it, and its own annotations
 * `notifications.argoproj.io/subscribe.TRIGGER.SERVICE`, `…/subscribe.SERVICE` and `…/subscriptions`.
 */
export function subscriptionsOf(
  { labels, annotations = {} }: ObjectMeta,
  config: NotificationConfig,
): Subscriptions {
  const found = new Map<string, Destination[]>();
  const add = (trigger: string, destination: Destination) => {
    const known = found.get(trigger) ?? [];
    const isNew = !known.some(
      ({ service, recipient }) => service === destination.service && recipient === destination.recipient,
    );
    if (isNew) found.set(trigger, [...known, destination]);
  };
  for (const { triggers, recipients, selector } of config.subscriptions) {
    if (selector !== undefined && !matchesSelector(selector, labels)) continue;
    for (const trigger of triggers.length === 0 ? config.defaultTriggers : triggers) {
      for (const recipient of recipients) add(trigger, destinationOf(recipient));
    }
  }
  for (const [key, value] of Object.entries(annotations)) {
    for (const { trigger, destination } of ofAnnotation(key, value, config)) add(trigger, destination);
  }
  return found;
}

/** Does anything in the annotations ask for messages, whatever the configuration? */
export function hasSubscriptions({ annotations = {} }: ObjectMeta): boolean {
  return Object.keys(annotations).some(
    (key) => key.startsWith(`${prefix}subscribe.`) || key === `${prefix}subscriptions`,
  );
}

/** `slack:channel`, or a service alone. */
export function destinationOf(text: string): Destination {
  const colon = text.indexOf(':');
  return colon === -1
    ? { service: text, recipient: '' }
    : { service: text.slice(0, colon), recipient: text.slice(colon + 1) };
}

interface Subscription {
  readonly trigger: string;
  readonly destination: Destination;
}

function ofAnnotation(key: string, value: string, defaults: Defaults): readonly Subscription[] {
  if (key === `${prefix}subscriptions`) return ofYaml(value, defaults);
  if (!key.startsWith(`${prefix}subscribe.`)) return [];
  const words = key.slice(`${prefix}subscribe.`.length).split('.');
  const [trigger, service] =
    words.length === 1 ? [undefined, words[0] as string] : (words as [string, string]);
  const recipients =
    value === ''
      ? ['']
      : value
          .split(';')
          .map((each) => each.trim())
          .filter(Boolean);
  const triggers = trigger === undefined ? defaultsOf(service, defaults) : [trigger];
  return triggers.flatMap((each) =>
    recipients.map((recipient) => ({ trigger: each, destination: { service, recipient } })),
  );
}

function defaultsOf(
  service: string,
  { defaultTriggers, serviceDefaultTriggers }: Defaults,
): readonly string[] {
  return serviceDefaultTriggers.get(service) ?? defaultTriggers;
}

/** `[{trigger: [..], destinations: [{service, recipients: [..]}]}]`; what is no such list subscribes to nothing. */
function ofYaml(value: string, defaults: Defaults): readonly Subscription[] {
  return listOf(readYaml(value)).flatMap((entry) => {
    const { trigger, triggers, destinations } = recordOf(entry);
    const named = [...texts(trigger), ...texts(triggers)];
    return listOf(destinations).flatMap((each) => {
      const { service, recipients } = recordOf(each);
      if (typeof service !== 'string') return [];
      const all = texts(recipients);
      return (named.length === 0 ? defaultsOf(service, defaults) : named).flatMap((name) =>
        (all.length === 0 ? [''] : all).map((recipient) => ({
          trigger: name,
          destination: { service, recipient },
        })),
      );
    });
  });
}

function readYaml(value: string): unknown {
  try {
    return parse(value);
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function texts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
}
