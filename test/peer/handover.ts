// npm run test:handover: the peer's controller brings releases to where they are handed over; their objects are recorded for the
// tests of `test/history`; then ours takes the very same over, goes on with them, and gives them back. Needs what test:peer needs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { connect } from '../../src/shell/kube-client/connect.ts';
import { startControlPlane } from '../real/support/control-plane.ts';
import { startKubelet } from '../real/support/kubelet.ts';
import { eventually, freePorts, type Running, start } from '../real/support/processes.ts';
import { createIn, handedOver, memoryOf, recordScene, type Scene, sceneOf } from '../support/handover.ts';
import { buildPeer } from './build.ts';
import { handoverScenes, namespaceOf, rolloutRef } from './handover-scenes.ts';

const { values } = parseArgs({
  options: {
    version: { type: 'string', default: 'v1.10.2' },
    folder: { type: 'string', default: join(homedir(), '.cache/sluice-peer') },
    /** Where the recorded objects go; empty: nowhere. */
    record: { type: 'string', default: '' },
    /** Seconds that a controller has for moving something that it must not move. */
    watch: { type: 'string', default: '20' },
  },
});
const waitMs = 120_000;
const watchMs = Number(values.watch) * 1000;
const programs = buildPeer(values.version, resolve(values.folder));
execFileSync(process.execPath, ['scripts/build.ts'], { stdio: 'inherit' });
const plane = await startControlPlane();
const limits = { perSecond: 2000, burst: 2000 };
const { cluster, close } = await connect(
  { file: plane.kubeconfig },
  { clock: realClock(), random: random(1), limits },
);
const kubelet = startKubelet(cluster, () => new Date().toISOString());
const [metricPort] = (await freePorts(1)) as [number];
const metrics = createServer((_request, answer) => answer.end('{"ok":1}')).listen(metricPort, '127.0.0.1');
const scenes = handoverScenes(`http://127.0.0.1:${metricPort}/`);
const peerCrds = join(programs.source, 'manifests/crds');
const failures: string[] = [];
let running: Running | undefined;
try {
  for (const file of readdirSync(peerCrds).filter((name) => name.endsWith('-crd.yaml'))) {
    kubectl('create', '-f', join(peerCrds, file));
  }
  kubectl('create', '-f', 'src/sandbox/crds/istio.yaml');
  kubectl('create', 'namespace', 'argo-rollouts');
  await eventually('the definitions to be served', async () => {
    for (const type of handedOver) await cluster.list(type);
    return true;
  });
  running = await startController('peer');
  await Promise.all(Object.keys(scenes).map(bringAbout));
  await running.stop();
  if (values.record !== '') await record(values.record);

  kubectl('apply', '--server-side', '--force-conflicts', '-f', 'crds');
  running = await handOver('sluice');
  await goOn();
  await running.stop();

  running = await handOver('peer');
  await running.stop();
} finally {
  await running?.stop();
  await kubelet.stop().catch(() => {}); // it may be in the middle of a list
  await close();
  metrics.close();
  await plane.stop();
}
for (const failure of failures) console.log(`FAILED ${failure}`);
if (failures.length > 0) process.exit(1);
console.log('every release was handed over and back');

function kubectl(...args: readonly string[]): void {
  execFileSync('kubectl', ['--kubeconfig', plane.kubeconfig, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** With leader election, under the same Lease: what one leaves, the other takes. */
async function startController(who: 'peer' | 'sluice'): Promise<Running> {
  const [healthz, metricsPort] = await freePorts(2);
  const flags = [
    ...['--kubeconfig', plane.kubeconfig, '--loglevel', 'warn'],
    ...[`--healthzPort=${healthz}`, `--metricsPort=${metricsPort}`],
  ];
  const log = join(tmpdir(), `sluice-handover-${who}.log`);
  const process_ =
    who === 'peer'
      ? start(programs.controller, flags, log)
      : start(process.execPath, ['dist/sluice.js', 'controller', ...flags], log, {
          POD_NAMESPACE: 'argo-rollouts',
        });
  return process_;
}

async function rolloutIn(namespace: string): Promise<Rollout> {
  return (await cluster.get(rolloutRef(namespace))) as Rollout;
}

async function bringAbout(name: string): Promise<void> {
  const namespace = namespaceOf(name);
  const scene = scenes[name];
  await cluster.create(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    resources.namespaces,
  );
  for (const object of scene?.objects ?? []) {
    await createIn(cluster, object, namespace);
  }
  for (const { shows, deed } of scene?.until ?? []) {
    await eventually(`${name} to stand there`, async () => shows(await rolloutIn(namespace)), {
      timeoutMs: waitMs,
    });
    await deed?.(cluster, rolloutRef(namespace));
  }
  await sleep(3000); // what follows from it is written too
}

async function record(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const name of Object.keys(scenes)) {
    const objects = await recordScene(cluster, namespaceOf(name));
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(objects, undefined, 1)}\n`);
  }
}

/** Starts the next controller and compares what it finds with what it leaves after a while. */
async function handOver(who: 'peer' | 'sluice'): Promise<Running> {
  const names = Object.keys(scenes);
  const look = async () =>
    new Map(
      await Promise.all(
        names.map(async (name) => {
          const namespace = namespaceOf(name);
          return [name, [await sceneOf(cluster, namespace), memoryOf(await rolloutIn(namespace))]] as const;
        }),
      ),
    );
  const before = await look();
  const controller = await startController(who);
  await sleep(watchMs);
  const after = await look();
  for (const name of names) {
    const [[scene, memory], [sceneNow, memoryNow]] = [before.get(name), after.get(name)] as [
      [Scene, object],
      [Scene, object],
    ];
    const same = isDeepStrictEqual(scene, sceneNow);
    if (!same) failures.push(`${who} moved something of ${name}: ${difference(scene, sceneNow)}`);
    const told = difference(memory, memoryNow);
    console.log(
      `${who.padEnd(6)} ${same ? 'left alone' : 'MOVED     '} ${name}${told === '' ? '' : `; status: ${told}`}`,
    );
  }
  return controller;
}

/** Proof that the one who took over is at work: what was paused is promoted to the next step, and stands there. */
async function goOn(): Promise<void> {
  for (const name of [
    'canary-istio-at-25',
    'canary-by-pods-paused',
    'canary-istio-with-a-background-analysis',
  ]) {
    const ref = rolloutRef(namespaceOf(name));
    await cluster.patch(
      ref,
      { kind: 'merge', body: { status: { pauseConditions: null } } },
      { subresource: 'status' },
    );
    await eventually(
      `${name} to go on`,
      async () => {
        const { status } = await rolloutIn(namespaceOf(name));
        return status?.phase === 'Paused' && status.currentStepIndex === 3;
      },
      { timeoutMs: waitMs },
    );
    console.log(`sluice went on with ${name}`);
  }
}

function difference(one: object, other: object): string {
  return Object.entries(other)
    .filter(([key, value]) => !isDeepStrictEqual(value, (one as Record<string, unknown>)[key]))
    .map(
      ([key, value]) =>
        `${key} ${JSON.stringify((one as Record<string, unknown>)[key])} -> ${JSON.stringify(value)}`,
    )
    .join(', ');
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
