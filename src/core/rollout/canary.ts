import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { formatInstant } from '../../kernel/instant.ts';
import type { Plan } from '../plan.ts';
import { abortDelayOf, retireAborted } from './abort.ts';
import { type Advance, advance } from './advance.ts';
import { brokenStart, type RunOutcome, referenceOf } from './analysis.ts';
import { type Bake, bakeOf } from './bake.ts';
import { beginRevision } from './begin-revision.ts';
import { analyseCanary, type CanaryRuns } from './canary-runs.ts';
import { Draft } from './draft.ts';
import { scaleWithTraffic } from './drain.ts';
import { finish } from './finish.ts';
import { isAborted, isOnTrial, isPausedFor, isPromoted, type Memory, recall } from './memory.ts';
import { judgeSplit, nextSplit, splitEvents, withSplit } from './observed-split.ts';
import { promoteCanary } from './promote.ts';
import { asksAgainAfter, verifyAgainSeconds } from './registration.ts';
import { retire } from './retire.ts';
import { deadlineOff, isRescaled, noteReplicas, scale } from './scale.ts';
import { hasDistinctStable, type Situation } from './situation.ts';
import { podsCountedOn, sizesAt } from './sizes.ts';
import { type Directed, directTraffic } from './traffic.ts';
import { trialRun, trialWaitsFor } from './trial.ts';
import { withVerdicts } from './verdicts.ts';
import { canaryTraffic, isCanaryServing, stableTraffic, type Traffic, trafficFor } from './weights.ts';

/**
 * A canary, in one decision: what was remembered, what the verdicts say, how far the steps go, whether that promotes;
 * then the writes that follow, in the order of invariant I6.
 */
export function decideCanary(seen: Situation): Plan<RolloutStatus> {
  const draft = new Draft(seen.now);
  const recalled = recall(seen);
  const split = judgeSplit(seen, recalled);
  const trusted = withSplit(seen, recalled, split);
  const judged = withVerdicts(seen, trusted, ['Step', 'Background', 'Bake']);
  const traffic = trafficFor(seen, judged);
  const advanced = advance(seen, judged, traffic, split);
  const bake = bakeOf(seen, advanced.memory, traffic);
  const memory = promoteCanary(seen, advanced.memory, traffic, bake);

  const canarySize = canarySizeFor(seen, memory, traffic);
  beginRevision(seen, memory, canarySize, draft);
  resize(seen, memory, traffic, canarySize, draft);
  const directed = directTraffic(seen, memory, traffic, draft);
  const trial = trialRun(seen, memory, draft);
  const runs = analyseCanary(seen, memory, { bake, trial }, draft);
  retire(seen, memory, draft);
  for (const { news = [] } of [...seen.observed.routers, seen.observed.registration ?? {}]) {
    for (const event of news) draft.say(event);
  }

  const observedSplit = nextSplit(seen, memory, split, directed.weights);
  for (const event of observedSplit === undefined ? [] : splitEvents(seen, split)) draft.say(event);

  draft.wakeAt(advanced.looksAgainAt);
  return finish(seen, memory, draft, {
    completed: advanced.completed,
    wait: waitOf(seen, memory, { advanced, runs, bake, trial }),
    canary: { ...canaryStatus(seen, directed, runs), ...bakeStatus(seen, memory, bake), observedSplit },
    blueGreen: {},
    trial: referenceOf(trial),
    keepsResume: memory.resumed && seen.spec.paused === true,
    retryAt: traffic.unverified ? verifyAgainSeconds : asksAgainAfter(seen),
  });
}

/** A halt freezes the number of pods, but no abort, no changed `spec.replicas`, and nothing that only keeps stable whole. */
function isFrozen(seen: Situation, memory: Memory): boolean {
  if (isAborted(memory) || isRescaled(seen)) return false;
  if (isPromoted(seen, memory) && seen.canary.size > 0) return false;
  return seen.spec.paused === true || isPausedFor(memory, 'InconclusiveAnalysisRun');
}

