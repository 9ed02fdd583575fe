import { providerKinds } from '../api/measurement.ts';
import type { KubeObject } from '../api/meta.ts';
import { type RouterKind, routerSettings } from '../api/split.ts';
import type { AnalysisRun, AnalysisTemplate, Metric } from '../api/v1alpha1/analysis.ts';
import { analysisPhases } from '../api/v1alpha1/analysis.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { LabelsOf, MetricMaker } from './metric-series.ts';
import type { MetricName } from './metric-table.ts';

export type ObjectsSource = () => {
  readonly rollouts: readonly KubeObject[];
  readonly analysisRuns: readonly KubeObject[];
  /** Of both kinds; those of the cluster have no namespace. */
  readonly analysisTemplates: readonly KubeObject[];
  /** Default none. */
  readonly experiments?: readonly KubeObject[];
};

/** Gauges over the objects there are, computed from the caches whenever somebody asks: nothing to keep, nothing to forget. */
export function objectGauges(make: MetricMaker, objects: ObjectsSource): void {
  const rollouts = () => objects().rollouts as readonly Rollout[];
  const runs = () => objects().analysisRuns as readonly AnalysisRun[];
  const experiments = () => (objects().experiments ?? []) as readonly Experiment[];
  const gauge = <Name extends MetricName>(name: Name, fill: (set: SetGauge<Name>) => void) =>
    make.gauge(name, (set) =>
      fill((object, more, value) => set({ ...nameOf(object), ...more } as LabelsOf<Name>, value)),
    );

  gauge('rollout_info', (set) => {
    for (const each of rollouts()) {
      set(each, { strategy: strategyOf(each), traffic_router: routerOf(each), phase: phaseOf(each) }, 1);
    }
  });
  for (const [suffix, count] of replicaGauges) {
    gauge(`rollout_info_replicas_${suffix}`, (set) => {
      for (const each of rollouts()) set(each, {}, count(each));
    });
  }
  gauge('rollout_phase', (set) => {
    for (const each of rollouts()) {
      for (const phase of rolloutInfoPhases) {
        set(each, { strategy: strategyOf(each), phase }, phase === phaseOf(each) ? 1 : 0);
      }
    }
  });
  gauge('analysis_run_info', (set) => {
    for (const each of runs()) set(each, { phase: each.status?.phase ?? '' }, 1);
  });
  gauge('analysis_run_phase', (set) => {
    for (const each of runs()) {
      for (const phase of analysisPhases) set(each, { phase }, phase === each.status?.phase ? 1 : 0);
    }
  });
  gauge('experiment_info', (set) => {
    for (const each of experiments()) set(each, { phase: each.status?.phase ?? '' }, 1);
  });
  gauge('experiment_phase', (set) => {
    for (const each of experiments()) {
      for (const phase of analysisPhases) set(each, { phase }, phase === each.status?.phase ? 1 : 0);
    }
  });
  gauge('analysis_run_metric_type', (set) => {
    for (const each of runs()) {
      for (const metric of each.spec.metrics ?? []) {
        set(each, { metric: metric.name, type: providerOf(metric) }, 1);
      }
    }
  });
  gauge('analysis_run_metric_phase', (set) => {
    for (const each of runs()) fillMetricPhases(each, set);
  });
  gauge('sluice_rollout_canary_weight', (set) => {
    for (const each of rollouts()) {
      const { weights } = each.status?.canary ?? {};
      if (weights !== undefined) set(each, {}, weights.canary.weight);
    }
  });
  gauge('sluice_rollout_weight_verified', (set) => {
    for (const each of rollouts()) {
      const verified = each.status?.canary?.weights?.verified;
      if (verified !== undefined) set(each, {}, verified ? 1 : 0);
    }
  });
  gauge('sluice_rollout_split_differs', (set) => {
    for (const each of rollouts()) {
      const split = each.status?.canary?.observedSplit;
      if (split !== undefined) set(each, {}, split.state === 'SplitDiffers' ? 1 : 0);
    }
  });
  const templates = () => objects().analysisTemplates as readonly AnalysisTemplate[];
  gauge('analysis_template_info', (set) => {
    for (const each of templates()) set(each, {}, 1);
  });
  gauge('analysis_template_metric_info', (set) => {
    for (const each of templates()) {
      for (const metric of each.spec.metrics ?? []) {
        set(each, { type: providerOf(metric), metric: metric.name }, 1);
      }
    }
  });
}

type SetGauge<Name extends MetricName> = (
  object: KubeObject,
  more: Omit<LabelsOf<Name>, 'namespace' | 'name'>,
  value: number,
) => void;

const replicaGauges = [
  ['desired', ({ spec }: Rollout) => spec.replicas ?? 1],
  ['available', ({ status }: Rollout) => status?.availableReplicas ?? 0],
  ['unavailable', ({ status }: Rollout) => (status?.replicas ?? 0) - (status?.availableReplicas ?? 0)],
  ['updated', ({ status }: Rollout) => status?.updatedReplicas ?? 0],
] as const;

function fillMetricPhases(run: AnalysisRun, set: SetGauge<'analysis_run_metric_phase'>): void {
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

/** As the peer writes them: dashboards select by them. */
const providerNames: Readonly<Record<string, string>> = {
  prometheus: 'Prometheus',
  cloudWatch: 'CloudWatch',
  datadog: 'Datadog',
  web: 'Web',
  job: 'Job',
  newRelic: 'NewRelic',
  wavefront: 'Wavefront',
  graphite: 'Graphite',
  influxdb: 'Influxdb',
  skywalking: 'skywalking',
  kayenta: 'Kayenta',
  plugin: 'RPCPlugin',
};

function providerOf({ provider }: Metric): string {
  const kind = providerKinds.find((each) => provider[each] !== undefined);
  return providerNames[kind ?? ''] ?? kind ?? 'Unknown Provider';
}
