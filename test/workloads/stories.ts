import type { KubeObject } from '../../src/api/meta.ts';
import type { ResourceType } from '../../src/api/resources.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { workloadResources } from '../../src/sandbox/workloads/workload-api.ts';

/** A cluster with workload controllers, whichever: the sandbox's own or Kubernetes' kube-controller-manager. */
export interface WorkloadStage {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Lets time pass until it holds, and then until the controllers have nothing left to do. */
  until(what: string, holds: () => Promise<boolean>): Promise<void>;
}

/** Tells what happens, and answers with the objects that are left. */
export type WorkloadStory = (stage: WorkloadStage) => Promise<readonly KubeObject[]>;

type Json = Record<string, unknown>;
const { autoscalers, ...types } = workloadResources;

function words(stage: WorkloadStage) {
  const { cluster, namespace } = stage;
  const ref = (type: ResourceType, name: string) => ({ type, namespace, name });
  const get = async (type: ResourceType, name: string) =>
    (await cluster.get(ref(type, name))) as (KubeObject & { status?: Json; spec?: Json }) | undefined;
  const statusOf = async (type: ResourceType, name: string) =>
    ((await get(type, name))?.status ?? {}) as Json & { conditions?: { type: string; status: string }[] };
  return {
    create: (type: ResourceType, name: string, spec: Json, annotations: Record<string, string> = {}) =>
      cluster.create(
        {
          apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
          kind: type.kind,
          metadata: { name, namespace, annotations },
          spec,
        } as KubeObject,
        type,
      ),
    patch: (type: ResourceType, name: string, body: Json) =>
      cluster.patch(ref(type, name), { kind: 'merge', body }),
    remove: (type: ResourceType, name: string, propagation: 'Background' | 'Foreground' | 'Orphan') =>
      cluster.delete(ref(type, name), { propagation }),
    get,
    list: async (...kinds: ResourceType[]) => {
      const lists = await Promise.all(kinds.map((type) => cluster.list(type, { namespace })));
      return lists.flatMap(({ items }) => items);
    },
    status: (type: ResourceType, name: string, wanted: Json) =>
      stage.until(`${type.kind} ${name} to have ${JSON.stringify(wanted)}`, async () => {
        const found = await statusOf(type, name);
        return Object.entries(wanted).every(([member, value]) => (found[member] ?? 0) === value);
      }),
    condition: (type: ResourceType, name: string, condition: string) =>
      stage.until(`${type.kind} ${name} to be ${condition}`, async () =>
        Boolean(
          (await statusOf(type, name)).conditions?.some(
            ({ type: found, status }) => found === condition && status === 'True',
          ),
        ),
      ),
    gone: (type: ResourceType, count = 0) =>
      stage.until(`${count} ${type.plural} to be left`, async () => {
        const { items } = await cluster.list(type, { namespace });
        return items.length === count;
      }),
  };
}

function podTemplate(image = 'shop:v1', more: Json = {}): Json {
  return {
    metadata: { labels: { app: 'shop' } },
    spec: { containers: [{ name: 'shop', image, ports: [{ name: 'http', containerPort: 8080 }] }], ...more },
  };
}

function deployment(replicas: number, more: Json = {}): Json {
  return { replicas, selector: { matchLabels: { app: 'shop' } }, template: podTemplate(), ...more };
}

/** Pods of a Job run for a second and end as the annotation says. */
function job(exitCode: number, more: Json = {}): Json {
  return {
    template: {
      metadata: {
        annotations: {
          'sandbox.sluice.dev/run-seconds': '1',
          'sandbox.sluice.dev/exit-code': String(exitCode),
        },
      },
      spec: { restartPolicy: 'Never', containers: [{ name: 'task', image: 'task:v1' }] },
    },
    ...more,
  };
}

const image = (name: string) => ({ spec: { template: podTemplate(name) } });

