import { podTemplateHashLabel } from '../../src/api/labels.ts';
import { type Condition, controllerOf, type KubeObject } from '../../src/api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../../src/api/resources.ts';
import type { VirtualService } from '../../src/api/routes.ts';
import type { AnalysisRun } from '../../src/api/v1alpha1/analysis.ts';
import type { Experiment, ExperimentSpec } from '../../src/api/v1alpha1/experiment.ts';
import type { CanaryStep, Rollout, RolloutPhase, RolloutSpec } from '../../src/api/v1alpha1/rollout.ts';
import type { Pod, ReplicaSet, Service } from '../../src/api/workloads.ts';
import { lifeAnnotations } from '../../src/sandbox/workloads/annotations.ts';
import type { Stage } from './stage.ts';

/** The words stories are told in. Everything concerns the Rollout `shop` unless a word says otherwise. */
export interface Story {
  readonly given: Given;
  readonly when: When;
  readonly then: Then;
  readonly stage: Stage;
}

export interface CanaryOptions {
  readonly replicas?: number;
  readonly steps?: readonly CanaryStep[];
  /** `istio` puts a VirtualService over two Services; `none` counts pods. Default `istio`. */
  readonly router?: 'istio' | 'none';
  readonly spec?: Partial<RolloutSpec>;
  readonly canary?: NonNullable<NonNullable<RolloutSpec['strategy']>['canary']>;
}

interface Given {
  /** A canary Rollout at rest: its first version is up, and stable. */
  canary(options?: CanaryOptions): Promise<void>;
  /** A blue-green Rollout at rest. */
  blueGreen(options?: { replicas?: number; blueGreen?: object; spec?: Partial<RolloutSpec> }): Promise<void>;
  metric(name: string, value: number): Promise<void>;
  /** A template whose one metric asks for `metric` every ten seconds and fails above `limit`. */
  template(name: string, metric: string, limit: number, more?: object): Promise<void>;
  objects(...objects: readonly KubeObject[]): Promise<void>;
  /** A Deployment of the same pods, with these replicas. */
  deployment(name: string, replicas: number): Promise<void>;
  /** An Experiment of its own, `trial`, with one pod of `shop:v1` and one of `shop:v2` unless `spec` says otherwise. */
  experiment(spec?: Partial<ExperimentSpec>): Promise<void>;
}

interface When {
  image(image: string, annotations?: Record<string, string>): Promise<void>;
  metric(name: string, value: number | undefined): Promise<void>;
  timePasses(seconds: number): Promise<void>;
  /** What `kubectl sluice promote` writes at a pause. */
  promoted(): Promise<void>;
  fullyPromoted(): Promise<void>;
  aborted(): Promise<void>;
  retried(): Promise<void>;
  scaled(replicas: number): Promise<void>;
  /** What `kubectl sluice restart` writes. */
  restarted(): Promise<void>;
  /** As an autoscaler does it: through the scale subresource. */
  autoscaled(replicas: number): Promise<void>;
  /** The revision's running pods are not ready any more. */
  podsFail(image: string): Promise<void>;
  /** Somebody writes the Rollout's metadata, and nothing that matters. */
  annotated(key: string, value: string): Promise<void>;
  specChanges(spec: object): Promise<void>;
  /** What `kubectl sluice terminate experiment` writes about the newest one. */
  experimentTerminated(): Promise<void>;
}

interface Then {
  phase(phase: RolloutPhase, message?: string | RegExp): Promise<void>;
  /** What the router's objects show. */
  weight(canary: number): Promise<void>;
  step(index: number): Promise<void>;
  /** The newest run with this `rollout-type`. */
  run(type: string, phase: string): Promise<void>;
  /** How many runs with this `rollout-type` there have been. */
  runs(type: string, count: number): Promise<void>;
  condition(type: string, status: string, reason?: string): Promise<void>;
  /** The stable revision's image. */
  stable(image: string): Promise<void>;
  /** The Service selects the revision that runs this image. */
  service(name: string, image: string): Promise<void>;
  /** Available pods of the revision that runs this image. */
  pods(image: string, count: number): Promise<void>;
  /** Anything else that a story looks at, in its own words. */
  fact(what: string, found: () => Promise<unknown>, wanted: unknown): Promise<void>;
  /** The newest Experiment: its phase, or `none`. */
  experiment(phase: ExperimentPhase, message?: string | RegExp): Promise<void>;
  /** How a template of the newest Experiment is doing. */
  template(name: string, status: string): Promise<void>;
  /** Pods that the newest Experiment asks for, over all templates. */
  experimentPods(count: number): Promise<void>;
  /** What the VirtualService gives to the newest Experiment's template of this name; 0 also when it does not know it. */
  experimentWeight(template: string, weight: number): Promise<void>;
  /** Services of Experiments that there are. */
  experimentServices(count: number): Promise<void>;
}

