import {
  configMap,
  configMaps,
  ok,
  patchType,
  type World,
  widget,
  widgetCrd,
  widgets,
  world,
} from './support.ts';

interface List {
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  items: { metadata: { name: string } }[];
}

const list = async (w: World, query: Record<string, string> = {}, path = configMaps): Promise<List> =>
  ok(await w.send('GET', path, undefined, { query })) as unknown as List;
const names = ({ items }: List) => items.map(({ metadata }) => metadata.name);

async function withThree(): Promise<World> {
  const w = world();
  await w.send('POST', configMaps, configMap('c', {}, { labels: { app: 'y' } }));
  await w.send('POST', configMaps, configMap('a', {}, { labels: { app: 'x', tier: 'one' } }));
  await w.send('POST', configMaps, configMap('b', {}, { labels: { app: 'x', tier: 'two' } }));
  return w;
}

test.each([
  ['', ['a', 'b', 'c']],
  ['app=x', ['a', 'b']],
  ['app==x', ['a', 'b']],
  ['app!=x', ['c']],
  ['app=x,tier!=two', ['a']],
  ['tier in (one,two)', ['a', 'b']],
  ['tier notin (one)', ['b', 'c']],
  ['tier', ['a', 'b']],
  ['!tier', ['c']],
])('the label selector "%s" finds %j', async (labelSelector, expected) => {
  expect(names(await list(await withThree(), { labelSelector }))).toEqual(expected);
});

test('pages show one state of the world, whatever is written in between', async () => {
  const w = await withThree();
  const first = await list(w, { limit: '2' });
  expect(first.metadata.remainingItemCount).toBe(1);
  await w.send('DELETE', `${configMaps}/c`);
  await w.send('POST', configMaps, configMap('d'));
  await w.send('PATCH', `${configMaps}/a`, { data: { x: 'y' } }, patchType('merge-patch'));
  const second = await list(w, { limit: '2', continue: first.metadata.continue as string });
  expect([...names(first), ...names(second)]).toEqual(['a', 'b', 'c']);
  expect(second.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
  expect(names(await list(w))).toEqual(['a', 'b', 'd']);
});

test('an exact version shows the past', async () => {
  const w = await withThree();
  const { resourceVersion } = (await list(w)).metadata;
  await w.send('DELETE', `${configMaps}/a`);
  const query = { resourceVersion, resourceVersionMatch: 'Exact' };
  expect(names(await list(w, query))).toEqual(['a', 'b', 'c']);
});

test('a version that does not exist yet is refused with the wish to try again', async () => {
  const w = await withThree();
  const response = await w.send('GET', configMaps, undefined, { query: { resourceVersion: '9999' } });
  expect(response).toMatchObject({
    status: 504,
    body: { reason: 'Timeout', details: { retryAfterSeconds: 1 } },
  });
});

test('all namespaces are listed in the order of namespaces', async () => {
  const w = await withThree();
  await w.send('POST', '/api/v1/namespaces/kube-system/configmaps', configMap('a'));
  await w.send('POST', '/api/v1/namespaces/kube-public/configmaps', configMap('z'));
  expect(names(await list(w, {}, '/api/v1/configmaps'))).toEqual(['a', 'b', 'c', 'z', 'a']);
});

test('items of custom resources say what they are, those of built-in kinds do not', async () => {
  const w = await withThree();
  w.server.installCrd(widgetCrd());
  await w.send('POST', widgets, widget('w'));
  expect((await list(w, {}, widgets)).items[0]).toMatchObject({ kind: 'Widget' });
  expect((await list(w)).items[0]).not.toHaveProperty('kind');
});
