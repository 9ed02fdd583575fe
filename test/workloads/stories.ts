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

const service: Json = {
  selector: { app: 'shop' },
  ports: [{ name: 'web', port: 80, targetPort: 'http' }],
};

/** Of a pod that is on a node from the beginning: nothing places pods on a control plane without a scheduler. */
function placedTemplate(fail?: string): Json {
  const { metadata, spec }: Json = fail === undefined ? podTemplate() : failingTemplate(fail);
  return { metadata, spec: { ...(spec as Json), nodeName: 'sandbox-1' } };
}

function failingTemplate(fail: string) {
  const annotations: Record<string, string | null> = { 'sandbox.sluice.dev/fail': fail };
  return { ...podTemplate(), metadata: { labels: { app: 'shop' }, annotations } };
}

type List = (...kinds: ResourceType[]) => Promise<readonly KubeObject[]>;

async function endpointsIn(list: List): Promise<{ conditions?: { ready?: boolean } }[]> {
  const slices = (await list(types.endpointSlices)) as (KubeObject & {
    endpoints?: { conditions?: { ready?: boolean } }[] | null;
  })[];
  return slices.flatMap(({ endpoints }) => endpoints ?? []);
}

async function readyEndpoints(list: List): Promise<number> {
  return (await endpointsIn(list)).filter(({ conditions }) => conditions?.ready === true).length;
}

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
  'a Service lists the pods behind it': async (stage) => {
    const { create, list } = words(stage);
    await create(types.deployments, 'shop', deployment(2, { template: placedTemplate() }));
    await create(types.services, 'shop', service);
    await stage.until('two endpoints', async () => (await readyEndpoints(list)) === 2);
    return list(types.endpointSlices);
  },
  'a Service has a pod that is not ready as an endpoint without traffic': async (stage) => {
    const { create, list, gone } = words(stage);
    await create(types.services, 'shop', service);
    await create(types.deployments, 'shop', deployment(1, { template: placedTemplate('never-ready') }));
    await gone(types.pods, 1);
    await stage.until('an endpoint', async () => (await endpointsIn(list)).length === 1);
    return list(types.endpointSlices);
  },
  'a Service without pods has an empty slice': async (stage) => {
    const { create, list, gone } = words(stage);
    await create(types.services, 'shop', service);
    await gone(types.endpointSlices, 1);
    return list(types.endpointSlices);
  },
  'a Deployment whose new pods never become ready keeps the old ones': async (stage) => {
    const { create, patch, status, list } = words(stage);
    await create(types.deployments, 'shop', deployment(4));
    await status(types.deployments, 'shop', { availableReplicas: 4 });
    await patch(types.deployments, 'shop', { spec: { template: failingTemplate('never-ready') } });
    await status(types.deployments, 'shop', { updatedReplicas: 2, availableReplicas: 3, replicas: 5 });
    return list(types.deployments, types.replicaSets);
  },
  'a Deployment whose new pods crash is rolled back': async (stage) => {
    const { create, patch, status, list, gone } = words(stage);
    await create(types.deployments, 'shop', deployment(4));
    await status(types.deployments, 'shop', { availableReplicas: 4 });
    await patch(types.deployments, 'shop', { spec: { template: failingTemplate('crash') } });
    await status(types.deployments, 'shop', { updatedReplicas: 2, availableReplicas: 3, replicas: 5 });
    const healed = failingTemplate('crash');
    healed.metadata.annotations['sandbox.sluice.dev/fail'] = null;
    await patch(types.deployments, 'shop', { spec: { template: healed } });
    await status(types.deployments, 'shop', { updatedReplicas: 4, availableReplicas: 4, replicas: 4 });
    await gone(types.pods, 4);
    return list(types.deployments, types.replicaSets);
  },
  'a Deployment does not count pods that are slow to end': async (stage) => {
    const { create, patch, status, list } = words(stage);
    const slow = podTemplate('shop:v1', { nodeName: 'sandbox-1', terminationGracePeriodSeconds: 3600 });
    const annotations = { 'sandbox.sluice.dev/terminate-seconds': '3600' };
    const template = { ...slow, metadata: { labels: { app: 'shop' }, annotations } };
    await create(types.deployments, 'shop', deployment(3, { template }));
    await status(types.deployments, 'shop', { availableReplicas: 3 });
    await patch(types.deployments, 'shop', { spec: { replicas: 1 } });
    await status(types.deployments, 'shop', { availableReplicas: 1, replicas: 1, observedGeneration: 2 });
    return list(types.deployments, types.replicaSets, types.pods);
  },
  'an indexed Job runs each index once': async (stage) => {
    const { create, condition, list } = words(stage);
    await create(types.jobs, 'task', job(0, { completionMode: 'Indexed', completions: 4, parallelism: 2 }));
    await condition(types.jobs, 'task', 'Complete');
    return list(types.jobs, types.pods);
  },
  'an indexed Job writes two indexes in a row one by one': async (stage) => {
    const { create, condition, list } = words(stage);
    const spec = job(0, { completionMode: 'Indexed', completions: 2, parallelism: 2 });
    await create(types.jobs, 'task', spec);
    await condition(types.jobs, 'task', 'Complete');
    return list(types.jobs);
  },
  'an indexed Job fails with its indexes': async (stage) => {
    const { create, condition, list } = words(stage);
    const spec = job(1, { completionMode: 'Indexed', completions: 2, parallelism: 1, backoffLimit: 0 });
    await create(types.jobs, 'task', spec);
    await condition(types.jobs, 'task', 'Failed');
    return list(types.jobs, types.pods);
  },
  'an indexed Job with a limit for each index tries each, and fails with all that failed': async (stage) => {
    const { create, condition, list } = words(stage);
    const spec = { completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 1 };
    await create(types.jobs, 'task', job(1, spec));
    await condition(types.jobs, 'task', 'Failed');
    return list(types.jobs, types.pods);
  },
  'an indexed Job stops when too many of its indexes failed': async (stage) => {
    const { create, condition, list } = words(stage);
    const limits = { backoffLimitPerIndex: 0, maxFailedIndexes: 1 };
    await create(
      types.jobs,
      'task',
      job(1, { completionMode: 'Indexed', completions: 5, parallelism: 1, ...limits }),
    );
    await condition(types.jobs, 'task', 'Failed');
    return list(types.jobs);
  },
  'an indexed Job is complete when the indexes that matter are': async (stage) => {
    const { create, condition, list } = words(stage);
    const successPolicy = {
      rules: [{ succeededIndexes: '4' }, { succeededIndexes: '0-2', succeededCount: 2 }],
    };
    const spec = { completionMode: 'Indexed', completions: 5, parallelism: 1, successPolicy };
    await create(types.jobs, 'task', job(0, spec));
    await condition(types.jobs, 'task', 'Complete');
    return list(types.jobs);
  },
  'a Job fails at once by an exit code that its policy names': async (stage) => {
    const { create, condition, list } = words(stage);
    const rules = [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
      { action: 'FailJob', onExitCodes: { containerName: 'task', operator: 'In', values: [3, 42] } },
    ];
    await create(types.jobs, 'task', job(42, { podFailurePolicy: { rules } }));
    await condition(types.jobs, 'task', 'Failed');
    return list(types.jobs, types.pods);
  },
  'an index fails at once by an exit code that the policy of its Job names': async (stage) => {
    const { create, condition, list } = words(stage);
    const rules = [{ action: 'FailIndex', onExitCodes: { operator: 'NotIn', values: [0, 1] } }];
    const limits = { backoffLimitPerIndex: 3, podFailurePolicy: { rules } };
    await create(
      types.jobs,
      'task',
      job(42, { completionMode: 'Indexed', completions: 2, parallelism: 2, ...limits }),
    );
    await condition(types.jobs, 'task', 'Failed');
    return list(types.jobs, types.pods);
  },
  'a Job of another controller is left alone': async (stage) => {
    const { create, gone, list } = words(stage);
    await create(types.jobs, 'task', job(0, { managedBy: 'example.com/other' }));
    await gone(types.jobs, 1);
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
    const isWithout = async () => {
      const [scaler] = (await list(autoscalers)) as { status?: { conditions?: { reason: string }[] } }[];
      return scaler?.status?.conditions?.some(({ reason }) => reason === 'FailedGetResourceMetric') === true;
    };
    await stage.until('the autoscaler to miss its metrics', isWithout);
    return (await list(types.deployments)).concat(await list(types.replicaSets), await list(autoscalers));
  },
};
