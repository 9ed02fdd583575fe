import type { KubeObject } from '../../api/meta.ts';
import type { AnalysisRun } from '../../api/v1alpha1/analysis.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { Container, ReplicaSet } from '../../api/workloads.ts';
import { titleOf } from '../../core/rollout/steps/title.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import type { AnalysisRunView } from '../../view/analysis-run-view.ts';
import type { ExperimentView } from '../../view/experiment-view.ts';
import { type EventObject, explainRollout } from '../../view/explain-rollout.ts';
import { symbols } from '../../view/marks.ts';
import { hashOf, type ReplicaSetView } from '../../view/replica-set-view.ts';
import { type RolloutFacts, type RolloutView, viewRollout } from '../../view/rollout-view.ts';
import type {
  AnalysisRunInfo,
  ExperimentInfo,
  ObjectMetaInfo,
  ReplicaSetInfo,
  RolloutInfo,
  SluiceInfo,
  StepInfo,
} from './info-types.ts';
import { metricCharts } from './metric-chart.ts';

export interface InfoFacts extends RolloutFacts {
  /** Undefined when they were not read. */
  readonly events: readonly EventObject[] | undefined;
}

/** `list`: without runs, experiments and sentences, as the peer's list; `one`: everything. */
export type InfoDetail = 'list' | 'one';

/** A Rollout as the peer's dashboard API shows it, with what Sluice adds under `sluice`. Times are RFC 3339. */
export function rolloutInfo(facts: InfoFacts, detail: InfoDetail): RolloutInfo {
  const { rollout } = facts;
  const view = viewRollout(facts);
  const objects = new Map<string, KubeObject>(
    [...facts.replicaSets, ...facts.pods, ...facts.analysisRuns, ...facts.experiments].map((object) => [
      `${object.kind}/${object.metadata.name}`,
      object,
    ]),
  );
  const find = (kind: string, name: string) => objects.get(`${kind}/${name}`);
  const { initContainers = [], containers = [] } = podSpecOf(facts);
  const imagesOf = (list: readonly Container[]) => list.map(({ name, image = '' }) => ({ name, image }));
  const isWhole = detail === 'one';
  return {
    objectMeta: metaOf(rollout),
    status: view.phase,
    message: view.message,
    icon: symbols[view.status.mark],
    strategy: view.strategy,
    step: view.step === undefined ? '' : `${view.step.index}/${view.step.total}`,
    setWeight: view.setWeight === undefined ? '' : String(view.setWeight),
    actualWeight: view.actualWeight === undefined ? '' : String(view.actualWeight),
    ...view.replicas,
    restartedAt: view.restartedAt === undefined ? 'Never' : formatInstant(view.restartedAt),
    generation: rollout.status?.observedGeneration ?? '',
    replicaSets: view.revisions.flatMap(({ revision, replicaSets }) =>
      replicaSets.map((each) => replicaSetInfo(each, revision, find)),
    ),
    experiments: isWhole
      ? view.revisions.flatMap(({ revision, experiments }) =>
          experiments.map((each) => experimentInfo(each, revision, find)),
        )
      : [],
    analysisRuns: isWhole
      ? view.revisions.flatMap(({ revision, analysisRuns }) =>
          analysisRuns.map((each) => runInfo(each, revision, find)),
        )
      : [],
    containers: imagesOf(containers),
    initContainers: imagesOf(initContainers),
    steps: rollout.spec.strategy?.canary?.steps ?? [],
    sluice: sluiceInfo(facts, view, isWhole),
  };
}

function sluiceInfo(facts: InfoFacts, view: RolloutView, isWhole: boolean): SluiceInfo {
  const { rollout, now } = facts;
  const { status = {}, spec } = rollout;
  const isReleasing = status.currentPodHash !== undefined && status.currentPodHash !== status.stableRS;
  const isUnderWay = view.phase === 'Progressing' || view.phase === 'Paused';
  const explained = isWhole ? explainRollout(facts) : undefined;
  return {
    now,
    mark: view.status.mark,
    needsAttention: needsAttention(view),
    ...(view.waiting !== undefined && { waiting: view.waiting }),
    maxWeight: view.maxWeight,
    steps: stepInfos(rollout),
    isAborted: status.abort === true,
    isReleasing,
    isPaused: spec.paused === true || view.phase === 'Paused',
    actions: {
      promote: isUnderWay,
      promoteFull: isUnderWay && isReleasing,
      // a release that missed its deadline, too: it may serve users
      abort: isReleasing && status.abort !== true,
      retry: status.abort === true,
    },
    ...(explained !== undefined && {
      explanation: explained.state,
      ...(explained.history !== undefined && { history: explained.history }),
    }),
  };
}

/** As the peer's filter: Unknown, Degraded, or paused for another reason than a pause step. */
function needsAttention({ phase, message }: RolloutView): boolean {
  if (phase === 'Paused') return message !== 'CanaryPauseStep';
  return phase !== 'Healthy' && phase !== 'Progressing';
}

