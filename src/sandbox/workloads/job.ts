import { type Condition, type KubeObject, type LabelSelector, objectKey } from '../../api/meta.ts';
import type { Pod, PodTemplateSpec } from '../../api/workloads.ts';
import { addSeconds, earliest, formatInstant, type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Controller } from './controller.ts';
import { recordEvent } from './events.ts';
import { formatIndexes, freeIndexes, indexOf, parseIndexes, templateOf } from './job-indexes.ts';
import {
  countedFailures,
  failedIndexes,
  failuresByIndex,
  type JobRules,
  judgeFailure,
  successRuleMet,
} from './job-rules.ts';
import { claimPods, isActive, isEnding, isFinished, isReady, ownersConcerned, podFrom } from './pods.ts';
import { isDifferent } from './replica-set.ts';
import { storageOf, type WorkloadApi, workloadResources } from './workload-api.ts';

const type = workloadResources.jobs;
const component = 'job-controller';
const ownName = 'kubernetes.io/job-controller';

/** The slice of `batch/v1` Job that its controller looks into. */
export interface Job extends KubeObject {
  spec: JobRules & {
    selector?: LabelSelector;
    template: PodTemplateSpec;
    parallelism?: number;
    completions?: number;
    completionMode?: 'NonIndexed' | 'Indexed';
    backoffLimit?: number;
    activeDeadlineSeconds?: number;
    ttlSecondsAfterFinished?: number;
    suspend?: boolean;
    podReplacementPolicy?: 'Failed' | 'TerminatingOrFailed';
    /** Whoever else is named here runs the Job; its controller then lets it alone. */
    managedBy?: string;
  };
  status?: {
    active?: number;
    ready?: number;
    succeeded?: number;
    failed?: number;
    completedIndexes?: string;
    failedIndexes?: string;
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
    if ((job.spec.managedBy ?? ownName) !== ownName) return undefined;
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
  const seen =
    phase === 'Failed'
      ? countedFailures(pods, job.spec)
      : pods.filter(({ status }) => status?.phase === phase);
  return Math.max(remembered, seen.length);
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
function indexStatus(
  job: Job,
  pods: readonly Pod[],
): { completedIndexes?: string | null; failedIndexes?: string } {
  if (!isIndexed(job)) return {};
  const text = formatIndexes(completedIndexes(job, pods));
  return {
    completedIndexes: text === '' ? null : text,
    ...(job.spec.backoffLimitPerIndex !== undefined && { failedIndexes: formatIndexes(failedOf(job, pods)) }),
  };
}

function failedOf({ spec, status }: Job, pods: readonly Pod[]): number[] {
  return failedIndexes(pods, spec, status?.failedIndexes);
}

/** In the order of the real controller: what fails a Job outranks what completes it. */
function verdictOf(job: Job, pods: readonly Pod[], now: Instant): Verdict | undefined {
  return failureOf(job, pods, now) ?? indexFailureOf(job, pods) ?? successOf(job, pods);
}

function failureOf(job: Job, pods: readonly Pod[], now: Instant): Verdict | undefined {
  const { backoffLimit = 6, activeDeadlineSeconds } = job.spec;
  const fatal = countedFailures(pods, job.spec)
    .map((pod) => judgeFailure(pod, job.spec))
    .find(({ action }) => action === 'FailJob');
  if (fatal !== undefined) return { type: 'Failed', reason: 'PodFailurePolicy', message: fatal.message };
  if (countOf(job, pods, 'Failed') > backoffLimit) {
    const message = 'Job has reached the specified backoff limit';
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message };
  }
  const startedAt = parseInstant(job.status?.startTime);
  if (activeDeadlineSeconds === undefined || startedAt === undefined) return undefined;
  if (now < addSeconds(startedAt, activeDeadlineSeconds)) return undefined;
  const message = 'Job was active longer than specified deadline';
  return { type: 'Failed', reason: 'DeadlineExceeded', message };
}

/** With a limit for each index a Job goes on with the others, and fails when all are done. */
function indexFailureOf(job: Job, pods: readonly Pod[]): Verdict | undefined {
  const { completions = 0, maxFailedIndexes = Number.POSITIVE_INFINITY } = job.spec;
  const failed = failedOf(job, pods);
  if (failed.length > maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return { type: 'Failed', reason: 'MaxFailedIndexesExceeded', message };
  }
  if (failed.length === 0 || failed.length + completedIndexes(job, pods).length < completions)
    return undefined;
  return { type: 'Failed', reason: 'FailedIndexes', message: 'Job has failed indexes' };
}

function successOf(job: Job, pods: readonly Pod[]): Verdict | undefined {
  const { completions } = job.spec;
  const rule = isIndexed(job) ? successRuleMet(completedIndexes(job, pods), job.spec) : undefined;
  if (rule !== undefined) {
    return { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` };
  }
  const succeeded = countOf(job, pods, 'Succeeded');
  // Without `completions` one success is enough, once the others have ended, too.
  const isDone = completions === undefined ? succeeded > 0 && !pods.some(isActive) : succeeded >= completions;
  if (!isDone) return undefined;
  const message = 'Reached expected number of succeeded pods';
  return { type: 'Complete', reason: 'CompletionsReached', message };
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
  const retryAt = suspend ? undefined : startPods(api, job, pods, takenPlaces(job, pods));
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

/** With `podReplacementPolicy: Failed` a pod that is on its way out is followed by another only once it has ended. */
function takenPlaces({ spec }: Job, pods: readonly Pod[]): number {
  return pods.filter(spec.podReplacementPolicy === 'Failed' ? (pod) => !isFinished(pod) : isActive).length;
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
  const { parallelism = 1, completions = parallelism, backoffLimitPerIndex } = job.spec;
  const done = countOf(job, pods, 'Succeeded') + failedOf(job, pods).length;
  const missing = Math.min(parallelism, completions - done) - active;
  if (missing <= 0) return undefined;
  const failed = pods.filter(({ status }) => status?.phase === 'Failed');
  const waiting = backoffLimitPerIndex === undefined ? undefined : waitingIndexes(job, pods, api.now());
  const retryAt = waiting === undefined ? retryAfter(failed) : waiting.until;
  if (waiting === undefined && retryAt !== undefined && retryAt > api.now()) return retryAt;
  for (const { template, prefix } of startsOf(job, pods, missing, waiting?.indexes ?? [])) {
    const pod = api.create(workloadResources.pods, podFrom(template, type, job, prefix));
    recordEvent(api, job, {
      reason: 'SuccessfulCreate',
      message: `Created pod: ${pod.metadata.name}`,
      component,
    });
  }
  return waiting?.until;
}

/** When pods that failed may be followed by another; undefined when none failed. */
function retryAfter(failed: readonly Pod[]): Instant | undefined {
  if (failed.length === 0) return undefined;
  const pause = Math.min(longestRetrySeconds, firstRetrySeconds * 2 ** (failed.length - 1));
  return addSeconds(Math.max(...failed.map(finishedAt)) as Instant, pause);
}

/** With a limit for each index each waits for itself. */
function waitingIndexes(
  { spec }: Job,
  pods: readonly Pod[],
  now: Instant,
): { readonly indexes: readonly number[]; readonly until: Instant | undefined } {
  const waits = [...failuresByIndex(pods, spec)].flatMap(([index, failed]) => {
    const at = retryAfter(failed);
    return at !== undefined && at > now ? [{ index, at }] : [];
  });
  return {
    indexes: waits.map(({ index }) => index),
    until: earliest(...waits.map(({ at }) => at)),
  };
}

/** What to start: with indexes one for each that is missing, named after it. */
function startsOf(
  job: Job,
  pods: readonly Pod[],
  missing: number,
  waiting: readonly number[],
): { template: PodTemplateSpec; prefix: string }[] {
  const { template, completions = 0, backoffLimitPerIndex } = job.spec;
  const { name } = job.metadata;
  if (!isIndexed(job)) return Array.from({ length: missing }, () => ({ template, prefix: `${name}-` }));
  const active = pods.filter(isActive).flatMap((pod) => indexOf(pod) ?? []);
  const taken = new Set([...completedIndexes(job, pods), ...failedOf(job, pods), ...active, ...waiting]);
  const failures = failuresByIndex(pods, job.spec);
  return freeIndexes(completions, taken, missing).map((index) => ({
    template: templateOf(
      template,
      name,
      index,
      backoffLimitPerIndex === undefined ? undefined : (failures.get(index)?.length ?? 0),
    ),
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
