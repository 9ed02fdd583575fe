import {
  instanceIdLabel,
  managedByAnnotation,
  podTemplateHashLabel,
  replicasBeforeAnnotation,
} from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { Service } from '../../src/api/workloads.ts';
import { aRollout, aService, refOf, rolloutRef, stage } from './stage.ts';

const managed = (name: string, owner = 'shop'): Service => {
  const service = aService(name, { app: 'shop', [podTemplateHashLabel]: 'aaa' });
  service.metadata.annotations = { [managedByAnnotation]: owner, other: 'kept' };
  return service;
};
const naming = (stableService?: string) =>
  aRollout('shop', { strategy: { canary: stableService === undefined ? {} : { stableService } } });
const serviceRef = refOf(resources.services, 'shop-stable');

describe('a Service that no Rollout uses any more', () => {
  const endings: [string, (server: Awaited<ReturnType<typeof stage>>['cluster']) => void][] = [
    ['is gone', (server) => server.remove(rolloutRef)],
    ['no longer names it', (server) => server.put(resources.rollouts, naming('another'))],
  ];
  test.each(endings)('is free again when its Rollout %s', async (_, end) => {
    const { cluster, clock } = await stage({
      prepare: (server) => {
        server.put(resources.rollouts, naming('shop-stable'));
        server.put(resources.services, managed('shop-stable'));
      },
    });
    end(cluster);
    await clock.advanceBy(0);
    expect(cluster.object(serviceRef)).toMatchObject({
      metadata: { annotations: { other: 'kept' } },
      spec: { selector: { app: 'shop' } },
    });
    expect(cluster.object<Service>(serviceRef)?.spec.selector).not.toHaveProperty(podTemplateHashLabel);
    expect(cluster.object(serviceRef)?.metadata.annotations).not.toHaveProperty(managedByAnnotation);
  });

  test('is found by a new process too', async () => {
    const { cluster } = await stage({
      prepare: (server) => {
        server.put(resources.rollouts, aRollout('cart', { strategy: { canary: { stableService: 'cart' } } }));
        server.put(resources.services, managed('shop-stable'));
      },
    });
    expect(cluster.object<Service>(serviceRef)?.spec.selector).toEqual({ app: 'shop' });
  });

  test.each<[string, Service]>([
    ['carries another Rollout’s mark', managed('shop-stable', 'cart')],
    ['carries no mark', aService('shop-stable', { app: 'shop', [podTemplateHashLabel]: 'aaa' })],
  ])('is left alone when it %s', async (_, service) => {
    const { cluster, clock, writes } = await stage({
      prepare: (server) => {
        server.put(resources.rollouts, naming('shop-stable'));
        server.put(
          resources.rollouts,
          aRollout('cart', { strategy: { canary: { stableService: 'shop-stable' } } }),
        );
        server.put(resources.services, service);
      },
    });
    cluster.put(resources.rollouts, naming());
    await clock.advanceBy(0);
    expect(writes()).toEqual([]);
  });

  test('is left alone while a Rollout of another instance uses it', async () => {
    const theirs = naming('shop-stable');
    theirs.metadata.labels = { [instanceIdLabel]: 'blue' };
    const { writes } = await stage({
      prepare: (server) => {
        server.put(resources.rollouts, theirs);
        server.put(resources.rollouts, aRollout('cart', { strategy: { canary: { stableService: 'cart' } } }));
        server.put(resources.services, managed('shop-stable'));
      },
    });
    expect(writes()).toEqual([]);
  });
});

describe('a Deployment whose pods a Rollout has taken', () => {
  const deploymentRef = refOf(resources.deployments, 'legacy');
  const taken = (owner = 'shop') => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'legacy',
      namespace: 'web',
      annotations: { [managedByAnnotation]: owner, [replicasBeforeAnnotation]: '5' },
    },
    spec: { replicas: 0 },
  });
  const migrating = aRollout('shop', {
    workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'legacy', scaleDown: 'onsuccess' },
    strategy: { canary: {} },
  });
  const played = (deployment = taken()) =>
    stage({
      prepare: (server) => {
        server.put(resources.rollouts, migrating);
        server.put(resources.rollouts, aRollout('cart', { strategy: { canary: {} } }));
        server.put(resources.deployments, deployment);
      },
    });

  test('gets them back when the Rollout is deleted', async () => {
    const { cluster, clock } = await played();
    cluster.remove(rolloutRef);
    await clock.advanceBy(0);
    expect(cluster.object(deploymentRef)).toMatchObject({ spec: { replicas: 5 } });
    expect(cluster.object(deploymentRef)?.metadata.annotations).toEqual({});
  });

  test('does not while the Rollout exists, even if it has a template of its own by now', async () => {
    const { cluster, clock, writes } = await played();
    cluster.put(resources.rollouts, naming());
    await clock.advanceBy(0);
    expect(writes()).toEqual([]);
  });

  test('is left alone when another Rollout has taken them', async () => {
    const { cluster, clock, writes } = await played(taken('cart'));
    cluster.remove(rolloutRef);
    await clock.advanceBy(0);
    expect(writes().filter((call) => call.includes('deployments'))).toEqual([]);
  });
});