type ExperimentPhase = NonNullable<NonNullable<Experiment['status']>['phase']> | 'none';

/** How long a `then` lets the story go on before it gives up, in the story's seconds. */
const patience = 300;

export function storyOn(stage: Stage): Story {
  // biome-ignore lint/suspicious/noThenProperty: stories are told in these three words; a story itself is never awaited
  return { given: givenOn(stage), when: whenOn(stage), then: thenOn(stage), stage };
}

function givenOn(stage: Stage): Given {
  const atRest = async (rollout: Rollout, ...others: readonly KubeObject[]) => {
    await stage.apply(...others, rollout);
    await thenOn(stage).phase('Healthy');
  };
  return {
    canary: (options = {}) =>
      options.router === 'none'
        ? atRest(canaryRollout(stage, options))
        : atRest(
            canaryRollout(stage, options),
            service(stage, 'shop-stable'),
            service(stage, 'shop-canary'),
            virtualService(stage),
          ),
    blueGreen: ({ replicas = 2, blueGreen = {}, spec = {} } = {}) =>
      atRest(
        rollout(stage, {
          replicas,
          strategy: {
            blueGreen: { activeService: 'shop-active', previewService: 'shop-preview', ...blueGreen },
          },
          ...spec,
        }),
        service(stage, 'shop-active'),
        service(stage, 'shop-preview'),
      ),
    metric: (name, value) => stage.metric(name, value),
    template: (name, metric, limit, more = {}) => stage.apply(template(stage, name, metric, limit, more)),
    objects: (...objects) => stage.apply(...objects),
    deployment: (name, replicas) => stage.apply(deployment(stage, name, replicas)),
    experiment: (spec = {}) => stage.apply(trial(stage, spec)),
  };
}

function whenOn(stage: Stage): When {
  const spec = (body: object) =>
    stage.patch(ref(stage, resources.rollouts, 'shop'), { kind: 'merge', body: { spec: body } });
  const status = (body: object) =>
    stage.patch(ref(stage, resources.rollouts, 'shop'), { kind: 'merge', body: { status: body } }, 'status');
  return {
    image: (image, annotations = {}) =>
      spec({ template: { metadata: { annotations }, spec: { containers: [container(image)] } } }),
    metric: (name, value) => stage.metric(name, value),
    timePasses: (seconds) => stage.advance(seconds),
    promoted: () => status({ pauseConditions: null }),
    fullyPromoted: () => status({ promoteFull: true }),
    aborted: () => status({ abort: true }),
    retried: () => status({ abort: false }),
    scaled: (replicas) => spec({ replicas }),
    restarted: async () => spec({ restartAt: await stage.now() }),
    autoscaled: (replicas) =>
      stage.patch(
        ref(stage, resources.rollouts, 'shop'),
        { kind: 'merge', body: { spec: { replicas } } },
        'scale',
      ),
    async podsFail(image) {
      const pods = (await stage.list(resources.pods)) as Pod[];
      const body = { metadata: { annotations: { [lifeAnnotations.fail]: 'never-ready' } } };
      for (const { metadata, spec: pod } of pods) {
        if (pod?.containers[0]?.image !== image) continue;
        await stage.patch(ref(stage, resources.pods, metadata.name), { kind: 'merge', body });
      }
    },
    annotated: (key, value) =>
      stage.patch(ref(stage, resources.rollouts, 'shop'), {
        kind: 'merge',
        body: { metadata: { annotations: { [key]: value } } },
      }),
    specChanges: spec,
    experimentTerminated: async () => {
      const name = (await newestExperiment(stage))?.metadata.name ?? '';
      await stage.patch(ref(stage, resources.experiments, name), {
        kind: 'merge',
        body: { spec: { terminate: true } },
      });
    },
  };
}

