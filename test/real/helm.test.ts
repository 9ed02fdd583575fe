import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { type Connection, connect } from '../../src/shell/kube-client/connect.ts';
import { rollout } from '../support/builders.ts';
import { codeOf, helm, kustomized, rendered, root } from './support/chart.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { kubectlWith, type Told } from './support/kubectl.ts';
import { eventually } from './support/processes.ts';
import { definitionsOfPrometheusOperator, monitoring } from './support/prometheus-operator.ts';

/** One release, from its installation to its end: what somebody sets one day, and then something else. */
const days: readonly (readonly [what: string, values: Readonly<Record<string, unknown>>])[] = [
  ['with monitoring', monitoring],
  [
    'without most of it',
    {
      'controller.replicas': 1,
      'controller.metrics.enabled': false,
      'networkPolicy.enabled': false,
      'providerRBAC.enabled': false,
    },
  ],
  ['of one namespace', { clusterInstall: false, installCRDs: true }],
  [
    'a shard, with notifications of its own',
    { excludedNamespaces: ['web'], 'notifications.selfService': true },
  ],
  [
    'of an instance, for IRSA, with labels and an image by digest',
    {
      instanceId: 'blue',
      'serviceAccount.annotations': { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/sluice' },
      'controller.podLabels': { team: 'web', 'app.kubernetes.io/name': 'mine' },
      'controller.image.digest': `sha256:${'0'.repeat(64)}`,
    },
  ],
  ['under other names', { fullnameOverride: 'gate', 'serviceAccount.name': 'gatekeeper' }],
  ['by the defaults again', {}],
];

describe('a release of the chart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-helm-'));
  let plane: ControlPlane;
  let connection: Connection;
  let kubectl: (args: readonly string[]) => Promise<Told>;

  const told = async (...args: readonly string[]) => {
    const { code, text } = await kubectl(args);
    if (code !== 0) throw new Error(text);
    return text;
  };
  const helmWith = (values: Readonly<Record<string, unknown>>, ...args: readonly string[]) =>
    helm(
      ...args,
      ...['--namespace', 'sluice', '--kubeconfig', plane.kubeconfig],
      ...Object.entries(values).flatMap(([path, value]) => [
        '--set-json',
        `${path}=${JSON.stringify(value)}`,
      ]),
    );
  /** Of the kinds that a chart of ours makes, all in its namespace and those of the cluster that bear its name. */
  const left = async () => {
    const own = 'deploy,svc,cm,sa,role,rolebinding,pdb,networkpolicy,servicemonitor,prometheusrule';
    const inNamespace = await told('get', own, '--namespace', 'sluice', '--output', 'name');
    const ofCluster = await told('get', 'clusterrole,clusterrolebinding', '--output', 'name');
    return [...inNamespace.split('\n'), ...ofCluster.split('\n')].filter((name) =>
      /\/(sluice|gate)/.test(name),
    );
  };

  beforeAll(async () => {
    plane = await startControlPlane({ controllers: false });
    connection = await connect({ file: plane.kubeconfig }, { clock: realClock(), random: random(1) });
    kubectl = kubectlWith(plane.kubeconfig, folder);
    const files = definitionsOfPrometheusOperator();
    expect(files).toHaveLength(2);
    for (const file of files) await told('create', '--filename', file);
    await told('wait', '--for=condition=Established', 'crd', '--all', '--timeout=20s');
  });
  afterAll(async () => {
    await connection?.close();
    await plane?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(['config/monitoring', 'the chart'])(
    'the objects for Prometheus of %s are as prometheus-operator defines them',
    async (from) => {
      const all = from === 'the chart' ? rendered(monitoring) : kustomized(from);
      const items = all.filter(({ apiVersion }) => apiVersion.startsWith('monitoring.coreos.com/'));
      expect(items.map(({ kind }) => kind).sort()).toEqual(['PrometheusRule', 'ServiceMonitor']);
      for (const { metadata } of items) metadata.namespace = 'default';
      const file = join(folder, 'monitoring.json');
      const apply = () => kubectl(['create', '--dry-run=server', '--validate=strict', '--filename', file]);
      writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      expect((await apply()).text).toMatch(/^(\S+ created \(server dry run\)\n){2}$/);
      const monitor = items.find(({ kind }) => kind === 'ServiceMonitor') as KubeObject & {
        spec: { endpoints: object[] };
      };
      monitor.spec.endpoints = [{ port: 'metrics', intervall: '30s' }];
      writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      expect((await apply()).text).toMatch(/unknown field "(spec\.endpoints\[0\]\.)?intervall"/);
    },
  );

  test('is installed, and changed from each set of values to the next', async () => {
    helmWith({}, 'install', 'sluice', 'charts/sluice', '--create-namespace');
    await told('wait', '--for=condition=Established', 'crd', 'rollouts.argoproj.io', '--timeout=20s');
    await eventually('Rollouts to be served', () =>
      connection.cluster.create(rollout({ name: 'shop' }), resources.rollouts),
    );
    const first = (await left()).sort();
    for (const [what, values] of days) {
      try {
        helmWith(values, 'upgrade', 'sluice', 'charts/sluice', '--reset-values');
      } catch (error) {
        throw new Error(`${what}: ${(error as Error).message}`);
      }
    }
    expect((await left()).sort()).toEqual(first);
  });

  test('does not let labels change below a Deployment that keeps its name', () => {
    const renamed = { fullnameOverride: 'sluice', nameOverride: 'other' };
    expect(() => helmWith(renamed, 'upgrade', 'sluice', 'charts/sluice')).toThrow('field is immutable');
    helmWith({}, 'rollback', 'sluice');
  });

  test('leaves the definitions and every Rollout when it is removed, and nothing else', async () => {
    helmWith({}, 'uninstall', 'sluice', '--wait');
    expect(await left()).toEqual([]);
    const names = readdirSync(join(root, 'crds')).map(
      (file) => (parse(readFileSync(join(root, 'crds', file), 'utf8')) as KubeObject).metadata.name,
    );
    const kept = await told('get', 'crd', '--output', 'name');
    for (const name of names) expect(kept).toContain(name);
    expect(await told('get', 'rollouts', '--all-namespaces', '--output', 'name')).toContain('shop');
  });

  test('is installed again over what it has left', async () => {
    helmWith({}, 'install', 'sluice', 'charts/sluice');
    expect(await left()).not.toEqual([]);
  });

  test('does not take definitions that are another’s, says whose they are, and is given them as the docs say', async () => {
    const install = (name: string) => () => helmWith({}, 'install', name, 'charts/sluice');
    expect(install('second')).toThrow('belongs to the Helm release sluice of namespace sluice.');
    helmWith({}, 'uninstall', 'sluice', '--wait');
    await told('annotate', 'crd', '--all', 'meta.helm.sh/release-name-');
    expect(install('sluice')).toThrow(/belongs to no Helm release .* Install with installCRDs=false/);
    const commands = codeOf('install.md').find((block) => block.startsWith('for crd in')) ?? '';
    const env = { ...process.env, KUBECONFIG: plane.kubeconfig };
    execFileSync('bash', ['-ec', commands], { env, stdio: 'ignore' });
    expect(install('sluice')).not.toThrow();
  });
});
