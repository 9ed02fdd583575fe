import {
  analysisRunMetricAnnotation,
  analysisRunNameAnnotation,
  analysisRunNamespaceAnnotation,
  analysisRunUidLabel,
  jobNameKey,
  jobNamespaceKey,
} from '../api/labels.ts';
import type { MeasurementProgress } from '../api/measurement.ts';
import { apiVersionOf, type ObjectRef, resources } from '../api/resources.ts';
import type { Measurement, Metric } from '../api/v1alpha1/analysis.ts';
import { type Job, jobEnd, type Pod } from '../api/workloads.ts';
import { messageOf, SluiceError } from '../kernel/errors.ts';
import { addSeconds, type Instant, instant, parseInstant, secondsBetween } from '../kernel/instant.ts';
import { ApiError, type Cluster, isApiError } from '../ports/cluster.ts';
import type {
  LongRunningProvider,
  MeasuredRun,
  MeasurementAsk,
  OngoingAsk,
} from '../ports/metric-provider.ts';

/** Where Jobs run. */
export interface JobHome {
  readonly cluster: Cluster;
  /** `ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE`; default: the run's own. */
  readonly namespace?: string;
  /** The cluster is not the run's (`ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG`). */
  readonly isElsewhere?: boolean;
}

/** A Kubernetes Job a measurement: good when it completes, bad when it fails. Conditions are not evaluated. */
export function job(home: JobHome): LongRunningProvider {
  return {
    kind: 'job',
    async start(ask) {
      const wanted = jobFor(ask, home);
      const { namespace = '', name } = wanted.metadata;
      // not cancelled: what has begun must be known
      const { metadata } = await createOnce(wanted, home.cluster);
      return running({ [jobNameKey]: metadata.name ?? name, [jobNamespaceKey]: namespace }, ask.at, ask.at);
    },
    async resume(ask) {
      const ref = refOf(ask.measurement, ask.run);
      try {
        return await progressOf(await read(ref, home.cluster), ref, home.cluster, ask);
      } catch (error) {
        if (!isPassing(error)) throw error;
        return running({}, parseInstant(ask.measurement.startedAt) ?? ask.at, ask.at); // the Job goes on all the same
      }
    },
    async terminate({ measurement, run }) {
      await remove(refOf(measurement, run), home.cluster);
      return { phase: 'Inconclusive' };
    },
    async forget(measurements, run) {
      for (const measurement of measurements) {
        if (measurement.metadata?.[jobNameKey] !== undefined) {
          await remove(refOf(measurement, run), home.cluster);
        }
      }
    },
  };
}

