import { podTemplateHashLabel } from '../../../src/api/labels.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { resources } from '../../../src/api/resources.ts';
import type { Pod, ReplicaSet } from '../../../src/api/workloads.ts';
import { pause, ref, type Story, setWeight } from '../../support/story.ts';

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
