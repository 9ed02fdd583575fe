import type { KubeObject } from '../api/meta.ts';
import { type ResourceType, resources } from '../api/resources.ts';
import type { Share } from '../api/share.ts';
import type { AnalysisRun } from '../api/v1alpha1/analysis.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { Job } from '../api/workloads.ts';
import { decideExperiment } from '../core/experiment/decide.ts';
import { decideRollout } from '../core/rollout/decide.ts';
import { type Cancel, type Clock, until } from '../kernel/clock.ts';
import { addSeconds } from '../kernel/instant.ts';
import type { Log } from '../kernel/log.ts';
import type { Random } from '../kernel/random.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { ProviderRegistry } from '../ports/metric-provider.ts';
import type { TargetRegistration } from '../ports/target-registration.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import { reconcileAnalysisRun } from './analysis/reconcile-analysis-run.ts';
import { analysisRunController, type ReconcileAnalysisRun } from './analysis-run-controller.ts';
import { caches } from './caches.ts';
import { eventRecorder } from './events.ts';
import { experimentController } from './experiment-controller.ts';
import { type NotificationSettings, notifier } from './notifications/notifier.ts';
import type { Change } from './object-cache.ts';
import { releaseController } from './release-controller.ts';
import { type DecideRollout, rolloutController } from './rollout-controller.ts';
import { noTelemetry, type Telemetry } from './telemetry.ts';

export interface ControllersOptions {
  readonly cluster: Cluster;
  readonly routers: RouterRegistry;
  readonly providers: ProviderRegistry;
  /** Whom to ask whether pods are known to their load balancers. Default: nobody. */
  readonly registration?: TargetRegistration;
  readonly clock: Clock;
  /** Spreads retries; two runs with the same stream and clock are the same. */
  readonly random: Random;
  readonly log: Log;
  readonly telemetry?: Telemetry;
  /** See `CachesOptions`. */
  readonly onAbsence?: (type: ResourceType, isAbsent: boolean) => void;
  /** Which Rollouts to take care of. Default: all without an instance id. */
  readonly share?: Share;
  /** `analysis`: AnalysisRuns and nothing else. Default `all`. */
  readonly only?: 'all' | 'analysis';
  /** Leave types without namespaces alone: ClusterAnalysisTemplates are then not found. */
  readonly onlyNamespaced?: boolean;
  /** Every object is looked at again this often, whatever happens. Seconds. Default 900, as the peer's `--rollout-resync`. */
  readonly resyncSeconds?: number;
  readonly workers?: {
    readonly rollouts?: number;
    readonly analysisRuns?: number;
    readonly experiments?: number;
  };
  /** Absent: nobody is told anything. */
  readonly notifications?: NotificationSettings;
  /** The decisions; a test of the shell brings its own. */
  readonly decide?: DecideRollout;
  readonly reconcileAnalysisRun?: ReconcileAnalysisRun;
}

export interface Controllers {
  /** Resolves when the objects of our kinds are known and work has begun. */
  readonly started: Promise<void>;
  /** Resolves when there is nothing to do until time passes or something changes. */
  idle(): Promise<void>;
  /** Ends watches, lets what is under way end, writes the last events. */
  stop(): Promise<void>;
  /** Ends at once and waits for nothing, as a crash would. */
  kill(): void;
}

