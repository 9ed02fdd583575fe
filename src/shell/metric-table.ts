/** One metric of `/metrics`. The page `docs/metrics.md`, the alert rules and the Grafana dashboard are made from these. */
export interface MetricEntry {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** One sentence, with the unit. */
  readonly help: string;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
  /**
   * Whose name it is. `argo` and `client-go`: dashboards and alerts made for Argo Rollouts find the same labels and the
   * same meaning (reference: Argo Rollouts 9f8d111d8, its metrics page). `process`: made by prom-client, not by us.
   */
  readonly origin: 'argo' | 'client-go' | 'process' | 'sluice';
  /** What to use instead. */
  readonly deprecated?: string;
}

const object = ['namespace', 'name'] as const;

/** Argo's buckets of all reconcile histograms, and of the sending of notifications. */
const shortBuckets = [0.01, 0.15, 0.25, 0.5, 1] as const;
const answerBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
/** client-go's of its queues: powers of ten. */
const queueBuckets = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000] as const;

/** Every metric that Sluice serves, other than those of Node itself. */
export const metricTable = {
  rollout_info: {
    type: 'gauge',
    labels: [...object, 'strategy', 'traffic_router', 'phase'],
    help: '1 for each Rollout. The phase is Completed, Progressing, Paused, Timeout, Error, Abort or InvalidSpec: from the conditions, not from status.phase.',
    origin: 'argo',
  },
  rollout_info_replicas_desired: {
    type: 'gauge',
    labels: object,
    help: 'Pods that a Rollout asks for.',
    origin: 'argo',
  },
  rollout_info_replicas_available: {
    type: 'gauge',
    labels: object,
    help: 'Pods of a Rollout that are available.',
    origin: 'argo',
  },
  rollout_info_replicas_unavailable: {
    type: 'gauge',
    labels: object,
    help: 'Pods of a Rollout that are there and not available.',
    origin: 'argo',
  },
  rollout_info_replicas_updated: {
    type: 'gauge',
    labels: object,
    help: 'Pods of a Rollout that are of the newest revision.',
    origin: 'argo',
  },
  rollout_phase: {
    type: 'gauge',
    labels: [...object, 'strategy', 'phase'],
    help: '1 for the phase a Rollout is in, 0 for the others.',
    origin: 'argo',
    deprecated: 'rollout_info',
  },
  rollout_reconcile: {
    type: 'histogram',
    labels: object,
    help: 'How long a decision about one Rollout took, with its writes, in seconds.',
    buckets: shortBuckets,
    origin: 'argo',
  },
  rollout_reconcile_error: {
    type: 'counter',
    labels: object,
    help: 'Decisions about one Rollout that failed and were made again.',
    origin: 'argo',
  },
  rollout_events_total: {
    type: 'counter',
    labels: [...object, 'type', 'reason'],
    help: 'Kubernetes events recorded about one Rollout.',
    origin: 'argo',
  },
  rollout_duration_seconds: {
    type: 'histogram',
    labels: ['status'],
    help: 'How long releases took, in seconds, by how they ended: Promoted, FastPromoted, Aborted, Superseded, RolledBack, FastRolledBack.',
    buckets: [30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800],
    origin: 'argo',
  },
  rollout_progression_duration_seconds: {
    type: 'histogram',
    labels: ['status'],
    help: 'How long releases took without the time in which they waited for a person, in seconds.',
    buckets: [30, 60, 120, 300, 600, 900, 1800, 3600],
    origin: 'argo',
  },
  rollout_manual_pause_duration_seconds: {
    type: 'histogram',
    labels: ['status'],
    help: 'How long releases waited for a person, in seconds.',
    buckets: [0, 60, 300, 600, 1800, 3600, 7200, 14400, 28800],
    origin: 'argo',
  },
  analysis_run_info: {
    type: 'gauge',
    labels: [...object, 'phase'],
    help: '1 for each AnalysisRun.',
    origin: 'argo',
  },
  analysis_run_phase: {
    type: 'gauge',
    labels: [...object, 'phase'],
    help: '1 for the phase an AnalysisRun is in, 0 for the others.',
    origin: 'argo',
    deprecated: 'analysis_run_info',
  },
  analysis_run_metric_type: {
    type: 'gauge',
    labels: [...object, 'metric', 'type'],
    help: '1 for each metric of an AnalysisRun, with the kind of its source.',
    origin: 'argo',
  },
  analysis_run_metric_phase: {
    type: 'gauge',
    labels: [...object, 'metric', 'type', 'dry_run', 'phase'],
    help: '1 for the phase a metric of an AnalysisRun is in, 0 for the others.',
    origin: 'argo',
  },
  analysis_run_reconcile: {
    type: 'histogram',
    labels: object,
    help: 'How long a decision about one AnalysisRun took, with its questions and writes, in seconds.',
    buckets: shortBuckets,
    origin: 'argo',
  },
  analysis_run_reconcile_error: {
    type: 'counter',
    labels: object,
    help: 'Decisions about one AnalysisRun that failed and were made again.',
    origin: 'argo',
  },
  analysis_template_info: {
    type: 'gauge',
    labels: object,
    help: '1 for each AnalysisTemplate, and for each ClusterAnalysisTemplate with an empty namespace.',
    origin: 'argo',
  },
  analysis_template_metric_info: {
    type: 'gauge',
    labels: [...object, 'type', 'metric'],
    help: '1 for each metric of a template, with the kind of its source.',
    origin: 'argo',
  },
  experiment_info: {
    type: 'gauge',
    labels: [...object, 'phase'],
    help: '1 for each Experiment.',
    origin: 'argo',
  },
  experiment_phase: {
    type: 'gauge',
    labels: [...object, 'phase'],
    help: '1 for the phase an Experiment is in, 0 for the others.',
    origin: 'argo',
    deprecated: 'experiment_info',
  },
  experiment_reconcile: {
    type: 'histogram',
    labels: object,
    help: 'How long a decision about one Experiment took, with its writes, in seconds.',
    buckets: shortBuckets,
    origin: 'argo',
  },
  experiment_reconcile_error: {
    type: 'counter',
    labels: object,
    help: 'Decisions about one Experiment that failed and were made again.',
    origin: 'argo',
  },
  notification_send_success: {
    type: 'counter',
    labels: [...object, 'type', 'reason'],
    help: 'Notifications about one Rollout that were delivered, by the event they are about.',
    origin: 'argo',
  },
  notification_send_error: {
    type: 'counter',
    labels: [...object, 'type', 'reason'],
    help: 'Notifications about one Rollout that were given up, by the event they are about.',
    origin: 'argo',
  },
  notification_send: {
    type: 'histogram',
    labels: object,
    help: 'How long the notifications of one event took to send, in seconds.',
    buckets: shortBuckets,
    origin: 'argo',
  },
  controller_clientset_k8s_request_total: {
    type: 'counter',
    labels: ['kind', ...object, 'verb', 'status_code'],
    help: 'Requests to the API server. The name is N/A for lists, events, ReplicaSets and pods, and empty for watches; status_code 0 is no answer.',
    origin: 'argo',
  },
  argo_rollouts_controller_info: {
    type: 'gauge',
    labels: ['version'],
    help: '1, with the version of Sluice.',
    origin: 'argo',
  },
  build_info: {
    type: 'gauge',
    labels: ['version', 'goversion', 'goarch', 'commit'],
    help: '1, with what runs. goversion holds the version of Node.',
    origin: 'argo',
  },

  workqueue_depth: {
    type: 'gauge',
    labels: ['name'],
    help: 'Objects that wait for a decision. Queues: Rollouts, AnalysisRuns, Experiments, Releases.',
    origin: 'client-go',
  },
  workqueue_adds_total: {
    type: 'counter',
    labels: ['name'],
    help: 'Objects that came to wait for a decision.',
    origin: 'client-go',
  },
  workqueue_queue_duration_seconds: {
    type: 'histogram',
    labels: ['name'],
    help: 'How long objects waited for their decision to begin, in seconds.',
    buckets: queueBuckets,
    origin: 'client-go',
  },
  workqueue_work_duration_seconds: {
    type: 'histogram',
    labels: ['name'],
    help: 'How long decisions took, with their writes, in seconds.',
    buckets: queueBuckets,
    origin: 'client-go',
  },
  workqueue_retries_total: {
    type: 'counter',
    labels: ['name'],
    help: 'Decisions that failed and are made again after a pause.',
    origin: 'client-go',
  },
  workqueue_unfinished_work_seconds: {
    type: 'gauge',
    labels: ['name'],
    help: 'How long the decisions that are under way have taken so far, together, in seconds.',
    origin: 'client-go',
  },
  workqueue_longest_running_processor_seconds: {
    type: 'gauge',
    labels: ['name'],
    help: 'How long the oldest decision that is under way has taken so far, in seconds.',
    origin: 'client-go',
  },

  sluice_leader: {
    type: 'gauge',
    labels: ['lease'],
    help: '1 while this process works, 0 while it waits for another to end. The lease is empty without leader election.',
    origin: 'sluice',
  },
  sluice_rollout_canary_weight: {
    type: 'gauge',
    labels: object,
    help: 'Share of the traffic that the router was told to give the new version, of maxTrafficWeight (100). Only with a router.',
    origin: 'sluice',
  },
  sluice_rollout_weight_verified: {
    type: 'gauge',
    labels: object,
    help: '1 when the data plane was seen to follow that weight, 0 while it was not. Only where it can be asked.',
    origin: 'sluice',
  },
  sluice_rollout_split_differs: {
    type: 'gauge',
    labels: object,
    help: '1 while the requests that each version gets do not fit the weight, 0 while they do or nobody can tell. Only with observedSplit.',
    origin: 'sluice',
  },
  sluice_api_request_duration_seconds: {
    type: 'histogram',
    labels: ['verb'],
    help: 'How long the API server took to answer, in seconds; a watch answers when it is open.',
    buckets: answerBuckets,
    origin: 'sluice',
  },
  sluice_api_request_wait_seconds: {
    type: 'histogram',
    labels: ['priority'],
    help: 'How long requests waited for their turn (--qps, --burst) before they were sent, in seconds; urgent ones are those of aborts.',
    buckets: [0.001, 0.01, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    origin: 'sluice',
  },
  sluice_watch_restarts_total: {
    type: 'counter',
    labels: ['kind', 'reason'],
    help: 'Watches that were opened anew: ended (by the server, as it does every few minutes), broken, failed, expired or wentBack.',
    origin: 'sluice',
  },
  sluice_metric_queries_total: {
    type: 'counter',
    labels: ['provider', 'outcome'],
    help: 'Questions sent to metric sources: answered, refused or unreachable.',
    origin: 'sluice',
  },
  sluice_metric_query_cache_hits_total: {
    type: 'counter',
    labels: ['provider'],
    help: 'Questions that needed no asking, since an equal one had been asked, or that were sent along with others.',
    origin: 'sluice',
  },
  sluice_metric_query_duration_seconds: {
    type: 'histogram',
    labels: ['provider'],
    help: 'How long metric sources took to answer, in seconds.',
    buckets: answerBuckets,
    origin: 'sluice',
  },
  sluice_event_loop_lag_seconds: {
    type: 'gauge',
    labels: [],
    help: 'How late the process got to what was due, at worst in the last 30 seconds, in seconds.',
    origin: 'sluice',
  },
  sluice_series_folded_total: {
    type: 'counter',
    labels: ['metric'],
    help: 'Counts that went to the series namespace="other", name="other", because the metric had as many series as it may have.',
    origin: 'sluice',
  },

  process_resident_memory_bytes: {
    type: 'gauge',
    labels: [],
    help: 'Memory of the process, in bytes.',
    origin: 'process',
  },
  process_cpu_seconds_total: {
    type: 'counter',
    labels: [],
    help: 'Processor time of the process, in seconds.',
    origin: 'process',
  },
} as const satisfies Readonly<Record<string, MetricEntry>>;

export type MetricName = keyof typeof metricTable;
export type LabelOf<Name extends MetricName> = (typeof metricTable)[Name]['labels'][number];
