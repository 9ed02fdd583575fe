import { namedRouters } from '../../api/split.ts';
import { splitSettings } from '../../api/v1alpha1/observed-split.ts';
import type { Rollout, RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { addSeconds, formatInstant, type Instant, parseInstant } from '../../kernel/instant.ts';
import { judgeRatio, observedShare, type SampleRatio } from '../analysis/statistics/sample-ratio.ts';
import type { PlannedEvent } from '../plan.ts';
import { managedRoutes } from './managed-routes.ts';
import { isAborted, type Memory, needsNoProof, type PauseCondition } from './memory.ts';
import type { Situation } from './situation.ts';
import { kindOf } from './steps/kind.ts';

export type SplitRecord = NonNullable<NonNullable<RolloutStatus['canary']>['observedSplit']>;
type Weights = NonNullable<NonNullable<RolloutStatus['canary']>['weights']>;

/** Seconds after a new weight from which on requests are counted: routers and proxies need a moment to hear of it. */
const settleSeconds = 15;

/** Since when requests are counted for this Rollout; undefined while nobody has to know. */
export function splitCountedSince({ status }: Rollout): Instant | undefined {
  return parseInstant(status?.canary?.observedSplit?.since);
}

/** What the counts say of the recorded weights; as before when there are none, or none of this count. */
export function judgeSplit(seen: Situation, memory: Memory): SplitRecord | undefined {
  const before = seen.status.canary?.observedSplit;
  const weights = seen.status.canary?.weights;
  const counted = seen.observed.split;
  if (before === undefined || weights === undefined || counted === undefined) return before;
  if (counted.since !== parseInstant(before.since)) return before;
  const knewBefore = before.state === 'SplitMatches' || before.state === 'SplitDiffers';
  if ('error' in counted) {
    const message = `the requests of each version could not be counted: ${counted.error}`;
    return knewBefore ? before : { ...before, state: 'MetricsUnavailable', message };
  }
  const ratio = ratioOf(seen, memory, weights, counted);
  const message = sentence(seen, ratio);
  switch (judgeRatio(ratio)) {
    case 'differs': // counted anew from here on: what was wrong must not weigh against a router that has woken
      return { ...before, state: 'SplitDiffers', message, since: formatInstant(seen.now) };
    case 'matches': {
      const wasWrong = before.state === 'SplitDiffers';
      const verdictsSince = wasWrong ? formatInstant(seen.now) : before.verdictsSince;
      return {
        ...before,
        state: 'SplitMatches',
        message,
        ...(verdictsSince !== undefined && { verdictsSince }),
      };
    }
    case 'undecided':
      return knewBefore ? before : { ...before, state: 'NotEnoughRequests', message: tooFew };
  }
}

const tooFew = 'not enough requests yet to tell whether the routers carry out the weight';

/** A split that is wrong holds the rollout until it is right; a person's pause stays beside it. */
export function withSplit(seen: Situation, memory: Memory, judged: SplitRecord | undefined): Memory {
  const others = memory.pauses.filter(({ reason }) => reason !== 'SplitDiffers');
  const remembered = { ...memory, verdictsSince: parseInstant(judged?.verdictsSince) };
  if (judged?.state !== 'SplitDiffers' || !isMeant(seen, memory) || memory.startsAnew) {
    return { ...remembered, pauses: others };
  }
  const held = memory.pauses.find(({ reason }) => reason === 'SplitDiffers');
  const pause: PauseCondition = held ?? { reason: 'SplitDiffers', startTime: formatInstant(seen.now) };
  return { ...remembered, pauses: [pause, ...others] };
}

/** How long a good verdict waits at most because nobody can tell yet what the routers do; undefined: not at all. */
export function verdictsWaitUntil(seen: Situation, judged: SplitRecord | undefined): Instant | undefined {
  const settings = splitSettings(seen.strategy.observedSplit);
  const since = parseInstant(judged?.since);
  if (settings === undefined || since === undefined) return undefined;
  if (judged?.state !== 'NotEnoughRequests' && judged?.state !== 'MetricsUnavailable') return undefined;
  const until = addSeconds(since, settings.patienceSeconds);
  return until > seen.now ? until : undefined;
}

/** Steps that end with a verdict. */
export function givesVerdict(seen: Situation, index: number): boolean {
  const kind = kindOf(seen.steps[index]);
  return kind === 'analysis' || kind === 'experiment';
}

/** For the next status: a changed weight is counted from its beginning. */
export function nextSplit(
  seen: Situation,
  memory: Memory,
  judged: SplitRecord | undefined,
  weights: Weights | undefined,
): SplitRecord | undefined {
  if (weights === undefined || !isMeant(seen, memory) || !isDivided(weights)) return undefined;
  const before = seen.status.canary?.weights;
  if (judged !== undefined && before !== undefined && isSameDivision(before, weights)) return judged;
  const isSameVersion = before?.canary.podTemplateHash === weights.canary.podTemplateHash;
  const since = formatInstant(addSeconds(seen.now, settleSeconds));
  if (judged?.state === 'SplitDiffers' && isSameVersion && !memory.startsAnew) return { ...judged, since };
  return { state: 'NotEnoughRequests', message: tooFew, since };
}

/** Told when the split is found wrong, and when a wrong one is right again. */
export function splitEvents({ status }: Situation, judged: SplitRecord | undefined): readonly PlannedEvent[] {
  const before = status.canary?.observedSplit?.state;
  if (judged === undefined || judged.state === before) return [];
  const { state: reason, message } = judged;
  if (reason === 'SplitDiffers') return [{ type: 'Warning', reason, message }];
  return reason === 'SplitMatches' && before === 'SplitDiffers' ? [{ type: 'Normal', reason, message }] : [];
}

function isMeant(seen: Situation, memory: Memory): boolean {
  return seen.strategy.observedSplit !== undefined && !isAborted(memory) && !needsNoProof(seen, memory);
}

/** With everything on one side nobody divides: no weight is opened further, and stable's Service is about to turn anyway. */
function isDivided({ canary, stable }: Weights): boolean {
  return canary.weight > 0 && stable.weight > 0;
}

function isSameDivision(before: Weights, after: Weights): boolean {
  return (['canary', 'stable'] as const).every(
    (side) =>
      before[side].weight === after[side].weight &&
      before[side].podTemplateHash === after[side].podTemplateHash,
  );
}

/** Requests by header, and mirrored ones, only ever add to the canary's. */
function ratioOf(
  seen: Situation,
  memory: Memory,
  { canary, stable }: Weights,
  counted: { readonly canary: number; readonly stable: number },
): SampleRatio {
  const { headerRoutes, mirrorRoutes } = managedRoutes(seen, memory);
  return {
    canary: counted.canary,
    stable: counted.stable,
    share: canary.weight / (canary.weight + stable.weight),
    tolerance: splitSettings(seen.strategy.observedSplit)?.tolerance ?? 0,
    mayExceed: headerRoutes.length + mirrorRoutes.length > 0,
  };
}

function sentence({ strategy }: Situation, ratio: SampleRatio): string {
  const percent = (part: number) => `${Math.round(part * 1000) / 10} %`;
  const all = Math.round(ratio.canary + ratio.stable);
  const by = namedRouters(strategy.trafficRouting).join(', ');
  return `the canary has had ${percent(observedShare(ratio))} of ${all} requests; ${by} was told ${percent(ratio.share)}`;
}
