/** One alert rule. Every expression is checked against `metricTable`, and the rules by `promtool test rules`. */
export interface Alert {
  readonly name: string;
  readonly expr: string;
  /** How long it must hold. */
  readonly for: string;
  readonly severity: 'critical' | 'warning' | 'info';
  /** What is so, in one line; for the page and for whoever is woken. */
  readonly summary: string;
  /** What to do about it. */
  readonly action: string;
}

export const alerts: readonly Alert[] = [
  {
    name: 'SluiceNotWorking',
    expr: 'sum by (namespace, lease) (sluice_leader) == 0 or absent(sluice_leader)',
    for: '2m',
    severity: 'critical',
    summary: 'No Sluice controller works: releases stand still, and nothing is aborted.',
    action: 'Look at the pods of the controller and at their log; `kubectl get lease` says who led last.',
  },
  {
    name: 'SluiceTwoLeaders',
    expr: 'sum by (namespace, lease) (sluice_leader{lease!=""}) > 1',
    for: '1m',
    severity: 'critical',
    summary: 'Two controllers work under the Lease {{ $labels.lease }} at the same time.',
    action: 'Restart the pod that is not the holder of the Lease, and report it: this must not happen.',
  },
  {
    name: 'RolloutAborted',
    expr: 'max by (namespace, name) (rollout_info{phase="Abort"}) > 0',
    for: '0m',
    severity: 'warning',
    summary:
      'The release of {{ $labels.namespace }}/{{ $labels.name }} was aborted; its users are on the stable version.',
    action:
      '`kubectl sluice explain NAME` tells why. Release a repaired version, or `kubectl sluice retry rollout NAME`.',
  },
  {
    name: 'RolloutStuck',
    expr: 'max by (namespace, name, phase) (rollout_info{phase=~"Timeout|Error|InvalidSpec"}) > 0',
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.namespace }}/{{ $labels.name }} cannot go on: {{ $labels.phase }}.',
    action: '`kubectl sluice explain NAME` names the pods, the fields or the error.',
  },
  {
    name: 'RolloutPausedForLong',
    expr: 'max by (namespace, name) (rollout_info{phase="Paused"}) > 0',
    for: '24h',
    severity: 'info',
    summary: '{{ $labels.namespace }}/{{ $labels.name }} has been paused for a day.',
    action: 'Promote it or abort it: two versions in production for long are two to take care of.',
  },
  {
    name: 'RolloutReplicasUnavailable',
    expr: 'max by (namespace, name) (rollout_info_replicas_unavailable) > 0',
    for: '15m',
    severity: 'warning',
    summary:
      '{{ $labels.namespace }}/{{ $labels.name }} has had {{ $value }} pods that are not available for 15 minutes.',
    action: '`kubectl sluice get rollout NAME` shows them.',
  },
  {
    name: 'RolloutWeightNotVerified',
    expr: 'min by (namespace, name) (sluice_rollout_weight_verified) == 0',
    for: '15m',
    severity: 'warning',
    summary:
      'The load balancer of {{ $labels.namespace }}/{{ $labels.name }} has not followed its weights for 15 minutes.',
    action: 'Look at the log of its ingress controller, and at the target groups.',
  },
  {
    name: 'RolloutSplitDiffers',
    expr: 'max by (namespace, name) (sluice_rollout_split_differs) == 1',
    for: '10m',
    severity: 'warning',
    summary:
      'The requests of {{ $labels.namespace }}/{{ $labels.name }} have not been divided as its weight says for 10 minutes.',
    action: 'Look whether the router carries out its routes; sticky sessions and retries show here too.',
  },
  {
    name: 'SluiceDecisionsFail',
    expr: [
      'sum by (namespace, name) (increase(rollout_reconcile_error[10m])) > 5',
      'or sum by (namespace, name) (increase(analysis_run_reconcile_error[10m])) > 5',
      'or sum by (namespace, name) (increase(experiment_reconcile_error[10m])) > 5',
    ].join('\n'),
    for: '5m',
    severity: 'warning',
    summary: 'What was decided about {{ $labels.namespace }}/{{ $labels.name }} cannot be carried out.',
    action: 'The controller’s log says why; most often it lacks a right, or an admission webhook refuses.',
  },
  {
    name: 'SluiceQueueSlow',
    expr: 'histogram_quantile(0.95, sum by (name, le) (rate(workqueue_queue_duration_seconds_bucket[5m]))) > 5',
    for: '10m',
    severity: 'warning',
    summary:
      'Objects of the queue {{ $labels.name }} wait for {{ $value | humanizeDuration }} for their decision.',
    action:
      'Give the controller more processor time, raise --qps and --burst, or split the work by namespace.',
  },
  {
    name: 'SluiceRequestsWait',
    expr: 'histogram_quantile(0.95, sum by (priority, le) (rate(sluice_api_request_wait_seconds_bucket[5m]))) > 5',
    for: '10m',
    severity: 'warning',
    summary:
      'Requests to the API server ({{ $labels.priority }}) wait for {{ $value | humanizeDuration }} for their turn.',
    action: 'Raise --qps and --burst.',
  },
  {
    name: 'SluiceRequestsFail',
    expr: [
      'sum(rate(controller_clientset_k8s_request_total{status_code=~"0|401|403|429|5.."}[5m]))',
      '/ sum(rate(controller_clientset_k8s_request_total[5m])) > 0.05',
    ].join('\n'),
    for: '10m',
    severity: 'warning',
    summary: '{{ $value | humanizePercentage }} of the requests to the API server fail.',
    action: '403 is a right that is missing, 429 a server that is busy, 0 one that does not answer.',
  },
  {
    name: 'SluiceMetricSourceUnreachable',
    expr: [
      'sum by (provider) (rate(sluice_metric_queries_total{outcome="unreachable"}[5m]))',
      '/ sum by (provider) (rate(sluice_metric_queries_total[5m])) > 0.5',
    ].join('\n'),
    for: '5m',
    severity: 'warning',
    summary: 'Most questions to {{ $labels.provider }} get no answer: analyses end in Error.',
    action:
      'Look whether the metric server answers, and whether a NetworkPolicy lets the controller reach it.',
  },
  {
    name: 'SluiceWatchesBreak',
    expr: 'sum by (kind) (rate(sluice_watch_restarts_total{reason=~"broken|failed"}[10m])) > 0.1',
    for: '10m',
    severity: 'warning',
    summary: 'The watch of {{ $labels.kind }} breaks again and again: changes are seen late.',
    action: 'Look for a proxy between the controller and the API server that ends connections.',
  },
  {
    name: 'SluiceEventLoopLags',
    expr: 'max by (pod, instance) (sluice_event_loop_lag_seconds) > 1',
    for: '5m',
    severity: 'warning',
    summary: 'The controller gets to its work {{ $value | humanizeDuration }} late.',
    action: 'Give it more processor time.',
  },
  {
    name: 'SluiceNotificationsFail',
    expr: 'sum by (namespace, name) (increase(notification_send_error[10m])) > 0',
    for: '0m',
    severity: 'warning',
    summary: 'Notifications about {{ $labels.namespace }}/{{ $labels.name }} could not be delivered.',
    action: 'The controller’s log names the service and its answer.',
  },
  {
    name: 'SluiceSeriesFolded',
    expr: 'sum by (metric) (increase(sluice_series_folded_total[1h])) > 0',
    for: '0m',
    severity: 'info',
    summary: '{{ $labels.metric }} has as many series as it may have; further objects are counted together.',
    action: 'Split the work among controllers by namespace or instance id.',
  },
];

/** A PrometheusRule for the Prometheus Operator; its `spec` alone is a rule file for Prometheus. */
export function prometheusRule(): object {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'sluice', labels: { 'app.kubernetes.io/name': 'sluice' } },
    spec: {
      groups: [
        {
          name: 'sluice',
          rules: alerts.map(({ name, expr, for: holds, severity, summary, action }) => ({
            alert: name,
            expr,
            for: holds,
            labels: { severity },
            annotations: { summary, description: action },
          })),
        },
      ],
    },
  };
}
