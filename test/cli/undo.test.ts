import { ephemeralMetadataAnnotation } from '../../src/api/labels.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { type ResourceType, resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { fakeCluster } from '../shell/fake-cluster.ts';
import { podTemplate, type RolloutOptions, replicaSet, rollout } from '../support/builders.ts';
import { terminal } from './terminal.ts';

const first = replicaSet({ image: 'shop:v1', revision: 1 });
const second = replicaSet({ image: 'shop:v2', revision: 2 });
const current = replicaSet({ image: 'shop:v3', revision: 3 });

async function undo(line: string, options: RolloutOptions = {}, replicaSets = [first, second, current]) {
  const cluster = fakeCluster();
  cluster.put(resources.rollouts, rollout({ image: 'shop:v3', ...options }));
  for (const one of replicaSets) cluster.put(resources.replicaSets, one);
  const patches: { type: ResourceType; name: string; kind: string; body: unknown }[] = [];
  const recording = {
    ...cluster,
    patch: async (
      { type, name }: { type: ResourceType; name: string },
      patch: { kind: string; body: unknown },
    ) => {
      patches.push({ type, name, ...patch });
      return {} as KubeObject;
    },
  };
  return { ...(await terminal({ cluster: recording }).run(line)), patches };
}

const replaced = (value: unknown, path = '/spec/template') => [{ op: 'replace', path, value }];

describe('undo', () => {
  test.each([
    ['undo shop', 'shop:v2'],
    ['undo shop --to-revision 0', 'shop:v2'],
    ['undo shop --to-revision=1', 'shop:v1'],
  ])('%s restores the template as its author wrote it', async (line, image) => {
    const ended = await undo(line);
    expect(ended).toMatchObject({ code: 0, out: "rollout 'shop' undo\n", err: '' });
    expect(ended.patches).toEqual([
      { type: resources.rollouts, name: 'shop', kind: 'json', body: replaced(podTemplate(image)) },
    ]);
  });

  test('leaves out what the controller gave the pods for their role of then', async () => {
    const marked = structuredClone(second);
    const given = { labels: { role: 'stable' }, annotations: { note: 'x' } };
    marked.metadata.annotations = {
      ...marked.metadata.annotations,
      [ephemeralMetadataAnnotation]: JSON.stringify(given),
    };
    const metadata = marked.spec.template.metadata ?? {};
    metadata.labels = { ...metadata.labels, ...given.labels };
    metadata.annotations = { ...given.annotations };
    const ended = await undo('undo shop', {}, [first, marked, current]);
    expect(ended.patches.map(({ body }) => body)).toEqual([replaced(podTemplate('shop:v2'))]);
  });

  test('writes nothing when the rollout has that template already', async () => {
    const ended = await undo('undo shop --to-revision 3');
    expect(ended).toMatchObject({
      code: 0,
      out: 'skipped rollback (current template already matches revision 3)\n',
      patches: [],
    });
  });

  test.each([
    ['Deployment', '/spec/template'],
    ['PodTemplate', '/template'],
  ])('writes to the %s that the rollout refers to', async (kind, path) => {
    const ended = await undo('undo shop', { template: undefined, workloadRef: { kind, name: 'base' } });
    expect(ended.code).toBe(0);
    expect(ended.patches).toMatchObject([
      { type: { kind }, name: 'base', body: replaced(podTemplate('shop:v2'), path) },
    ]);
  });

  test.each<[string, Rollout['spec'], (typeof first)[], string]>([
    [
      'undo shop --to-revision 7',
      {},
      [first, current],
      'unable to find specified revision 7 in history; there are 1, 3',
    ],
    ['undo shop', {}, [current], 'no revision found for rollout "shop"'],
    [
      'undo shop',
      { selector: { matchLabels: { app: 'other' } } },
      [first, current],
      'no revision found for rollout "shop"',
    ],
    ['undo shop --to-revision x', {}, [first], '--to-revision must be a whole number of 0 or more, not "x"'],
    [
      'undo shop',
      { workloadRef: { kind: 'StatefulSet', name: 'b' } },
      [first, current],
      'a workload of kind "StatefulSet" has no pod template to restore',
    ],
  ])('%s is refused: %#', async (line, spec, replicaSets, message) => {
    const ended = await undo(line, spec, replicaSets);
    expect(ended).toMatchObject({ code: 1, out: '', patches: [] });
    expect(ended.err.split('\n')[0]).toBe(`Error: ${message}`);
  });
});
