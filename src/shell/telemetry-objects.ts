import { Gauge, type Registry } from 'prom-client';
import { providerKinds } from '../api/measurement.ts';
import type { KubeObject } from '../api/meta.ts';
import { type RouterKind, routerSettings } from '../api/split.ts';
import type { AnalysisRun, AnalysisTemplate, Metric } from '../api/v1alpha1/analysis.ts';
import { analysisPhases } from '../api/v1alpha1/analysis.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';

export type ObjectsSource = () => {
  readonly rollouts: readonly KubeObject[];
  readonly analysisRuns: readonly KubeObject[];
  /** Of both kinds; those of the cluster have no namespace. */
  readonly analysisTemplates: readonly KubeObject[];
  /** Default none. */
  readonly experiments?: readonly KubeObject[];
};

const objectLabels = ['namespace', 'name'] as const;

/** Gauges over the objects there are, computed from the caches whenever somebody asks: nothing to keep, nothing to forget. */
export function objectGauges(registry: Registry, objects: ObjectsSource): void {
  const rollouts = () => objects().rollouts as readonly Rollout[];
  const runs = () => objects().analysisRuns as readonly AnalysisRun[];
  const experiments = () => (objects().experiments ?? []) as readonly Experiment[];
  const gauge = (name: string, help: string, labels: readonly string[], fill: (set: SetGauge) => void) =>
    new Gauge({
      name,
      help,
      labelNames: [...objectLabels, ...labels],
      registers: [registry],
      collect() {
        this.reset();
        fill((object, more, value) => this.set({ ...nameOf(object), ...more }, value));
      },
    });

  gauge('rollout_info', 'One per Rollout.', ['strategy', 'traffic_router', 'phase'], (set) => {
    for (const each of rollouts()) {
      set(each, { strategy: strategyOf(each), traffic_router: routerOf(each), phase: phaseOf(each) }, 1);
    }
  });
  for (const [suffix, help, count] of replicaGauges) {
    gauge(`rollout_info_replicas_${suffix}`, help, [], (set) => {
      for (const each of rollouts()) set(each, {}, count(each));
    });
  }
  gauge('rollout_phase', 'Deprecated, use rollout_info.', ['strategy', 'phase'], (set) => {
    for (const each of rollouts()) {
      for (const phase of rolloutInfoPhases) {
        set(each, { strategy: strategyOf(each), phase }, phase === phaseOf(each) ? 1 : 0);
      }
    }
  });
  gauge('analysis_run_info', 'One per AnalysisRun.', ['phase'], (set) => {
    for (const each of runs()) set(each, { phase: each.status?.phase ?? '' }, 1);
  });
  gauge('analysis_run_phase', 'Deprecated, use analysis_run_info.', ['phase'], (set) => {
    for (const each of runs()) {
      for (const phase of analysisPhases) set(each, { phase }, phase === each.status?.phase ? 1 : 0);
    }
  });
  gauge('experiment_info', 'One per Experiment.', ['phase'], (set) => {
    for (const each of experiments()) set(each, { phase: each.status?.phase ?? '' }, 1);
  });
  gauge('experiment_phase', 'Deprecated, use experiment_info.', ['phase'], (set) => {
    for (const each of experiments()) {
      for (const phase of analysisPhases) set(each, { phase }, phase === each.status?.phase ? 1 : 0);
    }
  });
  gauge('analysis_run_metric_type', 'One per metric of an AnalysisRun.', ['metric', 'type'], (set) => {
    for (const each of runs()) {
      for (const metric of each.spec.metrics ?? []) {
        set(each, { metric: metric.name, type: providerOf(metric) }, 1);
      }
    }
  });
  gauge(
    'analysis_run_metric_phase',
    'One per metric of an AnalysisRun and phase; 1 for the phase it is in.',
    ['metric', 'type', 'dry_run', 'phase'],
    (set) => {
      for (const each of runs()) fillMetricPhases(each, set);
    },
  );
  const templates = () => objects().analysisTemplates as readonly AnalysisTemplate[];
  gauge('analysis_template_info', 'One per AnalysisTemplate and ClusterAnalysisTemplate.', [], (set) => {
    for (const each of templates()) set(each, {}, 1);
  });
  gauge('analysis_template_metric_info', 'One per metric of a template.', ['type', 'metric'], (set) => {
    for (const each of templates()) {
      for (const metric of each.spec.metrics ?? []) {
        set(each, { type: providerOf(metric), metric: metric.name }, 1);
      }
    }
  });
}

