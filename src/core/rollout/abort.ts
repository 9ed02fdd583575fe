import { scaleDownDeadlineAnnotation } from '../../api/labels.ts';
import { addSeconds, formatInstant } from '../../kernel/instant.ts';
import type { AnalysisPurpose } from '../analysis/build-run.ts';
import { currentRun, phaseOf } from './analysis.ts';
import { deadlineCause } from './deadline.ts';
import type { Draft } from './draft.ts';
import { brokenExperiment, currentExperiment } from './experiment.ts';
import { isAborted, type Memory, needsNoProof } from './memory.ts';
import { scale } from './scale.ts';
import type { Revision, Situation } from './situation.ts';

/** How the peer says the cause of an abort: one text for both verdicts, as people's alerts match it. */
const causes: Readonly<Record<AnalysisPurpose, string>> = {
  Step: 'Step-based analysis phase error/failed',
  Background: 'Background analysis phase error/failed',
  PrePromotion: 'Blue/green pre-promotion analysis phase error/failed',
  PostPromotion: 'Blue/green post-promotion analysis phase error/failed',
};

/**
 * What the verdicts say. A failed or broken analysis aborts now, in the same plan that learned of it; an inconclusive one
 * holds until a person has looked.
 */
export function withVerdicts(seen: Situation, memory: Memory, purposes: readonly AnalysisPurpose[]): Memory {
  if (isAborted(memory) || needsNoProof(seen, memory)) return memory;
  let judged = memory;
  for (const purpose of purposes) {
    const current = currentRun(seen, judged, purpose);
    const phase = phaseOf(current);
    if (phase === 'Failed' || phase === 'Error') {
      const message = current?.run.status?.message;
      return aborted(seen, judged, withMessage(causes[purpose], message));
    }
    if (phase === 'Inconclusive') judged = held(seen, judged, 'InconclusiveAnalysisRun');
  }
  judged = withExperimentVerdict(seen, judged);
  const late = isAborted(judged) ? undefined : deadlineCause(seen, judged);
  return late === undefined ? judged : aborted(seen, judged, late);
}

function withExperimentVerdict(seen: Situation, memory: Memory): Memory {
  const broken = brokenExperiment(seen, memory);
  if (broken !== undefined)
    return aborted(seen, memory, `The experiment of the step cannot be run: ${broken}`);
  const status = currentExperiment(seen, memory)?.status;
  if (status?.phase === 'Failed' || status?.phase === 'Error') {
    return aborted(seen, memory, withMessage('Experiment analysis phase is error/failed', status.message));
  }
  return status?.phase === 'Inconclusive' ? held(seen, memory, 'InconclusiveExperiment') : memory;
}

function withMessage(cause: string, message: string | undefined): string {
  return message === undefined || message === '' ? cause : `${cause}: ${message}`;
}

export function aborted({ now }: Situation, memory: Memory, cause: string): Memory {
  return { ...memory, index: 0, pauses: [], abortedAt: formatInstant(now), abortCause: cause };
}

function held(
  { now }: Situation,
  memory: Memory,
  reason: 'InconclusiveAnalysisRun' | 'InconclusiveExperiment',
): Memory {
  if (memory.pauses.some((pause) => pause.reason === reason)) return memory;
  return { ...memory, pauses: [...memory.pauses, { reason, startTime: formatInstant(now) }] };
}

/** How long an aborted canary keeps its pods: seconds, `never` to go, or `with traffic`. */
export type AbortDelay = number | 'never' | 'with traffic';

/**
 * `abortScaleDownDelaySeconds`: default 30 where a router or a Service divides the traffic. 0 keeps the pods until
 * somebody decides, as its documentation says. With a dynamic stable the canary goes with its traffic unless a delay is
 * asked for; without a router it always does.
 */
export function abortDelayOf({ blueGreen, strategy, routed }: Situation): AbortDelay {
  const asked =
    blueGreen === undefined ? strategy.abortScaleDownDelaySeconds : blueGreen.abortScaleDownDelaySeconds;
  if (blueGreen === undefined && !routed) return 'with traffic';
  if (asked === undefined && strategy.dynamicStableScale === true) return 'with traffic';
  if (asked === 0) return 'never';
  return asked ?? 30;
}

/** Lets an aborted canary's pods go: after its traffic has left, stable is whole again, and the delay has passed. */
export function retireAborted(
  seen: Situation,
  canary: Revision,
  isServing: boolean,
  delay: number,
  draft: Draft,
): void {
  const { stable, replicas, now } = seen;
  if (canary.size === 0 || stable === undefined) return;
  if (canary.deadline === undefined) {
    if (isServing || stable.available < replicas) return;
    const deadline = addSeconds(now, delay);
    draft.edit(canary, {
      annotations: { [scaleDownDeadlineAnnotation]: formatInstant(deadline) },
      afterTraffic: true,
    });
    draft.wakeAt(deadline);
    return;
  }
  if (canary.deadline > now || isServing) {
    draft.wakeAt(canary.deadline > now ? canary.deadline : undefined);
    return;
  }
  scale(seen, draft, canary, 0, { [scaleDownDeadlineAnnotation]: null });
}
