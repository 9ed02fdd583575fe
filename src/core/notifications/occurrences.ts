import { revisionAnnotation } from '../../api/labels.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { recordedRuns } from '../../api/v1alpha1/rollout-analyses.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { PlannedEvent } from '../plan.ts';
import { isSettled, type Notified, notifiedOf } from './notified.ts';

type Hash = (text: string) => string;

/** Something that happened to a Rollout, once. */
export interface Occurrence {
  /**
   * The same for the same happening, whoever finds out and how often; without colons. Absent: nobody could find out about it
   * afterwards, so it is told at most once.
   */
  readonly id?: string;
  /** Without an id: what tells it from others of its kind, in the same form. */
  readonly instance?: string;
  /** The reason of the Kubernetes event: `RolloutAborted`. */
  readonly reason: string;
  readonly type: PlannedEvent['type'];
}

/**
 * The trigger of an event: `on-` and the reason in kebab case, as the peer spells it: `RolloutStepCompleted` is
 * `on-rollout-step-completed`.
 */
export function triggerOf(reason: string): string {
  return `on-${reason
    .replace(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()}`;
}

/**
 * Every reason of events about Rollouts, in the order in which they usually follow each other. A trigger of such a name waits for
 * the event, whatever its conditions say.
 */
export const eventReasons = [
  ...['RolloutAddedToInformer', 'RolloutDeleted', 'RolloutUpdated', 'RolloutNotCompleted'],
  ...['NewReplicaSetCreated', 'ReplicaSetCreateError', 'ScalingReplicaSet'],
  ...['RolloutStepCompleted', 'SkipSteps', 'SwitchService', 'TrafficWeightUpdated', 'ExperimentCreated'],
  ...['AnalysisRunPending', 'AnalysisRunRunning', 'AnalysisRunSuccessful', 'AnalysisRunFailed'],
  ...['AnalysisRunError', 'AnalysisRunInconclusive'],
  ...['RolloutPaused', 'RolloutResumed', 'RolloutAborted', 'RolloutCompleted', 'ReconciliationError'],
] as const;

const phases = ['Pending', 'Running', 'Successful', 'Failed', 'Error', 'Inconclusive'];
/** Reasons of events about AnalysisRuns and Experiments only. */
const otherReasons = [
  ...['Metric', 'Experiment'].flatMap((kind) => phases.map((phase) => `${kind}${phase}`)),
  ...['TemplateProgressing', 'TemplateRunning', 'TemplateSuccessful', 'TemplateFailed', 'TemplateError'],
  'AnalysisRunTerminating',
];
const eventTriggers: ReadonlySet<string> = new Set([...eventReasons, ...otherReasons].map(triggerOf));

export function isEventTrigger(trigger: string): boolean {
  return eventTriggers.has(trigger);
}

/** What an event that was just recorded tells of. */
export function occurrenceOf(rollout: Rollout, event: PlannedEvent, notified: Notified): Occurrence {
  const { reason, type } = event;
  const id = rollout.kind === 'Rollout' ? idOf(rollout, event, notified) : undefined;
  return { reason, type, ...(id !== undefined && { id }) };
}

/** What a message is remembered under that tells of no more than an event; `isOfEvent` knows it again. */
export function instanceOf(
  rollout: Rollout,
  { reason, message }: PlannedEvent,
  now: Instant,
  hash: Hash,
): string {
  return `r${revisionOf(rollout) ?? 0}.event.${reason}.${now}.${hash(message).slice(0, 8)}`;
}

export function isOfEvent(once: string | undefined): boolean {
  return once !== undefined && /^r\d+\.event\./.test(once);
}

/**
 * What the Rollout itself shows to have happened: for an operator that has just come up and did not see it happen. Of steps
 * the last one is shown; a step that was skipped never happened.
 */
export function evidentOccurrences(rollout: Rollout, notified: Notified): readonly Occurrence[] {
  const { status = {} } = rollout;
  const events: PlannedEvent[] = [];
  const add = (reason: string, message = '', type: PlannedEvent['type'] = 'Normal') =>
    events.push({ reason, message, type });
  if (revisionOf(rollout) !== undefined) add('RolloutUpdated');
  if (isObserved(rollout)) {
    const step = lastStep(rollout, notified);
    if (step !== undefined) add('RolloutStepCompleted', `Rollout step ${step + 1}/`);
    for (const run of Object.values(recordedRuns(status))) {
      const bad = run?.status === 'Failed' || run?.status === 'Error';
      if (run?.status)
        add(`AnalysisRun${run.status}`, `Analysis Run '${run.name}'`, bad ? 'Warning' : 'Normal');
    }
    if (status.abort === true) add('RolloutAborted', '', 'Warning');
    else if (status.pauseConditions?.[0] !== undefined) add('RolloutPaused');
    if (isDone(rollout)) add('RolloutCompleted');
  }
  return events.map((event) => occurrenceOf(rollout, event, notified)).filter(({ id }) => id !== undefined);
}

