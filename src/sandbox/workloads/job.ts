import { type Condition, type KubeObject, type LabelSelector, objectKey } from '../../api/meta.ts';
import type { Pod, PodTemplateSpec } from '../../api/workloads.ts';
import { addSeconds, earliest, formatInstant, type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Controller } from './controller.ts';
import { recordEvent } from './events.ts';
import { formatIndexes, freeIndexes, indexOf, parseIndexes, templateOf } from './job-indexes.ts';
import { claimPods, isActive, isEnding, isReady, ownersConcerned, podFrom } from './pods.ts';
import { isDifferent } from './replica-set.ts';
import { storageOf, type WorkloadApi, workloadResources } from './workload-api.ts';

const type = workloadResources.jobs;
const component = 'job-controller';

/** The slice of `batch/v1` Job that its controller looks into. */
export interface Job extends KubeObject {
  spec: {
    selector?: LabelSelector;
    template: PodTemplateSpec;
    parallelism?: number;
    completions?: number;
    completionMode?: 'NonIndexed' | 'Indexed';
    backoffLimit?: number;
    activeDeadlineSeconds?: number;
    ttlSecondsAfterFinished?: number;
    suspend?: boolean;
  };
  status?: {
    active?: number;
    ready?: number;
    succeeded?: number;
    failed?: number;
    completedIndexes?: string;
    startTime?: string;
    completionTime?: string;
    conditions?: Pick<Condition, 'type' | 'status' | 'reason' | 'message' | 'lastTransitionTime'>[];
  };
}

export const jobController: Controller = {
  name: 'job',
  concerns(change, api) {
    if (change.resource === 'pods') return ownersConcerned(change, api, type);
    if (change.resource !== storageOf(type)) return [];
    return [objectKey(change.object.metadata.namespace, change.object.metadata.name)];
  },
  reconcile(namespace, name, api) {
    const job = api.get<Job>(type, namespace, name);
    if (job === undefined || isEnding(job)) return undefined;
    const over = endOf(job);
    if (over !== undefined) return removeWhenOld(api, job, over);
    const pods = claimPods(api, type, job);
    const verdict = verdictOf(job, pods, api.now());
    if (verdict !== undefined) return finish(api, job, pods, verdict);
    return carryOn(api, job, pods);
  },
};

