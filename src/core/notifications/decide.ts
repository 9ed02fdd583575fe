import { revisionAnnotation } from '../../api/labels.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { PlannedEvent } from '../plan.ts';
import { judgeCondition } from './conditions.ts';
import type { NotificationConfig } from './config.ts';
import {
  isSettled,
  messageKey,
  type Notified,
  type NotifiedChange,
  notifiedOf,
  readMessageKey,
  settledKey,
  sinceKey,
  unixSeconds,
} from './notified.ts';
import {
  eventReasons,
  evidentOccurrences,
  instanceOf,
  isEventTrigger,
  isOfEvent,
  type Occurrence,
  occurrenceOf,
  revisionOf,
  revisionOfId,
  stepOfId,
  triggerOf,
} from './occurrences.ts';
import { subscriptionsOf } from './subscriptions.ts';
import type { Destination, Subject } from './variables.ts';

/** Where a configuration comes from. */
export interface ConfigSource {
  /** Absent for the controller's own. */
  readonly namespace?: string;
  readonly config: NotificationConfig;
}

/** A message that has to go out. */
export interface Due {
  /** Under which the Rollout remembers it. */
  readonly key: string;
  readonly trigger: string;
  /** The templates to be rendered into it. */
  readonly templates: readonly string[];
  readonly destination: Destination;
  readonly source: ConfigSource;
  /** What it is about; absent for a condition that holds. */
  readonly occurrence?: Occurrence;
  readonly subject: Subject;
}

export interface NotificationDecision {
  readonly due: readonly Due[];
  /** Of the record, to be written whether or not the messages arrive. */
  readonly changes: readonly NotifiedChange[];
  /** Conditions that could not be evaluated, in sentences. */
  readonly problems: readonly string[];
}

export interface Tools {
  /** Unpadded base64url of the SHA-1 of a text: the peer's key of a condition. */
  readonly conditionHash: (text: string) => string;
}

/** The messages that an event sets off, now that it was recorded. Each condition without `when` holds. */
export function decideEvent(
  event: PlannedEvent,
  subject: Subject,
  sources: readonly ConfigSource[],
  tools: Tools,
): NotificationDecision {
  const notified = notifiedOf(subject.rollout.metadata);
  const found = occurrenceOf(subject.rollout, event, notified);
  if (found.id !== undefined && isSettled(notified, found.id)) return nothing;
  const instance = instanceOf(subject.rollout, event, subject.now, tools.conditionHash);
  const occurrence = found.id === undefined ? { ...found, instance } : found;
  return ofOccurrence(occurrence, asItWas(subject, occurrence.id), sources, tools);
}

/**
 * What a Rollout asks for as it stands: conditions that hold now and were not told, and, when this operator sees it for the
 * first time, what happened before and was not told to the end.
 */
export function decideState(
  subject: Subject,
  sources: readonly ConfigSource[],
  { isFirstSight, taken }: Sight,
  tools: Tools,
): NotificationDecision {
  const { rollout, now } = subject;
  const notified = notifiedOf(rollout.metadata);
  const untold = evidentOccurrences(rollout, notified).filter(
    ({ id = '' }) => !isSettled(notified, id) && !taken.has(id),
  );
  return joined([
    ofConditions(subject, notified, sources, tools),
    ...(isFirstSight ? recovered(subject, notified, sources, untold, tools) : []),
    sinceNow(rollout, notified, sources, untold, now),
  ]);
}

/** What the operator knows of a Rollout besides what stands in it. */
export interface Sight {
  /** It has not looked at this Rollout before. */
  readonly isFirstSight: boolean;
  /** Occurrences that it saw happening; their messages are on their way. */
  readonly taken: ReadonlySet<string>;
}

const nothing: NotificationDecision = { due: [], changes: [], problems: [] };

/**
 * The Rollout as it was when that happened, as far as that is known: its revision with the pod template, and at the end of a step
 * the index that is still the step's, which is what templates of the peer expect.
 */
