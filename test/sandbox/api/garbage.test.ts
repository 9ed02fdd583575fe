import type { KubeObject } from '../../../src/api/meta.ts';
import { configMap, configMaps, ok, patchType, refusal, type World, world } from './support.ts';

const ownedBy = (owner: KubeObject, extra: object = {}) => ({
  ownerReferences: [
    { apiVersion: 'v1', kind: 'ConfigMap', name: owner.metadata.name, uid: owner.metadata.uid, ...extra },
  ],
});

const exists = async (w: World, name: string) =>
  (await w.send('GET', `${configMaps}/${name}`)).status === 200;

/** An owner with a child and a grandchild. */
async function family(extra: object = {}): Promise<World> {
  const w = world();
  const owner = ok(await w.send('POST', configMaps, configMap('owner')));
  const child = ok(await w.send('POST', configMaps, configMap('child', {}, ownedBy(owner, extra))));
  ok(await w.send('POST', configMaps, configMap('grandchild', {}, ownedBy(child, extra))));
  return w;
}

test('dependents go with their owner, down to the last', async () => {
  const w = await family();
  await w.send('DELETE', `${configMaps}/owner`);
  expect([await exists(w, 'child'), await exists(w, 'grandchild')]).toEqual([false, false]);
});

test('orphans stay, and forget their owner', async () => {
  const w = await family();
  await w.send('DELETE', `${configMaps}/owner`, { propagationPolicy: 'Orphan' });
  expect(await exists(w, 'owner')).toBe(false);
  expect(ok(await w.send('GET', `${configMaps}/child`)).metadata.ownerReferences).toBeUndefined();
});

test('in the foreground the owner waits for the dependents that block it', async () => {
  const w = await family({ blockOwnerDeletion: true });
  const hold = { metadata: { finalizers: ['example.com/hold'] } };
  await w.send('PATCH', `${configMaps}/grandchild`, hold, patchType('merge-patch'));
  const answer = ok(await w.send('DELETE', `${configMaps}/owner`, { propagationPolicy: 'Foreground' }));
  expect(answer.metadata.finalizers).toEqual(['foregroundDeletion']);
  expect([await exists(w, 'owner'), await exists(w, 'child')]).toEqual([true, true]);
  await w.send(
    'PATCH',
    `${configMaps}/grandchild`,
    { metadata: { finalizers: null } },
    patchType('merge-patch'),
  );
  expect([await exists(w, 'owner'), await exists(w, 'child'), await exists(w, 'grandchild')]).toEqual([
    false,
    false,
    false,
  ]);
});

test('a dependent of two owners stays until both are gone', async () => {
  const w = world();
  const [one, two] = [
    ok(await w.send('POST', configMaps, configMap('one'))),
    ok(await w.send('POST', configMaps, configMap('two'))),
  ];
  const references = [...ownedBy(one).ownerReferences, ...ownedBy(two).ownerReferences];
  await w.send('POST', configMaps, configMap('child', {}, { ownerReferences: references }));
  await w.send('DELETE', `${configMaps}/one`);
  expect(ok(await w.send('GET', `${configMaps}/child`)).metadata.ownerReferences).toHaveLength(1);
  await w.send('DELETE', `${configMaps}/two`);
  expect(await exists(w, 'child')).toBe(false);
});

test('an object whose owner never was is collected, and one whose owner was made anew, too', async () => {
  const w = await family();
  const owner = ok(await w.send('GET', `${configMaps}/owner`));
  await w.send('DELETE', `${configMaps}/owner`);
  await w.send('POST', configMaps, configMap('owner'));
  await w.send('POST', configMaps, configMap('late', {}, ownedBy(owner)));
  expect(await exists(w, 'late')).toBe(false);
});

test('finalizers hold an object that is deleted, and changes to it go on', async () => {
  const w = world();
  await w.send('POST', configMaps, configMap('a', {}, { finalizers: ['example.com/hold'] }));
  const marked = ok(await w.send('DELETE', `${configMaps}/a`));
  expect(marked.metadata.deletionTimestamp).toBe('2026-01-01T00:00:00Z');
  ok(await w.send('PATCH', `${configMaps}/a`, { data: { x: 'y' } }, patchType('merge-patch')));
  ok(await w.send('PATCH', `${configMaps}/a`, { metadata: { finalizers: null } }, patchType('merge-patch')));
  expect(await exists(w, 'a')).toBe(false);
});

test('a namespace that is deleted is emptied, takes nothing new, and goes when the last object has gone', async () => {
  const w = world();
  await w.send('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop' },
  });
  const path = '/api/v1/namespaces/shop/configmaps';
  await w.send('POST', path, configMap('plain'));
  await w.send('POST', path, configMap('held', {}, { finalizers: ['example.com/hold'] }));
  const answer = ok(await w.send('DELETE', '/api/v1/namespaces/shop'));
  expect(answer).toMatchObject({ status: { phase: 'Terminating' } });
  expect((await w.send('GET', `${path}/plain`)).status).toBe(404);
  expect(refusal(await w.send('POST', path, configMap('new')))).toBe(
    '403 configmaps "new" is forbidden: unable to create new content in namespace shop because it is being terminated',
  );
  await w.send('PATCH', `${path}/held`, { metadata: { finalizers: null } }, patchType('merge-patch'));
  expect((await w.send('GET', '/api/v1/namespaces/shop')).status).toBe(404);
});

test('a deletion by preconditions hits only the object that was meant', async () => {
  const w = world();
  const { uid } = ok(await w.send('POST', configMaps, configMap('a'))).metadata;
  expect((await w.send('DELETE', `${configMaps}/a`, { preconditions: { uid: 'other' } })).status).toBe(409);
  expect((await w.send('DELETE', `${configMaps}/a`, { preconditions: { uid } })).status).toBe(200);
});
