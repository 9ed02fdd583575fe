import type { KubeObject } from '../api/meta.ts';
import { compareVersions } from '../api/resource-version.ts';
import type { AnalysisRun, MetricState } from '../api/v1alpha1/analysis.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import { pauseToEnd, titleOf } from '../core/rollout/steps/title.ts';
import { type Instant, parseInstant, secondsBetween } from '../kernel/instant.ts';
import { isInvalid, isReleasing, type Move, movesOf } from './explain-moves.ts';
import { troubles } from './explain-troubles.ts';
import { humanDuration } from './human-duration.ts';
import { metricsAsRun } from './metrics-as-run.ts';
import { unobservedMessage } from './phase.ts';
import { describeWaiting, type Waiting } from './rollout-summary.ts';
import { type RolloutFacts, type RolloutView, viewRollout } from './rollout-view.ts';
import { withoutStop } from './without-stop.ts';

/** As much of a `v1` Event as a sentence needs. */
export interface EventObject extends KubeObject {
  readonly involvedObject?: { readonly uid?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}

export interface ExplainFacts extends RolloutFacts {
  /** Undefined when they could not be read. */
  readonly events: readonly EventObject[] | undefined;
}

/** What a rollout did and why it is where it is, in sentences. */
export interface Explanation {
  /** Where it is, first, and then why. */
  readonly state: readonly string[];
  /** Oldest first; the latest ones only. Undefined when the events could not be read. */
  readonly history: readonly Happening[] | undefined;
  /** What a person can do now: a command without the program's name, and what it brings. */
  readonly moves: readonly Move[];
}

export interface Happening {
  readonly at: Instant | undefined;
  readonly text: string;
}

/** More would be a log. */
const mostHappenings = 12;

export function explainRollout(facts: ExplainFacts): Explanation {
  const { rollout, now } = facts;
  const view = viewRollout(facts);
  return {
    state: [
      whereabouts(rollout, view),
      ...unattended(view),
      ...shares(rollout, view),
      ...observedSplit(rollout),
      ...abortion(rollout, now),
      ...verdicts(facts, view),
      ...troubles(facts, view),
      ...restarts(rollout, now),
      ...wait(rollout, view, now),
    ],
    history: facts.events === undefined ? undefined : historyOf(rollout, facts.events),
    moves: movesOf(facts, view),
  };
}

function whereabouts({ spec, metadata, status }: Rollout, { phase, message, step }: RolloutView): string {
  const steps = spec.strategy?.canary?.steps ?? [];
  // an abort goes back to the first step, where nothing is done
  const isAtStep = step !== undefined && step.index < step.total && status?.abort !== true;
  const place = isAtStep ? ` at step ${step.index + 1} of ${step.total} (${titleOf(steps[step.index])})` : '';
  return `${metadata.name} is ${phase}${place}${message === '' ? '' : `: ${withoutStop(message)}`}.`;
}

function unattended({ message }: RolloutView): string[] {
  if (message !== unobservedMessage) return [];
  return [
    'The controller has not acted on the last change yet. If that lasts, it is not running, or it does not look after this rollout.',
  ];
}

/** Who serves the users. */
function shares(rollout: Rollout, view: RolloutView): string[] {
  const imagesOf = (...tags: string[]) => {
    const found = view.images.filter((image) => tags.some((tag) => image.tags.includes(tag)));
    return found.length === 0 ? '' : ` (${found.map(({ image }) => image).join(', ')})`;
  };
  if (view.replicas.desired === 0) {
    return ['It has no pods, because spec.replicas is 0: it serves nobody.'];
  }
  if (!isReleasing(rollout)) return [atRest(rollout, view, imagesOf('stable', 'active'))];
  if (view.strategy === 'BlueGreen') {
    return [
      `Users are on the active version${imagesOf('active')}; the new one${imagesOf('preview')} is the preview.`,
    ];
  }
  const stable = `the stable version${imagesOf('stable')}`;
  if (rollout.status?.stableRS === undefined)
    return ['It is the first version: there is none to go back to.'];
  if ((view.actualWeight ?? 0) === 0)
    return [`All users are on ${stable}, none on the new one${imagesOf('canary')}.`];
  return [
    `The new version${imagesOf('canary')} gets ${view.actualWeight} of ${view.maxWeight} parts of the traffic, ${stable} the rest.`,
  ];
}

function atRest({ status }: Rollout, { phase, replicas }: RolloutView, images: string): string {
  if (status?.stableRS === undefined) return 'Nothing of it has been released yet: it serves nobody.';
  const { available, desired } = replicas;
  const stable = `the stable version${images}`;
  const isShort = phase !== 'Healthy' && available < desired;
  if (!isShort) return `No release is under way: all users are on ${stable}.`;
  return available === 0
    ? `No release is under way, but none of the ${desired} pods of ${stable} is available: it serves nobody.`
    : `No release is under way: all users are on ${stable}, of which ${available} of ${desired} pods ${available === 1 ? 'is' : 'are'} available.`;
}

/** Whether users see the shares that the routers were told. */
function observedSplit({ status }: Rollout): string[] {
  const split = status?.canary?.observedSplit;
  if (split === undefined) return [];
  const told = `${split.message.charAt(0).toUpperCase()}${split.message.slice(1)}.`;
  const isWrong = split.state === 'SplitDiffers';
  return isWrong
    ? [told, 'It goes on by itself when the routers carry out the weight; a bad verdict still aborts it.']
    : [told];
}

function abortion({ status }: Rollout, now: Instant): string[] {
  if (status?.abort !== true) return [];
  const at = parseInstant(status.abortedAt);
  const since = at === undefined ? '' : ` ${humanDuration(secondsBetween(at, now))} ago`;
  return [`The release was aborted${since}; the spec still asks for the new version.`];
}

const badPhases = new Set(['Failed', 'Error', 'Inconclusive']);

/** What the analysis of the latest revision found, when it found fault. */
function verdicts({ analysisRuns }: RolloutFacts, { revisions, message }: RolloutView): string[] {
  const names = new Set((revisions[0]?.analysisRuns ?? []).map(({ name }) => name));
  return analysisRuns
    .filter(({ metadata, status }) => names.has(metadata.name) && badPhases.has(status?.phase ?? ''))
    .flatMap((run) => [runSentence(run, message), ...metricSentences(run)]);
}

/** Its message is left out where the rollout's own has it already. */
function runSentence({ metadata, status }: AnalysisRun, told: string): string {
  const message = status?.message && !told.includes(status.message) ? `: ${withoutStop(status.message)}` : '';
  return `Analysis run ${metadata.name} ended ${status?.phase}${message}.`;
}

function metricSentences(run: AnalysisRun): string[] {
  const metrics = metricsAsRun(run);
  const bad = (run.status?.metricResults ?? []).filter(
    ({ phase, dryRun }) => badPhases.has(phase) && dryRun !== true,
  );
  return bad.map((result) => {
    const metric = metrics.find(({ name }) => name === result.name);
    const last = result.measurements?.at(-1);
    const parts = [`Of metric ${result.name}, ${countsOf(result)}`];
    if (last?.value !== undefined) parts.push(`the last value was ${last.value}`);
    if (last?.message !== undefined) parts.push(`the last message was "${last.message}"`);
    if (metric?.successCondition !== undefined) parts.push(`good is ${metric.successCondition}`);
    if (metric?.failureCondition !== undefined) parts.push(`bad is ${metric.failureCondition}`);
    return `${parts.join('; ')}.`;
  });
}

function countsOf({ successful = 0, failed = 0, inconclusive = 0, error = 0 }: MetricState): string {
  const counts = [
    [successful, 'good'],
    [failed, 'bad'],
    [inconclusive, 'inconclusive'],
    [error, 'without a value'],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return told.length === 0 ? 'nothing was measured' : `measurements were ${told.join(', ')}`;
}

function wait({ status, spec }: Rollout, { waiting, phase }: RolloutView, now: Instant): string[] {
  if (isInvalid(status))
    return [
      status?.abort === true
        ? 'It goes back to the stable version; nothing else is done until its spec is mended.'
        : 'It stays as it is until its spec is mended: no pod and no weight is changed.',
    ];
  if (waiting !== undefined) return [waitSentence(waiting, { spec, status, phase, now })];
  if (spec.paused === true) return ['It waits because spec.paused is true.'];
  const [pause] = status?.pauseConditions ?? [];
  const since = parseInstant(pause?.startTime);
  if (pause === undefined || since === undefined) return [];
  return [`It has been held for ${humanDuration(secondsBetween(since, now))} (${pause.reason}).`];
}

/** What is due is done within seconds; more than this late, nobody does it. */
const lateSeconds = 60;

function waitSentence(
  waiting: Waiting,
  { spec, status, phase, now }: Pick<Rollout, 'spec' | 'status'> & { phase: string; now: Instant },
): string {
  const step = spec.strategy?.canary?.steps?.[status?.currentStepIndex ?? 0];
  const isEndless = step?.pause !== undefined && step.pause?.duration === undefined;
  if (waiting.for === pauseToEnd && waiting.until === undefined && isEndless) {
    const whom = 'somebody to promote or abort it: this pause has no duration';
    return `It waits for ${describeWaiting({ ...waiting, for: whom }, now)}.`;
  }
  const told = `It waits for ${describeWaiting(waiting, now)}`;
  const late = waiting.until === undefined ? undefined : secondsBetween(waiting.until, now);
  // a missed deadline is what Degraded tells; it is not somebody else's to meet
  if (late === undefined || late <= lateSeconds || phase === 'Degraded') return `${told}.`;
  return `${told}, which is overdue by ${humanDuration(late)}: is the controller running?`;
}

/** Neither is among what the status waits for. */
function restarts({ spec, status }: Rollout, now: Instant): string[] {
  const at = parseInstant(spec.restartAt);
  if (at === undefined || parseInstant(status?.restartedAt) === at) return [];
  return [
    at > now
      ? `Its pods are to be restarted in ${humanDuration(secondsBetween(now, at))} (spec.restartAt).`
      : `Its pods are being restarted since ${humanDuration(secondsBetween(at, now))}.`,
  ];
}

function historyOf({ metadata }: Rollout, events: readonly EventObject[]): Happening[] {
  return events
    .filter(({ involvedObject }) => involvedObject?.uid === metadata.uid)
    .map((event) => ({
      at: timeOf(event),
      text: textOf(event),
      written: event.metadata.resourceVersion ?? '0',
    }))
    .sort(
      (one, other) => secondOf(one.at) - secondOf(other.at) || compareVersions(one.written, other.written),
    )
    .slice(-mostHappenings)
    .map(({ at, text }) => ({ at, text }));
}

/**
 * Times of events have whole seconds, or microseconds where `eventTime` is set; what happened within one second is told in the
 * order of its writes, which for one object is the order in which it happened.
 */
function secondOf(at: Instant | undefined): number {
  return Math.floor((at ?? 0) / 1000);
}

function timeOf({ lastTimestamp, eventTime, metadata }: EventObject): Instant | undefined {
  return parseInstant(lastTimestamp) ?? parseInstant(eventTime) ?? parseInstant(metadata.creationTimestamp);
}

function textOf({ reason = '', message = '', count = 1 }: EventObject): string {
  return `${message === '' ? reason : message}${count > 1 ? ` (${count} times)` : ''}`;
}
