import { instanceIdLabel, managedByAnnotation, podTemplateHashLabel } from '../../src/api/labels.ts';
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
