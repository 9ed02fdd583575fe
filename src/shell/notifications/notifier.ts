import { abortRecordAnnotation, notifiedAnnotation } from '../../api/labels.ts';
import { type KubeObject, keyOf, type ObjectKey, splitKey } from '../../api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../../api/resources.ts';
import type { AnalysisRun } from '../../api/v1alpha1/analysis.ts';
import type { Experiment } from '../../api/v1alpha1/experiment.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { ReplicaSet } from '../../api/workloads.ts';
import {
  type ConfigSource,
  type Due,
  decideEvent,
  decideState,
  type NotificationDecision,
} from '../../core/notifications/decide.ts';
import {
  type NotifiedChange,
  notifiedOf,
  notifiedText,
  settledKey,
  unixSeconds,
} from '../../core/notifications/notified.ts';
import { overtaken, revisionOf } from '../../core/notifications/occurrences.ts';
import { type Surroundings, subjectOf } from '../../core/notifications/subject.ts';
import { subscriptionProblems } from '../../core/notifications/subscription-problems.ts';
import type { TemplateContext } from '../../core/notifications/template/functions/function.ts';
import type { Subject } from '../../core/notifications/variables.ts';
import type { PlannedEvent } from '../../core/plan.ts';
import { type Clock, until } from '../../kernel/clock.ts';
import { messageOf } from '../../kernel/errors.ts';
import { addSeconds, earliest } from '../../kernel/instant.ts';
import type { Log } from '../../kernel/log.ts';
import type { Random } from '../../kernel/random.ts';
import { isApiError } from '../../ports/cluster.ts';
import type { NotificationServices, NotificationTools } from '../../ports/notification-service.ts';
import type { Caches } from '../caches.ts';
import { type Change, ownerIndex } from '../object-cache.ts';
import { workloadOf } from '../observe-workload.ts';
import type { Telemetry } from '../telemetry.ts';
import { workQueue } from '../work-queue.ts';
import { configSources } from './config-source.ts';
import { delivery, type Outcome } from './delivery.ts';

/** What notifications need of the process. */
export interface NotificationSettings {
  readonly services: NotificationServices;
  readonly tools: Pick<NotificationTools, 'http' | 'mail'>;
  /** Where the ConfigMap and the Secret are: the controller's own namespace. */
  readonly namespace: string;
  /** Those of the Rollouts' namespaces count, too. */
  readonly isSelfService: boolean;
  readonly digest: TemplateContext['digest'];
  /** Unpadded base64url of the SHA-1 of a text. */
  readonly conditionHash: (text: string) => string;
}

export interface NotifierOptions {
  readonly settings: NotificationSettings;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
  readonly onlyNamespaces?: readonly string[];
  /** Records that a message was given up. */
  readonly record: (about: KubeObject, event: PlannedEvent) => void;
}

export interface Notifier {
  onChange(type: ResourceType, change: Change): void;
  /** An event was recorded. */
  onEvent(about: KubeObject, event: PlannedEvent): void;
  resync(): void;
  idle(): Promise<void>;
  /** Ends; what is not delivered yet is written down for whoever comes next. */
  stop(): Promise<void>;
  readonly depth: number;
}

/** Everything about one Rollout that waits to be looked at, sent or written. */
interface Desk {
  isKnown: boolean;
  readonly events: { readonly about: Rollout; readonly event: PlannedEvent }[];
  /** Messages on their way, by the key they are remembered under. */
  readonly sending: Map<string, Due>;
  /** Those that no attempt was made for yet. */
  readonly untried: Set<string>;
  /** Those that the record lists as due. */
  readonly pending: Set<string>;
  /** Occurrences that this process saw, with the messages of each that are untried. */
  readonly taken: Map<string, number>;
  readonly changes: Map<string, NotifiedChange>;
  /** Conditions whose message was given up while they held. */
  readonly givenUp: Set<string>;
  /** Of its subscriptions, as they were told of. */
  problems: ReadonlySet<string>;
}

/** The reason of the event that tells of a message given up. It sets off no message itself. */
const failedReason = 'NotificationFailed';
/** The reason of the events that tell of a configuration, or a subscription, that can tell nobody. */
const invalidReason = 'NotificationConfigInvalid';
/** Beyond so many conditions that could not be judged the log repeats itself. */
const mostUnjudged = 1000;
/** Events of one Rollout that wait; more come only when something is very wrong. */
const mostEvents = 200;
/** After so long without an answer it is written down that a message is due: the process may die before there is one. */
const patienceSeconds = 1;
/** How long the end waits for messages under way. */
const lastMessagesSeconds = 3;

