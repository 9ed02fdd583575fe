import type { KubeObject } from '../../src/api/meta.ts';
import { type ResourceType, resources } from '../../src/api/resources.ts';
import type { AnalysisRun } from '../../src/api/v1alpha1/analysis.ts';
import type { Experiment } from '../../src/api/v1alpha1/experiment.ts';
import type { Rollout, RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';

/** One command, or one request to the tool's dashboard, and what comes of it, whoever wrote the tool or the controller. */
export interface Deed {
  /**
   * The command without the program, or a method, a path below the namespace and a body. The name of a file of the story stands
   * for its path, and `<instance>` for the instance id of the controller.
   */
  readonly words: readonly string[];
  /** Those it may end with: 0, when none are named. */
  readonly codes?: readonly number[];
  readonly says?: RegExp;
  readonly becomes?: Becoming;
  /** Commands with which both tools must then say the same. */
  readonly look?: readonly (readonly string[])[];
}

interface Becoming {
  readonly type: ResourceType;
  readonly name: string;
  readonly shows: (object: KubeObject) => boolean;
}

export interface PluginStory {
  readonly name: string;
  /** What is there before. */
  readonly given?: readonly KubeObject[];
  readonly files: Readonly<Record<string, KubeObject>>;
  readonly deeds: readonly Deed[];
}

/** The object, labelled for the controller of this instance id. */
export function labelled(object: KubeObject, instanceId: string): KubeObject {
  if (instanceId === '' || !object.apiVersion?.startsWith('argoproj.io/')) return object;
  const labels = {
    ...object.metadata.labels,
    'argo-rollouts.argoproj.io/controller-instance-id': instanceId,
  };
  return { ...object, metadata: { ...object.metadata, labels } };
}

const containers = [
  { name: 'main', image: 'shop:v1', resources: { requests: { cpu: '10m', memory: '16Mi' } } },
];
const podsOf = (app: string) => ({ metadata: { labels: { app } }, spec: { containers } });
const make = (kind: string, name: string, spec: object, apiVersion = 'argoproj.io/v1alpha1'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name },
  spec,
});
const selecting = (app: string) => ({ selector: { matchLabels: { app } }, template: podsOf(app) });
const shop = (strategy: object, replicas: number) =>
  make('Rollout', 'shop', { replicas, ...selecting('shop'), strategy });
const service = (name: string) =>
  make('Service', name, { selector: { app: 'shop' }, ports: [{ port: 80 }] }, 'v1');

function becomes(shows: (status: RolloutStatus, rollout: Rollout) => boolean): Becoming {
  return {
    type: resources.rollouts,
    name: 'shop',
    shows: (object) => {
      const rollout = object as Rollout;
      const { status, metadata } = rollout;
      return status?.observedGeneration === String(metadata.generation) && shows(status, rollout);
    },
  };
}
const still = ({ replicas, availableReplicas }: RolloutStatus) => replicas === availableReplicas;
/** A blue-green counts the pods that serve, and keeps others for a while. */
const isComplete = (status: RolloutStatus, { spec }: Rollout) =>
  spec.strategy?.blueGreen === undefined ? still(status) : status.updatedReplicas === spec.replicas;
const healthy = becomes((status, rollout) => status.phase === 'Healthy' && isComplete(status, rollout));
const aborted = becomes((status) => status.phase === 'Degraded' && status.abort === true && still(status));
const paused = becomes(
  (status, rollout) =>
    status.phase === 'Paused' &&
    isComplete(status, rollout) &&
    (status.pauseConditions ?? []).length > 0 &&
    rollout.spec.paused !== true,
);
const pausedAt = (index: number) =>
  becomes(
    (status, rollout) =>
      status.currentStepIndex === index && paused.shows({ ...rollout, status } as KubeObject),
  );

const looks = [
  ['get', 'rollout', 'shop', '--no-color'],
  ['list', 'rollouts'],
  ['status', 'shop', '--watch=false'],
];
const image = (tag: string) => ['set', 'image', 'shop', `main=shop:${tag}`];
const steps = [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: {} }];

