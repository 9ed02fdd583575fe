import {
  type Dashboard,
  type DataQuery,
  type DataSourceRef,
  LegendDisplayMode,
  type OptionsWithLegend,
  type OptionsWithTooltip,
  type Panel as PanelJson,
  type RowPanel,
  SortOrder,
  TooltipDisplayMode,
  type VariableModel,
  VariableRefresh,
} from '@grafana/schema';
import { type MetricEntry, type MetricName, metricTable } from '../../src/shell/metric-table.ts';

/** One chart, or one number. */
export interface Panel {
  readonly title: string;
  readonly unit: 's' | 'short' | 'bytes' | 'percentunit' | 'ops';
  readonly kind?: 'stat' | 'table';
  readonly lines: readonly { readonly expr: string; readonly legend: string }[];
}

type GridPos = NonNullable<PanelJson['gridPos']>;

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const one = '{namespace=~"$namespace", name=~"$name"}';
const chosen = (more: string) => `{namespace=~"$namespace", name=~"$name", ${more}}`;
const ofObject = '{{namespace}}/{{name}}';

function quantiles(metric: string, by: string, legend: string): Panel['lines'] {
  return [0.5, 0.95].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (${by}${by === '' ? '' : ', '}le) (rate(${metric}_bucket[$__rate_interval])))`,
    legend: `p${quantile * 100} ${legend}`.trim(),
  }));
}

export const rows: readonly Row[] = [
  {
    title: 'Releases',
    panels: [
      {
        title: 'Rollouts by phase',
        unit: 'short',
        kind: 'stat',
        lines: [{ expr: `count by (phase) (rollout_info${one})`, legend: '{{phase}}' }],
      },
      {
        title: 'Needs attention',
        unit: 'short',
        kind: 'table',
        lines: [
          {
            expr: `max by (namespace, name, phase) (rollout_info${chosen('phase=~"Abort|Timeout|Error|InvalidSpec"')}) or vector(0)`,
            legend: `${ofObject} {{phase}}`,
          },
        ],
      },
      {
        title: 'Weight of the new version',
        unit: 'short',
        lines: [{ expr: `max by (namespace, name) (sluice_rollout_canary_weight${one})`, legend: ofObject }],
      },
      {
        title: 'Weights that the load balancer has not taken over',
        unit: 'short',
        lines: [
          {
            expr: `count(sluice_rollout_weight_verified${one} == 0) or vector(0)`,
            legend: 'rollouts',
          },
        ],
      },
      {
        title: 'Splits that users do not see as they were written',
        unit: 'short',
        lines: [{ expr: `count(sluice_rollout_split_differs${one} == 1) or vector(0)`, legend: 'rollouts' }],
      },
      {
        title: 'Pods asked for, available, updated and unavailable',
        unit: 'short',
        lines: ['desired', 'available', 'updated', 'unavailable'].map((count) => ({
          expr: `sum(rollout_info_replicas_${count}${one})`,
          legend: count,
        })),
      },
      {
        title: 'Events',
        unit: 'ops',
        lines: [
          {
            expr: `sum by (reason) (rate(rollout_events_total${one}[$__rate_interval]))`,
            legend: '{{reason}}',
          },
        ],
      },
      {
        title: 'Releases that ended, by outcome',
        unit: 'short',
        lines: [
          {
            expr: 'sum by (status) (increase(rollout_duration_seconds_count[$__range]))',
            legend: '{{status}}',
          },
        ],
      },
      {
        title: 'How long releases take',
        unit: 's',
        lines: [
          ...[
            ['rollout_duration_seconds', 'in all'],
            ['rollout_progression_duration_seconds', 'without waiting for a person'],
            ['rollout_manual_pause_duration_seconds', 'waiting for a person'],
          ].map(([metric, legend]) => ({
            expr: `histogram_quantile(0.9, sum by (le) (increase(${metric}_bucket[$__range])))`,
            legend: `p90 ${legend}`,
          })),
        ],
      },
    ],
  },
  {
    title: 'Analysis',
    panels: [
      {
        title: 'AnalysisRuns by phase',
        unit: 'short',
        lines: [{ expr: `count by (phase) (analysis_run_info${one})`, legend: '{{phase}}' }],
      },
      {
        title: 'Metrics of runs by phase',
        unit: 'short',
        lines: [
          {
            expr: 'sum by (phase, dry_run) (analysis_run_metric_phase{namespace=~"$namespace"})',
            legend: '{{phase}} (dry run: {{dry_run}})',
          },
        ],
      },
      {
        title: 'Sources that runs ask',
        unit: 'short',
        lines: [
          {
            expr: 'count by (type) (analysis_run_metric_type{namespace=~"$namespace"})',
            legend: '{{type}}',
          },
        ],
      },
      {
        title: 'Templates',
        unit: 'short',
        lines: [
          { expr: 'count(analysis_template_info)', legend: 'templates' },
          { expr: 'count by (type) (analysis_template_metric_info)', legend: 'metrics of {{type}}' },
        ],
      },
      {
        title: 'Experiments by phase',
        unit: 'short',
        lines: [{ expr: `count by (phase) (experiment_info${one}) or vector(0)`, legend: '{{phase}}' }],
      },
      {
        title: 'Questions to metric sources',
        unit: 'ops',
        lines: [
          {
            expr: 'sum by (provider, outcome) (rate(sluice_metric_queries_total[$__rate_interval]))',
            legend: '{{provider}} {{outcome}}',
          },
          {
            expr: 'sum by (provider) (rate(sluice_metric_query_cache_hits_total[$__rate_interval])) or vector(0)',
            legend: '{{provider}} spared',
          },
        ],
      },
      {
        title: 'How long metric sources take',
        unit: 's',
        lines: quantiles('sluice_metric_query_duration_seconds', 'provider', '{{provider}}'),
      },
    ],
  },
  {
    title: 'Notifications',
    panels: [
      {
        title: 'Notifications',
        unit: 'ops',
        lines: [
          {
            expr: 'sum(rate(notification_send_success[$__rate_interval])) or vector(0)',
            legend: 'delivered',
          },
          { expr: 'sum(rate(notification_send_error[$__rate_interval])) or vector(0)', legend: 'given up' },
        ],
      },
      {
        title: 'How long they take',
        unit: 's',
        lines: [
          {
            expr: 'histogram_quantile(0.95, sum by (le) (rate(notification_send_bucket[$__rate_interval]))) or vector(0)',
            legend: 'p95',
          },
        ],
      },
    ],
  },
  {
    title: 'Controller',
    panels: [
      {
        title: 'Version and build',
        unit: 'short',
        kind: 'table',
        lines: [
          { expr: 'count by (version) (argo_rollouts_controller_info)', legend: '{{version}}' },
          {
            expr: 'count by (version, commit, goversion, goarch) (build_info)',
            legend: '{{version}} {{commit}} {{goversion}} {{goarch}}',
          },
        ],
      },
      {
        title: 'Who works',
        unit: 'short',
        kind: 'stat',
        lines: [{ expr: 'sum by (namespace, lease) (sluice_leader)', legend: '{{namespace}}/{{lease}}' }],
      },
      {
        title: 'Decisions',
        unit: 's',
        lines: ['rollout', 'analysis_run', 'experiment'].flatMap((controller) => {
          const [, p95] = quantiles(`${controller}_reconcile`, '', controller);
          return p95 === undefined ? [] : [{ ...p95, expr: `${p95.expr} or vector(0)` }];
        }),
      },
      {
        title: 'Decisions that failed',
        unit: 'ops',
        lines: ['rollout', 'analysis_run', 'experiment'].map((controller) => ({
          expr: `sum(rate(${controller}_reconcile_error[$__rate_interval])) or vector(0)`,
          legend: controller,
        })),
      },
      {
        title: 'Queues: depth',
        unit: 'short',
        lines: [{ expr: 'sum by (name) (workqueue_depth)', legend: '{{name}}' }],
      },
      {
        title: 'Queues: how long objects wait',
        unit: 's',
        lines: quantiles('workqueue_queue_duration_seconds', 'name', '{{name}}'),
      },
      {
        title: 'Queues: how long the work takes',
        unit: 's',
        lines: [
          ...quantiles('workqueue_work_duration_seconds', 'name', '{{name}}'),
          {
            expr: 'max by (name) (workqueue_longest_running_processor_seconds)',
            legend: 'longest {{name}}',
          },
          { expr: 'sum by (name) (workqueue_unfinished_work_seconds)', legend: 'under way {{name}}' },
        ],
      },
      {
        title: 'Queues: objects added and tried again',
        unit: 'ops',
        lines: [
          { expr: 'sum by (name) (rate(workqueue_adds_total[$__rate_interval]))', legend: '{{name}}' },
          {
            expr: 'sum by (name) (rate(workqueue_retries_total[$__rate_interval])) or vector(0)',
            legend: 'again {{name}}',
          },
        ],
      },
      {
        title: 'Requests to the API server',
        unit: 'ops',
        lines: [
          {
            expr: 'sum by (verb, status_code) (rate(controller_clientset_k8s_request_total[$__rate_interval]))',
            legend: '{{verb}} {{status_code}}',
          },
        ],
      },
      {
        title: 'How long the API server takes',
        unit: 's',
        lines: quantiles('sluice_api_request_duration_seconds', 'verb', '{{verb}}'),
      },
      {
        title: 'How long requests wait for their turn',
        unit: 's',
        lines: quantiles('sluice_api_request_wait_seconds', 'priority', '{{priority}}'),
      },
      {
        title: 'Watches that were opened anew',
        unit: 'ops',
        lines: [
          {
            expr: 'sum by (kind, reason) (rate(sluice_watch_restarts_total[$__rate_interval])) or vector(0)',
            legend: '{{kind}} {{reason}}',
          },
        ],
      },
      {
        title: 'Lag of the event loop',
        unit: 's',
        lines: [{ expr: 'max by (pod, instance) (sluice_event_loop_lag_seconds)', legend: '{{pod}}' }],
      },
      {
        title: 'Memory',
        unit: 'bytes',
        lines: [
          {
            expr: 'max by (pod, instance) (process_resident_memory_bytes and on (pod, instance) sluice_leader)',
            legend: '{{pod}}',
          },
        ],
      },
      {
        title: 'Processor',
        unit: 'percentunit',
        lines: [
          {
            expr: 'rate(process_cpu_seconds_total[$__rate_interval]) and on (pod, instance) sluice_leader',
            legend: '{{pod}}',
          },
        ],
      },
      {
        title: 'Counts of objects beyond the limit',
        unit: 'ops',
        lines: [
          {
            expr: 'sum by (metric) (rate(sluice_series_folded_total[$__rate_interval])) or vector(0)',
            legend: '{{metric}}',
          },
        ],
      },
    ],
  },
];

/** Metrics that no panel shows, because another one says the same. */
export const withoutPanel: readonly MetricName[] = (
  Object.entries(metricTable) as [MetricName, MetricEntry][]
)
  .filter(([, { deprecated }]) => deprecated !== undefined)
  .map(([name]) => name);

const datasource: DataSourceRef = { type: 'prometheus', uid: '$datasource' };
const columns = 24;
const panelWidth = 8;
const panelHeight = 8;

/** A dashboard as Grafana 9 and newer import it; the types are those that Grafana publishes of its dashboards. */
export function grafanaDashboard(): Dashboard {
  const panels: (PanelJson | RowPanel)[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: columns, h: 1 },
    });
    y += 1;
    for (const [index, panel] of row.panels.entries()) {
      const perLine = columns / panelWidth;
      const x = (index % perLine) * panelWidth;
      const top = y + Math.floor(index / perLine) * panelHeight;
      panels.push(panelJson(panel, panels.length + 1, { x, y: top, w: panelWidth, h: panelHeight }));
    }
    y += Math.ceil(row.panels.length / (columns / panelWidth)) * panelHeight;
  }
  return {
    uid: 'sluice',
    title: 'Sluice',
    tags: ['sluice', 'progressive-delivery'],
    timezone: 'browser',
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: variables },
    annotations: { list: [] },
    panels,
  };
}

const variables: VariableModel[] = [
  { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Source' },
  labelVariable('namespace', 'Namespace', 'label_values(rollout_info, namespace)'),
  labelVariable('name', 'Rollout', 'label_values(rollout_info{namespace=~"$namespace"}, name)'),
];

function labelVariable(name: string, label: string, query: string): VariableModel {
  return {
    name,
    label,
    type: 'query',
    datasource,
    query,
    refresh: VariableRefresh.onTimeRangeChanged,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  };
}

/** A query as the data source for Prometheus reads it. */
interface PrometheusQuery extends DataQuery {
  expr: string;
  legendFormat: string;
  format?: 'table';
  instant?: boolean;
}

function panelJson({ title, unit, kind, lines }: Panel, id: number, gridPos: GridPos): PanelJson {
  const targets = lines.map(
    ({ expr, legend }, index): PrometheusQuery => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource,
      expr,
      legendFormat: legend,
      ...(kind === 'table' && { instant: true, format: 'table' }),
    }),
  );
  return {
    id,
    type: kind ?? 'timeseries',
    title,
    datasource,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: kind === undefined ? { ...timeSeriesOptions } : {},
    targets: targets.map((target) => ({ ...target })),
  };
}

const timeSeriesOptions: OptionsWithLegend & OptionsWithTooltip = {
  legend: { showLegend: true, displayMode: LegendDisplayMode.List, placement: 'bottom', calcs: [] },
  tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending },
};
