// npm run test:plugin: every verb of the peer's own kubectl plugin against our controller, and of ours against the peer's, on a real
// API server. After each deed both tools look at the same object, and must say the same. Needs what test:peer needs.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { resources } from '../../src/api/resources.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { connect } from '../../src/shell/kube-client/connect.ts';
import { startControlPlane } from '../real/support/control-plane.ts';
import { normalizedText, type Told } from '../real/support/kubectl.ts';
import { startKubelet } from '../real/support/kubelet.ts';
import { eventually, freePorts, start } from '../real/support/processes.ts';
import { buildPeer } from './build.ts';
import { startController, type Whose } from './controllers.ts';
import { type Deed, labelled, type PluginStory, pluginStories } from './plugin-stories.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    version: { type: 'string', default: 'v1.10.2' },
    folder: { type: 'string', default: join(homedir(), '.cache/sluice-peer') },
    /** Pairs of tool and controller; the peer's with its own shows that a story is right. */
    pairs: { type: 'string', default: 'peer/sluice,sluice/peer' },
  },
});
const pattern = new RegExp(positionals[0] ?? '', 'i');
const waitMs = 60_000;
/** Ours has an instance id, so that both controllers may run at the same time. */
const instanceOf: Readonly<Record<Whose, string>> = { peer: '', sluice: 'sluice' };

const programs = buildPeer(values.version, resolve(values.folder));
execFileSync(process.execPath, ['scripts/build.ts'], { stdio: 'inherit' });
const plane = await startControlPlane();
const { kubeconfig } = plane;
const limits = { perSecond: 2000, burst: 2000 };
const { cluster, close } = await connect(
  { file: kubeconfig },
  { clock: realClock(), random: random(1), limits },
);
const kubelet = startKubelet(cluster, () => new Date().toISOString());
const folder = mkdtempSync(join(tmpdir(), 'sluice-plugin-'));
const [metricPort, ...dashboardPorts] = (await freePorts(3)) as [number, number, number];
const dashboardPort = { peer: dashboardPorts[0], sluice: dashboardPorts[1] };
const metrics = createServer((_request, answer) => answer.end('{"ok":1}')).listen(metricPort, '127.0.0.1');
const faults: string[] = [];
const running: { stop(): Promise<void> }[] = [];
try {
  kubectl('create', '-f', 'crds');
  await eventually('the definitions to be served', async () => {
    for (const type of [resources.rollouts, resources.experiments, resources.analysisTemplates]) {
      await cluster.list(type);
    }
    return true;
  });
  for (const whose of ['peer', 'sluice'] as const) {
    const id = instanceOf[whose];
    const flags = ['--leader-elect=false', ...(id === '' ? [] : ['--instance-id', id])];
    const log = join(tmpdir(), `sluice-plugin-${whose}.log`);
    running.push(
      await startController(whose, programs, { kubeconfig, namespace: 'argo-rollouts', log, flags }),
    );
    const [path, ...args] = lineOf(whose, ['dashboard', '-p', `${dashboardPort[whose]}`]);
    running.push(start(path, args, join(tmpdir(), `sluice-plugin-${whose}-dashboard.log`)));
  }
  const pairs = values.pairs.split(',').map((pair) => pair.split('/') as [Whose, Whose]);
  await Promise.all(pairs.map(([whose, controller]) => playAll(whose, controller)));
} finally {
  for (const each of running) await each.stop();
  await kubelet.stop().catch(() => {}); // it may be in the middle of a list
  await close();
  metrics.close();
  await plane.stop();
  rmSync(folder, { recursive: true });
}
for (const fault of faults) console.log(`FAILED ${fault}`);
if (faults.length > 0) process.exit(1);
console.log('every verb did what it says');

