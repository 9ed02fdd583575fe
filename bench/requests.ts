// npm run bench:requests: what one release costs the API server, by verb, on the embedded cluster.
import { resources } from '../src/api/resources.ts';
import type { Rollout } from '../src/api/v1alpha1/rollout.ts';
import { packagedCrds, packagedObjects } from '../src/cli/package-files.ts';
import { createSimulation, type Simulation } from '../src/sim/simulation.ts';

const namespace = 'default';
const shop = { type: resources.rollouts, namespace, name: 'shop' };

/** A release of two weight steps over Istio, without analysis: the release that budgets are counted in. */
async function twoStepsOverIstio(): Promise<ReadonlyMap<string, number>> {
  const simulation = await createSimulation({ crds: packagedCrds() });
  const manifests = packagedObjects('examples/canary-istio').filter(
    ({ kind }) => kind !== 'AnalysisTemplate',
  );
  const rollout = structuredClone(manifests.find(({ kind }) => kind === 'Rollout')) as Rollout;
  const canary = rollout.spec.strategy?.canary;
  if (canary === undefined) throw new Error('the example is no canary');
  canary.steps = [{ setWeight: 50 }, { pause: { duration: '1s' } }, { setWeight: 100 }];
  delete canary.analysis;
  await simulation.apply(...manifests.filter(({ kind }) => kind !== 'Rollout'), rollout);
  await simulation.advance(120);
  const before = new Map(simulation.requests);
  const container = { ...rollout.spec.template?.spec?.containers[0], image: 'registry.example.com/shop:v2' };
  await simulation.user.patch(shop, {
    kind: 'merge',
    body: { spec: { template: { spec: { containers: [container] } } } },
  });
  await simulation.advance(300);
  expectHealthy(simulation);
  await simulation.stop();
  return new Map([...simulation.requests].map(([verb, count]) => [verb, count - (before.get(verb) ?? 0)]));
}

function expectHealthy(simulation: Simulation): void {
  const { status } = simulation.get(shop) as Rollout;
  if (status?.phase !== 'Healthy' || simulation.violations.length > 0) {
    throw new Error(`the release did not end well: ${status?.phase} ${status?.message}`);
  }
}

const counts = [...(await twoStepsOverIstio())]
  .filter(([, count]) => count > 0)
  .toSorted(([, one], [, other]) => other - one);
const isEvent = ([verb]: readonly [string, number]) => verb.endsWith(' events');
const total = counts.filter((row) => !isEvent(row)).reduce((sum, [, count]) => sum + count, 0);
for (const [verb, count] of counts) console.log(`${String(count).padStart(4)}  ${verb}`);
console.log(
  `${String(total).padStart(4)}  requests besides events, for a release of two weight steps over Istio`,
);