/** The whole control plane of Sluice on one cluster: caches, decisions, events. All its time is the clock's. */
export function startControllers(options: ControllersOptions): Controllers {
  const { clock, log, telemetry = noTelemetry, resyncSeconds = 900 } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const isAnalysisOnly = options.only === 'analysis';
  let hasStarted = false;
  const early: [ResourceType, Change][] = [];

  const onChange = (type: ResourceType, change: Change) => {
    if (!hasStarted) return void early.push([type, change]);
    if (!isAnalysisOnly) {
      rollouts.onChange(type, change);
      releases.onChange(type, change);
      experiments.onChange(type, change);
      news?.onChange(type, change);
    }
    if (type === resources.analysisRuns) runs.onChange(change as Change<AnalysisRun>);
    if (type === resources.jobs) runs.onJob(change as Change<Job>);
  };
  const known = caches({
    ...options,
    signal,
    onChange,
    onRestart: (type, reason) => telemetry.watchRestarted(type.plural, reason),
  });
  const recorder = eventRecorder({
    cluster: options.cluster,
    clock,
    log,
    signal,
    onEvent: (about, event) => {
      telemetry.event(about, event);
      news?.onEvent(about, event);
    },
  });
  const news =
    options.notifications === undefined || isAnalysisOnly
      ? undefined
      : notifier({
          ...{
            settings: options.notifications,
            caches: known,
            clock,
            random: options.random,
            log,
            telemetry,
            signal,
          },
          ...(options.share?.namespaces !== undefined && { onlyNamespaces: options.share.namespaces }),
          record: (about, event) => recorder.record(about, event),
        });
  const shared = { caches: known, clock, log, telemetry, recorder };
  const rollouts = rolloutController({
    ...shared,
    routers: options.routers,
    providers: options.providers,
    registration: options.registration,
    decide: options.decide ?? decideRollout,
    ...(options.workers?.rollouts !== undefined && { workers: options.workers.rollouts }),
  });
  const runs = analysisRunController({
    ...shared,
    providers: options.providers,
    reconcile:
      options.reconcileAnalysisRun ?? ((key, tools) => reconcileAnalysisRun(key, tools, tools.signal)),
    ...(options.workers?.analysisRuns !== undefined && { workers: options.workers.analysisRuns }),
  });
  const experiments = experimentController({
    ...shared,
    routers: options.routers,
    decide: decideExperiment,
    ...(options.workers?.experiments !== undefined && { workers: options.workers.experiments }),
  });
  const releases = releaseController({ ...shared, routers: options.routers });
  const queues = [rollouts.queue, runs.queue, experiments.queue, releases.queue];
  const objectsOf = <T extends KubeObject>(type: ResourceType) =>
    isAnalysisOnly ? [] : known.of<T>(type).cache.list();
  telemetry.followObjects(() => ({
    rollouts: objectsOf<Rollout>(resources.rollouts),
    analysisRuns: known.of(resources.analysisRuns).cache.list(),
    // followed from the first time on that somebody asks for metrics
    analysisTemplates: [
      ...known.of(resources.analysisTemplates).cache.list(),
      ...known.of(resources.clusterAnalysisTemplates).cache.list(),
    ],
    experiments: objectsOf<Experiment>(resources.experiments),
  }));

  let cancelResync: Cancel = () => {};
  const resyncLater = () => {
    cancelResync = clock.schedule(addSeconds(clock.now(), resyncSeconds), () => {
      runs.resync();
      if (!isAnalysisOnly) {
        rollouts.resync();
        experiments.resync();
        news?.resync();
      }
      resyncLater();
    });
  };

  const start = async () => {
    // what a decision looks at has to be known before the first one is made
    const followed = isAnalysisOnly ? [resources.analysisRuns] : alwaysFollowed;
    await Promise.all(followed.map((type) => known.of(type).synced));
    if (signal.aborted) return;
    hasStarted = true;
    for (const [type, change] of early.splice(0)) onChange(type, change);
    resyncLater();
    log.info('Controllers started.', {
      ...(isAnalysisOnly ? {} : { rollouts: known.of(resources.rollouts).cache.size }),
    });
  };

  return {
    started: start(),
    idle: async () => {
      do {
        for (const queue of queues) await queue.idle();
        await recorder.flush();
        await news?.idle();
      } while (queues.some(({ depth }) => depth > 0) || (news?.depth ?? 0) > 0);
    },
    stop: async () => {
      cancelResync();
      await Promise.all(queues.map((queue) => queue.stop()));
      await news?.stop();
      const enough = until(clock, addSeconds(clock.now(), lastEventsSeconds), signal);
      await Promise.race([recorder.flush(), enough]);
      stopping.abort();
    },
    kill: () => {
      cancelResync();
      stopping.abort();
      for (const queue of queues) void queue.stop();
    },
  };
}

/** How long the end waits for events that cannot be written. */
const lastEventsSeconds = 3;

/** Types that every Rollout needs; the others are followed from the first Rollout on that names one of them. */
const alwaysFollowed: readonly ResourceType[] = [
  resources.rollouts,
  resources.replicaSets,
  resources.analysisRuns,
  resources.experiments,
];
