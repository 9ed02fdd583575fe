import { experimentTemplateAnnotation } from '../../../src/api/labels.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { controlledBy } from '../../../src/api/owner.ts';
import { resources } from '../../../src/api/resources.ts';
import { isCompleted } from '../../../src/api/v1alpha1/analysis.ts';
import { type RolloutSpec, rolloutSpecSchema } from '../../../src/api/v1alpha1/rollout.ts';
import type { PodTemplateSpec } from '../../../src/api/workloads.ts';
import { analysisTemplate, podTemplate, replicaSet, rollout } from '../../support/builders.ts';
import { Play } from '../../support/play.ts';

/**
 * No field is accepted and ignored. A long story is told with specs that, together, set every field; then each field is
 * changed alone, and the story must come out differently: other actions, another status, other events, or a refusal.
 * The fields of routers are proven by the tests of the routers.
 */
type Json = { [member: string]: unknown };

const templates = [{ templateName: 'error-rate', clusterScope: false }];
const args = [
  { name: 'a', value: '1' },
  { name: 'b', valueFrom: { podTemplateHashValue: 'Latest' as const } },
  { name: 'c', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
];
const analysis = {
  templates,
  args,
  dryRun: [{ metricName: 'error-rate' }],
  measurementRetention: [{ metricName: 'error-rate', limit: 7 }],
  analysisRunMetadata: { labels: { l: '1' }, annotations: { a: '1' } },
};
const metadata = (value: string) => ({ labels: { role: value }, annotations: { note: value } });
const common = {
  replicas: 4,
  selector: {
    matchLabels: { app: 'shop' },
    matchExpressions: [{ key: 'app', operator: 'In' as const, values: ['shop'] }],
  },
  minReadySeconds: 1,
  revisionHistoryLimit: 1,
  progressDeadlineSeconds: 100,
  progressDeadlineAbort: true,
  paused: false,
  restartAt: '2026-01-01T12:00:05Z',
  analysis: { successfulRunHistoryLimit: 1, unsuccessfulRunHistoryLimit: 1 },
} satisfies RolloutSpec;
const route = { headerName: 'h', headerValue: { exact: 'e' } };
const experiment = {
  templates: [
    {
      name: 'baseline',
      specRef: 'stable' as const,
      replicas: 1,
      metadata: metadata('baseline'),
      selector: {
        matchLabels: { app: 'shop' },
        matchExpressions: [{ key: 'app', operator: 'In' as const, values: ['shop'] }],
      },
      weight: 5,
      service: { name: 'baseline' },
    },
  ],
  duration: '1m',
  analyses: [
    { name: 'n', templateName: 'error-rate', clusterScope: false, args, requiredForCompletion: false },
  ],
  dryRun: [{ metricName: 'error-rate' }],
  analysisRunMetadata: metadata('run'),
  scaleDownDelaySeconds: 7,
};
const routed = {
  canaryService: 'shop-canary',
  stableService: 'shop-stable',
  trafficRouting: { istio: {}, managedRoutes: [{ name: 'h' }, { name: 'm' }] },
};

/** Names of specs, and what each sets. */
const specs: Readonly<Record<string, RolloutSpec>> = {
  'a canary over a router': {
    ...common,
    rollbackWindow: { revisions: 1 },
    initialAnalysis: { ...analysis, onFailure: 'pause' },
    strategy: {
      canary: {
        ...routed,
        steps: [
          { setCanaryScale: { replicas: 1 } },
          { setCanaryScale: { weight: 30 } },
          { setCanaryScale: { matchTrafficWeight: true } },
          { setWeight: 20 },
          { setHeaderRoute: { name: 'h', match: [route] } },
          {
            setMirrorRoute: {
              name: 'm',
              match: [{ method: { exact: 'GET' }, path: { exact: '/' }, headers: { h: { exact: 'x' } } }],
              percentage: 5,
            },
          },
          { pause: { duration: 40 } },
          { analysis },
          { experiment },
          { setWeight: 60 },
        ],
        analysis: { ...analysis, startingStep: 3 },
        bake: { duration: 30, analysis },
        antiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: { weight: 5 } },
        canaryMetadata: metadata('canary'),
        stableMetadata: metadata('stable'),
        scaleDownDelaySeconds: 20,
        scaleDownDelayRevisionLimit: 1,
        abortScaleDownDelaySeconds: 20,
        minPodsPerReplicaSet: 2,
      },
    },
  },
  'other matches': {
    ...common,
    strategy: {
      canary: {
        ...routed,
        dynamicStableScale: true,
        antiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} },
        steps: [
          { setWeight: 50 },
          {
            setHeaderRoute: {
              name: 'h',
              match: [
                { headerName: 'h', headerValue: { prefix: 'e' } },
                { headerName: 'i', headerValue: { regex: 'e' } },
              ],
            },
          },
          {
            setMirrorRoute: {
              name: 'm',
              match: [
                { method: { prefix: 'GET' }, path: { prefix: '/' } },
                { method: { regex: 'GET' }, path: { regex: '/' } },
              ],
            },
          },
          { pause: {} },
        ],
      },
    },
  },
  'ping and pong': {
    ...common,
    strategy: {
      canary: {
        pingPong: { pingService: 'shop-ping', pongService: 'shop-pong' },
        trafficRouting: { istio: {} },
        steps: [{ setWeight: 50 }],
      },
    },
  },
  'a canary without a router': {
    ...common,
    strategy: {
      canary: {
        maxSurge: 1,
        maxUnavailable: 1,
        replicaProgressThreshold: { type: 'Pods', value: 3 },
        steps: [{ setWeight: 50 }, { pause: { duration: 10 } }],
      },
    },
  },
  'blue-green': {
    ...common,
    strategy: {
      blueGreen: {
        activeService: 'shop-active',
        previewService: 'shop-preview',
        previewReplicaCount: 1,
        autoPromotionEnabled: true,
        autoPromotionSeconds: 15,
        maxUnavailable: 1,
        scaleDownDelaySeconds: 20,
        scaleDownDelayRevisionLimit: 1,
        abortScaleDownDelaySeconds: 20,
        prePromotionAnalysis: analysis,
        postPromotionAnalysis: analysis,
        antiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: { weight: 5 } },
        previewMetadata: metadata('preview'),
        activeMetadata: metadata('active'),
      },
    },
  },
  'blue-green that never shares a node': {
    ...common,
    strategy: {
      blueGreen: {
        activeService: 'shop-active',
        antiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} },
      },
    },
  },
  'a workload of another kind': {
    ...common,
    strategy: { canary: {} },
    workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'legacy', scaleDown: 'progressively' },
  },
};

