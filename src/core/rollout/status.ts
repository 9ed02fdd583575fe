import type { RolloutStatus, RunReference } from '../../api/v1alpha1/rollout.ts';
import { nextConditions } from './conditions.ts';
import { nextDuration } from './duration.ts';
import { isAborted, isPromoted, type Memory } from './memory.ts';
import { phaseOfStatus } from './phase.ts';
import { activeRevision, podCounts } from './progress.ts';
import { selectorText } from './selector-text.ts';
import type { Situation } from './situation.ts';
import { type DrainsAt, nextWaiting, type Wait } from './waiting.ts';
import { workloadGenerationOf } from './workload.ts';

/** What the two strategies add to a status. */
export interface StatusParts {
  readonly canary: NonNullable<RolloutStatus['canary']>;
  readonly blueGreen: NonNullable<RolloutStatus['blueGreen']>;
  /** The run that judges the first version. */
  readonly trial: RunReference | undefined;
  readonly wait: Wait;
  /** When the pods of a revision go, by its name, as this decision writes it. */
  readonly drainsAt: DrainsAt;
  /** A person's resume that could not take effect yet: it is kept, not lost. */
  readonly keepsResume: boolean;
  readonly restartedAt: string | undefined;
}

/** The whole next status. What is not set here disappears. */
export function nextStatus(seen: Situation, memory: Memory, parts: StatusParts): RolloutStatus {
  const { canary, steps, blueGreen, collisionCount } = seen;
  const aborted = isAborted(memory);
  const next: RolloutStatus = {
    ...podCounts(seen),
    ...hpaFacts(seen),
    currentPodHash: canary.hash,
    stableRS: memory.stableHash,
    ...(blueGreen === undefined && { currentStepHash: seen.stepHash }),
    ...(blueGreen === undefined && steps.length > 0 && { currentStepIndex: memory.index }),
    ...(aborted && { abort: true, abortedAt: memory.abortedAt }),
    ...(memory.promoteFull && !isPromoted(seen, memory) && { promoteFull: true }),
    ...(memory.pauses.length > 0 && { pauseConditions: [...memory.pauses] }),
    ...((memory.pauses.length > 0 || parts.keepsResume) && { controllerPause: true }),
    ...(collisionCount !== undefined && { collisionCount }),
    observedGeneration: String(seen.rollout.metadata.generation ?? 0),
    workloadObservedGeneration: workloadGenerationOf(seen.observed),
    ...(parts.restartedAt !== undefined && { restartedAt: parts.restartedAt }),
    canary: parts.canary,
    blueGreen: parts.blueGreen,
    ...(parts.trial !== undefined && { initialAnalysisRunStatus: parts.trial }),
    ...loadBalancersOf(seen),
  };
  const conditions = nextConditions(seen, memory, next);
  const duration = nextDuration(seen, memory);
  const waiting = nextWaiting(seen, memory, { ...next, conditions }, parts);
  const full: RolloutStatus = {
    ...next,
    conditions,
    ...(duration !== undefined && { duration }),
    ...(waiting !== undefined && { waiting }),
  };
  const { phase, message } = phaseOfStatus(seen, full);
  return withoutUndefined({ ...full, phase, ...(message !== '' && { message }) });
}

/** As the routers tell them; what was told before stays as long as there is a router to tell more. */
function loadBalancersOf({ observed, status }: Situation): Pick<RolloutStatus, 'alb' | 'albs'> {
  const { routers } = observed;
  if (!routers.some(({ capabilities }) => capabilities.has('verify'))) return {};
  const told = routers.flatMap(({ albs = [] }) => albs);
  const alb = told.at(-1);
  return alb === undefined ? { alb: status.alb, albs: status.albs } : { alb, albs: told };
}

/** What an autoscaler counts: all pods of a canary, the pods in production of a blue-green. */
function hpaFacts(seen: Situation): Pick<RolloutStatus, 'HPAReplicas' | 'selector'> {
  const active = activeRevision(seen);
  return active === undefined
    ? { HPAReplicas: podCounts(seen).replicas, selector: selectorText(seen.selector) }
    : { HPAReplicas: active.pods, selector: selectorText(active.replicaSet.spec.selector) };
}

/** Two statuses that say the same must be equal: an undefined member says nothing. */
export function withoutUndefined<T>(value: T): T {
  if (!hasUndefined(value)) return value;
  if (Array.isArray(value)) return value.map(withoutUndefined) as T;
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value as object)) {
    if (member !== undefined) result[key] = withoutUndefined(member);
  }
  return result as T;
}

function hasUndefined(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasUndefined);
  for (const key in value) {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (member === undefined || hasUndefined(member)) return true;
  }
  return false;
}
