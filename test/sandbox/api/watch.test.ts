import {
  configMap,
  configMaps,
  ok,
  patchType,
  take,
  type World,
  widget,
  widgetCrd,
  widgets,
  world,
} from './support.ts';

const watch = (w: World, query: Record<string, string> = {}, path = configMaps) =>
  w.send('GET', path, undefined, { query: { watch: 'true', ...query } });

const told = (lines: readonly { type: string; object: unknown }[]) =>
  lines.map(({ type, object }) =>
    `${type} ${(object as { metadata?: { name?: string } }).metadata?.name ?? ''}`.trim(),
  );

test('a watch from a version shows every later change, in order', async () => {
  const w = world();
  const { resourceVersion } = ok(await w.send('POST', configMaps, configMap('a'))).metadata;
  await w.send('POST', configMaps, configMap('b'));
  await w.send('PATCH', `${configMaps}/a`, { data: { x: 'y' } }, patchType('merge-patch'));
  await w.send('DELETE', `${configMaps}/b`);
  const lines = await take(await watch(w, { resourceVersion: resourceVersion as string }), 3);
  expect(told(lines)).toEqual(['ADDED b', 'MODIFIED a', 'DELETED b']);
});

test('a watch without a version, and one from 0, begin with what is there', async () => {
  const w = world();
  await w.send('POST', configMaps, configMap('a'));
  expect(told(await take(await watch(w), 1))).toEqual(['ADDED a']);
  expect(told(await take(await watch(w, { resourceVersion: '0' }), 1))).toEqual(['ADDED a']);
});

test('initial events end with a bookmark that says so', async () => {
  const w = world();
  await w.send('POST', configMaps, configMap('a'));
  const query = {
    sendInitialEvents: 'true',
    resourceVersionMatch: 'NotOlderThan',
    allowWatchBookmarks: 'true',
  };
  const [, bookmark] = await take(await watch(w, query), 2);
  expect(bookmark).toMatchObject({
    type: 'BOOKMARK',
    object: {
      metadata: { annotations: { 'k8s.io/initial-events-end': 'true' }, resourceVersion: expect.any(String) },
    },
  });
});

test('an object that begins or ceases to match a selector comes and goes', async () => {
  const w = world();
  const { resourceVersion } = ok(await w.send('POST', configMaps, configMap('a'))).metadata;
  for (const value of ['x', 'y', 'x']) {
    await w.send(
      'PATCH',
      `${configMaps}/a`,
      { metadata: { labels: { app: value } } },
      patchType('merge-patch'),
    );
  }
  const query = { resourceVersion: resourceVersion as string, labelSelector: 'app=x' };
  const lines = await take(await watch(w, query), 3);
  expect(told(lines)).toEqual(['ADDED a', 'DELETED a', 'ADDED a']);
  expect(lines[1]?.object).toMatchObject({ metadata: { labels: { app: 'x' } } });
});

test('a watch waits for changes that are still to come', async () => {
  const w = world();
  const next = take(await watch(w, { resourceVersion: '1' }), 1);
  await w.send('POST', configMaps, configMap('late'));
  expect(told(await next)).toEqual(['ADDED late']);
});

test('a watch from a version that has been forgotten ends with 410', async () => {
  const w = world({ historyLength: 4 });
  await w.send('POST', configMaps, configMap('a'));
  for (let count = 0; count < 10; count += 1) {
    await w.send('PATCH', `${configMaps}/a`, { data: { count: String(count) } }, patchType('merge-patch'));
  }
  const [line] = await take(await watch(w, { resourceVersion: '2' }), 1);
  expect(line).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
});

test('compaction makes older versions unknown, for watches and for lists', async () => {
  const w = world();
  await w.send('POST', configMaps, configMap('a'));
  w.server.store.compact();
  await w.send('POST', configMaps, configMap('b'));
  const [line] = await take(await watch(w, { resourceVersion: '2' }), 1);
  expect(line).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  const query = { resourceVersion: '2', resourceVersionMatch: 'Exact' };
  expect((await w.send('GET', configMaps, undefined, { query })).status).toBe(410);
});