export const workloadStories: Readonly<Record<string, WorkloadStory>> = {
  'a Deployment brings up its pods': async (stage) => {
    const { create, status, list } = words(stage);
    await create(types.deployments, 'shop', deployment(3));
    await status(types.deployments, 'shop', { availableReplicas: 3, observedGeneration: 1 });
    return list(types.deployments, types.replicaSets, types.pods);
  },
  'a Deployment rolls to a new version': async (stage) => {
    const { create, patch, status, list, gone } = words(stage);
    await create(types.deployments, 'shop', deployment(4));
    await status(types.deployments, 'shop', { availableReplicas: 4 });
    await patch(types.deployments, 'shop', image('shop:v2'));
    await status(types.deployments, 'shop', { updatedReplicas: 4, availableReplicas: 4, replicas: 4 });
    await gone(types.pods, 4);
    return list(types.deployments, types.replicaSets);
  },
  'a Deployment with an image that cannot be pulled stops half way': async (stage) => {
    const { create, patch, status, list } = words(stage);
    await create(types.deployments, 'shop', deployment(4));
    await status(types.deployments, 'shop', { availableReplicas: 4 });
    await patch(types.deployments, 'shop', image('shop:does-not-exist'));
    await status(types.deployments, 'shop', { updatedReplicas: 2, availableReplicas: 3, replicas: 5 });
    return list(types.deployments, types.replicaSets);
  },
  'a Deployment that recreates has no two versions': async (stage) => {
    const { create, patch, status, list } = words(stage);
    await create(types.deployments, 'shop', deployment(2, { strategy: { type: 'Recreate' } }));
    await status(types.deployments, 'shop', { availableReplicas: 2 });
    await patch(types.deployments, 'shop', image('shop:v2'));
    await status(types.deployments, 'shop', {
      updatedReplicas: 2,
      availableReplicas: 2,
      observedGeneration: 2,
    });
    return list(types.deployments, types.replicaSets);
  },
  'a paused Deployment scales and does not roll': async (stage) => {
    const { create, patch, status, list } = words(stage);
    await create(types.deployments, 'shop', deployment(2));
    await status(types.deployments, 'shop', { availableReplicas: 2 });
    await patch(types.deployments, 'shop', { spec: { paused: true } });
    await patch(types.deployments, 'shop', image('shop:v2'));
    await patch(types.deployments, 'shop', { spec: { replicas: 3 } });
    await status(types.deployments, 'shop', { availableReplicas: 3, observedGeneration: 4 });
    return list(types.deployments, types.replicaSets);
  },
  'a Deployment goes with all that it owns': async (stage) => {
    const { create, status, remove, list, gone } = words(stage);
    await create(types.deployments, 'shop', deployment(2));
    await status(types.deployments, 'shop', { availableReplicas: 2 });
    await remove(types.deployments, 'shop', 'Foreground');
    for (const type of [types.deployments, types.replicaSets, types.pods]) await gone(type);
    return list(types.deployments, types.replicaSets, types.pods);
  },
  'a Deployment leaves orphans, and another one adopts them': async (stage) => {
    const { create, status, remove, list, gone } = words(stage);
    await create(types.deployments, 'shop', deployment(2));
    await status(types.deployments, 'shop', { availableReplicas: 2 });
    await remove(types.deployments, 'shop', 'Orphan');
    await gone(types.deployments);
    await create(types.deployments, 'next', deployment(2));
    await status(types.deployments, 'next', { availableReplicas: 2, observedGeneration: 1 });
    return list(types.deployments, types.replicaSets, types.pods);
  },
  'a Job runs to completion, so many at a time': async (stage) => {
    const { create, condition, list } = words(stage);
    await create(types.jobs, 'task', job(0, { completions: 3, parallelism: 2 }));
    await condition(types.jobs, 'task', 'Complete');
    return list(types.jobs, types.pods);
  },
  'a Job gives up when too many of its pods failed': async (stage) => {
    const { create, condition, list } = words(stage);
    await create(types.jobs, 'task', job(1, { backoffLimit: 0 }));
    await condition(types.jobs, 'task', 'Failed');
    return list(types.jobs, types.pods);
  },
  'a suspended Job waits, and runs when it is resumed': async (stage) => {
    const { create, patch, condition, list } = words(stage);
    await create(types.jobs, 'task', job(0, { suspend: true }));
    await condition(types.jobs, 'task', 'Suspended');
    await patch(types.jobs, 'task', { spec: { suspend: false } });
    await condition(types.jobs, 'task', 'Complete');
    return list(types.jobs, types.pods);
  },
  'a Job that ran out of time is stopped': async (stage) => {
    const { create, condition, list, gone } = words(stage);
    const spec = job(0, { activeDeadlineSeconds: 2 });
    const template = spec['template'] as { metadata: { annotations: Json } };
    template.metadata.annotations = { 'sandbox.sluice.dev/run-seconds': '3600' };
    await create(types.jobs, 'task', spec);
    await condition(types.jobs, 'task', 'Failed');
    await gone(types.pods);
    return list(types.jobs);
  },
  'a finished Job goes when its time to live is over': async (stage) => {
    const { create, list, gone } = words(stage);
    await create(types.jobs, 'task', job(0, { ttlSecondsAfterFinished: 1 }));
    await gone(types.jobs);
    await gone(types.pods);
    return list(types.jobs, types.pods);
  },
  'an autoscaler without metrics keeps its bounds': async (stage) => {
    const { create, status, list } = words(stage);
    await create(types.deployments, 'shop', deployment(1));
    await create(autoscalers, 'shop', {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' },
      minReplicas: 2,
      maxReplicas: 4,
    });
    await status(types.deployments, 'shop', { availableReplicas: 2 });
    return (await list(types.deployments)).concat(await list(types.replicaSets));
  },
};