/** Refused with their step: see the last test. */
const refused = /^strategy\.canary\.steps\[\]\.plugin\./;
/**
 * Proven in other files: routers' fields, the comparison with requests (`observed-split.test.ts`, `count-requests.test.ts`), the template, whose every member is hashed, the pods that a restart takes at a
 * time (`restart.test.ts`), where the shell looks for a workload (`observe-workload.test.ts`), and what a failed first
 * version leads to (`extensions.test.ts`).
 */
const elsewhere = new RegExp(
  [
    '^strategy\\.canary\\.trafficRouting\\.',
    '^template$',
    '^strategy\\.blueGreen\\.maxUnavailable$',
    '^strategy\\.canary\\.observedSplit\\.',
    '^workloadRef\\.apiVersion$',
    '^initialAnalysis\\.onFailure$',
  ].join('|'),
);

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'legacy', namespace: 'default', generation: 3 },
  spec: { replicas: 4, selector: { matchLabels: { app: 'shop' } }, template: podTemplate() },
};

test('every field changes something, or is refused', () => {
  const proven = new Set<string>();
  for (const spec of Object.values(specs)) {
    const expected = [...story(spec)];
    for (const path of leavesOf(spec as Json)) {
      const name = path
        .map((key) => (typeof key === 'number' ? '[]' : `.${key}`))
        .join('')
        .slice(1);
      if (proven.has(name) || elsewhere.test(name)) continue;
      if (isDifferent(story(changed(spec as Json, path) as RolloutSpec), expected)) proven.add(name);
    }
  }
  const all = schemaLeaves(rolloutSpecSchema as unknown as Json, '').filter((name) => !elsewhere.test(name));
  expect(all.filter((name) => !proven.has(name) && !refused.test(name))).toEqual([]);
  expect(all.length).toBeGreaterThan(150);
});

test('a step plugin is refused by name', () => {
  const plan = new Play(
    rollout({ canary: { steps: [{ plugin: { name: 'org/plugin', config: {} } }] } }),
  ).settle();
  expect(plan.status.message).toMatch(/spec\.strategy\.steps\[0\]\.plugin: Unsupported value: "org\/plugin"/);
});

/** What happens, decision by decision: three versions, good and bad verdicts, an abort, a way back, a stuck version. */
function* story(spec: RolloutSpec): Generator<string> {
  const template = spec.workloadRef === undefined ? withPort('shop:v1') : undefined;
  const play = new Play(rollout({ ...spec, template }), {
    services: ['stable', 'canary', 'active', 'preview', 'ping', 'pong'].map((name) => `shop-${name}`),
    templates: [withArguments()],
    routers: spec.strategy?.canary?.trafficRouting === undefined ? 0 : 1,
    ...(spec.workloadRef !== undefined && { workload: deployment }),
  });
  for (const chapter of chapters) {
    chapter(play);
    for (let left = 40; left > 0; left -= 1) {
      const moved = play.decide();
      yield facts(play);
      if (!play.movePods() && !moved) break;
    }
  }
}