/** Of these occurrences, those that the Rollout shows no longer: whoever comes next cannot find out about them. */
export function overtaken(rollout: Rollout, occurrences: readonly Occurrence[]): readonly Occurrence[] {
  const shown = new Set(evidentOccurrences(rollout, notifiedOf(rollout.metadata)).map(({ id }) => id));
  return occurrences.filter(({ id }) => id !== undefined && !shown.has(id));
}

/** The revision that an occurrence's id is about. */
export function revisionOfId(id: string | undefined): number | undefined {
  const text = /^r(\d+)\./.exec(id ?? '')?.[1];
  return text === undefined ? undefined : Number(text);
}

/** The step, from 0, that an occurrence's id says was completed. */
export function stepOfId(id: string | undefined): number | undefined {
  const text = /\.step\.(\d+)$/.exec(id ?? '')?.[1];
  return text === undefined ? undefined : Number(text);
}

export function revisionOf({ metadata }: Rollout): number | undefined {
  const text = metadata.annotations?.[revisionAnnotation];
  return text === undefined ? undefined : Number(text);
}

function idOf(rollout: Rollout, event: PlannedEvent, notified: Notified): string | undefined {
  const { status = {} } = rollout;
  const revision = `r${revisionOf(rollout) ?? 0}`;
  switch (event.reason) {
    case 'RolloutUpdated':
      return `${revision}.updated`;
    case 'RolloutCompleted':
      return `${revision}.completed`;
    case 'RolloutAborted':
      return status.abortedAt ? `${revision}.aborted.${plain(status.abortedAt)}` : undefined;
    case 'RolloutPaused': {
      const pause = status.pauseConditions?.[0];
      // two pauses may begin within the same second, but not at the same step
      const step = status.currentStepIndex ?? 0;
      return pause && `${revision}.paused.${step}.${pause.reason}.${plain(pause.startTime)}`;
    }
    case 'RolloutStepCompleted':
      return `${attemptOf(revision, notified)}.step.${stepOf(event)}`;
    default: {
      const run = /^AnalysisRun([A-Z][a-z]+)$/.exec(event.reason)?.[1];
      const name = run === undefined ? undefined : /Analysis Run '([^']+)'/.exec(event.message)?.[1];
      return name === undefined ? undefined : `${revision}.run.${name}.${run}`;
    }
  }
}

/** The number of the step that the event tells of, from 0. */
function stepOf({ message }: PlannedEvent): number {
  return Number(/^Rollout step (\d+)\//.exec(message)?.[1]) - 1;
}

/** After an abort and a retry the same steps are done again: `r3.a1` is the second attempt at revision 3. */
function attemptOf(revision: string, notified: Notified): string {
  const aborts = [...notified.keys()].filter((key) => key.startsWith(`${revision}.aborted.`)).length;
  return aborts === 0 ? revision : `${revision}.a${aborts}`;
}

function lastStep(rollout: Rollout, notified: Notified): number | undefined {
  const { status = {}, spec } = rollout;
  const count = spec.strategy?.canary?.steps?.length ?? 0;
  const done = status.currentStepIndex ?? 0;
  if (done < 1 || done > count || status.abort === true || status.promoteFull === true) return undefined;
  if (!isDone(rollout)) return done - 1;
  // done may mean skipped: only who did the step before did the last one, too
  const revision = attemptOf(`r${revisionOf(rollout) ?? 0}`, notified);
  return count > 1 && isSettled(notified, `${revision}.step.${count - 2}`) ? count - 1 : undefined;
}

function isDone({ status = {} }: Rollout): boolean {
  return Boolean(status.stableRS) && status.stableRS === status.currentPodHash;
}

/** Does the status speak of the spec as it is now? */
function isObserved({ metadata, status = {} }: Rollout): boolean {
  return status.observedGeneration === String(metadata.generation);
}

/** Keys of the record have colons between their parts, so an instant has none. */
function plain(time: string): string {
  return time.replaceAll(':', '');
}
