import { stringify } from 'yaml';
import { resources } from '../../src/api/resources.ts';
import { fakeCluster } from '../shell/fake-cluster.ts';
import { analysisTemplate, rollout } from '../support/builders.ts';
import { terminal, type VirtualClock } from './terminal.ts';

const unplaced = { ...rollout(), metadata: { name: 'shop' } };
const files: Readonly<Record<string, string>> = {
  'two.yaml': `${stringify(unplaced)}---\n---\n${stringify(analysisTemplate('rate'))}`,
  'service.yaml': `${stringify(unplaced)}---\napiVersion: v1\nkind: Service\nmetadata:\n  name: a\n`,
  'broken.yaml': 'kind: [\n',
  'nothing.yaml': 'name: a\n',
};

function run(line: string) {
  const cluster = fakeCluster();
  const readFile = async (path: string) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
    return text;
  };
  return { cluster, ended: terminal({ cluster, namespace: 'web', readFile }).run(line) };
}

describe('create', () => {
  test('creates every document, in the namespace it names or else that of the context', async () => {
    const { cluster, ended } = run('create -f two.yaml');
    expect(await ended).toEqual({
      code: 0,
      out: 'rollout.argoproj.io/shop created\nanalysistemplate.argoproj.io/rate created\n',
      err: '',
    });
    expect(cluster.calls).toEqual(['create rollouts web/shop', 'create analysistemplates default/rate']);
    expect(cluster.object({ type: resources.rollouts, namespace: 'web', name: 'shop' })).toBeDefined();
  });

  test('with --watch goes on showing the one rollout that it created, where it was created', async () => {
    const cluster = fakeCluster();
    const placed = { ...unplaced, metadata: { name: 'shop', namespace: 'post' } };
    const shell = terminal({ cluster, namespace: 'web', readFile: async () => stringify(placed) });
    const { ended, seen, interrupt } = shell.start('create -w -f shop.yaml');
    await (shell.clock as VirtualClock).advanceBy(2);
    expect(seen.out).toMatch(/^rollout.argoproj.io\/shop created\nName: +shop\nNamespace: +post\n/);
    interrupt();
    expect(await ended).toMatchObject({ code: 0, err: '' });
  });

  test.each([
    [
      'create -w -f two.yaml',
      /^Error: --watch follows one .*, and the files hold Rollout, AnalysisTemplate\n/,
    ],
    ['create', /^Error: no file given: create -f FILE\n/],
    ['create -f none.yaml', /^Error: there is no file none.yaml\n/],
    ['create -f service.yaml', /^Error: cannot create a Service of v1; only Rollout, /],
    ['create -f broken.yaml', /^Error: broken.yaml: .* at line /],
    ['create -f nothing.yaml', /^Error: nothing.yaml: a document without apiVersion and kind\n/],
  ])('%s is refused, and nothing is created', async (line, text) => {
    const { cluster, ended } = run(line);
    const { code, err } = await ended;
    expect(code).toBe(1);
    expect(err).toMatch(text);
    expect(cluster.calls).toEqual([]);
  });
});
