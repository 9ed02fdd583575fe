import type { RolloutSpec } from '../../src/api/v1alpha1/rollout.ts';
import type { Caches } from '../../src/shell/caches.ts';
import { observeWorkload } from '../../src/shell/observe-workload.ts';
import { aRollout } from './stage.ts';

const nothing = { get: () => undefined, cluster: { get: async () => undefined } } as unknown as Caches;

/** What is said of a workload that cannot be read, by the reference to it. */
test.each<[string, NonNullable<RolloutSpec['workloadRef']>, string]>([
  [
    'a Deployment that is not there',
    { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' },
    'deployments.apps "web/x" not found',
  ],
  [
    'a ReplicaSet that is not there',
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x' },
    'replicasets.apps "web/x" not found',
  ],
  [
    'a PodTemplate that is not there',
    { apiVersion: 'v1', kind: 'PodTemplate', name: 'x' },
    'podtemplates "web/x" not found',
  ],
  [
    'another group',
    { apiVersion: 'extensions/v1', kind: 'Deployment', name: 'x' },
    'workload of type extensions/Deployment is not supported',
  ],
  [
    'another kind',
    { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'x' },
    'workload of type apps/StatefulSet is not supported',
  ],
])('%s is missed by name', async (_, workloadRef, error) => {
  const rollout = aRollout('shop', { workloadRef });
  const found = await observeWorkload(rollout, nothing, new AbortController().signal);
  expect(found?.observed).toEqual({ error });
});
