import {
  configMap,
  configMaps,
  ok,
  patchType,
  refusal,
  widget,
  widgetCrd,
  widgets,
  world,
} from './support.ts';

test('a created object has an identity, a time and a version', async () => {
  const { send } = world();
  const created = ok(await send('POST', configMaps, configMap('a', { key: 'value' })));
  expect(created.metadata).toMatchObject({
    name: 'a',
    namespace: 'default',
    creationTimestamp: '2026-01-01T00:00:00Z',
    uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    resourceVersion: expect.stringMatching(/^\d+$/),
  });
  expect(ok(await send('GET', `${configMaps}/a`))).toEqual(created);
});

test('what a caller gets cannot be changed, and what it gave is not the stored object', async () => {
  const { send, server } = world();
  const given = configMap('a', { key: 'value' });
  const got = ok(await send('POST', configMaps, given)) as unknown as { data: Record<string, string> };
  (given as unknown as { data: Record<string, string> }).data.key = 'changed';
  expect(() => {
    got.data.key = 'changed';
  }).toThrow(TypeError);
  expect(server.store.table('configmaps').get('default', 'a')).toMatchObject({ data: { key: 'value' } });
});

test('a name that is taken, a name that is missing and a namespace that is not there are refused', async () => {
  const { send } = world();
  await send('POST', configMaps, configMap('a'));
  expect(refusal(await send('POST', configMaps, configMap('a')))).toBe('409 configmaps "a" already exists');
  expect(refusal(await send('GET', `${configMaps}/b`))).toBe('404 configmaps "b" not found');
  expect(refusal(await send('POST', '/api/v1/namespaces/nowhere/configmaps', configMap('a')))).toBe(
    '404 namespaces "nowhere" not found',
  );
});

test('generateName makes a name of its own for each object', async () => {
  const { send } = world();
  const make = async () =>
    ok(await send('POST', configMaps, configMap('', {}, { name: undefined, generateName: 'a-' })));
  const [first, second] = [await make(), await make()];
  expect(first.metadata.name).toMatch(/^a-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  expect(second.metadata.name).not.toBe(first.metadata.name);
});

test('a write with an old version is a conflict', async () => {
  const { send } = world();
  const first = ok(await send('POST', configMaps, configMap('a')));
  ok(await send('PUT', `${configMaps}/a`, { ...first, data: { key: '1' } }));
  expect(refusal(await send('PUT', `${configMaps}/a`, { ...first, data: { key: '2' } }))).toBe(
    '409 Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  );
});

test('a write that changes nothing makes no new version', async () => {
  const { send, server } = world();
  const first = ok(await send('POST', configMaps, configMap('a', { key: '1' })));
  const before = server.store.revision();
  const second = ok(await send('PUT', `${configMaps}/a`, configMap('a', { key: '1' })));
  expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  expect(server.store.revision()).toBe(before);
});

test.each([
  ['merge-patch', { data: { b: '2', a: null } }],
  ['strategic-merge-patch', { data: { b: '2', a: null } }],
  [
    'json-patch',
    [
      { op: 'remove', path: '/data/a' },
      { op: 'add', path: '/data/b', value: '2' },
    ],
  ],
] as const)('a %s changes what it names', async (kind, patch) => {
  const { send } = world();
  await send('POST', configMaps, configMap('a', { a: '1', c: '3' }));
  const patched = ok(await send('PATCH', `${configMaps}/a`, patch, patchType(kind)));
  expect(patched).toMatchObject({ data: { b: '2', c: '3' } });
  expect(Object.keys((patched as unknown as { data: object }).data)).not.toContain('a');
});

test('a dry run shows the result and stores nothing', async () => {
  const { send, server } = world();
  const before = server.store.revision();
  const dry = ok(await send('POST', configMaps, configMap('a'), { query: { dryRun: 'All' } }));
  expect(dry.metadata.uid).toBeDefined();
  expect(server.store.revision()).toBe(before);
  expect((await send('GET', `${configMaps}/a`)).status).toBe(404);
});

test('the status door changes the status alone, the main door everything else', async () => {
  const { send, server } = world();
  server.installCrd(widgetCrd());
  const created = ok(await send('POST', widgets, { ...widget('w'), status: { phase: 'Ready' } }));
  expect(created.status).toBeUndefined();
  const merge = patchType('merge-patch');
  const ready = ok(
    await send(
      'PATCH',
      `${widgets}/w/status`,
      { spec: { size: 'large' }, status: { phase: 'Ready' } },
      merge,
    ),
  );
  expect(ready).toMatchObject({
    spec: { size: 'small' },
    status: { phase: 'Ready' },
    metadata: { generation: 1 },
  });
  const large = ok(
    await send('PATCH', `${widgets}/w`, { spec: { size: 'large' }, status: { phase: 'Gone' } }, merge),
  );
  expect(large).toMatchObject({
    spec: { size: 'large' },
    status: { phase: 'Ready' },
    metadata: { generation: 2 },
  });
});

test('metadata alone does not count as a new generation', async () => {
  const { send, server } = world();
  server.installCrd(widgetCrd());
  await send('POST', widgets, widget('w'));
  const labelled = await send(
    'PATCH',
    `${widgets}/w`,
    { metadata: { labels: { a: 'b' } } },
    patchType('merge-patch'),
  );
  expect(ok(labelled).metadata.generation).toBe(1);
});

test('the scale door reads and writes the replicas', async () => {
  const { send, server } = world();
  server.installCrd(widgetCrd());
  await send('POST', widgets, widget('w', { replicas: 2 }));
  const scale = ok(await send('GET', `${widgets}/w/scale`));
  expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 2 }, status: { replicas: 0 } });
  ok(await send('PATCH', `${widgets}/w/scale`, { spec: { replicas: 7 } }, patchType('merge-patch')));
  expect(ok(await send('GET', `${widgets}/w`))).toMatchObject({
    spec: { replicas: 7 },
    metadata: { generation: 2 },
  });
});