interface Verdict {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

/** What a Job says of itself from when its end is decided until its last pod has ended. */
const interim = { Complete: 'SuccessCriteriaMet', Failed: 'FailureTarget' } as const;

function endOf({ status }: Job) {
  return status?.conditions?.find(
    (condition) =>
      (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True',
  );
}

/** Finished pods that somebody removed still count: the status remembers them. */
function countOf(job: Job, pods: readonly Pod[], phase: 'Succeeded' | 'Failed'): number {
  if (phase === 'Succeeded' && isIndexed(job)) return completedIndexes(job, pods).length;
  const remembered = (phase === 'Succeeded' ? job.status?.succeeded : job.status?.failed) ?? 0;
  return Math.max(remembered, pods.filter(({ status }) => status?.phase === phase).length);
}

function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed';
}

/** Each index counts once, however many of its pods succeeded, and as long as it is within the completions. */
function completedIndexes({ spec, status }: Job, pods: readonly Pod[]): number[] {
  const done = pods.filter((pod) => pod.status?.phase === 'Succeeded').map(indexOf);
  const known = [...parseIndexes(status?.completedIndexes), ...done];
  return [...new Set(known)].filter(
    (index) => index !== undefined && index < (spec.completions ?? 0),
  ) as number[];
}

/** Nothing for a Job without indexes. */
function indexStatus(job: Job, pods: readonly Pod[]): { completedIndexes?: string | null } {
  if (!isIndexed(job)) return {};
  const text = formatIndexes(completedIndexes(job, pods));
  return { completedIndexes: text === '' ? null : text };
}

function verdictOf(job: Job, pods: readonly Pod[], now: Instant): Verdict | undefined {
  const { completions, backoffLimit = 6, activeDeadlineSeconds } = job.spec;
  const succeeded = countOf(job, pods, 'Succeeded');
  // Without `completions` one success is enough, once the others have ended, too.
  const isDone = completions === undefined ? succeeded > 0 && !pods.some(isActive) : succeeded >= completions;
  if (isDone) {
    return {
      type: 'Complete',
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    };
  }
  if (countOf(job, pods, 'Failed') > backoffLimit) {
    return {
      type: 'Failed',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    };
  }
  const startedAt = parseInstant(job.status?.startTime);
  if (activeDeadlineSeconds === undefined || startedAt === undefined) return undefined;
  if (now < addSeconds(startedAt, activeDeadlineSeconds)) return undefined;
  return {
    type: 'Failed',
    reason: 'DeadlineExceeded',
    message: 'Job was active longer than specified deadline',
  };
}

function finish(api: WorkloadApi, job: Job, pods: readonly Pod[], verdict: Verdict): Instant | undefined {
  for (const pod of pods.filter(isActive)) api.remove(workloadResources.pods, pod);
  const at = formatInstant(api.now());
  const status = {
    active: 0,
    ready: 0,
    succeeded: countOf(job, pods, 'Succeeded'),
    failed:
      countOf(job, pods, 'Failed') +
      (verdict.reason === 'DeadlineExceeded' ? pods.filter(isActive).length : 0),
    ...indexStatus(job, pods),
    startTime: job.status?.startTime ?? at,
    ...(verdict.type === 'Complete' ? { completionTime: at } : {}),
    conditions: [
      ...(job.status?.conditions ?? []),
      ...[interim[verdict.type], verdict.type].map((name) => ({
        ...verdict,
        type: name,
        status: 'True',
        lastProbeTime: at,
        lastTransitionTime: at,
      })),
    ],
  };
  const written = api.patch<Job>(type, job, { status }, 'status');
  const isGood = verdict.type === 'Complete';
  recordEvent(api, written, {
    type: isGood ? 'Normal' : 'Warning',
    reason: isGood ? 'Completed' : verdict.reason,
    message: isGood ? 'Job completed' : verdict.message,
    component,
  });
  return undefined; // the change of the status brings it back, to look at its time to live
}

function carryOn(api: WorkloadApi, job: Job, pods: readonly Pod[]): Instant | undefined {
  const { suspend = false, activeDeadlineSeconds } = job.spec;
  const active = pods.filter(isActive);
  if (suspend) for (const pod of active) api.remove(workloadResources.pods, pod);
  const retryAt = suspend ? undefined : startPods(api, job, pods, active.length);
  const after = claimPods(api, type, job).filter(isActive);
  // Suspending stops the clock that `activeDeadlineSeconds` runs by.
  const startTime = suspend ? undefined : (job.status?.startTime ?? formatInstant(api.now()));
  const conditions = suspension(job, suspend, formatInstant(api.now()));
  const status = {
    active: after.length,
    ready: after.filter(isReady).length,
    succeeded: countOf(job, pods, 'Succeeded'),
    failed: countOf(job, pods, 'Failed'),
    ...indexStatus(job, pods),
    startTime: startTime ?? null,
    ...(conditions === undefined ? {} : { conditions }),
  };
  if (conditions !== undefined) {
    const reason = suspend ? 'Suspended' : 'Resumed';
    recordEvent(api, job, { reason, message: `Job ${reason.toLowerCase()}`, component });
  }
  if (isDifferent(job, status)) api.patch(type, job, { status }, 'status');
  const startedAt = parseInstant(startTime);
  const deadlineAt =
    activeDeadlineSeconds === undefined || startedAt === undefined
      ? undefined
      : addSeconds(startedAt, activeDeadlineSeconds);
  return earliest(retryAt, deadlineAt);
}

/** The conditions with what changed about being suspended; undefined when nothing did. */
function suspension({ status }: Job, suspend: boolean, at: string): unknown[] | undefined {
  const others = (status?.conditions ?? []).filter(({ type: name }) => name !== 'Suspended');
  const before = status?.conditions?.find(({ type: name }) => name === 'Suspended');
  if ((before?.status === 'True') === suspend) return undefined;
  const word = suspend ? 'suspended' : 'resumed';
  const said = { reason: suspend ? 'JobSuspended' : 'JobResumed', message: `Job ${word}` };
  const times = { lastProbeTime: at, lastTransitionTime: at };
  return [...others, { type: 'Suspended', status: suspend ? 'True' : 'False', ...said, ...times }];
}

const firstRetrySeconds = 10;
const longestRetrySeconds = 360;

/** Starts what is missing. After a failure it waits first, twice as long each time; answers until when. */
function startPods(api: WorkloadApi, job: Job, pods: readonly Pod[], active: number): Instant | undefined {
  const { parallelism = 1, completions = parallelism } = job.spec;
  const succeeded = countOf(job, pods, 'Succeeded');
  const missing = Math.min(parallelism, completions - succeeded) - active;
  if (missing <= 0) return undefined;
  const failed = countOf(job, pods, 'Failed');
  const failedAt = Math.max(0, ...pods.filter(({ status }) => status?.phase === 'Failed').map(finishedAt));
  const pause = Math.min(longestRetrySeconds, firstRetrySeconds * 2 ** (failed - 1));
  const retryAt = addSeconds(failedAt as Instant, pause);
  if (failedAt > 0 && retryAt > api.now()) return retryAt;
  for (const { template, prefix } of startsOf(job, pods, missing)) {
    const pod = api.create(workloadResources.pods, podFrom(template, type, job, prefix));
    recordEvent(api, job, {
      reason: 'SuccessfulCreate',
      message: `Created pod: ${pod.metadata.name}`,
      component,
    });
  }
  return undefined;
}

/** What to start: with indexes one for each that is missing, named after it. */
function startsOf(
  job: Job,
  pods: readonly Pod[],
  missing: number,
): { template: PodTemplateSpec; prefix: string }[] {
  const { template, completions = 0 } = job.spec;
  const { name } = job.metadata;
  if (!isIndexed(job)) return Array.from({ length: missing }, () => ({ template, prefix: `${name}-` }));
  const active = pods.filter(isActive).flatMap((pod) => indexOf(pod) ?? []);
  const taken = new Set([...completedIndexes(job, pods), ...active]);
  return freeIndexes(completions, taken, missing).map((index) => ({
    template: templateOf(template, name, index),
    prefix: `${name}-${index}-`,
  }));
}

function finishedAt({ status }: Pod): number {
  const ends = (status?.containerStatuses ?? []).map(({ state }) => {
    const { finishedAt: at } = (state?.terminated ?? {}) as { finishedAt?: string };
    return parseInstant(at) ?? 0;
  });
  return Math.max(0, ...ends);
}

function removeWhenOld(
  api: WorkloadApi,
  job: Job,
  over: { lastTransitionTime: string },
): Instant | undefined {
  const { ttlSecondsAfterFinished } = job.spec;
  const endedAt = parseInstant(over.lastTransitionTime);
  if (ttlSecondsAfterFinished === undefined || endedAt === undefined) return undefined;
  const goneAt = addSeconds(endedAt, ttlSecondsAfterFinished);
  if (goneAt > api.now()) return goneAt;
  api.remove(type, job);
  return undefined;
}
