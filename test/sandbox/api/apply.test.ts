import {
  applyAs,
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

const dataOf = (object: object) => (object as { data?: object }).data;

test('what one manager stops applying goes, what another applies stays', async () => {
  const { send } = world();
  await send('PATCH', `${configMaps}/a`, configMap('a', { mine: '1', shared: '2' }), applyAs('one'));
  await send('PATCH', `${configMaps}/a`, configMap('a', { shared: '2' }), applyAs('two'));
  const rest = ok(await send('PATCH', `${configMaps}/a`, configMap('a', { other: '3' }), applyAs('one')));
  expect(dataOf(rest)).toEqual({ shared: '2', other: '3' });
});

test('another value for a field that somebody else applies is a conflict, until it is forced', async () => {
  const { send } = world();
  await send('PATCH', `${configMaps}/a`, configMap('a', { key: '1' }), applyAs('one'));
  const again = configMap('a', { key: '2' });
  expect(refusal(await send('PATCH', `${configMaps}/a`, again, applyAs('two')))).toBe(
    '409 Apply failed with 1 conflict: conflict with "one": .data.key',
  );
  const forced = ok(await send('PATCH', `${configMaps}/a`, again, applyAs('two', { force: 'true' })));
  expect(dataOf(forced)).toEqual({ key: '2' });
  expect(forced.metadata.managedFields).toHaveLength(1);
});

test('a field written by an update belongs to its writer, and only that', async () => {
  const { send } = world();
  await send('PATCH', `${configMaps}/a`, configMap('a', { key: '1', other: '1' }), applyAs('one'));
  const merge = { ...patchType('merge-patch'), query: { fieldManager: 'editor' } };
  const edited = ok(await send('PATCH', `${configMaps}/a`, { data: { key: '9' } }, merge));
  expect(edited.metadata.managedFields).toMatchObject([
    { manager: 'one', operation: 'Apply', fieldsV1: { 'f:data': { 'f:other': {} } } },
    { manager: 'editor', operation: 'Update', fieldsV1: { 'f:data': { 'f:key': {} } } },
  ]);
});

test('items of a list that is a map are merged by their keys', async () => {
  const { send, server } = world();
  server.installCrd(widgetCrd());
  await send('PATCH', `${widgets}/w`, widget('w', { parts: [{ name: 'a', weight: 1 }] }), applyAs('one'));
  await send('PATCH', `${widgets}/w`, widget('w', { parts: [{ name: 'b', weight: 2 }] }), applyAs('two'));
  const rest = ok(await send('PATCH', `${widgets}/w`, widget('w'), applyAs('one')));
  expect(rest.spec).toMatchObject({ parts: [{ name: 'b', weight: 2 }] });
});

test('applying the same again changes nothing, not even the version', async () => {
  const { send, server } = world();
  const first = ok(await send('PATCH', `${configMaps}/a`, configMap('a', { key: '1' }), applyAs('one')));
  const before = server.store.revision();
  const second = ok(await send('PATCH', `${configMaps}/a`, configMap('a', { key: '1' }), applyAs('one')));
  expect(second).toEqual(first);
  expect(server.store.revision()).toBe(before);
});

test('a configuration is applied as YAML, too', async () => {
  const { send } = world();
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  key: "1"\n';
  expect(dataOf(ok(await send('PATCH', `${configMaps}/a`, text, applyAs('one'))))).toEqual({ key: '1' });
});