function thenOn(stage: Stage): Then {
  const shop = async () => (await stage.get(ref(stage, resources.rollouts, 'shop'))) as Rollout | undefined;
  const revisions = async () => (await stage.list(resources.replicaSets)) as ReplicaSet[];
  const running = async (image: string) =>
    (await revisions()).find(({ spec }) => spec.template.spec?.containers[0]?.image === image);
  const until = (what: string, found: () => Promise<unknown>, wanted: unknown) =>
    stage.until(what, patience, async () => {
      const now = await found();
      const fits = wanted instanceof RegExp ? wanted.test(String(now)) : now === wanted;
      return fits ? undefined : `${what}: expected ${wanted}, found ${now}`;
    });
  return {
    async phase(phase, message) {
      await stage.until(`phase ${phase}`, patience, async () => {
        const status = (await shop())?.status;
        const observed = status?.observedGeneration === String((await shop())?.metadata.generation);
        if (status?.phase === phase && observed) return undefined;
        return `expected phase ${phase}, found ${status?.phase}: ${status?.message}`;
      });
      if (message !== undefined)
        await until('message', async () => (await shop())?.status?.message ?? '', message);
    },
    weight: (canary) =>
      until(
        'weight of the canary',
        async () => {
          const found = (await stage.get(ref(stage, resources.virtualServices, 'shop'))) as VirtualService;
          return (
            found.spec.http?.[0]?.route?.find(({ destination }) => destination.host === 'shop-canary')
              ?.weight ?? 0
          );
        },
        canary,
      ),
    step: (index) => until('step', async () => (await shop())?.status?.currentStepIndex, index),
    run: (type, phase) =>
      until(
        `${type} run`,
        async () => {
          const runs = (await stage.list(resources.analysisRuns)) as AnalysisRun[];
          return runs.filter(({ metadata }) => metadata.labels?.['rollout-type'] === type).at(-1)?.status
            ?.phase;
        },
        phase,
      ),
    runs: (type, count) =>
      until(
        `number of ${type} runs`,
        async () =>
          ((await stage.list(resources.analysisRuns)) as AnalysisRun[]).filter(
            ({ metadata }) => metadata.labels?.['rollout-type'] === type,
          ).length,
        count,
      ),
    condition: (type, status, reason) =>
      until(
        `condition ${type}`,
        async () => {
          const found = (await shop())?.status?.conditions?.find(
            (condition: Condition) => condition.type === type,
          );
          return reason === undefined ? found?.status : `${found?.status}/${found?.reason}`;
        },
        reason === undefined ? status : `${status}/${reason}`,
      ),
    stable: (image) =>
      until(
        'stable image',
        async () => {
          const hash = (await shop())?.status?.stableRS;
          const stable = (await revisions()).find(
            ({ metadata }) => metadata.labels?.[podTemplateHashLabel] === hash,
          );
          return stable?.spec.template.spec?.containers[0]?.image;
        },
        image,
      ),
    service: (name, image) =>
      until(
        `Service ${name} selects ${image}`,
        async () => {
          const found = (await stage.get(ref(stage, resources.services, name))) as Service;
          const hash = (await running(image))?.metadata.labels?.[podTemplateHashLabel];
          return hash !== undefined && found.spec.selector?.[podTemplateHashLabel] === hash;
        },
        true,
      ),
    pods: (image, count) =>
      until(
        `available pods of ${image}`,
        async () => (await running(image))?.status?.availableReplicas ?? 0,
        count,
      ),
    fact: until,
    ...thenOfExperiments(stage, until),
  };
}

type Until = (what: string, found: () => Promise<unknown>, wanted: unknown) => Promise<void>;

function thenOfExperiments(stage: Stage, until: Until) {
  const experiment = () => newestExperiment(stage);
  return {
    async experiment(phase: string, message?: string | RegExp) {
      const phaseNow = async () => (await experiment())?.status?.phase ?? 'none';
      await until('phase of the experiment', phaseNow, phase);
      if (message === undefined) return;
      await until('its message', async () => (await experiment())?.status?.message ?? '', message);
    },
    template: (name: string, status: string) =>
      until(
        `template ${name}`,
        async () =>
          (await experiment())?.status?.templateStatuses?.find((each) => each.name === name)?.status,
        status,
      ),
    experimentPods: (count: number) =>
      until(
        'pods of the experiment',
        async () => {
          const uid = (await experiment())?.metadata.uid;
          const sets = (await stage.list(resources.replicaSets)) as ReplicaSet[];
          return sets
            .filter((each) => controllerOf(each)?.uid === uid)
            .reduce((sum, { spec }) => sum + (spec.replicas ?? 1), 0);
        },
        count,
      ),
    experimentWeight: (template: string, weight: number) =>
      until(
        `weight of template ${template}`,
        async () => {
          const name = (await experiment())?.metadata.name;
          const found = (await stage.get(ref(stage, resources.virtualServices, 'shop'))) as VirtualService;
          const routes = found.spec.http?.[0]?.route ?? [];
          return routes.find(({ destination }) => destination.host === `${name}-${template}`)?.weight ?? 0;
        },
        weight,
      ),
    experimentServices: (count: number) =>
      until(
        'Services of experiments',
        async () =>
          (await stage.list(resources.services)).filter((each) => controllerOf(each)?.kind === 'Experiment')
            .length,
        count,
      ),
  };
}