test('a reader that is too slow for the history is told so instead of missing changes', async () => {
  const w = world({ historyLength: 4 });
  const response = await watch(w, { resourceVersion: '1' });
  const lines = response.stream?.[Symbol.asyncIterator]();
  const first = lines?.next();
  await w.send('POST', configMaps, configMap('a'));
  await first;
  for (let count = 0; count < 10; count += 1) {
    await w.send('PATCH', `${configMaps}/a`, { data: { count: String(count) } }, patchType('merge-patch'));
  }
  expect((await lines?.next())?.value).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  expect((await lines?.next())?.done).toBe(true);
});

test('a watch ends after its timeout, with a bookmark when bookmarks are wanted', async () => {
  const w = world();
  const query = { resourceVersion: '1', timeoutSeconds: '30', allowWatchBookmarks: 'true' };
  const stream = (await watch(w, query)).stream?.[Symbol.asyncIterator]();
  const next = stream?.next();
  w.tick(29);
  w.tick(1);
  expect((await next)?.value).toMatchObject({ type: 'BOOKMARK' });
  expect((await stream?.next())?.done).toBe(true);
});

test('the first write after a quiet minute tells a watch that it has nothing of how far the world is', async () => {
  const w = world();
  const query = { resourceVersion: '1', allowWatchBookmarks: 'true', fieldSelector: 'metadata.name=nothing' };
  const lines = (await watch(w, query)).stream?.[Symbol.asyncIterator]();
  const next = lines?.next();
  w.tick(60);
  await w.send('POST', configMaps, configMap('in-the-minute-of-its-beginning'));
  w.tick(60);
  const { resourceVersion } = ok(await w.send('POST', configMaps, configMap('a'))).metadata;
  expect((await next)?.value).toMatchObject({ type: 'BOOKMARK', object: { metadata: { resourceVersion } } });
  await lines?.return?.();
});

test('a watch that is closed stops listening', async () => {
  const w = world();
  const stream = (await watch(w, { resourceVersion: '1' })).stream?.[Symbol.asyncIterator]();
  const pending = stream?.next();
  await stream?.return?.();
  expect((await pending)?.done).toBe(true);
  await w.send('POST', configMaps, configMap('a'));
  expect((await stream?.next())?.done).toBe(true);
});

test('a watch of one object shows no other', async () => {
  const w = world();
  await w.send('POST', configMaps, configMap('a'));
  await w.send('POST', configMaps, configMap('b'));
  expect(told(await take(await watch(w, { fieldSelector: 'metadata.name=b' }), 1))).toEqual(['ADDED b']);
  const oldSpelling = '/api/v1/watch/namespaces/default/configmaps/b';
  expect(told(await take(await watch(w, {}, oldSpelling), 1))).toEqual(['ADDED b']);
});

test('changes that listeners make are told after the change they answer', async () => {
  const w = world();
  w.server.installCrd(widgetCrd());
  const seen: string[] = [];
  w.server.onChange(({ type, object }) => {
    if (object.kind !== 'Widget' || type !== 'ADDED') return;
    w.server.execute({
      method: 'PATCH',
      path: `${widgets}/${object.metadata.name}`,
      query: new URLSearchParams(),
      headers: patchType('merge-patch').headers ?? {},
      body: { metadata: { labels: { seen: 'yes' } } },
    });
  });
  w.server.onChange(({ type, object }) => {
    if (object.kind === 'Widget') seen.push(`${type} ${object.metadata.labels?.['seen'] ?? 'no'}`);
  });
  await w.send('POST', widgets, widget('w'));
  expect(seen).toEqual(['ADDED no', 'MODIFIED yes']);
});
