import type { KubeObject } from '../api/meta.ts';
import { compareVersions } from '../api/resource-version.ts';
import type { AnalysisRun, MetricState } from '../api/v1alpha1/analysis.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import { titleOf } from '../core/rollout/steps/title.ts';
import { type Instant, parseInstant, secondsBetween } from '../kernel/instant.ts';
import { humanDuration } from './human-duration.ts';
import { describeWaiting } from './rollout-summary.ts';
import { type RolloutFacts, type RolloutView, viewRollout } from './rollout-view.ts';

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

export interface Move {
  readonly command: string;
  readonly effect: string;
}

/** More would be a log. */
const mostHappenings = 12;

export function explainRollout(facts: ExplainFacts): Explanation {
  const { rollout, now } = facts;
  const view = viewRollout(facts);
  return {
    state: [
      whereabouts(rollout, view),
      ...shares(rollout, view),
      ...observedSplit(rollout),
      ...abortion(rollout, now),
      ...verdicts(facts, view),
      ...troubles(view),
      ...wait(rollout, view, now),
    ],
    history: facts.events === undefined ? undefined : historyOf(rollout, facts.events),
    moves: movesOf(rollout, view),
  };
}

function whereabouts({ spec, metadata }: Rollout, { phase, message, step }: RolloutView): string {
  const steps = spec.strategy?.canary?.steps ?? [];
  const isAtStep = step !== undefined && step.index < step.total;
  const place = isAtStep ? ` at step ${step.index + 1} of ${step.total} (${titleOf(steps[step.index])})` : '';
  return `${metadata.name} is ${phase}${place}${message === '' ? '' : `: ${message}`}.`;
}

/** Who serves the users. */
function shares(rollout: Rollout, view: RolloutView): string[] {
  const imagesOf = (...tags: string[]) => {
    const found = view.images.filter((image) => tags.some((tag) => image.tags.includes(tag)));
    return found.length === 0 ? '' : ` (${found.map(({ image }) => image).join(', ')})`;
  };
  if (!isReleasing(rollout)) {
    return [`No release is under way: all users are on the stable version${imagesOf('stable', 'active')}.`];
  }
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

function isReleasing({ status }: Rollout): boolean {
  return status?.currentPodHash !== undefined && status.currentPodHash !== status.stableRS;
}

function abortion({ status }: Rollout, now: Instant): string[] {
  if (status?.abort !== true) return [];
  const at = parseInstant(status.abortedAt);
  const since = at === undefined ? '' : ` ${humanDuration(secondsBetween(at, now))} ago`;
  return [`The release was aborted${since}; the spec still asks for the new version.`];
}

const badPhases = new Set(['Failed', 'Error', 'Inconclusive']);

/** What the analysis of the latest revision found, when it found fault. */
function verdicts({ analysisRuns }: RolloutFacts, { revisions }: RolloutView): string[] {
  const names = new Set((revisions[0]?.analysisRuns ?? []).map(({ name }) => name));
  return analysisRuns
    .filter(({ metadata, status }) => names.has(metadata.name) && badPhases.has(status?.phase ?? ''))
    .flatMap((run) => [runSentence(run), ...metricSentences(run)]);
}

function runSentence({ metadata, status }: AnalysisRun): string {
  const message = status?.message ? `: ${status.message.replace(/\.$/, '')}` : '';
  return `Analysis run ${metadata.name} ended ${status?.phase}${message}.`;
}

function metricSentences({ spec, status }: AnalysisRun): string[] {
  const bad = (status?.metricResults ?? []).filter(
    ({ phase, dryRun }) => badPhases.has(phase) && dryRun !== true,
  );
  return bad.map((result) => {
    const metric = spec.metrics.find(({ name }) => name === result.name);
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

/** Pods in trouble, a sentence for each kind of it. */
function troubles({ revisions }: RolloutView): string[] {
  const pods = new Map<string, string[]>();
  for (const { name, status } of revisions.flatMap((one) => one.replicaSets.flatMap((owner) => owner.pods))) {
    if (status.mark !== 'failed' && status.mark !== 'warning') continue;
    pods.set(status.text, [...(pods.get(status.text) ?? []), name]);
  }
  return [...pods].map(([text, [first = '', ...others]]) => {
    const more =
      others.length === 0 ? '' : `, as ${others.length === 1 ? 'is one more' : `are ${others.length} more`}`;
    return `Pod ${first} is in ${text}${more}.`;
  });
}

function wait({ status, spec }: Rollout, { waiting }: RolloutView, now: Instant): string[] {
  if (waiting !== undefined) return [`It waits for ${describeWaiting(waiting, now)}.`];
  if (spec.paused === true) return ['It waits because spec.paused is true.'];
  const [pause] = status?.pauseConditions ?? [];
  const since = parseInstant(pause?.startTime);
  if (pause === undefined || since === undefined) return [];
  return [`It has been held for ${humanDuration(secondsBetween(since, now))} (${pause.reason}).`];
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

/** Only what the state asks a person for; a release that goes on by itself needs nobody. */
function movesOf(rollout: Rollout, { phase }: RolloutView): Move[] {
  const { metadata, spec, status } = rollout;
  const { name } = metadata;
  const undo = { command: `undo ${name}`, effect: 'releases the version before it again' };
  if (status?.conditions?.some(({ type, status: holds }) => type === 'InvalidSpec' && holds === 'True')) {
    return [
      { command: 'lint -f FILE', effect: 'tells what is wrong with the manifest before it is applied' },
    ];
  }
  if (status?.abort === true) {
    return [
      { command: `retry rollout ${name}`, effect: 'tries the same version again from the first step' },
      undo,
    ];
  }
  if (phase === 'Paused' || spec.paused === true) {
    const abort = { command: `abort ${name}`, effect: 'returns all users to the stable version' };
    const promote = promotionOf(rollout);
    return isReleasing(rollout) ? [promote, abort] : [promote];
  }
  return phase === 'Degraded' ? [undo] : [];
}

function promotionOf({ metadata: { name }, status }: Rollout): Move {
  const isHeld = status?.canary?.observedSplit?.state === 'SplitDiffers';
  return isHeld
    ? {
        command: `promote ${name} --full`,
        effect: 'goes on although the split is wrong, without steps and analyses',
      }
    : { command: `promote ${name}`, effect: 'lets it go on' };
}
