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
const warmUpReleases = 150;
const longestReleaseSeconds = 1800;

interface Stand {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly virtualSeconds: number;
  readonly writes: number;
  readonly requests: number;
  readonly wakeUps: number;
}

/** Four pods over Istio, one release after the other, invariants watched after every write. */
async function play(withAnalysis: boolean, releases: number): Promise<void> {
  const simulation = await createSimulation({ crds: packagedCrds() });
  const manifests = packagedObjects('examples/canary-istio').filter(({ kind }) => kind !== 'Rollout');
  await simulation.apply(...manifests, rolloutOf(withAnalysis));
  await simulation.advance(120);
  for (let release = 0; release < warmUpReleases; release += 1) await playOne(simulation, `warm-${release}`);
  const before = standOf(simulation);
  for (let release = 0; release < releases; release += 1) await playOne(simulation, `v${release}`);
  const after = standOf(simulation);
  await simulation.stop();
  if (simulation.violations.length > 0) throw new Error('an invariant was broken');
  report(withAnalysis ? 'with background analysis' : 'weights only', releases, before, after);
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
  const { user, system } = process.cpuUsage();
  return {
    cpuSeconds: (user + system) / 1e6,
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
  console.log(`${name}: ${rates} (${releases} releases; ${share} times as fast as life)`);
  console.log(
    `  a release: ${each('writes')} writes, ${each('requests')} requests of the operator, ${each('wakeUps')} wake-ups of the clock`,
  );
}

const releases = Number(process.argv[2] ?? defaultReleases);
await play(false, releases);
await play(true, releases);
console.log(`Node ${process.version}, ${cpus()[0]?.model}, ${cpus().length} cores`);