function asItWas(subject: Subject, id: string | undefined): Subject {
  const { rollout, templates } = subject;
  const revision = revisionOfId(id);
  const step = stepOfId(id);
  const isEarlier = revision !== undefined && revision !== revisionOf(rollout);
  if (!isEarlier && step === undefined) return subject;
  const { metadata, spec, status } = rollout;
  const annotations = { ...metadata.annotations, [revisionAnnotation]: String(revision) };
  const template = isEarlier ? templates?.get(revision) : undefined;
  return {
    ...subject,
    rollout: {
      ...rollout,
      ...(isEarlier && { metadata: { ...metadata, annotations } }),
      ...(template !== undefined && { spec: { ...spec, template } }),
      ...(step !== undefined && { status: { ...status, currentStepIndex: step } }),
    },
  };
}

function ofOccurrence(
  occurrence: Occurrence,
  subject: Subject,
  sources: readonly ConfigSource[],
  tools: Tools,
): NotificationDecision {
  const trigger = triggerOf(occurrence.reason);
  const due: Due[] = [];
  const problems: string[] = [];
  for (const source of sources) {
    const destinations = destinationsOf(trigger, subject, source, sources);
    if (destinations.length === 0) continue;
    for (const [index, condition] of (source.config.triggers.get(trigger) ?? []).entries()) {
      const { holds, problem } = judgeCondition(condition, subject, true);
      if (problem !== undefined) problems.push(`${trigger}: ${problem}`);
      if (!holds || condition.send.length === 0) continue;
      const conditionKey = `[${index}].${tools.conditionHash(condition.when ?? '')}`;
      for (const destination of destinations) {
        const once = occurrence.id ?? occurrence.instance;
        const key = messageKey({
          ...(once !== undefined && { once }),
          ...(source.namespace !== undefined && { namespace: source.namespace }),
          ...{ trigger, condition: conditionKey, destination },
        });
        due.push({ key, trigger, templates: condition.send, destination, source, occurrence, subject });
      }
    }
  }
  return { due, changes: [], problems };
}

/** Whom this configuration has to tell. A service that only another one knows, which has the trigger too, is left to that. */
function destinationsOf(
  trigger: string,
  { rollout }: Subject,
  source: ConfigSource,
  sources: readonly ConfigSource[],
): readonly Destination[] {
  const all = subscriptionsOf(rollout.metadata, source.config).get(trigger) ?? [];
  const isOfOther = (service: string) =>
    !source.config.services.has(service) &&
    sources.some(({ config }) => config.services.has(service) && config.triggers.has(trigger));
  return all.filter(({ service }) => !isOfOther(service));
}

function ofConditions(
  subject: Subject,
  notified: Notified,
  sources: readonly ConfigSource[],
  tools: Tools,
): NotificationDecision {
  const due: Due[] = [];
  const changes: NotifiedChange[] = [];
  const problems: string[] = [];
  for (const source of sources) {
    for (const trigger of subscriptionsOf(subject.rollout.metadata, source.config).keys()) {
      if (isEventTrigger(trigger)) continue;
      const destinations = destinationsOf(trigger, subject, source, sources);
      for (const [index, condition] of (source.config.triggers.get(trigger) ?? []).entries()) {
        const { holds, oncePer, problem } = judgeCondition(condition, subject, false);
        if (problem !== undefined) problems.push(`${trigger}: ${problem}`);
        const conditionKey = `[${index}].${tools.conditionHash(condition.when ?? '')}`;
        for (const destination of destinations) {
          const key = messageKey({
            ...(holds && oncePer !== undefined && { once: oncePer }),
            ...(source.namespace !== undefined && { namespace: source.namespace }),
            ...{ trigger, condition: conditionKey, destination },
          });
          const at = notified.get(key);
          if (holds && (at === undefined || at < 0)) {
            due.push({ key, trigger, templates: condition.send, destination, source, subject });
          } else if (!holds && at !== undefined) changes.push({ key });
        }
      }
    }
  }
  return { due, changes, problems };
}

