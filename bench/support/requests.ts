import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { packagedCrds, packagedObjects } from '../../src/cli/package-files.ts';
import { createSimulation, type Simulation } from '../../src/sim/simulation.ts';

/** Requests besides events that a release of two weight steps over Istio, of one pod, may cost until it is Healthy. */
export const requestBudget = 13;

export interface ReleaseCost {
  /** Besides events. */
  readonly untilHealthy: number;
  /** Besides events; the old pods get their 30 s to drain. */
  readonly untilQuiet: number;
  /** Events included, the most first. */
  readonly byVerb: readonly (readonly [verb: string, count: number])[];
}

const shop = { type: resources.rollouts, namespace: 'default', name: 'shop' };
const longestReleaseSeconds = 300;

/** setWeight 50, pause 1 s, setWeight 100, without analysis: the release that budgets are counted in. */
export async function requestsOf(replicas: number): Promise<ReleaseCost> {
  const simulation = await createSimulation({ crds: packagedCrds() });
  const manifests = packagedObjects('examples/canary-istio').filter(
    ({ kind }) => kind !== 'AnalysisTemplate',
  );
  const rollout = structuredClone(manifests.find(({ kind }) => kind === 'Rollout')) as Rollout;
  const canary = rollout.spec.strategy?.canary;
  if (canary === undefined) throw new Error('the example is no canary');
  canary.steps = [{ setWeight: 50 }, { pause: { duration: '1s' } }, { setWeight: 100 }];
  delete canary.analysis;
  const sized = { ...rollout, spec: { ...rollout.spec, replicas } };
  await simulation.apply(...manifests.filter(({ kind }) => kind !== 'Rollout'), sized);
  await simulation.advance(120);
  const before = new Map(simulation.requests);
  const container = { ...rollout.spec.template?.spec?.containers[0], image: 'registry.example.com/shop:v2' };
  await simulation.user.patch(shop, {
    kind: 'merge',
    body: { spec: { template: { spec: { containers: [container] } } } },
  });
  for (let seconds = 0; seconds < longestReleaseSeconds && !isDone(simulation); seconds += 1) {
    await simulation.advance(1);
  }
  const untilHealthy = besidesEvents(spentSince(before, simulation));
  await simulation.advance(120);
  const spent = spentSince(before, simulation);
  const healthy = isDone(simulation) && simulation.violations.length === 0;
  await simulation.stop();
  if (!healthy) throw new Error('the release did not end well');
  return { untilHealthy, untilQuiet: besidesEvents(spent), byVerb: spent };
}

function isDone(simulation: Simulation): boolean {
  const { status, metadata } = simulation.get(shop) as Rollout;
  return status?.phase === 'Healthy' && status.observedGeneration === String(metadata.generation);
}

function spentSince(before: ReadonlyMap<string, number>, { requests }: Simulation) {
  return [...requests]
    .map(([verb, count]) => [verb, count - (before.get(verb) ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .toSorted(([, one], [, other]) => other - one);
}

function besidesEvents(spent: readonly (readonly [string, number])[]): number {
  return spent.filter(([verb]) => !verb.endsWith(' events')).reduce((sum, [, count]) => sum + count, 0);
}