const canary: PluginStory = {
  name: 'canary',
  files: { 'shop.json': shop({ canary: { steps } }, 4) },
  deeds: [
    { words: ['lint', '-f', 'shop.json'], says: /^$/ },
    {
      words: ['create', '-f', 'shop.json'],
      says: /^rollout\.argoproj\.io\/shop created$/m,
      becomes: healthy,
      look: looks,
    },
    { words: ['status', 'shop'], says: /^Healthy\n$/ },
    { words: image('v2'), says: /^rollout "shop" image updated$/m, becomes: pausedAt(1), look: looks },
    { words: ['status', 'shop', '--watch=false'], says: /^Paused - CanaryPauseStep\n$/ },
    { words: ['promote', 'shop'], says: /^rollout 'shop' promoted$/m, becomes: pausedAt(3), look: looks },
    { words: ['abort', 'shop'], says: /^rollout 'shop' aborted$/m, becomes: aborted, look: looks },
    {
      words: ['status', 'shop'],
      codes: [1],
      says: /Error: The rollout is in a degraded state with message: /,
    },
    {
      words: ['retry', 'rollout', 'shop'],
      says: /^rollout 'shop' retried$/m,
      becomes: pausedAt(1),
      look: looks,
    },
    {
      words: ['promote', 'shop', '--full'],
      says: /^rollout 'shop' fully promoted$/m,
      becomes: healthy,
      look: looks,
    },
    { words: ['undo', 'shop'], says: /^rollout 'shop' undo$/m, becomes: pausedAt(1), look: looks },
    {
      words: ['pause', 'shop'],
      says: /^rollout 'shop' paused$/m,
      becomes: becomes(({ phase }, { spec }) => phase === 'Paused' && spec.paused === true),
      look: looks,
    },
    { words: ['promote', 'shop'], says: /promoted/, becomes: pausedAt(3), look: looks },
    { words: ['promote', 'shop', '--skip-current-step'], says: /promoted/, becomes: healthy, look: looks },
    { words: image('v3'), becomes: pausedAt(1) },
    { words: ['promote', 'shop', '--skip-all-steps'], says: /promoted/, becomes: healthy },
    { words: ['promote', 'shop', '--skip-all-steps', '--skip-current-step'], codes: [1], says: /Cannot use/ },
    { words: ['undo', 'shop', '--to-revision=2'], says: /undo/, becomes: pausedAt(1), look: looks },
    { words: ['undo', 'shop', '--to-revision=77'], codes: [1], says: /unable to find specified revision 77/ },
    { words: ['promote', 'shop', '--full'], becomes: healthy },
    {
      words: ['restart', 'shop'],
      says: /^rollout 'shop' restarts in 0s$/m,
      becomes: becomes(
        (status, { spec }) =>
          spec.restartAt !== undefined &&
          status.restartedAt === spec.restartAt &&
          status.phase === 'Healthy' &&
          still(status),
      ),
    },
    {
      words: image('does-not-exist'),
      becomes: becomes(({ updatedReplicas }) => updatedReplicas === 1),
      look: looks,
    },
    {
      words: ['status', 'shop', '--timeout', '1s'],
      codes: [1, 2], // ours is 2
      says: /Error: Rollout status watch exceeded timeout/,
    },
    {
      words: ['get', 'rollout', 'nobody'],
      codes: [1],
      says: /Error: rollout\.argoproj\.io "nobody" not found/,
    },
  ],
};

const blueGreen: PluginStory = {
  name: 'blue green',
  given: [service('shop-active'), service('shop-preview')],
  files: {
    'shop.json': shop(
      {
        blueGreen: {
          activeService: 'shop-active',
          previewService: 'shop-preview',
          autoPromotionEnabled: false,
          scaleDownDelaySeconds: 3600,
        },
      },
      2,
    ),
  },
  deeds: [
    { words: ['create', '-f', 'shop.json'], becomes: healthy, look: looks },
    { words: image('v2'), becomes: paused, look: looks },
    {
      words: ['promote', 'shop', '--skip-current-step'],
      codes: [1],
      says: /Cannot skip steps of a bluegreen rollout/,
    },
    { words: ['promote', 'shop'], says: /promoted/, becomes: healthy, look: looks },
    { words: image('v3'), becomes: paused },
    { words: ['abort', 'shop'], says: /aborted/, becomes: becomes(({ phase }) => phase === 'Degraded') },
    { words: ['retry', 'rollout', 'shop'], says: /retried/, becomes: paused, look: looks },
    { words: ['promote', 'shop', '--full'], says: /fully promoted/, becomes: healthy, look: looks },
    { words: ['undo', 'shop'], says: /undo/, becomes: healthy, look: looks }, // its pods are there still,
  ],
};

const runIs = (name: string, ...phases: readonly (string | undefined)[]): Becoming => ({
  type: resources.analysisRuns,
  name,
  shows: ({ status }) => phases.includes((status as AnalysisRun['status'])?.phase),
});
const experimentIs = (...phases: readonly (string | undefined)[]): Becoming => ({
  type: resources.experiments,
  name: 'trial',
  shows: ({ status }) => {
    const { phase, templateStatuses = [] } = (status ?? {}) as NonNullable<Experiment['status']>;
    return (
      phases.includes(phase) &&
      (phase !== 'Running' || templateStatuses.every(({ availableReplicas }) => availableReplicas === 1))
    );
  },
});

