import type { KubeObject } from '../../../src/api/meta.ts';
import { type ObjectRef, resources } from '../../../src/api/resources.ts';
import type { WatchEvent } from '../../../src/ports/cluster.ts';
import { inProcessCluster } from '../../../src/sandbox/cluster.ts';
import { json } from '../../../src/sandbox/request.ts';
import { crds } from '../../support/settings.ts';
import { configMap, world } from './support.ts';

const ref = (name: string): ObjectRef => ({ type: resources.configMaps, namespace: 'default', name });
const object = (name: string, data: Record<string, string> = {}): KubeObject =>
  configMap(name, data, { namespace: 'default' });

function cluster() {
  const { server } = world();
  return { server, cluster: inProcessCluster(server) };
}

test('what is not there is undefined, not an error', async () => {
  expect(await cluster().cluster.get(ref('none'))).toBeUndefined();
});

test('objects are created, read, replaced, patched and deleted', async () => {
  const { cluster: api } = cluster();
  const created = await api.create(object('a', { key: '1' }), resources.configMaps);
  expect(await api.get(ref('a'))).toEqual(created);
  const replaced = await api.replace({ ...created, ...{ data: { key: '2' } } }, resources.configMaps);
  expect(replaced).toMatchObject({ data: { key: '2' } });
  const patched = await api.patch(ref('a'), { kind: 'merge', body: { data: { key: '3' } } });
  expect(patched).toMatchObject({ data: { key: '3' }, metadata: { managedFields: [{ manager: 'sluice' }] } });
  await api.delete(ref('a'), { uid: created.metadata.uid as string });
  expect(await api.get(ref('a'))).toBeUndefined();
});

test('a refusal carries status, reason and message', async () => {
  const { cluster: api } = cluster();
  await api.create(object('a'), resources.configMaps);
  await expect(api.create(object('a'), resources.configMaps)).rejects.toMatchObject({
    status: 409,
    reason: 'AlreadyExists',
    message: 'configmaps "a" already exists',
  });
});

test('a list that is complete names no continuation, also of custom resources, whose lists carry an empty one', async () => {
  const { cluster: api } = cluster();
  for (const crd of crds()) await api.create(crd, resources.customResourceDefinitions);
  expect(await api.list(resources.rollouts, {})).not.toHaveProperty('continueToken');
});

test('every listed object says what it is', async () => {
  const { cluster: api } = cluster();
  await api.create(object('a'), resources.configMaps);
  const { items, resourceVersion } = await api.list(resources.configMaps, { namespace: 'default' });
  expect(items).toMatchObject([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }]);
  expect(Number(resourceVersion)).toBeGreaterThan(0);
});

test('a watch tells what happens after the version, and ends quietly when it is aborted', async () => {
  const { cluster: api } = cluster();
  const { resourceVersion } = await api.list(resources.configMaps);
  const stop = new AbortController();
  const seen: WatchEvent[] = [];
  const reading = (async () => {
    for await (const event of api.watch(resources.configMaps, { resourceVersion }, stop.signal))
      seen.push(event);
  })();
  await api.create(object('a'), resources.configMaps);
  await api.delete(ref('a'));
  await new Promise(setImmediate);
  stop.abort();
  await reading;
  expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
});

test('a watch from a forgotten version fails with 410', async () => {
  const { cluster: api, server } = cluster();
  await api.create(object('a'), resources.configMaps);
  server.store.compact();
  await api.create(object('b'), resources.configMaps);
  const events = api.watch(resources.configMaps, { resourceVersion: '2' }, new AbortController().signal);
  await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    status: 410,
    reason: 'Expired',
  });
});

test('a fault before a request keeps it from the server; one after it hides that it was done', async () => {
  const { cluster: api, server } = cluster();
  const busy = json(
    { kind: 'Status', reason: 'TooManyRequests', message: 'busy', details: { retryAfterSeconds: 2 } },
    429,
  );
  server.faults = { before: ({ method }) => (method === 'POST' ? busy : undefined) };
  await expect(api.create(object('a'), resources.configMaps)).rejects.toMatchObject({
    status: 429,
    retryAfterSeconds: 2,
  });
  server.faults = { after: ({ method }, response) => (method === 'POST' ? busy : response) };
  await expect(api.create(object('b'), resources.configMaps)).rejects.toMatchObject({ status: 429 });
  server.faults = undefined;
  expect([await api.get(ref('a')), (await api.get(ref('b')))?.metadata.name]).toEqual([undefined, 'b']);
});

test('an aborted signal keeps a write from being sent', async () => {
  const { cluster: api } = cluster();
  const signal = AbortSignal.abort();
  await expect(async () => api.create(object('a'), resources.configMaps, { signal })).rejects.toThrow();
  expect(await api.get(ref('a'))).toBeUndefined();
});
