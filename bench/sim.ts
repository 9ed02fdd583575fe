// npm run bench:sim [-- RELEASES]: how many simulated releases of five steps one core plays in a minute, and what each costs.
import { cpus } from 'node:os';
import { resources } from '../src/api/resources.ts';
import type { CanaryStep, Rollout } from '../src/api/v1alpha1/rollout.ts';
import { packagedCrds, packagedObjects } from '../src/cli/package-files.ts';
import { createSimulation, type Simulation } from '../src/sim/simulation.ts';

const steps: readonly CanaryStep[] = [
  { setWeight: 20 },
  { pause: { duration: '1m' } },
  { setWeight: 50 },
  { pause: { duration: '1m' } },
  { setWeight: 80 },
];
const shop = { type: resources.rollouts, namespace: 'default', name: 'shop' };
const defaultReleases = 500;
/** The just-in-time compiler needs about so many until a release costs what all further ones cost. */
const warmUpReleases = 400;
const targetPerMinute = 5000;
const longestReleaseSeconds = 1800;

interface Stand {
  /** Of all threads: the compiler's and the garbage collector's count, too. */
  readonly cpuSeconds: number;
  /** Of the thread that the simulation runs on. */
  readonly ownCpuSeconds: number;
  readonly wallSeconds: number;
  readonly virtualSeconds: number;
  readonly writes: number;
  readonly requests: number;
  readonly wakeUps: number;
}

interface Played {
  readonly name: string;
  readonly withAnalysis?: boolean;
  /** Of a Rollout with one pod and nothing in front of it. */
  readonly isSmallest?: boolean;
}

/** One release after the other, invariants watched after every write. */
async function play(
  { name, withAnalysis = false, isSmallest = false }: Played,
  releases: number,
): Promise<void> {
  const simulation = await createSimulation({ crds: packagedCrds() });
  const rollout = rolloutOf(withAnalysis);
  if (isSmallest) await simulation.apply(smallest(rollout));
  else {
    const manifests = packagedObjects('examples/canary-istio').filter(({ kind }) => kind !== 'Rollout');
    await simulation.apply(...manifests, rollout);
  }
  await simulation.advance(120);
  for (let release = 0; release < warmUpReleases; release += 1) await playOne(simulation, `warm-${release}`);
  const before = standOf(simulation);
  for (let release = 0; release < releases; release += 1) await playOne(simulation, `v${release}`);
  const after = standOf(simulation);
  await simulation.stop();
  if (simulation.violations.length > 0) throw new Error('an invariant was broken');
  report(name, releases, before, after);
}

function rolloutOf(withAnalysis: boolean): Rollout {
  const example = packagedObjects('examples/canary-istio').find(({ kind }) => kind === 'Rollout');
  const rollout = structuredClone(example) as Rollout;
  const canary = rollout.spec.strategy?.canary;
  if (canary === undefined) throw new Error('the example is no canary');
  canary.steps = [...steps];
  if (!withAnalysis) delete canary.analysis;
  return rollout;
}

/** What is left when nothing but the steps is asked for. */
function smallest({ metadata, spec, ...rest }: Rollout): Rollout {
  return { ...rest, metadata, spec: { ...spec, replicas: 1, strategy: { canary: { steps: [...steps] } } } };
}

async function playOne(simulation: Simulation, version: string): Promise<void> {
  const { spec } = simulation.get(shop) as Rollout;
  const container = { ...spec.template?.spec?.containers[0], image: `registry.example.com/shop:${version}` };
  await simulation.user.patch(shop, {
    kind: 'merge',
    body: { spec: { template: { spec: { containers: [container] } } } },
  });
  const end = simulation.clock.now() + longestReleaseSeconds * 1000;
  do await simulation.advance(30);
  while (!isDone(simulation) && simulation.clock.now() < end);
  if (!isDone(simulation)) throw new Error(`release ${version} did not end`);
}

function isDone(simulation: Simulation): boolean {
  const { status, metadata } = simulation.get(shop) as Rollout;
  return status?.phase === 'Healthy' && status.observedGeneration === String(metadata.generation);
}

function standOf({ clock, world, requests }: Simulation): Stand {
  const own = process.threadCpuUsage();
  const { user, system } = process.cpuUsage();
  return {
    cpuSeconds: (user + system) / 1e6,
    ownCpuSeconds: (own.user + own.system) / 1e6,
    wallSeconds: performance.now() / 1000,
    virtualSeconds: clock.now() / 1000,
    writes: world.server.store.revision(),
    requests: [...requests.values()].reduce((sum, count) => sum + count, 0),
    wakeUps: clock.ran,
  };
}

function report(name: string, releases: number, before: Stand, after: Stand): void {
  const spent = (key: keyof Stand) => after[key] - before[key];
  const each = (key: keyof Stand) => (spent(key) / releases).toFixed(1);
  const perMinute = (key: 'cpuSeconds' | 'wallSeconds') => Math.round((60 * releases) / spent(key));
  const rates = `${perMinute('cpuSeconds')} releases a minute of CPU time, ${perMinute('wallSeconds')} by the clock on the wall`;
  const share = Math.round(spent('virtualSeconds') / spent('cpuSeconds'));
  const ownMs = ((1000 * spent('ownCpuSeconds')) / releases).toFixed(1);
  const allMs = ((1000 * spent('cpuSeconds')) / releases).toFixed(1);
  console.log(
    `${name}: ${rates} (${releases} releases; ${share} times as fast as life; target ${targetPerMinute})`,
  );
  console.log(`  a release: ${allMs} ms of CPU, ${ownMs} of them on the simulation's own thread`);
  console.log(
    `  a release: ${each('writes')} writes, ${each('requests')} requests of the operator, ${each('wakeUps')} wake-ups of the clock`,
  );
}

const whatItIs = `A release: a new image for a Rollout of 4 pods behind Istio (the last line: of one pod, with no router), until it is Healthy; steps ${steps.map(describe).join(', ')}.
  in it: the operator's controllers and routers as in production, the API server with validation, field owners, watches and
  events, the controllers of ReplicaSets, pods, endpoints, events and garbage, the data plane, an invariant check after each write
  not in it: HTTP and JSON on a wire (the operator calls the server in process), injected faults; ${warmUpReleases} releases go before, uncounted`;

function describe({ setWeight, pause }: CanaryStep): string {
  return setWeight === undefined ? `pause ${pause?.duration}` : `${setWeight} %`;
}

const releases = Number(process.argv[2] ?? defaultReleases);
console.log(whatItIs);
await play({ name: 'weights only' }, releases);
await play({ name: 'with background analysis', withAnalysis: true }, releases);
await play({ name: 'one pod, no router and no Service', isSmallest: true }, releases);
console.log(`Node ${process.version}, ${cpus()[0]?.model}, ${cpus().length} cores`);