/** Tells people and machines what happens to Rollouts. It works beside the decisions, and never keeps one waiting. */
export function notifier(options: NotifierOptions): Notifier {
  const { settings, caches, clock, log, telemetry, signal } = options;
  const desks = new Map<ObjectKey, Desk>();
  /** Rollouts that were looked at and whose desk was empty then: it was put away, as it is of most. */
  const known = new Set<ObjectKey>();
  const others: { readonly about: KubeObject; readonly event: PlannedEvent }[] = [];
  /** What the log has said of conditions that could not be judged. */
  const unjudged = new Set<string>();
  let isStopping = false;
  const configs = configSources({
    ...{ cluster: caches.cluster, clock, log, signal, random: options.random },
    ...{ services: settings.services, namespace: settings.namespace, isSelfService: settings.isSelfService },
    ...(options.onlyNamespaces !== undefined && { onlyNamespaces: options.onlyNamespaces }),
    onChange: () => resync(),
    onProblem: (configMap, message) =>
      options.record(configMap, { type: 'Warning', reason: invalidReason, message }),
  });
  const sender = delivery({
    ...{ services: settings.services, tools: settings.tools, digest: settings.digest },
    ...{ clock, random: options.random, signal },
    onOutcome: (due, outcome) => settle(due, outcome),
  });

  const handle = async (key: ObjectKey) => {
    const desk = deskOf(key);
    if (!configs.isReady) return undefined; // it is looked at again when they are
    for (const { about, event } of desk.events.splice(0)) {
      const subject = look(about);
      take(desk, key, decideEvent(event, subject, configs.of(about.metadata.namespace), settings));
    }
    const rollout = caches.get<Rollout>(refOf(key));
    if (rollout === undefined || rollout.metadata.deletionTimestamp !== undefined) {
      if (desk.sending.size === 0) desks.delete(key);
      known.delete(key);
      return undefined;
    }
    const sight = { isFirstSight: !desk.isKnown, taken: new Set(desk.taken.keys()) };
    const sources = configs.of(rollout.metadata.namespace);
    const decision = decideState(look(rollout), sources, sight, settings);
    desk.isKnown = true;
    complain(desk, rollout, subscriptionProblems(rollout.metadata, sources));
    for (const change of decision.changes) note(desk, change);
    const isTold = (key: string) => desk.givenUp.has(key) || (desk.changes.get(key)?.at ?? 0) > 0;
    const due = decision.due.filter(({ key }) => !isTold(key));
    take(desk, key, { ...decision, due });
    for (const each of desk.givenUp) {
      if (!decision.due.some(({ key }) => key === each)) desk.givenUp.delete(each);
    }
    const waiting = [...desk.untried].flatMap((each) => desk.sending.get(each) ?? []);
    const patienceEnds = earliest(...waiting.map(({ subject }) => addSeconds(subject.now, patienceSeconds)));
    const isLate = patienceEnds !== undefined && clock.now() >= patienceEnds;
    const occurrences = waiting.flatMap(({ occurrence = [] }) => occurrence);
    if (isLate || overtaken(rollout, occurrences).length > 0) holdAll(desk);
    await write(rollout, desk);
    if (isEmpty(desk)) {
      desks.delete(key);
      known.add(key);
    }
    return isLate ? undefined : patienceEnds;
  };

  const queue = workQueue({
    clock,
    workers: 4,
    handle,
    onFailure: (key, error, failures) => {
      if (isApiError(error, 404)) return;
      log.warn('Notifications could not be worked out; trying again.', {
        rollout: key,
        reason: messageOf(error),
        failures,
      });
    },
  });

  const deskOf = (key: ObjectKey): Desk => {
    const standing = desks.get(key);
    if (standing !== undefined) return standing;
    const made: Desk = {
      ...{ isKnown: known.has(key), events: [], sending: new Map(), untried: new Set() },
      ...{ pending: new Set() },
      ...{ taken: new Map(), changes: new Map(), givenUp: new Set(), problems: new Set() },
    };
    desks.set(key, made);
    return made;
  };

  const look = (rollout: Rollout): Subject => subjectOf(rollout, surroundings(rollout, caches), clock.now());

  /** Events of AnalysisRuns and Experiments: each is told at most once, and nothing is written down. */
  const tellOfOthers = () => {
    if (!configs.isReady) return;
    for (const { about, event } of others.splice(0)) {
      const sources = configs.of(about.metadata.namespace).map((source) => sourceFor(about, source));
      const subject = { rollout: about as Rollout, analysisRuns: [], now: clock.now() };
      const { due, problems } = decideEvent(event, subject, sources, settings);
      for (const problem of problems)
        log.warn('A trigger could not be judged.', { about: keyOf(about), reason: problem });
      for (const each of due) sender.add(each);
    }
  };

  /** Says once what is wrong, and anew when it is wrong again. */
  const complain = (desk: Desk, rollout: Rollout, problems: readonly string[]) => {
    for (const message of problems) {
      if (desk.problems.has(message)) continue;
      options.record(rollout, { type: 'Warning', reason: invalidReason, message });
    }
    desk.problems = new Set(problems);
  };

  const take = (desk: Desk, key: ObjectKey, { due, problems }: NotificationDecision) => {
    for (const problem of problems) {
      const said = `${key}: ${problem}`;
      if (unjudged.has(said)) continue;
      if (unjudged.size >= mostUnjudged) unjudged.clear();
      unjudged.add(said);
      log.warn('A trigger could not be judged.', { rollout: key, reason: problem });
    }
    const fresh: Due[] = [];
    for (const each of due) {
      if (desk.sending.has(each.key)) continue;
      fresh.push(each);
      desk.sending.set(each.key, each);
      desk.untried.add(each.key);
      if (isPendingInRecord(each)) desk.pending.add(each.key);
      const id = each.occurrence?.id;
      if (id !== undefined) desk.taken.set(id, (desk.taken.get(id) ?? 0) + 1);
    }
    for (const each of fresh) sender.add(each);
  };

  const settle = (due: Due, outcome: Outcome) => {
    if (due.subject.rollout.kind !== 'Rollout') {
      if (outcome.kind !== 'failed') tell(due, outcome);
      return logOutcome(due, outcome);
    }
    const key = keyOf(due.subject.rollout);
    const desk = deskOf(key);
    const at = unixSeconds(clock.now());
    if (outcome.kind === 'failed')
      holdAll(desk); // what waits behind it waits, too
    else {
      desk.sending.delete(due.key);
      tried(desk, due, at);
      if (due.occurrence === undefined && outcome.kind === 'delivered') note(desk, { key: due.key, at });
      else if (desk.pending.has(due.key)) note(desk, { key: due.key });
      if (due.occurrence === undefined && outcome.kind === 'givenUp') desk.givenUp.add(due.key);
      desk.pending.delete(due.key);
      tell(due, outcome);
    }
    logOutcome(due, outcome);
    if (!isStopping) queue.add(key);
  };

  const tell = (due: Due, outcome: Exclude<Outcome, { kind: 'failed' }>) => {
    const { rollout } = due.subject;
    const { namespace = '', name } = rollout.metadata;
    const { reason = due.trigger, type = 'Normal' } = due.occurrence ?? {};
    telemetry.notified({
      namespace,
      name,
      type,
      reason,
      delivered: outcome.kind === 'delivered',
      seconds: outcome.seconds,
    });
    if (outcome.kind === 'delivered') return;
    const to = destinationText(due);
    const message = `The message of ${due.trigger} to ${to} was given up: ${outcome.reason}`;
    options.record(rollout, { type: 'Warning', reason: failedReason, message });
  };

  const logOutcome = (due: Due, outcome: Outcome) => {
    const { namespace, name } = due.subject.rollout.metadata;
    const facts = { namespace, rollout: name, trigger: due.trigger, to: destinationText(due) };
    if (outcome.kind === 'delivered') log.info('Notified.', { ...facts, attempts: outcome.attempts });
    else if (outcome.kind === 'failed') {
      log.warn('A message did not arrive; trying again.', {
        ...facts,
        attempts: outcome.attempts,
        reason: outcome.reason,
      });
    } else log.error('A message was given up.', { ...facts, reason: outcome.reason });
  };

  /**
   * Writes what has to be remembered, in one patch. Waits for first attempts under way, unless nothing is known of the Rollout yet or
   * something has to be known of whoever comes next.
   */
  const write = async (rollout: Rollout, desk: Desk) => {
    const record = look(rollout).abortRecord;
    const isNew = record !== undefined && !isSameAbort(rollout, record.abortedAt, record.revision);
    const begins = [...desk.changes.keys()].some((key) => key.endsWith(':sluice-since'));
    if (desk.untried.size > 0 && !begins && !isStopping) return;
    if (desk.changes.size === 0 && !isNew) return;
    const changes = [...desk.changes.values()];
    const before = rollout.metadata.annotations?.[notifiedAnnotation];
    const text = notifiedText(notifiedOf(rollout.metadata), changes, revisionOf(rollout));
    const annotations = {
      ...((text ?? undefined) !== before && { [notifiedAnnotation]: text }),
      ...(isNew && { [abortRecordAnnotation]: JSON.stringify(record) }),
    };
    if (Object.keys(annotations).length > 0) {
      await caches.cluster.patch(
        refOf(keyOf(rollout)),
        { kind: 'merge', body: { metadata: { annotations } } },
        { signal },
      );
    }
    for (const change of changes)
      if (desk.changes.get(change.key) === change) desk.changes.delete(change.key);
  };

  const resync = () => {
    tellOfOthers();
    for (const rollout of caches.of(resources.rollouts).cache.list()) queue.add(keyOf(rollout));
  };

  return {
    onChange: (type, { type: change, object }) => {
      if (type === resources.rollouts && change !== 'deleted') queue.add(keyOf(object));
    },
    onEvent: (about, event) => {
      if (event.reason === failedReason || event.reason === invalidReason) return;
      if (about.kind !== 'Rollout') {
        others.push({ about, event });
        if (others.length > mostEvents) others.shift();
        return tellOfOthers();
      }
      const desk = deskOf(keyOf(about));
      desk.events.push({ about: about as Rollout, event });
      if (desk.events.length > mostEvents) desk.events.shift();
      queue.add(keyOf(about));
    },
    resync,
    idle: async () => {
      await queue.idle();
      await sender.idle();
    },
    stop: async () => {
      const enough = until(clock, addSeconds(clock.now(), lastMessagesSeconds), signal);
      const ended = (async () => {
        await queue.idle();
        await sender.idle();
      })();
      await Promise.race([ended, enough]);
      isStopping = true;
      await queue.stop();
      const last = [...desks].map(async ([key, desk]) => {
        const rollout = caches.get<Rollout>(refOf(key));
        holdAll(desk);
        if (rollout !== undefined) await write(rollout, desk);
      });
      for (const { status, reason } of (await Promise.allSettled(last)) as PromiseRejectedResult[]) {
        if (status === 'rejected')
          log.warn('What was notified could not be written down.', { reason: messageOf(reason) });
      }
    },
    get depth() {
      return queue.depth;
    },
  };
}

