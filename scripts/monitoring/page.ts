import { type MetricEntry, metricTable } from '../../src/shell/metric-table.ts';
import { alerts } from './alerts.ts';

/** `docs/metrics.md`. */
export function metricsPage(): string {
  return `# Metrics

Every replica serves \`/metrics\` on port 8090 (\`--metricsPort\`). The page, the alert rules and the dashboard are generated from
\`src/shell/metric-table.ts\` and \`scripts/monitoring/\`.

    kubectl apply -k config/monitoring     # ServiceMonitor and alert rules for the Prometheus Operator, dashboard for Grafana's sidecar

The chart has the same under \`controller.metrics\` ([install.md](install.md#prometheus-and-grafana)).
\`config/monitoring/grafana-dashboard.json\` is a dashboard to import into Grafana 9 or newer by hand. Without the operator, the \`spec\` of
\`config/monitoring/prometheus-rule.yaml\` is a rule file of Prometheus.

Object gauges exist on the replica that leads; on one that waits they do not, so aggregate over the pods with \`max by (namespace,
name)\`. The series of an object end when the object is gone. Labels that users fill are bounded: a metric tells 10,000 objects apart
by name, the rest is counted under \`namespace="other", name="other"\`, and \`sluice_series_folded_total\` says how often.

## Names of Argo Rollouts

Dashboards and alerts made for Argo Rollouts go on working: same names, labels and meaning.

${table('argo')}

## Queues

As client-go names them. There are no queues \`Services\` and \`Ingresses\`: a change of those wakes the Rollout itself.

${table('client-go')}

## Of Sluice

${table('sluice')}

## Of the process

\`process_*\` and \`nodejs_*\` are those of prom-client, such as \`process_resident_memory_bytes\`, \`process_cpu_seconds_total\` and
\`process_open_fds\`. There is no \`go_*\`, since there is no Go:

| instead of | look at |
|---|---|
| \`go_memstats_heap_inuse_bytes\` | \`nodejs_heap_size_used_bytes\` |
| \`go_memstats_heap_sys_bytes\` | \`nodejs_heap_size_total_bytes\` |
| \`go_gc_duration_seconds\` | \`nodejs_gc_duration_seconds\` |
| \`go_goroutines\`, \`go_threads\` | \`nodejs_active_resources_total\` |
| \`go_sched_latencies_seconds\` | \`sluice_event_loop_lag_seconds\` |
| \`go_info\` | \`nodejs_version_info\` |

## Alerts

| alert | holds for | severity | what is so | what to do |
|---|---|---|---|---|
${alerts
  .map(
    ({ name, for: holds, severity, summary, action }) =>
      `| \`${name}\` | ${holds === '0m' ? 'at once' : holds} | ${severity} | ${readable(summary)} | ${action} |`,
  )
  .join('\n')}
`;
}

/** What the template of an annotation stands for. */
function readable(summary: string): string {
  return summary
    .replaceAll('{{ $labels.namespace }}/{{ $labels.name }}', 'a Rollout')
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '_$1_')
    .replaceAll(/\{\{ \$value[^}]*\}\}/g, '_n_')
    .replace(/^a Rollout/, 'A Rollout');
}

function table(origin: MetricEntry['origin']): string {
  const entries = Object.entries<MetricEntry>(metricTable).filter(([, entry]) => entry.origin === origin);
  const rows = entries.map(([name, { type, labels, help, deprecated }]) => {
    const note = deprecated === undefined ? '' : ` Deprecated: use \`${deprecated}\`.`;
    return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help}${note} |`;
  });
  return ['| name | type | labels | meaning |', '|---|---|---|---|', ...rows].join('\n');
}
