// npm run test:peer: the peer's own end-to-end suite, unmodified, against its controller and ours, on a real API server
// with played nodes. Each test runs in a namespace of its own; prints one line a test and ends with a table.
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { connect } from '../../src/shell/kube-client/connect.ts';
import { type ControlPlane, startControlPlane } from '../real/support/control-plane.ts';
import { eventually, freePorts, start } from '../real/support/processes.ts';
import { buildPeer, type PeerPrograms } from './build.ts';
import { playInternet } from './internet.ts';
import { playNodes } from './nodes.ts';

type Subject = 'peer' | 'sluice';
type Result = 'pass' | 'fail' | 'skip';
interface SuiteTest {
  readonly suite: string;
  readonly name: string;
  /** The test function that runs the suite. */
  readonly entry: string;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    against: { type: 'string', default: 'peer,sluice' },
    crds: { type: 'string', default: 'sluice' },
    /** One test asks for the metrics at 8090. */
    'metrics-port': { type: 'string', default: '8090' },
    /** How long a pod takes from its node to its first container. */
    'pod-start-ms': { type: 'string', default: '2500' },
    workers: { type: 'string', default: '6' },
    version: { type: 'string', default: 'v1.10.2' },
    folder: { type: 'string', default: join(homedir(), '.cache/sluice-peer') },
    out: { type: 'string', default: join(tmpdir(), 'sluice-peer-suite') },
    /** Only starts everything, with one controller, and prints the kubeconfig. */
    hold: { type: 'boolean', default: false },
  },
});
const pattern = new RegExp(positionals[0] ?? '', 'i');
const out = resolve(values.out);
const instanceId = 'argo-rollouts-e2e';
/** The suite of what the peer needs a plugin program for. */
const left = new Set(['StepPluginSuite']);
/** Tests whose manifests name their namespace. */
const namespaceOf = new Map([['TestAPISIXCanarySetHeaderStep', 'default']]);

/** What the suite uses beyond the definitions that are at hand; it reads SMI's v1alpha1, which the one beside it does not serve. */
const further = [
  definition('split.smi-spec.io', 'TrafficSplit', 'Namespaced', ['v1alpha1', 'v1alpha2', 'v1alpha3']),
  definition('appmesh.k8s.aws', 'Mesh', 'Cluster', ['v1beta2']),
];

const programs = buildPeer(values.version, resolve(values.folder));
execFileSync(process.execPath, ['scripts/build.ts'], { stdio: 'inherit' });
const plane = await startControlPlane({ scheduler: true });
const connection = await connect(
  { file: plane.kubeconfig },
  { clock: realClock(), random: random(1), limits: { perSecond: 2000, burst: 2000 } },
);
mkdirSync(out, { recursive: true });
const internet = await playInternet();
try {
  await install(connection.cluster, plane);
  const nodes = await playNodes(connection.cluster, Number(values['pod-start-ms']));
  const results = new Map<Subject, Map<string, Result>>();
  for (const subject of values.against.split(',') as Subject[]) {
    const controller = await startController(subject, plane);
    try {
      if (values.hold) await hold();
      else results.set(subject, await runAll(subject, connection.cluster, plane));
    } finally {
      await controller.stop();
    }
  }
  await nodes.stop();
  if (!values.hold) printTable(results);
} finally {
  internet.stop();
  await connection.close();
  await plane.stop();
}

/** Lets everything in. The first version is the stored one. */
function definition(group: string, kind: string, scope: string, versions: readonly string[]): KubeObject {
  const plural = kind === 'Mesh' ? 'meshes' : `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      })),
    },
  } as KubeObject;
}

async function hold(): Promise<void> {
  console.log(`KUBECONFIG=${plane.kubeconfig}`);
  await new Promise((done) => process.once('SIGINT', done));
}

async function install(cluster: Cluster, { kubeconfig }: ControlPlane): Promise<void> {
  const own = values.crds === 'peer' ? join(programs.source, 'manifests/crds') : 'crds';
  const files = [own, join(programs.source, 'test/e2e/crds')].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml') && !['kustomization.yaml', 'split.yaml'].includes(name))
      .map((name) => join(folder, name)),
  );
  for (const file of [...files, 'test/support/vendor-crds/app-mesh.yaml']) {
    const args = ['--kubeconfig', kubeconfig, 'create', '-f', file];
    execFileSync('kubectl', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  for (const each of further) await cluster.create(each, resources.customResourceDefinitions);
  await eventually('the definitions to be served', async () => {
    for (const type of [resources.rollouts, resources.experiments, resources.virtualServices]) {
      await cluster.list(type);
    }
    return true;
  });
}

async function startController(subject: Subject, { kubeconfig }: ControlPlane) {
  const [healthzPort, freePort] = await freePorts(2);
  const metricsPort = values.hold ? freePort : values['metrics-port'];
  const flags = [
    ...['--kubeconfig', kubeconfig, '--instance-id', instanceId, '--loglevel', 'debug'],
    ...[`--healthzPort=${healthzPort}`, `--metricsPort=${metricsPort}`, '--leader-elect=false'],
  ];
  const log = join(out, `controller-${subject}.log`);
  rmSync(log, { force: true });
  const running =
    subject === 'peer'
      ? start(programs.controller, flags, log, internet.environment)
      : start(process.execPath, ['dist/sluice.js', 'controller', ...flags], log, internet.environment);
  await eventually(`${subject}'s controller to serve its metrics`, async () => {
    const failure = running.failure();
    if (failure !== undefined) throw new Error(failure);
    return (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).ok;
  });
  return running;
}