/** @param url Of a metric server that answers `{"ok":1}`. */
const analysis = (url: string): PluginStory => {
  const pass = (kind: string) =>
    make(kind, 'pass', {
      args: [{ name: 'wanted' }],
      metrics: [
        {
          name: 'pass',
          interval: '1h',
          count: 2,
          successCondition: 'result == {{args.wanted}}',
          provider: { web: { url, jsonPath: '{$.ok}' } },
        },
      ],
    });
  const run = (name: string, ...words: readonly string[]) => [
    ...['create', 'analysisrun', '--name', name, '--instance-id', '<instance>'],
    ...words,
  ];
  return {
    name: 'analysis',
    files: { 'template.json': pass('AnalysisTemplate'), 'another.json': pass('AnalysisTemplate') },
    deeds: [
      { words: ['create', '-f', 'template.json'], says: /^analysistemplate\.argoproj\.io\/pass created$/m },
      {
        words: run('good', '--from', 'pass', '-a', 'wanted=1'),
        says: /^analysisrun\.argoproj\.io\/good created$/m,
        becomes: runIs('good', 'Running'),
      },
      {
        words: ['terminate', 'analysisrun', 'good'],
        says: /^analysisRun 'good' terminated$/m,
        becomes: runIs('good', 'Successful'),
      },
      {
        words: run('bad', '--from-file', 'another.json', '-a', 'wanted=2'),
        becomes: runIs('bad', 'Failed'),
      },
    ],
  };
};

const experiment: PluginStory = {
  name: 'experiment',
  files: {
    'trial.json': make('Experiment', 'trial', {
      templates: [
        { name: 'one', replicas: 1, ...selecting('trial-one') },
        { name: 'two', replicas: 1, ...selecting('trial-two') },
      ],
    }),
  },
  deeds: [
    {
      words: ['create', '-f', 'trial.json'],
      says: /^experiment\.argoproj\.io\/trial created$/m,
      becomes: experimentIs('Running'),
      look: [
        ['get', 'experiment', 'trial', '--no-color'],
        ['list', 'experiments'],
      ],
    },
    {
      words: ['terminate', 'experiment', 'trial'],
      says: /^experiment 'trial' (terminated|retried)$/m,
      becomes: experimentIs('Successful'),
      look: [['list', 'experiments']],
    },
    {
      words: ['retry', 'experiment', 'trial'],
      says: /^experiment 'trial' retried$/m,
      becomes: experimentIs('Successful'),
    },
  ],
};

const fromFiles = ['--config-map', 'settings.json', '--secret', ':empty'];

/** Nothing is sent: the messages are printed. */
const notifications: PluginStory = {
  name: 'notifications',
  files: {
    'shop.json': shop({ canary: { steps } }, 1),
    'settings.json': {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argo-rollouts-notification-configmap' },
      data: {
        'trigger.on-purpose':
          '[{when: rollout.spec.replicas > 0, send: [hello]}, {when: "false", send: [hello]}]',
        'template.hello': 'message: "{{.rollout.metadata.name}} has {{.rollout.spec.replicas}}"',
      },
    } as KubeObject,
  },
  deeds: [
    { words: ['create', '-f', 'shop.json'], becomes: healthy },
    ...[
      ['notifications', 'trigger', 'get'],
      ['notifications', 'template', 'get'],
      ['notifications', 'template', 'get', 'hello', '-o', 'json'],
      ['notifications', 'trigger', 'run', 'on-purpose', 'shop'],
      ['notifications', 'template', 'notify', 'hello', 'shop'],
    ].map((words) => ({ words: [...words, ...fromFiles], look: [[...words, ...fromFiles]] })),
    { words: ['completion', 'bash'], says: /complete/ },
    { words: ['version'] },
  ],
};

/** What the page of the dashboard asks for. */
const dashboard: PluginStory = {
  name: 'dashboard',
  files: { 'shop.json': shop({ canary: { steps } }, 2) },
  deeds: [
    { words: ['create', '-f', 'shop.json'], becomes: healthy },
    { words: ['GET', 'info'], says: /"rollouts":\[\{"objectMeta"/ },
    { words: image('v2'), becomes: pausedAt(1), look: [['GET', 'shop/info']] },
    { words: ['PUT', 'shop/promote', '{}'], becomes: pausedAt(3) },
    { words: ['PUT', 'shop/abort', '{}'], becomes: aborted, look: [['GET', 'shop/info']] },
    { words: ['PUT', 'shop/retry', '{}'], becomes: pausedAt(1) },
    { words: ['PUT', 'shop/promote', '{"full":true}'], becomes: healthy },
    {
      words: ['PUT', 'shop/restart', '{}'],
      becomes: becomes(({ restartedAt }) => restartedAt !== undefined),
    },
  ],
};

export const pluginStories = (url: string): readonly PluginStory[] => [
  canary,
  blueGreen,
  analysis(url),
  experiment,
  notifications,
  dashboard,
];
