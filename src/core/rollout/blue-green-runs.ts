import {
  currentRun,
  ensureRun,
  followed,
  type RunOutcome,
  referenceOf,
  terminateOthers,
} from './analysis.ts';
import type { Stage } from './blue-green-stage.ts';
import type { Draft } from './draft.ts';
import { isAborted, isPausedFor, isPromoted, type Memory, needsNoProof } from './memory.ts';
import { isActiveRegistered } from './registration.ts';
import type { Revision, Situation } from './situation.ts';

/** The runs that stand for the proof before and after the switch, as status records them. */
export interface Runs {
  readonly pre: RunOutcome | undefined;
  readonly post: RunOutcome | undefined;
}

interface Reached {
  readonly stage: Stage;
  readonly activeAfter: Revision | undefined;
  readonly trial: RunOutcome | undefined;
}

/** The run before the switch starts with the preview's pods complete, the one after it with the switch. */
export function analyseBlueGreen(
  seen: Situation,
  memory: Memory,
  { stage, activeAfter, trial }: Reached,
  draft: Draft,
): Runs {
  const { prePromotionAnalysis: pre, postPromotionAnalysis: post } = seen.blueGreen ?? {};
  const mayStart =
    !isAborted(memory) && !isPausedFor(memory, 'InconclusiveAnalysisRun') && seen.spec.paused !== true;
  const needsProof = !isPromoted(seen, memory) && !stage.isFast;
  const isSwitched = activeAfter === seen.canary && isActiveRegistered(seen);
  const mayStartPost = mayStart && isSwitched && !needsNoProof(seen, memory);
  const runs = {
    pre: runOf(
      seen,
      memory,
      { purpose: 'PrePromotion', analysis: pre, start: mayStart && needsProof && stage.isReady },
      draft,
    ),
    post: runOf(seen, memory, { purpose: 'PostPromotion', analysis: post, start: mayStartPost }, draft),
  };
  const isOver = isAborted(memory) || needsNoProof(seen, memory);
  const kept = isOver ? [trial] : [trial, runs.pre, runs.post];
  const names = kept.flatMap((run) => referenceOf(run)?.name ?? []);
  terminateOthers(seen, names, draft);
  return runs;
}

interface RunWish {
  readonly purpose: 'PrePromotion' | 'PostPromotion';
  readonly analysis: NonNullable<Situation['blueGreen']>['prePromotionAnalysis'];
  readonly start: boolean;
}

function runOf(
  seen: Situation,
  memory: Memory,
  { purpose, analysis, start }: RunWish,
  draft: Draft,
): RunOutcome | undefined {
  const current = currentRun(seen, memory, purpose);
  if (current !== undefined) return { reference: followed(current, purpose, draft) };
  if (analysis === undefined || !start) return undefined;
  return ensureRun(seen, memory, { purpose, analysis }, draft);
}