function kubectl(...args: readonly string[]): void {
  execFileSync('kubectl', ['--kubeconfig', kubeconfig, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function lineOf(whose: Whose, words: readonly string[]): [string, ...string[]] {
  const line = [...words, '--kubeconfig', kubeconfig];
  return whose === 'peer'
    ? [programs.plugin, ...line]
    : [process.execPath, resolve('dist/sluice.js'), ...line];
}

async function ask(whose: Whose, namespace: string, words: readonly string[]): Promise<Told> {
  if (words[0] === 'GET' || words[0] === 'PUT') return askDashboard(whose, namespace, words);
  const [path, ...args] = lineOf(whose, [...words, '-n', namespace]);
  return new Promise((done) => {
    execFile(path, args, { timeout: waitMs, cwd: folder }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      done({ code, text: stdout + stderr });
    });
  });
}

async function askDashboard(
  whose: Whose,
  namespace: string,
  [method = 'GET', path = '', body]: readonly string[],
): Promise<Told> {
  const url = `http://localhost:${dashboardPort[whose]}/rollouts/api/v1/rollouts/${namespace}/${path}`;
  const answer = await fetch(url, { method, ...(body === undefined ? {} : { body }) });
  return { code: answer.ok ? 0 : answer.status, text: await answer.text() };
}

async function playAll(whose: Whose, controller: Whose): Promise<void> {
  for (const story of pluginStories(`http://127.0.0.1:${metricPort}/`)) {
    if (pattern.test(story.name)) await playStory(story, whose, controller);
  }
}

async function playStory(
  { name, given = [], files, deeds }: PluginStory,
  whose: Whose,
  controller: Whose,
): Promise<void> {
  const namespace = `${whose}-${controller}-${name.replaceAll(' ', '-')}`;
  const instanceId = instanceOf[controller];
  const place = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await cluster.create(place, resources.namespaces);
  for (const object of given) {
    await cluster.create({ ...object, metadata: { ...object.metadata, namespace } }, resources.services);
  }
  const words = new Map([['<instance>', instanceId]]);
  for (const [file, object] of Object.entries(files)) {
    words.set(file, join(folder, `${namespace}-${file}`));
    writeFileSync(words.get(file) as string, JSON.stringify(labelled(object, instanceId)));
  }
  for (const deed of deeds) {
    const told = `${whose}’s tool, ${controller}’s controller: ${name}: ${deed.words.join(' ')}`;
    try {
      const line = (each: readonly string[]) => each.map((word) => words.get(word) ?? word);
      await play(whose, namespace, { ...deed, words: line(deed.words), look: (deed.look ?? []).map(line) });
      console.log(`ok      ${told}`);
    } catch (error) {
      faults.push(`${told}: ${(error as Error).message}`);
      console.log(`FAILED  ${told}`);
      return; // what comes after it stands on it
    }
  }
}

async function play(
  whose: Whose,
  namespace: string,
  { words, codes = [0], says, becomes, look = [] }: Deed,
): Promise<void> {
  const answer = await ask(whose, namespace, words);
  if (!codes.includes(answer.code)) throw new Error(`ended with ${answer.code}: ${answer.text}`);
  if (says !== undefined && !says.test(answer.text)) throw new Error(`said ${answer.text}`);
  if (becomes !== undefined) {
    const ref = { type: becomes.type, namespace, name: becomes.name };
    let last: unknown;
    const shows = async () => {
      const object = await cluster.get(ref);
      last = object?.status;
      return object !== undefined && becomes.shows(object);
    };
    await eventually('what must come of it', shows, { timeoutMs: waitMs }).catch((error) => {
      throw new Error(`${error.message}; it shows ${JSON.stringify(last)}`);
    });
  }
  for (const each of look) await sayTheSame(each, namespace);
}

/** Both tools look at the same object. What was still in motion is looked at again. */
async function sayTheSame(words: readonly string[], namespace: string): Promise<void> {
  let seen: Told[] = [];
  const same = async () => {
    seen = await Promise.all((['peer', 'sluice'] as const).map((whose) => ask(whose, namespace, words)));
    const [theirs, ours] = seen as [Told, Told];
    return theirs.code === ours.code && isTold(theirs.text, ours.text);
  };
  await eventually('the same words', same, { timeoutMs: 10_000, everyMs: 500 }).catch(() => {
    const [theirs, ours] = seen.map(({ code, text }) => `${code}\n${normalizedText(text)}`);
    throw new Error(`${words.join(' ')} says ${theirs}\nand with us ${ours}`);
  });
}

/** Whether our text is theirs. What we tell besides (docs/deviations.md) does not count: in JSON, members that they leave out. */
function isTold(theirs: string, ours: string): boolean {
  if (theirs.startsWith('{')) return contains(JSON.parse(ours), JSON.parse(theirs));
  const said = theirs.replace(/^time=.* level=info .*\n/gm, ''); // lines of a log
  const [left, right] = [said, ours.replace(/^Waiting: .*\n/m, '')].map(normalizedText);
  return left === right;
}

function contains(ours: unknown, theirs: unknown): boolean {
  if (typeof theirs !== 'object' || theirs === null) return ours === theirs;
  if (typeof ours !== 'object' || ours === null) return false;
  if (Array.isArray(theirs) && theirs.length !== (ours as unknown[]).length) return false;
  return Object.entries(theirs).every(([key, value]) =>
    contains((ours as Record<string, unknown>)[key], value),
  );
}