/** What happened while nobody looked, and what was due and had not arrived. */
function recovered(
  subject: Subject,
  notified: Notified,
  sources: readonly ConfigSource[],
  untold: readonly Occurrence[],
  tools: Tools,
): readonly NotificationDecision[] {
  const missed = untold.filter(
    ({ reason }) => isFresh(subject.rollout) || notified.has(sinceKey(triggerOf(reason))),
  );
  const messages = missed.map((occurrence) =>
    ofOccurrence(occurrence, asItWas(subject, occurrence.id), sources, tools),
  );
  return [pending(subject, notified, sources), ...messages]; // what was due before is the older
}

/** Its first version is still on the way: whoever subscribes did so from the beginning. */
function isFresh({ status }: Rollout): boolean {
  return !status?.stableRS;
}

/** What the record lists as due of events; of what is not subscribed to any more, nothing. */
function pending(
  subject: Subject,
  notified: Notified,
  sources: readonly ConfigSource[],
): NotificationDecision {
  const due: Due[] = [];
  const changes: NotifiedChange[] = [];
  for (const [key, at] of notified) {
    const read = at < 0 ? readMessageKey(key) : undefined;
    if (read === undefined || !isEventTrigger(read.trigger)) continue;
    const source = sources.find(({ namespace }) => namespace === read.namespace);
    const condition = source?.config.triggers.get(read.trigger)?.[read.index];
    if (source === undefined || condition === undefined) {
      changes.push({ key });
      continue;
    }
    const { trigger, destination, once } = read;
    const reason = eventReasons.find((each) => triggerOf(each) === trigger) ?? trigger;
    const isKnown = once !== undefined && !isOfEvent(once);
    const occurrence: Occurrence = { reason, type: 'Normal', ...(isKnown && { id: once }) };
    due.push({
      key,
      trigger,
      templates: condition.send,
      destination,
      source,
      occurrence,
      subject: asItWas(subject, once),
    });
  }
  // the record keeps seconds, in which much happens: the order of what usually follows what decides then
  const revision = ({ occurrence }: Due) => revisionOfId(occurrence?.id) ?? 0;
  const since = ({ key }: Due) => -(notified.get(key) ?? 0);
  const place = ({ trigger }: Due) => eventReasons.findIndex((reason) => triggerOf(reason) === trigger);
  due.sort((a, b) => revision(a) - revision(b) || since(a) - since(b) || place(a) - place(b));
  return { due, changes, problems: [] };
}

/** Remembers which events are subscribed to, and that what is there already when somebody subscribes is no news. */
function sinceNow(
  rollout: Rollout,
  notified: Notified,
  sources: readonly ConfigSource[],
  untold: readonly Occurrence[],
  now: Instant,
): NotificationDecision {
  const triggers = new Set(
    sources
      .flatMap(({ config }) => [...subscriptionsOf(rollout.metadata, config).keys()])
      .filter(isEventTrigger),
  );
  const at = unixSeconds(now);
  const begun = [...triggers].filter((trigger) => !notified.has(sinceKey(trigger)));
  const old = isFresh(rollout) ? [] : untold.filter(({ reason }) => begun.includes(triggerOf(reason)));
  const ended = [...notified.keys()].filter(
    (key) => key.endsWith(sinceKey('')) && !triggers.has(key.slice(0, -sinceKey('').length)),
  );
  return {
    due: [],
    problems: [],
    changes: [
      ...begun.map((trigger) => ({ key: sinceKey(trigger), at })),
      ...old.map(({ id }) => ({ key: settledKey(id as string), at })),
      ...ended.map((key) => ({ key })),
    ],
  };
}

function joined(parts: readonly NotificationDecision[]): NotificationDecision {
  return {
    due: parts.flatMap(({ due }) => due),
    changes: parts.flatMap(({ changes }) => changes),
    problems: parts.flatMap(({ problems }) => problems),
  };
}