/** Is there nothing to keep it for? */
function isEmpty({ events, sending, pending, taken, changes, givenUp, problems }: Desk): boolean {
  const kept = [sending, pending, taken, changes, givenUp, problems];
  return events.length === 0 && kept.every(({ size }) => size === 0);
}

/** Writes down of every message that no attempt has ended for that it is due, and since when. */
function holdAll(desk: Desk): void {
  for (const key of [...desk.untried]) {
    const due = desk.sending.get(key) as Due;
    const since = unixSeconds(due.subject.now);
    if (!desk.pending.has(key)) note(desk, { key, at: -since });
    desk.pending.add(key);
    tried(desk, due, since);
  }
}

/** An occurrence is taken up when each of its messages has arrived, was given up, or is written down as due. */
function tried(desk: Desk, { key, occurrence }: Due, at: number): void {
  if (!desk.untried.delete(key) || occurrence?.id === undefined) return;
  const left = (desk.taken.get(occurrence.id) ?? 1) - 1;
  desk.taken.set(occurrence.id, left);
  if (left === 0) note(desk, { key: settledKey(occurrence.id), at });
}

function note(desk: Desk, change: NotifiedChange): void {
  desk.changes.set(change.key, change);
}

function isPendingInRecord({ key, subject }: Due): boolean {
  return (notifiedOf(subject.rollout.metadata).get(key) ?? 0) < 0;
}

