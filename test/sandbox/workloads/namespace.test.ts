import { resources } from '../../../src/api/resources.ts';
import { template, worldStage } from '../world-support.ts';

test('a namespace with workloads in it goes without a word of complaint', async () => {
  const stage = worldStage();
  const namespaces = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
  await stage.create(namespaces, { metadata: { name: 'shop' } });
  await stage.create(resources.deployments, {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { replicas: 3, selector: { matchLabels: { app: 'shop' } }, template: template() },
  });
  await stage.seconds(20);
  await stage.world.cluster.delete({ type: namespaces, namespace: undefined, name: 'shop' });
  await stage.seconds(120);
  expect(stage.read(namespaces, 'shop')).toBeUndefined();
  expect(stage.world.server.store.table('pods').list('shop')).toEqual([]);
  expect(stage.warnings).toEqual([]);
});