async function runAll(subject: Subject, cluster: Cluster, { kubeconfig }: ControlPlane) {
  const queue = testsOf(programs).filter(({ suite, name }) => pattern.test(`${suite}/${name}`));
  const results = new Map<string, Result>();
  const total = queue.length;
  const worker = async () => {
    for (let test = queue.shift(); test !== undefined; test = queue.shift()) {
      const given = namespaceOf.get(test.name);
      const namespace = given ?? `${subject}-${total - queue.length}`;
      const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
      if (given === undefined) await cluster.create(object as KubeObject, resources.namespaces);
      const begun = Date.now();
      const result = await runOne(subject, test, namespace, kubeconfig);
      const key = `${test.suite}/${test.name}`;
      results.set(key, result);
      const seconds = Math.round((Date.now() - begun) / 1000);
      console.log(`${subject.padEnd(6)} ${result}  ${key}  ${seconds} s  (${results.size} of ${total})`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, worker));
  return results;
}

/** Every test of the suite, found by its declaration. */
function testsOf({ source }: PeerPrograms): SuiteTest[] {
  const folder = join(source, 'test/e2e');
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('_test.go'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const found = (declaration: RegExp) => texts.flatMap((text) => [...text.matchAll(declaration)]);
  const entries = found(/^func (Test\w+)\(t \*testing\.T\) \{\s+suite\.Run\(t, new\((\w+)\)\)/gm);
  const entryOf = new Map(entries.map(([, entry, suite]) => [suite, entry]));
  return found(/^func \(\w+ \*(\w+)\) (Test\w+)\(\)/gm)
    .map(([, suite = '', name = '']) => ({ suite, name, entry: entryOf.get(suite) ?? '' }))
    .filter(({ suite }) => !left.has(suite));
}

async function runOne(
  subject: Subject,
  { suite, name, entry }: SuiteTest,
  namespace: string,
  kubeconfig: string,
): Promise<Result> {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  config.contexts[0].context.namespace = namespace;
  const own = join(out, `kubeconfig-${namespace}`);
  writeFileSync(own, JSON.stringify(config));
  const log = join(out, `${subject}-${suite}-${name}.log`);
  const child = spawn(
    programs.suite,
    ['-test.v', '-test.timeout=8m', `-test.run=^${entry}$`, `-testify.m=^${name}$`],
    {
      cwd: join(programs.source, 'test/e2e'),
      env: {
        ...process.env,
        KUBECONFIG: own,
        PATH: `${resolve(values.folder)}${delimiter}${process.env['PATH']}`,
        E2E_INSTANCE_ID: instanceId,
        E2E_ALB_INGESS_ANNOTATIONS: '{"alb.ingress.kubernetes.io/target-type":"ip"}',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const code = await new Promise((done) => child.once('close', done));
  await new Promise<void>((done) => file.end(done));
  const text = readFileSync(log, 'utf8');
  if (code !== 0) return 'fail';
  return new RegExp(`^\\s+--- PASS: .*/${name} `, 'm').test(text) ? 'pass' : 'skip';
}

function printTable(results: ReadonlyMap<Subject, ReadonlyMap<string, Result>>): void {
  const subjects = [...results.keys()];
  const names = [...new Set([...results.values()].flatMap((each) => [...each.keys()]))].sort();
  const lines = [
    `| test | ${subjects.join(' | ')} |`,
    `|---|${subjects.map(() => '---|').join('')}`,
    ...names.map(
      (name) => `| ${name} | ${subjects.map((each) => results.get(each)?.get(name)).join(' | ')} |`,
    ),
  ];
  writeFileSync(join(out, 'table.md'), `${lines.join('\n')}\n`);
  for (const [subject, each] of results) {
    const count = (result: Result) => [...each.values()].filter((one) => one === result).length;
    console.log(`${subject}: ${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped`);
  }
  console.log(`logs and table in ${out}`);
}
