// npm run test:notifications: the same releases under the same notifications ConfigMap, the peer's own catalogue among it, brought
// about by its controller and by ours, on a real API server; what every service is sent must be the same. Needs what test:peer needs.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/api/meta.ts';
import { type ResourceType, resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { connect } from '../../src/shell/kube-client/connect.ts';
import { startControlPlane } from '../real/support/control-plane.ts';
import { startKubelet } from '../real/support/kubelet.ts';
import { eventually } from '../real/support/processes.ts';
import { httpReceiver } from '../support/http-receiver.ts';
import { configured } from '../support/notifications.ts';
import { smtpServer } from '../support/smtp-server.ts';
import { buildPeer } from './build.ts';
import { startController, type Whose } from './controllers.ts';
import {
  type Heard,
  heardOf,
  type Receivers,
  servicesAt,
  subscriptions,
  toldReleases,
} from './told-releases.ts';

const { values } = parseArgs({
  options: {
    version: { type: 'string', default: 'v1.10.2' },
    folder: { type: 'string', default: join(homedir(), '.cache/sluice-peer') },
    against: { type: 'string', default: 'peer,sluice' },
    /** Prints everything that was heard. */
    all: { type: 'boolean', default: false },
  },
});
/** Seconds for the last messages. */
const settleSeconds = 4;
const programs = buildPeer(values.version, resolve(values.folder));
execFileSync(process.execPath, ['scripts/build.ts'], { stdio: 'inherit' });
const plane = await startControlPlane();
const limits = { perSecond: 2000, burst: 2000 };
const { cluster, close } = await connect(
  { file: plane.kubeconfig },
  { clock: realClock(), random: random(1), limits },
);
const kubelet = startKubelet(cluster, () => new Date().toISOString());
const metric = await httpReceiver({ body: '{"good": 1, "bad": 0}' });
const heard = {} as Record<Whose, readonly Heard[]>;
try {
  kubectl('apply', '--server-side', '-f', 'crds');
  await eventually('the definitions to be served', async () => cluster.list(resources.rollouts));
  for (const whose of values.against.split(',') as Whose[]) heard[whose] = await tell(whose);
} finally {
  await kubelet.stop().catch(() => {}); // it may be in the middle of a list
  await close();
  await metric.stop();
  await plane.stop();
}
if (values.all) for (const [whose, all] of Object.entries(heard)) print(whose, all);
const differences = compare(heard.peer ?? [], heard.sluice ?? []);
for (const difference of differences) console.log(`DIFFERENT ${difference}`);
if (differences.length > 0) process.exit(1);

/** Plays all releases under one controller; what the services heard of them. */
async function tell(whose: Whose): Promise<readonly Heard[]> {
  const receivers: Receivers = {
    http: await httpReceiver(),
    mail: await smtpServer(),
  };
  receivers.http.answer = ({ line }) =>
    line.includes('/teams') ? { body: '1' } : { body: '{"ok": true, "channel": "C1", "ts": "1.1"}' };
  const [controllers, namespace] = [`controllers-${whose}`, `told-by-${whose}`];
  kubectl('create', 'namespace', controllers);
  kubectl('create', 'namespace', namespace);
  const catalogue = parse(
    readFileSync(join(programs.source, 'manifests/notifications-install.yaml'), 'utf8').split(/^---$/m)[0] ??
      '',
  ) as { data: Record<string, string> };
  const data = servicesAt(whose, receivers, catalogue.data);
  for (const object of configured(
    data,
    { token: 'xoxb-1234', key: 'key-of-the-team', password: 'pass-word' },
    controllers,
  )) {
    await cluster.create(object, object.kind === 'Secret' ? resources.secrets : resources.configMaps);
  }
  const controller = await startController(whose, programs, {
    kubeconfig: plane.kubeconfig,
    namespace: controllers,
    log: join(tmpdir(), `sluice-notifications-${whose}.log`),
    flags: ['--loglevel', 'info'],
  });
  try {
    await Promise.all(toldReleases(metric.url).map((release) => play(release, namespace)));
    await new Promise((done) => setTimeout(done, settleSeconds * 1000));
  } finally {
    await controller.stop();
    kubectl('delete', 'namespace', namespace, '--wait=false');
    await Promise.all([receivers.http.stop(), receivers.mail.stop()]);
  }
  return heardOf(receivers, namespace);
}

async function play({ objects, until }: ReturnType<typeof toldReleases>[number], namespace: string) {
  for (const object of objects) await createObject(withSubscriptions(object), namespace);
  const name = objects.find(({ kind }) => kind === 'Rollout')?.metadata.name ?? '';
  const ref = { type: resources.rollouts, namespace, name };
  // the peer can wait for good on a copy of its own that its notifications have put into its cache: a change wakes it
  const wake = setInterval(() => {
    const body = { metadata: { annotations: { woken: new Date().toISOString() } } };
    cluster.patch(ref, { kind: 'merge', body }).catch(() => {});
  }, 30_000);
  try {
    for (const { shows, deed } of until) {
      const stands = async () => shows((await cluster.get(ref)) as Rollout);
      await eventually(`${namespace}/${name} to stand there`, stands, { timeoutMs: 300_000 });
      await deed?.(cluster, ref);
    }
  } finally {
    clearInterval(wake);
  }
}

async function createObject(object: KubeObject, namespace: string): Promise<void> {
  const type = Object.values(resources).find(({ kind }) => kind === object.kind) as ResourceType;
  await cluster.create({ ...object, metadata: { ...object.metadata, namespace } }, type);
}

function withSubscriptions(object: KubeObject): KubeObject {
  if (object.kind !== 'Rollout') return object;
  const annotations = { ...object.metadata.annotations, ...subscriptions };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function kubectl(...args: readonly string[]): void {
  execFileSync('kubectl', ['--kubeconfig', plane.kubeconfig, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function print(whose: string, all: readonly Heard[]): void {
  for (const { to, about, said } of all) console.log(`${whose.padEnd(6)} ${to} ${about}: ${said}`);
}

/** By service and by what it is about: the same messages in the same order, or what differs. */
function compare(peer: readonly Heard[], sluice: readonly Heard[]): readonly string[] {
  const keys = [...new Set([...peer, ...sluice].map(({ to, about }) => `${to} about ${about}`))].sort();
  return keys.flatMap((key) => {
    const of = (all: readonly Heard[]) =>
      all.filter(({ to, about }) => `${to} about ${about}` === key).map(({ said }) => said);
    const other = of(sluice);
    const one = withoutRepetitions(of(peer), other);
    const at = one.findIndex((said, index) => said !== other[index]);
    if (at === -1 && one.length === other.length) {
      console.log(`${String(one.length).padStart(3)} the same: ${key}`);
      return [];
    }
    const place = at === -1 ? one.length : at;
    return [`${key}, message ${place}:\n  peer   ${one[place]}\n  sluice ${other[place]}`];
  });
}

/** The peer tells again when it decides again, as after a conflict; that is its own (docs/deviations.md). */
function withoutRepetitions(peer: readonly string[], sluice: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const said of peer) {
    if (said !== sluice[kept.length] && said === kept.at(-1)) console.log(`  the peer said twice: ${said}`);
    else kept.push(said);
  }
  return kept;
}
