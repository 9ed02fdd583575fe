// npm run bench:soak [-- RECONCILES]: the operator in simulation, release after release, abort after abort, until it has made so
// many decisions; the heap after collection is measured at intervals and must not grow. Default 100,000.
import { setImmediate } from 'node:timers/promises';
import type { KubeObject } from '../src/api/meta.ts';
import { resources } from '../src/api/resources.ts';
import type { Rollout } from '../src/api/v1alpha1/rollout.ts';
import { packagedCrds, packagedObjects } from '../src/cli/package-files.ts';
import { decideRollout } from '../src/core/rollout/decide.ts';
import { createSimulation, type Simulation } from '../src/sim/simulation.ts';
import { steadyGrowth } from './support/steady-growth.ts';

const wanted = Number(process.argv[2] ?? 100_000);
const samples = 20;
/** Of the first fifth: the just-in-time compiler and the caches with a bound are still filling. */
const warmUpShare = 0.2;
/** What the heap may have gained from the first third of the measurements to the last, in MB. */
const mostGrowthMegabytes = 3;
const rollouts = 10;

const namespace = 'default';
const names = Array.from({ length: rollouts }, (_, index) => `shop-${index}`);
const refOf = (name: string) => ({ type: resources.rollouts, namespace, name });
let decisions = 0;
const simulation = await createSimulation({
  crds: packagedCrds(),
  historyLength: 200, // the memory of the cluster that it runs on is not what is measured
  decide: (observed, now) => {
    decisions += 1;
    return decideRollout(observed, now);
  },
});
await begin();
const heap: number[] = [];
for (let version = 1; decisions < wanted; version += 1) {
  await release(version);
  if (decisions >= wanted * (warmUpShare + ((1 - warmUpShare) * heap.length) / samples)) {
    heap.push(await megabytesInUse());
    console.log(`${String(decisions).padStart(8)} reconciles  ${heap.at(-1)?.toFixed(1)} MB`);
  }
}
const violations = simulation.violations.length;
await simulation.stop();
const growth = steadyGrowth(heap);
console.log(
  `${decisions} reconciles; the heap gained ${growth.toFixed(1)} MB from the first third to the last`,
);
if (violations > 0) throw new Error('an invariant was broken');
if (growth > mostGrowthMegabytes)
  throw new Error(`that is more than ${mostGrowthMegabytes} MB: something is kept`);

/** The example over Istio with its analysis, many times under names of their own. */
async function begin(): Promise<void> {
  const manifests = packagedObjects('examples/canary-istio');
  for (const name of names) {
    const text = JSON.stringify(manifests.filter(({ kind }) => kind !== 'AnalysisTemplate'));
    await simulation.apply(...JSON.parse(text.replaceAll('"shop', `"${name}`)));
  }
  await simulation.apply(...manifests.filter(({ kind }) => kind === 'AnalysisTemplate').map(asksForNothing));
  await simulation.advance(120);
}

/** The series of pods are memory of the cluster, too: its Prometheus is asked for a number that needs none. */
function asksForNothing(template: KubeObject): KubeObject {
  const { metrics } = template.spec as {
    metrics: readonly { name: string; provider: { prometheus?: object } }[];
  };
  const plain = metrics.map(({ name, provider }) => ({
    name,
    interval: '10s',
    successCondition: 'result[0] == 1',
    provider: { prometheus: { ...provider.prometheus, query: 'vector(1)' } },
  }));
  return { ...template, spec: { ...(template.spec as object), metrics: plain } };
}

/** All of them at once; every third release is called off halfway, every tenth time the operator is started anew. */
async function release(version: number): Promise<void> {
  for (const name of names) {
    const rollout = simulation.get(refOf(name)) as Rollout;
    const container = {
      ...rollout.spec.template?.spec?.containers[0],
      image: `registry.example.com/shop:v${version}`,
    };
    await write(simulation, name, { spec: { template: { spec: { containers: [container] } } } });
  }
  await simulation.advance(40);
  if (version % 3 === 0)
    for (const name of names) await write(simulation, name, { status: { abort: true } }, 'status');
  if (version % 10 === 0) await simulation.restartOperator();
  await simulation.advance(1200);
}

async function write(
  { user }: Simulation,
  name: string,
  body: object,
  subresource?: 'status',
): Promise<void> {
  await user.patch(refOf(name), { kind: 'merge', body }, subresource && { subresource });
}

async function megabytesInUse(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run it with node --expose-gc');
  await setImmediate();
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
