import type { Condition } from '../../api/meta.ts';
import type { ReplicaSet } from '../../api/workloads.ts';
import { addSeconds, formatInstant, type Instant, parseInstant } from '../../kernel/instant.ts';
import { type Deployment, limitsOf, replicasOf } from './deployment-types.ts';

/** A deadline so far off that it is none. */
const noDeadline = 2_147_483_647;

type Counts = Required<
  Pick<
    NonNullable<Deployment['status']>,
    'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas' | 'unavailableReplicas'
  >
>;

export interface DeploymentReport {
  readonly status: Record<string, unknown>;
  /** When the progress deadline passes; undefined when it does not run. */
  readonly nextAt: Instant | undefined;
}

export function deploymentStatus(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  now: Instant,
): DeploymentReport {
  const all = fresh === undefined ? old : [fresh, ...old];
  const counts: Counts = {
    replicas: replicasOf(all, 'replicas'),
    updatedReplicas: fresh?.status?.replicas ?? 0,
    readyReplicas: replicasOf(all, 'readyReplicas'),
    availableReplicas: replicasOf(all, 'availableReplicas'),
    unavailableReplicas: 0,
  };
  const wanted = all.reduce((sum, { spec }) => sum + (spec.replicas ?? 0), 0);
  const unavailableReplicas = Math.max(0, wanted - counts.availableReplicas);
  const { condition: progressing, nextAt } = progress(deployment, fresh, counts, now);
  const conditions = [
    available(deployment, counts, now),
    ...(progressing === undefined ? [] : [progressing]),
  ];
  return {
    status: {
      observedGeneration: deployment.metadata.generation,
      ...counts,
      unavailableReplicas,
      conditions,
    },
    nextAt,
  };
}

function conditionOf({ status }: Deployment, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** The same condition keeps its times; another status starts a new one. */
function condition(
  before: Condition | undefined,
  next: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
  now: Instant,
): Condition {
  if (before?.status === next.status && before.reason === next.reason && before.message === next.message)
    return before;
  const at = formatInstant(now);
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : at;
  return { ...next, lastUpdateTime: at, lastTransitionTime };
}

function available(deployment: Deployment, counts: Counts, now: Instant): Condition {
  const { desired, maxUnavailable } = limitsOf(deployment);
  const isRolling = deployment.spec.strategy?.type !== 'Recreate';
  const holds = counts.availableReplicas >= desired - (isRolling ? maxUnavailable : 0);
  return condition(
    conditionOf(deployment, 'Available'),
    {
      type: 'Available',
      status: holds ? 'True' : 'False',
      reason: holds ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: `Deployment ${holds ? 'has' : 'does not have'} minimum availability.`,
    },
    now,
  );
}

interface Progress {
  readonly condition: Condition | undefined;
  readonly nextAt: Instant | undefined;
}

function progress(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  counts: Counts,
  now: Instant,
): Progress {
  const before = conditionOf(deployment, 'Progressing');
  const type = 'Progressing';
  if (deployment.spec.paused === true) {
    const paused = {
      type,
      status: 'Unknown',
      reason: 'DeploymentPaused',
      message: 'Deployment is paused',
    } as const;
    return { condition: condition(before, paused, now), nextAt: undefined };
  }
  if (fresh === undefined) return { condition: before, nextAt: undefined };
  const name = `ReplicaSet "${fresh.metadata.name}"`;
  if (isComplete(deployment, counts)) {
    const message = `${name} has successfully progressed.`;
    const done = { type, status: 'True', reason: 'NewReplicaSetAvailable', message } as const;
    return { condition: condition(before, done, now), nextAt: undefined };
  }
  if (before === undefined || hasMoved(deployment, counts) || before.reason === 'NewReplicaSetAvailable') {
    const message = `${name} is progressing.`;
    const moving = { type, status: 'True', reason: 'ReplicaSetUpdated', message } as const;
    const moved = { ...condition(before, moving, now), lastUpdateTime: formatInstant(now) };
    return { condition: moved, nextAt: deadline(deployment, moved) };
  }
  const endsAt = deadline(deployment, before);
  if (endsAt === undefined || endsAt > now) return { condition: before, nextAt: endsAt };
  const message = `${name} has timed out progressing.`;
  const late = { type, status: 'False', reason: 'ProgressDeadlineExceeded', message } as const;
  return { condition: condition(before, late, now), nextAt: undefined };
}

function isComplete({ spec }: Deployment, counts: Counts): boolean {
  const desired = spec.replicas ?? 1;
  return (
    counts.updatedReplicas === desired && counts.replicas === desired && counts.availableReplicas === desired
  );
}

/** More of the new, fewer of the old, more ready or available: any of these is progress. */
function hasMoved({ status = {} }: Deployment, counts: Counts): boolean {
  const oldBefore = (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    counts.updatedReplicas > (status.updatedReplicas ?? 0) ||
    counts.replicas - counts.updatedReplicas < oldBefore ||
    counts.readyReplicas > (status.readyReplicas ?? 0) ||
    counts.availableReplicas > (status.availableReplicas ?? 0)
  );
}

function deadline({ spec }: Deployment, { lastUpdateTime }: Condition): Instant | undefined {
  const seconds = spec.progressDeadlineSeconds ?? noDeadline;
  const since = parseInstant(lastUpdateTime);
  return seconds >= noDeadline || since === undefined ? undefined : addSeconds(since, seconds);
}