interface Settings {
  readonly metadata?: {
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: Job['spec'];
}

function jobFor({ metric, run, attempt }: MeasurementAsk, { namespace, isElsewhere }: JobHome): Job {
  const { metadata, spec } = metric.provider.job as unknown as Settings;
  const uidLabel = { [analysisRunUidLabel]: run.uid };
  const isBeside = isElsewhere !== true && (namespace ?? run.namespace) === run.namespace;
  return {
    apiVersion: apiVersionOf(resources.jobs),
    kind: resources.jobs.kind,
    metadata: {
      name: nameOf(metric, run, attempt),
      namespace: namespace ?? run.namespace,
      labels: { ...metadata?.labels, ...uidLabel },
      annotations: {
        ...metadata?.annotations,
        [analysisRunNameAnnotation]: run.name,
        [analysisRunNamespaceAnnotation]: run.namespace,
        [analysisRunMetricAnnotation]: metric.name,
      },
      // an owner in another namespace or cluster would have the Job collected as garbage
      ...(isBeside && { ownerReferences: [ownedBy(run)] }),
    },
    spec: {
      ...spec,
      template: {
        ...spec.template,
        metadata: {
          ...spec.template?.metadata,
          labels: { ...spec.template?.metadata?.labels, ...uidLabel },
        },
      },
    },
  };
}

function ownedBy({ name, uid }: MeasuredRun) {
  return {
    apiVersion: apiVersionOf(resources.analysisRuns),
    kind: resources.analysisRuns.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Longest name of a Job whose pods can carry it in a label. */
const longestName = 63;

/** `<uid of the run>.<metric>.<attempt>`, the metric shortened where it must be. */
function nameOf({ name: metric }: Metric, { uid }: MeasuredRun, attempt: number): string {
  const room = longestName - `${uid}..${attempt}`.length;
  return `${uid}.${metric.slice(0, room).replace(/[^a-zA-Z0-9]+$/, '')}.${attempt}`;
}

/** One that is there already was made by us before a crash, if it is for the same run and metric. */
async function createOnce(wanted: Job, cluster: Cluster): Promise<Job> {
  try {
    return (await cluster.create(wanted, resources.jobs)) as Job;
  } catch (error) {
    if (!isApiError(error, 409)) throw asMetricError(error);
    const { namespace, name } = wanted.metadata;
    const found = await read({ type: resources.jobs, namespace, name }, cluster);
    if (found !== undefined && purposeOf(found) === purposeOf(wanted)) return found;
    throw asMetricError(error);
  }
}

function purposeOf({ metadata: { labels = {}, annotations = {} } }: Job): string {
  return `${labels[analysisRunUidLabel]}/${annotations[analysisRunMetricAnnotation]}`;
}

function refOf({ metadata = {} }: Measurement, run: MeasuredRun): ObjectRef {
  const name = metadata[jobNameKey];
  if (name === undefined) throw new SluiceError('METRIC_ANSWER_INVALID', 'job metadata reference missing');
  return { type: resources.jobs, namespace: metadata[jobNamespaceKey] ?? run.namespace, name };
}

async function read(ref: ObjectRef, cluster: Cluster): Promise<Job | undefined> {
  return (await cluster.get(ref)) as Job | undefined;
}

async function progressOf(
  found: Job | undefined,
  ref: ObjectRef,
  cluster: Cluster,
  { measurement, at }: OngoingAsk,
): Promise<MeasurementProgress> {
  if (found === undefined) {
    throw new SluiceError('METRIC_UNREACHABLE', `job.batch "${ref.name}" not found`, { job: ref.name });
  }
  const end = jobEnd(found);
  if (end !== undefined) return { phase: end === 'Complete' ? 'Successful' : 'Failed' };
  const hopeless = await hopelessContainers(found, cluster);
  if (hopeless !== '') return { phase: 'Inconclusive', message: hopeless };
  return running({}, parseInstant(measurement.startedAt) ?? at, at);
}

/** Waits that no time ends. */
const terminalReasons = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'];

/** One line for each container that can never start; empty when all may. */
async function hopelessContainers({ metadata, spec }: Job, cluster: Cluster): Promise<string> {
  const labels = Object.entries(spec.selector?.matchLabels ?? {});
  if (labels.length === 0) return '';
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  const { items } = await cluster.list(resources.pods, { namespace: metadata.namespace, labelSelector });
  const lines = (items as Pod[]).flatMap((pod) => {
    const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
    return [...initContainerStatuses, ...containerStatuses].flatMap(({ name, state }) => {
      const { reason = '', message = '' } = state?.waiting ?? {};
      if (!terminalReasons.includes(reason)) return [];
      return [`Pod ${pod.metadata.name}, container ${name} has terminal error (${reason}): ${message}\n`];
    });
  });
  return lines.join('');
}

/**
 * Asked again after `sqrt(2 · age)` seconds, so that a long Job is looked at ever less often. A Job's end is heard of at
 * once; this is for those that nothing is heard of. At least a second, since instants are stored in whole ones.
 */
function running(
  metadata: Readonly<Record<string, string>>,
  startedAt: Instant,
  at: Instant,
): MeasurementProgress {
  const waitSeconds = Math.max(1, Math.sqrt(2 * Math.max(0, secondsBetween(startedAt, at))));
  const resumeAt = instant(Math.ceil(addSeconds(at, waitSeconds) / 1000) * 1000);
  return { phase: 'Running', resumeAt, metadata };
}

/** With its pods; gone already is gone. */
async function remove(ref: ObjectRef, cluster: Cluster): Promise<void> {
  try {
    await cluster.delete(ref, { propagation: 'Foreground' });
  } catch (error) {
    if (!isApiError(error, 404)) throw error;
  }
}

/** The API server cannot say now, but will. */
function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

/** The API server's own words; what it refuses is in the template. */
function asMetricError(error: unknown): unknown {
  if (!(error instanceof ApiError) || isPassing(error)) return error;
  return new SluiceError('METRIC_CONFIG_INVALID', messageOf(error), { status: error.status }, error);
}
