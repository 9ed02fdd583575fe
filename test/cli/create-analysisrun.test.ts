import { stringify } from 'yaml';
import { resources } from '../../src/api/resources.ts';
import type { AnalysisRun, AnalysisTemplate } from '../../src/api/v1alpha1/analysis.ts';
import { fakeCluster } from '../shell/fake-cluster.ts';
import { terminal } from './terminal.ts';

const metric = (name: string) => ({ name, provider: { web: { url: 'http://a' } } });
const template = (name: string, spec: object, kind: AnalysisTemplate['kind'] = 'AnalysisTemplate') =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind,
    metadata: { name, ...(kind === 'AnalysisTemplate' && { namespace: 'default' }) },
    spec,
  }) as AnalysisTemplate;

const rate = template('rate', {
  metrics: [metric('rate')],
  args: [{ name: 'service' }, { name: 'limit', value: '0.1' }],
});
const all = template('all', {
  templates: [{ templateName: 'rate' }, { templateName: 'slow', clusterScope: true }],
});
const slow = template('slow', { metrics: [metric('slow')] }, 'ClusterAnalysisTemplate');
const files: Readonly<Record<string, string>> = {
  'rate.yaml': stringify({ ...rate, metadata: { name: 'rate' } }),
  'all.yaml': stringify(all),
  'two.yaml': `${stringify(rate)}---\n${stringify(all)}`,
  'none.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\n',
};

async function create(flags: string) {
  const cluster = fakeCluster();
  for (const one of [rate, all]) cluster.put(resources.analysisTemplates, one);
  cluster.put(resources.clusterAnalysisTemplates, slow);
  const readFile = async (path: string) => files[path] ?? '';
  const ended = await terminal({ cluster, readFile }).run(`create analysisrun ${flags}`);
  return { ...ended, runs: cluster.bodies as AnalysisRun[] };
}

describe('create analysisrun', () => {
  test('starts from a template of the cluster, with a name of its own', async () => {
    const { code, out, runs } = await create('--from rate --name mine -a service=shop');
    expect({ code, out }).toEqual({ code: 0, out: 'analysisrun.argoproj.io/mine created\n' });
    expect(runs).toEqual([
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AnalysisRun',
        metadata: { name: 'mine', namespace: 'default' },
        spec: {
          metrics: [metric('rate')],
          args: [
            { name: 'service', value: 'shop' },
            { name: 'limit', value: '0.1' },
          ],
        },
      },
    ]);
  });

  test.each([
    ['--from rate -a service=a', { generateName: 'rate-' }],
    ['--from rate -a service=a --generate-name try-', { generateName: 'try-' }],
    [
      '--from rate -a service=a --instance-id blue',
      { generateName: 'rate-', labels: { 'argo-rollouts.argoproj.io/controller-instance-id': 'blue' } },
    ],
  ])('%s', async (flags, metadata) => {
    expect((await create(flags)).runs[0]?.metadata).toEqual({ namespace: 'default', ...metadata });
  });

  test.each([
    ['--from slow --global', ['slow']],
    ['--from all -a service=a', ['rate', 'slow']],
    ['--from-file all.yaml -a service=a', ['rate', 'slow']],
    ['--from-file rate.yaml -a service=a -a limit=a=b', ['rate']],
  ])('%s measures what the template leads to', async (flags, names) => {
    const { code, runs } = await create(flags);
    expect(code).toBe(0);
    expect(runs[0]?.spec.metrics.map(({ name }) => name)).toEqual(names);
  });

  test('an argument may hold the sign that ends its name', async () => {
    const [run] = (await create('--from rate -a service=a=b')).runs;
    expect(run?.spec.args?.[0]).toEqual({ name: 'service', value: 'a=b' });
  });

  test.each([
    ['', 'name the template with one of --from and --from-file'],
    ['--from a --from-file b', 'name the template with one of --from and --from-file'],
    ['--from-file rate.yaml --global', '--global goes with --from; '],
    ['--from rate --name a --generate-name b', '--name and --generate-name cannot be used together'],
    ['--from nope', 'analysistemplate.argoproj.io "nope" not found'],
    ['--from rate --global', 'clusteranalysistemplate.argoproj.io "rate" not found'],
    ['--from rate', 'the template needs a value: --argument service=VALUE'],
    ['--from rate -a servce=a', 'the template has no argument "servce"; it has service, limit'],
    ['--from slow --global -a b=c', 'the template has no argument "b"; it has none'],
    ['--from rate -a service', '--argument must be written as NAME=VALUE, not "service"'],
    ['--from-file two.yaml', 'two.yaml holds 2 analysis templates, must hold one'],
    ['--from-file none.yaml', 'none.yaml holds no analysis templates, must hold one'],
    ['-f rate.yaml', "unknown option '--filename'"],
  ])('%s is refused, and nothing is created', async (flags, message) => {
    const { code, err, runs } = await create(flags);
    expect(code).toBe(1);
    expect(err.slice(0, `Error: ${message}`.length)).toBe(`Error: ${message}`);
    expect(runs).toEqual([]);
  });
});