type SetGauge = (object: KubeObject, labels: Readonly<Record<string, string>>, value: number) => void;

const replicaGauges: readonly (readonly [string, string, (rollout: Rollout) => number])[] = [
  ['desired', 'Pods that the Rollout asks for.', ({ spec }) => spec.replicas ?? 1],
  ['available', 'Pods that are available.', ({ status }) => status?.availableReplicas ?? 0],
  [
    'unavailable',
    'Pods that are there and not available.',
    ({ status }) => (status?.replicas ?? 0) - (status?.availableReplicas ?? 0),
  ],
  ['updated', 'Pods of the newest revision.', ({ status }) => status?.updatedReplicas ?? 0],
];

function fillMetricPhases(run: AnalysisRun, set: SetGauge): void {
  for (const metric of run.spec.metrics ?? []) {
    const state = run.status?.metricResults?.find(({ name }) => name === metric.name);
    const labels = {
      metric: metric.name,
      type: providerOf(metric),
      dry_run: String(state?.dryRun === true),
    };
    for (const phase of analysisPhases) set(run, { ...labels, phase }, phase === state?.phase ? 1 : 0);
  }
}

function nameOf({ metadata }: KubeObject): { namespace: string; name: string } {
  return { namespace: metadata.namespace ?? '', name: metadata.name };
}

function strategyOf({ spec }: Rollout): string {
  if (spec.strategy?.canary !== undefined) return 'canary';
  return spec.strategy?.blueGreen !== undefined ? 'blueGreen' : 'none';
}

/** The peer names the last of these that is configured, and none of the others. */
const routerNames: Readonly<Partial<Record<RouterKind, string>>> = {
  alb: 'ALB',
  ambassador: 'Ambassador',
  istio: 'Istio',
  nginx: 'Nginx',
  smi: 'SMI',
  appMesh: 'AppMesh',
};

function routerOf({ spec }: Rollout): string {
  const routing = spec.strategy?.canary?.trafficRouting;
  const configured = (Object.keys(routerNames) as RouterKind[]).filter(
    (kind) => routerSettings(routing, kind) !== undefined,
  );
  return routerNames[configured.at(-1) ?? 'apisix'] ?? '';
}

const rolloutInfoPhases = ['Completed', 'Progressing', 'Paused', 'Timeout', 'Error', 'Abort'] as const;

const phaseOfReason: Readonly<Record<string, (typeof rolloutInfoPhases)[number]>> = {
  NewReplicaSetAvailable: 'Completed',
  RolloutPaused: 'Paused',
  ReplicaSetCreateError: 'Error',
  ProgressDeadlineExceeded: 'Timeout',
  RolloutAborted: 'Abort',
};

/** From the conditions; not the same as `status.phase`, and alerts are built on it. */
function phaseOf({ status }: Rollout): string {
  const condition = (type: string) => status?.conditions?.find((each) => each.type === type);
  if (condition('InvalidSpec') !== undefined) return 'InvalidSpec';
  return phaseOfReason[condition('Progressing')?.reason ?? ''] ?? 'Progressing';
}

const providerNames: Readonly<Record<string, string>> = {
  prometheus: 'Prometheus',
  cloudWatch: 'CloudWatch',
  datadog: 'Datadog',
  web: 'WebMetric',
  job: 'Job',
  newRelic: 'NewRelic',
  wavefront: 'Wavefront',
  graphite: 'Graphite',
  influxdb: 'Influxdb',
  skywalking: 'Skywalking',
  kayenta: 'Kayenta',
};

function providerOf({ provider }: Metric): string {
  const kind = providerKinds.find((each) => provider[each] !== undefined);
  return providerNames[kind ?? ''] ?? kind ?? '';
}