function canarySizeFor(seen: Situation, memory: Memory, traffic: Traffic): number {
  const { canary } = seen;
  if (isAborted(memory) && seen.stable === undefined) return 0; // a first version goes back to nothing
  if (isFrozen(seen, memory)) return canary.size;
  const wanted = sizesAt(seen, memory, canaryTraffic(seen, traffic), stableTraffic(seen, traffic));
  const staysForAWhile = isAborted(memory) && abortDelayOf(seen) !== 'with traffic';
  return staysForAWhile ? canary.size : wanted.canary;
}

function resize(seen: Situation, memory: Memory, traffic: Traffic, canarySize: number, draft: Draft): void {
  const { canary, stable } = seen;
  if (
    hasDistinctStable(seen) &&
    stable !== undefined &&
    !isFrozen(seen, memory) &&
    !isRetiredByRoute(seen, memory)
  ) {
    const wanted = sizesAt(seen, memory, canaryTraffic(seen, traffic), stableTraffic(seen, traffic));
    const size = keepsStable(seen, traffic) ? Math.max(stable.size, wanted.stable) : wanted.stable;
    scaleWithTraffic(seen, draft, stable, size, deadlineOff(stable));
    noteReplicas(seen, draft, stable);
  }
  // a first version that has failed goes at once: nobody takes its requests over
  if (canary.exists && stable === undefined) scale(seen, draft, canary, canarySize);
  else if (canary.exists)
    scaleWithTraffic(seen, draft, canary, canarySize, {}, podsCountedOn(seen, memory, traffic.highest));
  const delay = abortDelayOf(seen);
  if (isAborted(memory) && typeof delay === 'number') {
    retireAborted(seen, canary, isCanaryServing(seen, traffic), delay, draft);
  }
  noteReplicas(seen, draft, canary);
}

/** The data plane may still send stable what the routes have taken from it already (invariant I6). */
function keepsStable({ strategy }: Situation, { unverified }: Traffic): boolean {
  return strategy.dynamicStableScale === true && unverified;
}

/** With a router, the old stable revision of a promotion goes the way of all retired ones. */
function isRetiredByRoute({ routed }: Situation, { promotedBecause }: Memory): boolean {
  return routed && promotedBecause !== undefined;
}

interface Reached {
  readonly advanced: Advance;
  readonly runs: CanaryRuns;
  readonly bake: Bake | undefined;
  readonly trial: RunOutcome | undefined;
}

function waitOf(
  seen: Situation,
  memory: Memory,
  { advanced, runs, bake, trial }: Reached,
): Pick<Advance, 'waitsFor' | 'until'> {
  const broken = brokenStart(runs.step, runs.background, runs.bake, trial);
  if (broken !== undefined) return { waitsFor: broken, until: undefined };
  if (isOnTrial(seen, memory)) return { waitsFor: trialWaitsFor(seen, memory), until: undefined };
  if (bake === undefined || advanced.waitsFor !== undefined) return advanced;
  return bake.until === undefined
    ? { waitsFor: 'the analysis of the bake', until: undefined }
    : { waitsFor: 'the bake to end', until: bake.until };
}

function bakeStatus(seen: Situation, memory: Memory, bake: Bake | undefined): { bakeStartedAt?: string } {
  return bake === undefined || isPromoted(seen, memory)
    ? {}
    : { bakeStartedAt: formatInstant(bake.startedAt) };
}

function canaryStatus(seen: Situation, { weights, stablePingPong }: Directed, runs: CanaryRuns) {
  return {
    weights,
    stablePingPong: seen.strategy.pingPong === undefined ? undefined : stablePingPong,
    currentStepAnalysisRunStatus: referenceOf(runs.step),
    currentBackgroundAnalysisRunStatus: referenceOf(runs.background),
    currentExperiment: runs.experiment,
    bakeAnalysisRunStatus: referenceOf(runs.bake),
  };
}
