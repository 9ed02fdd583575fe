import {
  analysisRunNameAnnotation,
  analysisRunNamespaceAnnotation,
  jobNameKey,
  jobNamespaceKey,
} from '../api/labels.ts';
import { keyOf, type ObjectKey, objectKey, splitKey } from '../api/meta.ts';
import { resources } from '../api/resources.ts';
import { type AnalysisRun, isCompleted, type Measurement } from '../api/v1alpha1/analysis.ts';
import { type Job, jobEnd } from '../api/workloads.ts';
import type { PlannedEvent } from '../core/plan.ts';
import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import { type Instant, secondsBetween } from '../kernel/instant.ts';
import type { Log } from '../kernel/log.ts';
import { type Cluster, isApiError } from '../ports/cluster.ts';
import type { ProviderRegistry } from '../ports/metric-provider.ts';
import type { Caches } from './caches.ts';
import type { EventRecorder } from './events.ts';
import type { Change } from './object-cache.ts';
import type { Telemetry } from './telemetry.ts';
import { type WorkQueue, workQueue } from './work-queue.ts';

/** What one look at an AnalysisRun may use. */
export interface AnalysisRunTools {
  /** From the cache. */
  readonly getRun: (key: ObjectKey) => AnalysisRun | undefined;
  /** The Job that makes the measurement is known to have ended. */
  readonly isOver: (measurement: Measurement) => boolean;
  /** Its writes are in the cache at once. */
  readonly cluster: Cluster;
  readonly providers: ProviderRegistry;
  readonly clock: Clock;
  readonly log: Log;
  readonly record: (run: AnalysisRun, event: PlannedEvent) => void;
  readonly signal: AbortSignal;
}

/** Looks at one run: measures what is due, judges, writes. Resolves to when it wants to look again. */
export type ReconcileAnalysisRun = (key: ObjectKey, tools: AnalysisRunTools) => Promise<Instant | undefined>;

export interface AnalysisRunControllerOptions {
  readonly caches: Caches;
  readonly providers: ProviderRegistry;
  readonly reconcile: ReconcileAnalysisRun;
  readonly clock: Clock;
  readonly log: Log;
  readonly recorder: EventRecorder;
  readonly telemetry: Telemetry;
  /** Runs that are looked at at the same time; a slow metric source holds one each. Default 30, as the peer's `--analysis-threads`. */
  readonly workers?: number;
}

export interface AnalysisRunController {
  readonly queue: WorkQueue;
  onChange(change: Change<AnalysisRun>): void;
  /** A Job that has ended is worth a look at once. */
  onJob(change: Change<Job>): void;
  resync(): void;
}

export function analysisRunController(options: AnalysisRunControllerOptions): AnalysisRunController {
  const { caches, clock, log, telemetry } = options;
  const getRun = (key: ObjectKey) =>
    caches.get<AnalysisRun>({ type: resources.analysisRuns, ...splitKey(key) });

  /** Jobs are followed from the first one on that a run waits for. */
  const isOver = ({ metadata }: Measurement) => {
    const name = metadata?.[jobNameKey];
    if (name === undefined) return false;
    const found = caches.get<Job>({ type: resources.jobs, namespace: metadata?.[jobNamespaceKey], name });
    return found !== undefined && jobEnd(found) !== undefined;
  };

  const queue = workQueue({
    clock,
    observer: telemetry.queue('AnalysisRuns', clock),
    workers: options.workers ?? 30,
    handle: async (key, signal) => {
      const { namespace = '', name } = splitKey(key);
      if (getRun(key) === undefined) {
        telemetry.forget('analysis_run', namespace, name);
        return undefined;
      }
      const startedAt = clock.now();
      try {
        return await options.reconcile(key, {
          getRun,
          isOver,
          cluster: caches.cluster,
          providers: options.providers,
          clock,
          log,
          record: options.recorder.record,
          signal,
        });
      } finally {
        telemetry.reconciled('analysis_run', namespace, name, secondsBetween(startedAt, clock.now()));
      }
    },
    onFailure: (key, error, failures) => {
      if (isApiError(error, 409)) return;
      const { namespace = '', name } = splitKey(key);
      telemetry.reconcileFailed('analysis_run', namespace, name);
      log.warn('An analysis run could not be carried on; trying again.', {
        namespace,
        analysisRun: name,
        reason: messageOf(error),
        failures,
      });
    },
  });
  telemetry.followQueue('AnalysisRuns', () => queue.depth);

  return {
    queue,
    // a completed run has no more to do, but for its end of life
    onChange: ({ object }) => queue.add(keyOf(object), object.spec.terminate === true ? 'urgent' : 'routine'),
    onJob: ({ object }) => {
      const { [analysisRunNameAnnotation]: name, [analysisRunNamespaceAnnotation]: namespace } =
        object.metadata.annotations ?? {};
      if (name === undefined || jobEnd(object) === undefined) return;
      const key = objectKey(namespace, name);
      if (getRun(key) !== undefined) queue.add(key, 'urgent');
    },
    resync: () => {
      for (const run of caches.of<AnalysisRun>(resources.analysisRuns).cache.list()) {
        if (!isCompleted(run.status?.phase)) queue.add(keyOf(run));
      }
    },
  };
}
