import { podTemplateHashLabel } from '../../../src/api/labels.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { type ResourceType, resources } from '../../../src/api/resources.ts';
import type { Pod, ReplicaSet } from '../../../src/api/workloads.ts';
import { lifeAnnotations } from '../../../src/sandbox/workloads/annotations.ts';
import { type CanaryOptions, pause, ref, type Story, setWeight } from '../../support/story.ts';

type Stories = Record<string, (story: Story) => Promise<void>>;

/** What a Rollout does for its pods and neighbours beside releasing them. */
export const upkeepStories: Stories = {
  'running pods change their labels with the part that their version plays': async ({
    given,
    when,
    then,
    stage,
  }) => {
    await given.canary({
      replicas: 2,
      steps: [setWeight(50), pause()],
      canary: {
        canaryMetadata: { labels: { role: 'canary' }, annotations: { note: 'new' } },
        stableMetadata: { labels: { role: 'stable' } },
        scaleDownDelaySeconds: 600, // the old pods are looked at
      },
    });
    const roles = async (image: string) => {
      const pods = (await stage.list(resources.pods)) as Pod[];
      return pods
        .filter(({ spec }) => spec?.containers[0]?.image === image)
        .map(({ metadata }) => `${metadata.labels?.['role']}/${metadata.annotations?.['note'] ?? ''}`)
        .join(' ');
    };
    await when.image('shop:v2');
    await then.weight(50);
    await then.fact('labels of v2', () => roles('shop:v2'), 'canary/new');
    await when.promoted();
    await then.phase('Healthy');
    await then.fact('labels of v2', () => roles('shop:v2'), 'stable/ stable/');
    await then.fact('labels of v1', () => roles('shop:v1'), 'undefined/ undefined/');
  },

  'restartAt replaces every older pod, a few at a time, and no younger one': async ({
    given,
    when,
    then,
    stage,
  }) => {
    await given.canary({ replicas: 4, router: 'none', canary: { maxUnavailable: 1 } });
    await when.timePasses(5);
    const names = async () => (await stage.list(resources.pods)).map(({ metadata }) => metadata.name);
    const before = await names();
    await when.restarted();
    await then.fact(
      'old pods that are left',
      async () => (await names()).filter((name) => before.includes(name)).length,
      0,
    );
    await then.phase('Healthy');
    await then.pods('shop:v1', 4);
  },

  'a Deployment gives its pods to the Rollout that refers to it, as these become ready': async ({
    given,
    then,
    stage,
  }) => {
    await given.deployment('legacy', 3);
    const replicasOf = async () =>
      ((await stage.get(ref(stage, resources.deployments, 'legacy'))) as Sized).spec.replicas;
    await then.fact('replicas of the Deployment', replicasOf, 3);
    await given.canary({
      replicas: 3,
      router: 'none',
      spec: {
        template: undefined,
        selector: undefined,
        workloadRef: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: 'legacy',
          scaleDown: 'progressively',
        },
      },
    });
    await then.fact('replicas of the Deployment', replicasOf, 0);
    const shop = ref(stage, resources.rollouts, 'shop');
    const available = async () => ((await stage.get(shop)) as Hashed).status.availableReplicas;
    await then.fact('pods of the Rollout', available, 3);
    await stage.delete(shop);
    await then.fact('replicas of the Deployment', replicasOf, 3);
  },

  'a PodTemplate says what the pods are, and a change of it is a release': async ({
    given,
    when,
    then,
    stage,
  }) => {
    const template = (image: string) => ({
      metadata: { labels: { app: 'shop' } },
      spec: { containers: [{ name: 'main', image }] },
    });
    const podTemplate = {
      apiVersion: 'v1',
      kind: 'PodTemplate',
      metadata: { name: 'shop-pods', namespace: stage.namespace },
      template: template('shop:v1'),
    };
    await given.objects(podTemplate);
    await given.canary({
      router: 'none',
      spec: {
        template: undefined,
        workloadRef: { apiVersion: 'v1', kind: 'PodTemplate', name: 'shop-pods' },
      },
    });
    await then.stable('shop:v1');
    await stage.patch(ref(stage, resources.podTemplates, 'shop-pods'), {
      kind: 'merge',
      body: { template: template('shop:v2') },
    });
    await when.timePasses(1);
    await then.stable('shop:v2');
    await then.phase('Healthy');
  },

  'revisions, runs, their Jobs and experiments beyond their limits are removed': async ({
    given,
    when,
    then,
    stage,
  }) => {
    const pod = {
      metadata: { annotations: { [lifeAnnotations.exitCode]: '0', [lifeAnnotations.runSeconds]: '1' } },
      spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'smoke' }] },
    };
    const provider = { job: { spec: { template: pod } } };
    await given.objects({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate',
      metadata: { name: 'smoke', namespace: stage.namespace },
      spec: { metrics: [{ name: 'smoke', provider }] },
    } as KubeObject);
    const trial = { duration: '10s', templates: [{ name: 'trial', specRef: 'canary', replicas: 1 }] };
    await given.canary({
      router: 'none',
      steps: [{ experiment: trial }, { analysis: { templates: [{ templateName: 'smoke' }] } }],
      spec: {
        revisionHistoryLimit: 0,
        analysis: { successfulRunHistoryLimit: 0, unsuccessfulRunHistoryLimit: 0 },
      },
    } as CanaryOptions);
    for (const image of ['shop:v2', 'shop:v3']) {
      await when.image(image);
      await then.phase('Progressing');
      await then.stable(image);
      await then.phase('Healthy');
    }
    const count = (type: ResourceType) => async () => (await stage.list(type)).length;
    await then.fact('runs', count(resources.analysisRuns), 0);
    await then.fact('Jobs', count(resources.jobs), 0);
    await then.fact('experiments', count(resources.experiments), 0);
    await then.fact('ReplicaSets', count(resources.replicaSets), 1);
  },

  'an abort ends a Job that still measures': async ({ given, when, then, stage }) => {
    const containers = [{ name: 'main', image: 'smoke', command: ['sleep', '600'] }];
    const provider = { job: { spec: { template: { spec: { restartPolicy: 'Never', containers } } } } };
    await given.objects({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate',
      metadata: { name: 'smoke', namespace: stage.namespace },
      spec: { metrics: [{ name: 'smoke', provider }] },
    } as KubeObject);
    await given.canary({ steps: [setWeight(50), { analysis: { templates: [{ templateName: 'smoke' }] } }] });
    await when.image('shop:v2');
    const jobs = async () => (await stage.list(resources.jobs)).length;
    await then.fact('Jobs', jobs, 1);
    await when.timePasses(30); // it is looked at, and followed, meanwhile
    await when.aborted();
    await then.phase('Degraded');
    await then.fact('Jobs', jobs, 0);
  },

  'a ReplicaSet that somebody deletes in mid-release comes back, and no traffic goes to nothing': async ({
    given,
    when,
    then,
    stage,
  }) => {
    await given.canary({ steps: [setWeight(50), pause()] });
    await when.image('shop:v2');
    await then.weight(50);
    const hash = ((await stage.get(ref(stage, resources.rollouts, 'shop'))) as Hashed).status.currentPodHash;
    await stage.delete(ref(stage, resources.replicaSets, `shop-${hash}`));
    await then.weight(0);
    await then.pods('shop:v2', 2);
    await then.weight(50);
    await when.promoted();
    await then.phase('Healthy');
    await then.stable('shop:v2');
  },

  'a Service that somebody points elsewhere is pointed back': async ({ given, when, then, stage }) => {
    await given.blueGreen({ blueGreen: { autoPromotionEnabled: false } });
    await when.image('shop:v2');
    await then.phase('Paused', 'BlueGreenPause');
    const selector = { [podTemplateHashLabel]: 'elsewhere' };
    const preview = ref(stage, resources.services, 'shop-preview');
    await stage.patch(preview, { kind: 'merge', body: { spec: { selector } } });
    await then.service('shop-preview', 'shop:v2');
  },

  'a Service that somebody deletes is missed by name, and taken back when it is there again': async ({
    given,
    when,
    then,
    stage,
  }) => {
    await given.canary({ steps: [setWeight(50), pause()] });
    await when.image('shop:v2');
    await then.weight(50);
    const canary = ref(stage, resources.services, 'shop-canary');
    const { metadata, spec, ...rest } = (await stage.get(canary)) as KubeObject;
    await stage.delete(canary);
    await then.phase('Degraded', /InvalidSpec: .*service "shop-canary" not found/);
    const { labels } = metadata;
    const { ports } = spec as { ports: object[] };
    await given.objects({
      ...rest,
      metadata: { name: 'shop-canary', namespace: stage.namespace, ...(labels && { labels }) },
      spec: { ports, selector: { app: 'shop' } },
    });
    await then.service('shop-canary', 'shop:v2');
    await then.phase('Paused', 'CanaryPauseStep');
    await then.weight(50);
  },

  'pods of a new version stay off the nodes of the stable one': async ({ given, when, then, stage }) => {
    await given.canary({
      steps: [setWeight(50), pause()],
      canary: { antiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } },
    });
    await when.image('shop:v2');
    const terms = async () => {
      const sets = (await stage.list(resources.replicaSets)) as ReplicaSet[];
      return JSON.stringify(
        sets.map(({ spec }) => spec.template.spec?.affinity?.podAntiAffinity ?? null),
      ).replaceAll(/.*"values":\["(\w+)"\].*/g, '$1');
    };
    const stable = ((await stage.get(ref(stage, resources.rollouts, 'shop'))) as Hashed).status.stableRS;
    await then.fact('the revision that is kept off', terms, stable);
  },
};

type Sized = KubeObject & { spec: { replicas: number } };
type Hashed = KubeObject & {
  status: { currentPodHash: string; stableRS: string; availableReplicas: number };
};
