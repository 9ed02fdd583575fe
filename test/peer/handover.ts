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
import { eventually, freePorts, type Running } from '../real/support/processes.ts';
import { createIn, handedOver, memoryOf, recordScene, type Scene, sceneOf } from '../support/handover.ts';
import { buildPeer } from './build.ts';
import { startController, type Whose } from './controllers.ts';
import { type HandoverScene, handoverScenes, rolloutRef } from './handover-scenes.ts';
import { labelled } from './plugin-stories.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    version: { type: 'string', default: 'v1.10.2' },
    folder: { type: 'string', default: join(homedir(), '.cache/sluice-peer') },
    /** Where the recorded objects go; empty: nowhere. */
    record: { type: 'string', default: '' },
    /** Seconds that a controller has for moving something that it must not move. */
    watch: { type: 'string', default: '20' },
  },
});
/** A way in which both controllers are run. */
interface Way {
  readonly name: string;
  readonly instanceId?: string;
  /** A controller for each namespace, which sees nothing else. */
  readonly isNamespaced?: true;
  /** Of the scenes; all of them when none are named. */
  readonly scenes?: readonly string[];
}
const midRelease = [
  'canary-istio-mid-step',
  'canary-istio-at-25',
  'canary-istio-aborted',
  'canary-istio-in-an-analysis',
  'canary-istio-with-a-background-analysis',
  'blue-green-before-promotion',
];
/** Scenes in which a promotion shows that somebody is at work. */
const promoted = ['canary-istio-at-25', 'canary-by-pods-paused', 'canary-istio-with-a-background-analysis'];
const ways: readonly Way[] = [
  { name: 'everything' },
  { name: 'instance-id', instanceId: 'team-a', scenes: midRelease },
  { name: 'namespaced', isNamespaced: true, scenes: midRelease.slice(-3) },
];
const pattern = new RegExp(positionals[0] ?? '', 'i');
const waitMs = 120_000;
const watchMs = Number(values.watch) * 1000;
const programs = buildPeer(values.version, resolve(values.folder), ['controller']);
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
const running: Running[] = [];
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
  for (const way of ways.filter(({ name }) => pattern.test(name))) await playBothWays(way);
} finally {
  await stopAll();
  await kubelet.stop().catch(() => {}); // it may be in the middle of a list
  await close();
  metrics.close();
  await plane.stop();
}
for (const failure of failures) console.log(`FAILED ${failure}`);
if (failures.length > 0) process.exit(1);
console.log('every release was handed over and back');

/** The peer brings the releases about and leaves them; ours takes them over, goes on, and gives them back. */
async function playBothWays(way: Way): Promise<void> {
  await startControllers('peer', way);
  await Promise.all(placesOf(way).map((place) => bringAbout(way, place)));
  await stopAll();
  if (values.record !== '' && way.name === 'everything') await record(values.record, way);

  kubectl('apply', '--server-side', '--force-conflicts', '-f', 'crds');
  await handOver('sluice', way);
  await goOn('sluice', way, ({ status }) => status?.phase === 'Paused' && status.currentStepIndex === 3);
  await stopAll();

  await handOver('peer', way);
  await goOn('peer', way, ({ status }) => status?.phase === 'Healthy');
  await stopAll();
  for (const { namespace } of placesOf(way)) kubectl('delete', 'namespace', namespace, '--wait=false');
}

function kubectl(...args: readonly string[]): void {
  execFileSync('kubectl', ['--kubeconfig', plane.kubeconfig, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Where a scene of a way is played. */
interface Place {
  readonly scene: string;
  readonly namespace: string;
}

function placesOf({ name, scenes: chosen = Object.keys(scenes) }: Way): readonly Place[] {
  return chosen.map((scene) => ({ scene, namespace: `${name}-${scene}` }));
}

/** With leader election, under the same Lease: what one leaves, the other takes. */
async function startControllers(whose: Whose, { instanceId, isNamespaced, ...way }: Way): Promise<void> {
  const identity = instanceId === undefined ? [] : ['--instance-id', instanceId];
  const each = (namespace: string, flags: readonly string[]) =>
    startController(whose, programs, {
      kubeconfig: plane.kubeconfig,
      namespace,
      log: join(tmpdir(), `sluice-handover-${way.name}-${whose}-${namespace}.log`),
      flags: [...identity, ...flags],
    });
  if (isNamespaced !== true) return void running.push(await each('argo-rollouts', []));
  for (const { namespace } of placesOf(way)) {
    running.push(await each(namespace, ['--namespaced', '--namespace', namespace]));
  }
}

async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((each) => each.stop()));
}

async function rolloutIn(namespace: string): Promise<Rollout> {
  return (await cluster.get(rolloutRef(namespace))) as Rollout;
}

async function bringAbout({ instanceId = '' }: Way, { scene, namespace }: Place): Promise<void> {
  const { objects, until } = scenes[scene] as HandoverScene;
  await cluster.create(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    resources.namespaces,
  );
  for (const object of objects) await createIn(cluster, labelled(object, instanceId), namespace);
  for (const { shows, deed } of until) {
    await eventually(`${namespace} to stand there`, async () => shows(await rolloutIn(namespace)), {
      timeoutMs: waitMs,
    });
    await deed?.(cluster, rolloutRef(namespace));
  }
  await sleep(3000); // what follows from it is written too
}

async function record(folder: string, way: Way): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { scene, namespace } of placesOf(way)) {
    const objects = await recordScene(cluster, namespace);
    writeFileSync(join(folder, `${scene}.json`), `${JSON.stringify(objects, undefined, 1)}\n`);
  }
}

/** Starts the next controller and compares what it finds with what it leaves after a while. */
async function handOver(whose: Whose, way: Way): Promise<void> {
  const places = placesOf(way);
  const look = ({ namespace }: Place) =>
    Promise.all([sceneOf(cluster, namespace), rolloutIn(namespace).then(memoryOf)]);
  const before = await Promise.all(places.map(look));
  await startControllers(whose, way);
  await sleep(watchMs);
  const after = await Promise.all(places.map(look));
  places.forEach(({ namespace }, index) => {
    const [[scene, memory], [sceneNow, memoryNow]] = [before[index], after[index]] as [
      [Scene, object],
      [Scene, object],
    ];
    const same = isDeepStrictEqual(scene, sceneNow);
    if (!same) failures.push(`${whose} moved something of ${namespace}: ${difference(scene, sceneNow)}`);
    const told = difference(memory, memoryNow);
    console.log(
      `${whose.padEnd(6)} ${same ? 'left alone' : 'MOVED     '} ${namespace}${told === '' ? '' : `; status: ${told}`}`,
    );
  });
}

/** Proof that the one who took over is at work: what was paused is promoted, and gets where it must then stand. */
async function goOn(whose: Whose, way: Way, stands: (rollout: Rollout) => boolean): Promise<void> {
  const body = { status: { pauseConditions: null } };
  const goOnAt = async ({ namespace }: Place) => {
    await cluster.patch(rolloutRef(namespace), { kind: 'merge', body }, { subresource: 'status' });
    await eventually(`${namespace} to go on`, async () => stands(await rolloutIn(namespace)), {
      timeoutMs: waitMs,
    });
    console.log(`${whose.padEnd(6)} went on with ${namespace}`);
  };
  await Promise.all(
    placesOf(way)
      .filter(({ scene }) => promoted.includes(scene))
      .map(goOnAt),
  );
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