function destinationText({ destination: { service, recipient } }: Due): string {
  return recipient === '' ? service : `${service}:${recipient}`;
}

function isSameAbort({ metadata }: Rollout, abortedAt: string, revision: number): boolean {
  const text = metadata.annotations?.[abortRecordAnnotation];
  if (text === undefined) return false;
  try {
    const known = JSON.parse(text) as { abortedAt?: unknown; revision?: unknown };
    return known.abortedAt === abortedAt && known.revision === revision;
  } catch {
    return false;
  }
}

/** What happens to a run of a Rollout is an event of the Rollout as well: subscriptions for everything are told of that one. */
function sourceFor({ metadata: { ownerReferences = [] } }: KubeObject, source: ConfigSource): ConfigSource {
  if (!ownerReferences.some(({ controller }) => controller === true)) return source;
  return { ...source, config: { ...source.config, subscriptions: [] } };
}

function surroundings(rollout: Rollout, caches: Caches): Surroundings {
  const workload = workloadOf(rollout);
  const ownedBy = <T extends KubeObject>(type: ResourceType, { metadata: { uid = '' } }: KubeObject) =>
    caches.of<T>(type).cache.byIndex(ownerIndex, uid);
  const experiments = ownedBy<Experiment>(resources.experiments, rollout);
  return {
    workload: workload?.isFollowed === true ? caches.get(workload.ref) : undefined,
    analysisRuns: [rollout, ...experiments].flatMap((owner) =>
      ownedBy<AnalysisRun>(resources.analysisRuns, owner),
    ),
    experiments,
    replicaSets: ownedBy<ReplicaSet>(resources.replicaSets, rollout),
  };
}

function refOf(key: ObjectKey): ObjectRef {
  return { type: resources.rollouts, ...splitKey(key) };
}
