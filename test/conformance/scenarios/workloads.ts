import { apps, create, get, patch, put, remove, workload } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

export const workloadsScenarios: readonly Scenario[] = [
  {
    name: 'deployments and replica sets',
    steps: [
      create('create', apps('deployments'), workload('Deployment')),
      create(
        'a selector that does not match',
        apps('deployments'),
        workload('Deployment', {}, { app: 'other' }),
      ),
      create('no selector', apps('deployments'), workload('Deployment', { selector: undefined })),
      create('an empty selector', apps('deployments'), workload('Deployment', { selector: {} })),
      create('a negative number', apps('deployments'), workload('Deployment', { replicas: -1 })),
      create('no template', apps('deployments'), workload('Deployment', { template: undefined })),
      create(
        'recreate with a rolling update',
        apps('deployments'),
        workload('Deployment', { strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
      ),
      create(
        'an unknown strategy',
        apps('deployments'),
        workload('Deployment', { strategy: { type: 'Jump' } }),
      ),
      create('text for replicas', apps('deployments'), workload('Deployment', { replicas: '2' })),
      patch(
        'merge',
        apps('deployments', 'web'),
        {
          spec: { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } } } },
        },
        'change the selector',
      ),
      patch('merge', apps('deployments', 'web'), { spec: { paused: true } }, 'pause'),
      patch(
        'merge',
        `${apps('deployments', 'web')}/status`,
        { status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1 } },
        'write the status',
      ),
      get('read the scale', `${apps('deployments', 'web')}/scale`),
      put('write the scale', `${apps('deployments', 'web')}/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'web' },
        spec: { replicas: 7 },
      }),
      put('write a wrong scale', `${apps('deployments', 'web')}/scale`, {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'web' },
        spec: { replicas: -7 },
      }),
      get('read', apps('deployments', 'web')),
      create('a replica set', apps('replicasets'), workload('ReplicaSet')),
      create('a replica set without replicas', apps('replicasets'), {
        ...workload('ReplicaSet', { replicas: undefined }),
        metadata: { name: 'plain' },
      }),
      patch(
        'merge',
        `${apps('replicasets', 'web')}/status`,
        { status: { replicas: 2, readyReplicas: 1 } },
        'its status',
      ),
      patch(
        'merge',
        `${apps('replicasets', 'web')}/status`,
        { status: { replicas: 1, readyReplicas: 5 } },
        'an impossible status',
      ),
      patch('merge', apps('replicasets', 'web'), { metadata: { annotations: { a: 'b' } } }, 'annotate'),
      get(
        'deployments as a table',
        apps('deployments'),
        {},
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      ),
      get(
        'replica sets as a table',
        apps('replicasets'),
        {},
        { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      ),
      remove('delete', apps('deployments', 'web')),
      remove('delete and orphan', apps('replicasets', 'web'), {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: 'Orphan',
      }),
    ],
  },
];
