import type { Rollout, RolloutPhase } from '../api/v1alpha1/rollout.ts';
import { type Instant, parseInstant, secondsBetween } from '../kernel/instant.ts';
import { humanDuration } from './human-duration.ts';
import { type MarkedStatus, phaseMarks } from './marks.ts';
import { viewPhase } from './phase.ts';
import { maxWeight, viewSetWeight } from './weights.ts';

/** What the Rollout object alone tells: a line of a list. */
export interface RolloutSummary {
  readonly name: string;
  readonly namespace: string;
  readonly createdAt: Instant | undefined;
  readonly phase: RolloutPhase;
  /** The phase again, with its mark. */
  readonly status: MarkedStatus;
  /** Empty when there is nothing to say. */
  readonly message: string;
  readonly waiting: Waiting | undefined;
  readonly strategy: 'Canary' | 'BlueGreen' | 'unknown';
  /** Undefined for blue-green, and for a canary without steps. */
  readonly step: { readonly index: number; readonly total: number } | undefined;
  /** Undefined for blue-green. */
  readonly setWeight: number | undefined;
  readonly maxWeight: number;
  /** What the metrics say of the split, in words; undefined where they are not asked. */
  readonly observedSplit: string | undefined;
  readonly replicas: ReplicaCounts;
  readonly restartedAt: Instant | undefined;
}

export interface ReplicaCounts {
  readonly desired: number;
  readonly current: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

/** What the Rollout waits for; at most until `until`. */
export interface Waiting {
  readonly for: string;
  readonly since: Instant | undefined;
  readonly until: Instant | undefined;
}

export function summarizeRollout(rollout: Rollout): RolloutSummary {
  const { metadata, spec, status = {} } = rollout;
  const { phase, message } = viewPhase(rollout);
  const isCanary = spec.strategy?.canary !== undefined;
  const steps = spec.strategy?.canary?.steps ?? [];
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? 'default',
    createdAt: parseInstant(metadata.creationTimestamp),
    phase,
    status: { text: phase, mark: phaseMarks[phase] ?? 'unknown' },
    message,
    waiting: waitingOf(rollout),
    strategy: isCanary ? 'Canary' : spec.strategy?.blueGreen === undefined ? 'unknown' : 'BlueGreen',
    step:
      steps.length === 0 || status.currentStepIndex === undefined
        ? undefined
        : { index: status.currentStepIndex, total: steps.length },
    setWeight: isCanary ? viewSetWeight(rollout) : undefined,
    maxWeight: maxWeight(rollout),
    observedSplit: status.canary?.observedSplit?.message,
    replicas: {
      desired: spec.replicas ?? 1,
      current: status.replicas ?? 0,
      updated: status.updatedReplicas ?? 0,
      ready: status.readyReplicas ?? 0,
      available: status.availableReplicas ?? 0,
    },
    restartedAt: parseInstant(status.restartedAt),
  };
}

function waitingOf({ status }: Rollout): Waiting | undefined {
  const waiting = status?.waiting;
  if (waiting === undefined) return undefined;
  return { for: waiting.for, since: parseInstant(waiting.since), until: parseInstant(waiting.until) };
}

/** In one line: what for, how long already, how much longer. */
export function describeWaiting(waiting: Waiting, now: Instant): string {
  const notes: string[] = [];
  if (waiting.since !== undefined) notes.push(`for ${humanDuration(secondsBetween(waiting.since, now))}`);
  if (waiting.until !== undefined && waiting.until > now) {
    notes.push(`at most ${humanDuration(secondsBetween(now, waiting.until))} more`);
  }
  return notes.length === 0 ? waiting.for : `${waiting.for} (${notes.join(', ')})`;
}
