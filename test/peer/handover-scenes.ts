import type { KubeObject } from '../../src/api/meta.ts';
import { type ObjectRef, resources } from '../../src/api/resources.ts';
import type { Rollout, RolloutSpec } from '../../src/api/v1alpha1/rollout.ts';
import type { Cluster } from '../../src/ports/cluster.ts';

/** Where a release stands when one controller hands it to the other. */
export interface HandoverScene {
  readonly objects: readonly KubeObject[];
  /** What people do until it stands there; each waits until the Rollout shows the state before. */
  readonly until: readonly { readonly shows: (rollout: Rollout) => boolean; readonly deed?: Deed }[];
}

type Deed = (cluster: Cluster, ref: ObjectRef) => Promise<unknown>;

export const rolloutRef = (namespace: string): ObjectRef => ({
  type: resources.rollouts,
  namespace,
  name: 'shop',
});

const image = (tag: string): Deed => {
  const container = { name: 'main', image: tag };
  return (cluster, ref) =>
    cluster.patch(ref, {
      kind: 'merge',
      body: { spec: { template: { spec: { containers: [container] } } } },
    });
};
const abort: Deed = (cluster, ref) =>
  cluster.patch(ref, { kind: 'merge', body: { status: { abort: true } } }, { subresource: 'status' });
const hold: Deed = (cluster, ref) => cluster.patch(ref, { kind: 'merge', body: { spec: { paused: true } } });

const inPhase = (phase: string) => (rollout: Rollout) =>
  rollout.status?.phase === phase &&
  rollout.status.observedGeneration === String(rollout.metadata.generation);
const released = { shows: inPhase('Healthy'), deed: image('shop:v2') };
const paused = (rollout: Rollout) =>
  inPhase('Paused')(rollout) &&
  (rollout.status?.pauseConditions ?? []).length > 0 &&
  (rollout.spec.strategy?.blueGreen !== undefined ||
    rollout.status?.availableReplicas === rollout.status?.replicas);

const rollout = (strategy: RolloutSpec['strategy'], replicas = 4): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'shop' },
  spec: {
    replicas,
    revisionHistoryLimit: 3,
    selector: { matchLabels: { app: 'shop' } },
    template: {
      metadata: { labels: { app: 'shop' } },
      spec: {
        containers: [
          {
            name: 'main',
            image: 'shop:v1',
            ports: [{ containerPort: 8080 }],
            resources: { requests: { cpu: '10m', memory: '16Mi' } },
          },
        ],
      },
    },
    strategy,
  },
});

const service = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: 'shop' }, ports: [{ port: 80, targetPort: 8080 }] },
});

const virtualService: KubeObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'shop' },
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

/** One good answer, and the next question in an hour: the run is under way. */
const template = (url: string): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'ok' },
  spec: {
    metrics: [
      {
        name: 'ok',
        interval: '1h',
        count: 5,
        successCondition: 'result == 1',
        provider: { web: { url, jsonPath: '{$.ok}' } },
      },
    ],
  },
});

type Canary = NonNullable<NonNullable<RolloutSpec['strategy']>['canary']>;
const overIstio: Canary = {
  stableService: 'shop-stable',
  canaryService: 'shop-canary',
  trafficRouting: { istio: { virtualService: { name: 'shop', routes: ['primary'] } } },
};
const istioObjects = (canary: Canary) => [
  service('shop-stable'),
  service('shop-canary'),
  virtualService,
  rollout({ canary: { ...overIstio, ...canary } }),
];
const steps: Canary['steps'] = [{ setWeight: 25 }, { pause: {} }, { setWeight: 75 }, { pause: {} }];

/** @param url Of a metric server that answers `{"ok":1}`. */
export function handoverScenes(url: string): Readonly<Record<string, HandoverScene>> {
  return {
    'canary-by-pods-paused': {
      objects: [rollout({ canary: { steps } })],
      until: [released, { shows: paused }],
    },
    'canary-held-by-a-person': {
      objects: [rollout({ canary: { steps } })],
      until: [
        released,
        { shows: paused, deed: hold },
        { shows: (each) => each.spec.paused === true && inPhase('Paused')(each) },
      ],
    },
    'canary-istio-at-25': {
      objects: istioObjects({ steps }),
      until: [released, { shows: paused }],
    },
    'canary-istio-mid-step': {
      objects: istioObjects({ steps }),
      until: [
        { ...released, deed: image('shop:does-not-exist') },
        { shows: ({ status }) => status?.updatedReplicas === 1 && status.phase === 'Progressing' },
      ],
    },
    'canary-istio-aborted': {
      objects: istioObjects({ steps }),
      until: [
        released,
        { shows: paused, deed: abort },
        { shows: (each) => inPhase('Degraded')(each) && each.status?.replicas === 4 }, // its delay is over
      ],
    },
    'canary-istio-at-rest': {
      objects: istioObjects({ steps: [{ setWeight: 50 }] }),
      until: [released, { shows: (each) => inPhase('Healthy')(each) && each.status?.replicas === 4 }],
    },
    'canary-istio-in-an-analysis': {
      objects: [
        template(url),
        ...istioObjects({
          steps: [{ setWeight: 25 }, { analysis: { templates: [{ templateName: 'ok' }] } }],
        }),
      ],
      until: [
        released,
        { shows: ({ status }) => status?.canary?.currentStepAnalysisRunStatus?.status === 'Running' },
      ],
    },
    'canary-istio-with-a-background-analysis': {
      objects: [template(url), ...istioObjects({ steps, analysis: { templates: [{ templateName: 'ok' }] } })],
      until: [
        released,
        {
          shows: (each) =>
            paused(each) && each.status?.canary?.currentBackgroundAnalysisRunStatus?.status === 'Running',
        },
      ],
    },
    'blue-green-before-promotion': {
      objects: [
        service('shop-active'),
        service('shop-preview'),
        rollout(
          {
            blueGreen: {
              activeService: 'shop-active',
              previewService: 'shop-preview',
              autoPromotionEnabled: false,
            },
          },
          2,
        ),
      ],
      until: [released, { shows: paused }],
    },
  };
}