function stepInfos({ spec, status }: Rollout): StepInfo[] {
  const steps = spec.strategy?.canary?.steps ?? [];
  const index = status?.currentStepIndex ?? 0;
  const stateOf = (at: number): StepInfo['state'] => {
    if (status?.abort === true) return 'next';
    if (at === index) return 'current';
    return at < index ? 'done' : 'next';
  };
  return steps.map((step, at) => ({ title: titleOf(step), state: stateOf(at) }));
}

type Find = (kind: string, name: string) => KubeObject | undefined;

function replicaSetInfo(view: ReplicaSetView, revision: number, find: Find): ReplicaSetInfo {
  const { roles, status } = view;
  return {
    objectMeta: metaOf(find('ReplicaSet', view.name), view.name),
    status: status.text,
    icon: symbols[status.mark],
    mark: status.mark,
    revision,
    stable: roles.includes('stable'),
    canary: roles.includes('canary'),
    active: roles.includes('active'),
    preview: roles.includes('preview'),
    ping: roles.includes('ping'),
    pong: roles.includes('pong'),
    replicas: view.desired,
    available: view.available,
    template: view.template ?? '',
    scaleDownDeadline: textOf(view.scaleDownAt),
    images: view.images,
    pods: view.pods.map((pod) => ({
      objectMeta: metaOf(find('Pod', pod.name), pod.name),
      status: pod.status.text,
      icon: symbols[pod.status.mark],
      mark: pod.status.mark,
      ready: `${pod.readyContainers}/${pod.containers}`,
      restarts: pod.restarts,
    })),
  };
}

function experimentInfo(view: ExperimentView, revision: number, find: Find): ExperimentInfo {
  return {
    objectMeta: metaOf(find('Experiment', view.name), view.name),
    icon: symbols[view.status.mark],
    mark: view.status.mark,
    revision,
    status: view.status.text,
    message: view.message,
    replicaSets: view.replicaSets.map((each) => replicaSetInfo(each, revision, find)),
    analysisRuns: view.analysisRuns.map((each) => runInfo(each, revision, find)),
  };
}

function runInfo(view: AnalysisRunView, revision: number, find: Find): AnalysisRunInfo {
  const run = find('AnalysisRun', view.name) as AnalysisRun | undefined;
  const sum = (count: 'successful' | 'failed' | 'inconclusive' | 'error') =>
    view.metrics.reduce((total, metric) => total + (metric[count] ?? 0), 0);
  return {
    objectMeta: metaOf(run, view.name),
    icon: symbols[view.status.mark],
    mark: view.status.mark,
    revision,
    status: view.status.text,
    message: view.message,
    successful: sum('successful'),
    failed: sum('failed'),
    inconclusive: sum('inconclusive'),
    error: sum('error'),
    jobs: view.jobs.map((job) => ({
      objectMeta: { name: job.name },
      status: job.status.text,
      icon: symbols[job.status.mark],
      metricName: job.metric,
      startedAt: textOf(job.startedAt),
    })),
    nonJobInfo: view.metrics.flatMap(({ name, measurements = [] }) =>
      measurements.map(({ value = '', phase, startedAt = '' }) => ({
        value,
        status: phase,
        metricName: name,
        startedAt,
      })),
    ),
    metrics: (run?.spec.metrics ?? []).map(
      ({ name, successCondition = '', count, inconclusiveLimit, failureLimit }) => ({
        name,
        successCondition,
        count: Number(count ?? 0),
        inconclusiveLimit: Number(inconclusiveLimit ?? 0),
        failureLimit: Number(failureLimit ?? 0),
      }),
    ),
    specAndStatus: { spec: run?.spec ?? {}, status: run?.status ?? {} },
    charts: run === undefined ? [] : metricCharts(run),
    ...(view.purpose !== undefined && { purpose: view.purpose }),
  };
}

/** Its own template; with workloadRef that of the newest version's ReplicaSet. */
function podSpecOf({ rollout, replicaSets }: RolloutFacts): {
  containers?: readonly Container[];
  initContainers?: readonly Container[];
} {
  const isCurrent = (replicaSet: ReplicaSet) => hashOf(replicaSet) === rollout.status?.currentPodHash;
  const template = rollout.spec.template ?? replicaSets.find(isCurrent)?.spec.template;
  return template?.spec ?? {};
}

/** Holds a copy of the whole object, environment variables and all. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function metaOf(object: KubeObject | undefined, name = ''): ObjectMetaInfo {
  if (object === undefined) return { name };
  const { namespace, uid, resourceVersion, generation, creationTimestamp, labels, annotations } =
    object.metadata;
  const { [lastApplied]: _, ...shown } = annotations ?? {};
  return {
    name: object.metadata.name,
    namespace,
    uid,
    resourceVersion,
    generation,
    creationTimestamp,
    labels,
    annotations: shown,
  };
}

function textOf(at: Instant | undefined): string {
  return at === undefined ? '' : formatInstant(at);
}