/** With a port: an experiment's pods get traffic there. */
function withPort(image: string): PodTemplateSpec {
  const { metadata, spec } = podTemplate(image);
  const containers = (spec?.containers ?? []).map((each) => ({ ...each, ports: [{ containerPort: 80 }] }));
  return { metadata, spec: { ...spec, containers } };
}

const release = (image: string) => (play: Play) => {
  if (play.workload === undefined) play.edit({ template: withPort(image) });
  else play.image(image);
};
const judge = (phase: 'Successful' | 'Failed') => (play: Play) => {
  for (const [name, run] of play.runs) {
    if (run.status?.phase === undefined) play.runs.set(name, { ...run, status: { phase } });
  }
  for (const [name, each] of play.experiments) {
    if (!isCompleted(each.status?.phase)) play.experiments.set(name, { ...each, status: { phase } });
  }
};
/** Pods of experiments are there. */
const started = (play: Play) => {
  for (const [name, each] of play.experiments) {
    const pods = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
    const of = {
      name: 'baseline',
      status: 'Running',
      serviceName: 'baseline',
      podTemplateHash: 'x',
      ...pods,
    };
    if (each.status !== undefined) continue;
    play.experiments.set(name, { ...each, status: { phase: 'Running', templateStatuses: [of] } });
    const set = replicaSet({ size: 1, annotations: { [experimentTemplateAnnotation]: 'baseline' } });
    const ownerReferences = [controlledBy(each, resources.experiments)];
    play.experimentReplicaSets.set(name, { ...set, metadata: { ...set.metadata, ownerReferences } });
    play.experimentServices.add('baseline');
  }
};
const later = (seconds: number) => (play: Play) => {
  play.now = (play.now + seconds * 1000) as typeof play.now;
};
const through = [
  started,
  judge('Successful'),
  later(20),
  judge('Successful'),
  later(25),
  judge('Successful'),
  started,
  later(35),
];
const chapters: readonly ((play: Play) => void)[] = [
  () => {},
  ...through,
  release('shop:v2'),
  ...through,
  ...through,
  later(600),
  release('shop:v3'),
  later(20),
  (play) => play.edit({ replicas: 6 }),
  judge('Failed'),
  later(25),
  (play) => play.patchStatus({ abort: true }),
  later(60),
  release('shop:v1'),
  ...through,
  (play) => {
    play.broken.add('shop:v4');
    release('shop:v4')(play);
  },
  later(50),
  later(120),
];

function facts({ lastPlan, wakeAt }: Play): string {
  const { currentStepHash: _hash, ...status } = lastPlan?.status ?? {};
  return JSON.stringify([lastPlan?.actions, status, lastPlan?.events, wakeAt]);
}

function isDifferent(told: Generator<string>, expected: readonly string[]): boolean {
  let index = 0;
  for (const fact of told) {
    if (fact !== expected[index]) return true;
    index += 1;
  }
  return index !== expected.length;
}

function withArguments() {
  const template = analysisTemplate('error-rate');
  return {
    ...template,
    spec: { ...template.spec, args: ['a', 'b', 'c'].map((name) => ({ name, value: 'default' })) },
  };
}

type Path = readonly (string | number)[];

/** Paths of all values that hold no others. */
function leavesOf(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, [...path, index]));
  const isMap =
    isOpen(path) || typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  if (isMap) return [path];
  return Object.entries(value).flatMap(([key, member]) => leavesOf(member, [...path, key]));
}

/** Maps of the user's own keys. */
function isOpen(path: Path): boolean {
  return ['labels', 'annotations', 'matchLabels', 'headers'].includes(String(path.at(-1)));
}

function schemaLeaves(schema: Json, path: string): string[] {
  if (path === 'template') return [path];
  if (schema['type'] === 'array') return schemaLeaves(schema['items'] as Json, `${path}[]`);
  const members = Object.entries((schema['properties'] ?? {}) as Record<string, Json>);
  if (members.length === 0) return [path];
  return members.flatMap(([key, member]) => schemaLeaves(member, path === '' ? key : `${path}.${key}`));
}

/** The same spec with one value changed: to another that is as good, where that is known. */
function changed(value: unknown, path: Path): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return another(value);
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? changed(item, rest) : item));
  return { ...(value as Json), [key]: changed((value as Json)[key], rest) };
}

const others: Readonly<Record<string, string>> = {
  In: 'NotIn',
  Latest: 'Stable',
  'metadata.name': 'metadata.uid',
  stable: 'canary',
  pause: 'proceed',
  Pods: 'Percent',
  '1m': '2m',
  progressively: 'never',
  '2026-01-01T12:00:05Z': '2026-01-01T12:00:06Z',
};

function another(value: unknown): unknown {
  if (typeof value === 'number') return value - 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return others[value] ?? `${value}x`;
  return Object.keys(value as Json).length === 0 ? undefined : { ...(value as Json), added: 'x' };
}