async function newestExperiment(stage: Stage): Promise<Experiment | undefined> {
  const all = (await stage.list(resources.experiments)) as Experiment[];
  return all
    .toSorted((one, other) => Number(one.metadata.resourceVersion) - Number(other.metadata.resourceVersion))
    .toSorted((one, other) =>
      (one.metadata.creationTimestamp ?? '').localeCompare(other.metadata.creationTimestamp ?? ''),
    )
    .at(-1);
}

export function ref(stage: Stage, type: ResourceType, name: string): ObjectRef {
  return { type, namespace: type.namespaced ? stage.namespace : undefined, name };
}

function rollout({ namespace }: Stage, spec: RolloutSpec): Rollout {
  const labels = { app: 'shop' };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container('shop:v1')] } },
      ...spec,
    },
  };
}

export function canaryRollout(
  stage: Stage,
  { replicas = 4, steps = [], router = 'istio', spec = {}, canary = {} }: CanaryOptions,
): Rollout {
  const routed = {
    stableService: 'shop-stable',
    canaryService: 'shop-canary',
    trafficRouting: { istio: { virtualService: { name: 'shop' } } },
  };
  return rollout(stage, {
    replicas,
    strategy: { canary: { ...(router === 'istio' && routed), steps: [...steps], ...canary } },
    ...spec,
  });
}

function deployment({ namespace }: Stage, name: string, replicas: number): KubeObject {
  const labels = { app: 'shop' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container('shop:v1')] } },
    },
  };
}

export function container(image: string) {
  return { name: 'shop', image, ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] };
}

function trial({ namespace }: Stage, spec: Partial<ExperimentSpec>): Experiment {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Experiment',
    metadata: { name: 'trial', namespace },
    spec: { templates: [trialTemplate('old', 'shop:v1'), trialTemplate('new', 'shop:v2')], ...spec },
  };
}

/** One template of an Experiment of its own. */
export function trialTemplate(
  name: string,
  image: string,
  more: object = {},
): ExperimentSpec['templates'][number] {
  const labels = { app: 'trial', version: name };
  return {
    name,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [container(image)] } },
    ...more,
  };
}

function service({ namespace }: Stage, name: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: {
      selector: { app: 'shop' },
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
    },
  };
}

function virtualService({ namespace }: Stage): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'VirtualService',
    metadata: { name: 'shop', namespace },
    spec: {
      hosts: ['shop'],
      http: [
        {
          name: 'primary',
          route: [
            { destination: { host: 'shop-stable' }, weight: 100 },
            { destination: { host: 'shop-canary' }, weight: 0 },
          ],
        },
      ],
    },
  };
}

function template(stage: Stage, name: string, metric: string, limit: number, more: object): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name, namespace: stage.namespace },
    spec: {
      metrics: [
        {
          name: metric,
          interval: '10s',
          count: 3,
          successCondition: `result[0] <= ${limit}`,
          provider: { prometheus: { address: stage.prometheusAddress, query: stage.query(metric) } },
          ...more,
        },
      ],
    },
  };
}

/** Steps, as a story says them. */
export const setWeight = (weight: number): CanaryStep => ({ setWeight: weight });
export const pause = (duration?: string | number): CanaryStep => ({
  pause: duration === undefined ? {} : { duration },
});
export const experiment = (step: Partial<NonNullable<CanaryStep['experiment']>> = {}): CanaryStep => ({
  experiment: {
    templates: [
      { name: 'baseline', specRef: 'stable' },
      { name: 'canary', specRef: 'canary' },
    ],
    ...step,
  },
});
export const analysis = (templateName: string): CanaryStep => ({
  analysis: { templates: [{ templateName }] },
});
