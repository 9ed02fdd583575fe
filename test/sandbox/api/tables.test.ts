import type { KubeObject } from '../../../src/api/meta.ts';
import { durationText } from '../../../src/sandbox/tables/generic.ts';
import { compileJsonPath } from '../../../src/sandbox/tables/json-path.ts';
import { ok, type World, widget, widgetCrd, widgets, world } from './support.ts';

const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

interface Table {
  columnDefinitions: { name: string; priority: number }[];
  rows: { cells: unknown[]; object: KubeObject }[];
}

const table = async (w: World, path: string): Promise<Table> =>
  ok(await w.send('GET', path, undefined, { headers: { accept } })) as unknown as Table;

test('a custom resource shows the columns of its definition', async () => {
  const w = world();
  w.server.installCrd(widgetCrd());
  await w.send('POST', widgets, widget('w'));
  w.tick(200);
  const { columnDefinitions, rows } = await table(w, widgets);
  expect(columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Size', 'Age']);
  expect(rows[0]?.cells).toEqual(['w', 'small', '3m20s']);
  expect(rows[0]?.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'w' } });
});

const status = (containerStatuses: object[], more: object = {}) => ({
  phase: 'Running',
  containerStatuses,
  ...more,
});
const container = (state: object, more: object = {}) => ({
  name: 'a',
  ready: false,
  restartCount: 0,
  state,
  ...more,
});

test.each([
  ['no status yet', {}, '0/1', 'Pending'],
  ['running', status([container({ running: {} }, { ready: true })]), '1/1', 'Running'],
  [
    'waiting',
    status([container({ waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 3 })]),
    '0/1',
    'CrashLoopBackOff',
  ],
  ['ended badly', status([container({ terminated: { exitCode: 137, signal: 9 } })]), '0/1', 'Signal:9'],
  [
    'ended well',
    status([container({ terminated: { exitCode: 0, reason: 'Completed' } })], { phase: 'Succeeded' }),
    '0/1',
    'Completed',
  ],
  ['evicted', { phase: 'Failed', reason: 'Evicted' }, '0/1', 'Evicted'],
])('a pod that is %s', async (_name, podStatus, ready, text) => {
  const w = world();
  const pods = '/api/v1/namespaces/default/pods';
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'a', image: 'a:1' }] },
  };
  await w.send('POST', pods, pod);
  const headers = { 'content-type': 'application/merge-patch+json' };
  ok(await w.send('PATCH', `${pods}/p/status`, { status: podStatus }, { headers }));
  expect((await table(w, pods)).rows[0]?.cells.slice(1, 3)).toEqual([ready, text]);
});

test.each([
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [599, '9m59s'],
  [600, '10m'],
  [10_799, '179m'],
  [10_800, '3h'],
  [11_160, '3h6m'],
  [172_800, '2d'],
  [180_000, '2d2h'],
  [864_000, '10d'],
  [94_608_000, '3y'],
])('%d seconds are printed as %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

const sample = {
  metadata: { labels: { 'a.b/c': 'x' } },
  spec: {
    items: [
      { name: 'a', ready: true, weight: 1 },
      { name: 'b', ready: false, weight: 5 },
    ],
  },
};

test.each([
  ['.spec.items[0].name', ['a']],
  ['.spec.items[-1].name', ['b']],
  ['.spec.items[*].name', ['a', 'b']],
  ['.spec.items[?(@.name=="b")].weight', [5]],
  ['.spec.items[?(@.ready==true)].name', ['a']],
  ['.spec.items[?(@.weight>2)].name', ['b']],
  [".metadata.labels['a.b/c']", ['x']],
  ['.metadata.labels.a\\.b/c', ['x']],
  ['..weight', [1, 5]],
  ['{.spec.items[0].weight}', [1]],
  ['.nothing.here', []],
  ['not a path', []],
])('the path %s finds %j', (path, expected) => {
  expect(compileJsonPath(path)(sample)).toEqual(expected);
});
